"""Calendars read back by a library's parser."""

from typing import Any

from icalendar import Calendar


def events_of(body: bytes | str) -> list[Any]:
    """The events in their order; typed as anything, because a property may be of any type."""
    return list(Calendar.from_ical(body).walk("VEVENT"))
