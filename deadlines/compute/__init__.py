"""From a notice to its windows: pure functions over the law data. No clock, no database, no network."""

from deadlines.compute.engine import compute
from deadlines.compute.notice import Notice, Service
from deadlines.compute.result import Ask, Reading, Result, Step, Window

__all__ = ["Ask", "Notice", "Reading", "Result", "Service", "Step", "Window", "compute"]
