"""The only reader of the clock. Everything else is handed `now` or `today`."""

import ctypes
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day at this moment in an IANA time zone."""
    return day_of(now(), ZoneInfo(zone))


def day_of(at: datetime, zone: tzinfo) -> date:
    """The calendar day of a moment in a time zone: in the evening it is another one in UTC already."""
    return at.astimezone(zone).date()


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first moment of the day after, in a time zone."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


def elapsed() -> float:
    """Seconds of a clock that only goes forward, from no particular start; for durations."""
    return time.monotonic()


def uptime() -> float:
    """Seconds since this machine was started, also while it slept; nobody can set it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def boot() -> str:
    """Which start of this machine this is, or an empty text where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


UNSYNCHRONISED = 5
"""What the kernel answers while no time service keeps its clock (TIME_ERROR of adjtimex(2))."""


def is_synchronised() -> bool | None:
    """Whether a time service keeps this machine's clock, as the kernel knows it; None where it does not say."""
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer != UNSYNCHRONISED
