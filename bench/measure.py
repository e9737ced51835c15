"""How the benchmarks measure: medians, one machine line, one table."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date

COLUMNS = "| What | Figure | Target |\n| --- | --- | --- |"


def machine() -> str:
    """What the figures were measured on."""
    return (
        f"{date.today():%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def median_seconds(work: Callable[[], object], runs: int = 5) -> float:
    """The median wall time of a piece of work, after one run that does not count."""
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def percentile(taken: Sequence[float], of: int) -> float:
    """The time within which so many of a hundred were done."""
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, len(ordered) * of // 100)]


def line(row: tuple[str, str, str]) -> str:
    """A row of what, figure, target, in Markdown."""
    return f"| {' | '.join(row)} |"
