"""Middle, ninetieth percentile and worst of some spans of time."""

import math
from collections.abc import Sequence
from statistics import median

from msgspec import Struct


class Spread(Struct, frozen=True):
    """Of some numbers: the median, the ninetieth percentile by nearest rank, and the largest; None for none."""

    median: float | None = None
    p90: float | None = None
    worst: float | None = None


def spread(values: Sequence[float]) -> Spread:
    """The spread of some numbers, each to one decimal."""
    if not values:
        return Spread()
    ordered = sorted(values)
    nearest = ordered[math.ceil(0.9 * len(ordered)) - 1]
    return Spread(round(median(ordered), 1), round(nearest, 1), round(ordered[-1], 1))
