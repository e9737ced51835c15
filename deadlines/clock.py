"""The only reader of the clock. Everything else is handed `now` or `today`."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day at this moment in an IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def elapsed() -> float:
    """Seconds of a clock that only goes forward, from no particular start; for durations."""
    return time.monotonic()
