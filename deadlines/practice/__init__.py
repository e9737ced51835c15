"""How a firm works: its ladders, its courier days and its milestones, read from a file of its own."""

from deadlines.practice.checks import FirmsDay
from deadlines.practice.model import Practice
from deadlines.practice.reading import example, load_practice

__all__ = ["FirmsDay", "Practice", "example", "load_practice"]
