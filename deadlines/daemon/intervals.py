"""When a sweep runs again: every so many seconds, with only the last of what was missed."""

from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires every so many seconds. APScheduler's own trigger lists each missed run while everybody waits for its lock:
    for a clock that jumps ahead by years these are millions. This one leaps to the last of them.
    """

    __slots__ = ("interval",)

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """One interval after the run before; where several were missed by `now`, the last of these."""
        if previous is None:
            return now
        return previous + max((now - previous) // self.interval, 1) * self.interval

    def __str__(self) -> str:
        return f"every {self.interval}"
