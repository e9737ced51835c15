"""What calendar programs show, and what the feed and the docket say that they must show."""

import http.client
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from icalendar import Calendar


class Shown(NamedTuple):
    """One entry of one whole day."""

    on: date
    title: str
    cancelled: bool


Calendared = dict[str, Shown]
"""Entries by their UID."""


def in_feed(url: str) -> Calendared:
    """What the daemon publishes now. It is counted as a fetch like any other."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=10)
    connection.request("GET", where.path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200
    found: Calendared = {}
    for event in Calendar.from_ical(body).walk("VEVENT"):
        fields: Any = event
        assert fields["DTEND"].dt - fields["DTSTART"].dt == timedelta(days=1)
        cancelled = str(fields["STATUS"]) == "CANCELLED"
        found[str(fields["UID"])] = Shown(fields["DTSTART"].dt, str(fields["SUMMARY"]), cancelled)
    return found


def days_recorded(answer: dict[str, Any]) -> dict[str, date]:
    """The day of each UID, by what the program answered when a notice was recorded."""
    found: dict[str, date] = {}
    for entry in answer["entries"]:
        if entry["state"] == "due":
            found |= _days(entry["entry"], entry)
    return found


def days_moved(answer: dict[str, Any]) -> dict[str, date]:
    """The new day of each UID, by what the program answered when a notice was amended."""
    found: dict[str, date] = {}
    for move in answer["moves"]:
        assert move["outcome"] == "applied"
        found |= _days(move["entry"], move["new"])
    return found


def _days(entry: str, dates: dict[str, str | None]) -> dict[str, date]:
    slots = {"safe": dates["safe_by"], "last": dates["last_day"], "protective": dates["protective_by"]}
    if slots["last"] == slots["safe"]:
        del slots["last"]  # one entry stands for both
    return {f"{entry}-{slot}@deadlines": date.fromisoformat(day) for slot, day in slots.items() if day}
