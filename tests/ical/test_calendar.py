"""The joined calendar."""

import re
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from deadlines.ical import join_calendar, render_event
from tests.ical.test_event import HOSTILE, ITEM, item, lines


def test_the_head_has_what_the_old_and_the_new_programs_read() -> None:
    body = join_calendar("Deadlines – Ana Ruiz", "Filing deadlines", [render_event(ITEM)])
    calendar: Any = Calendar.from_ical(body)
    texts = {
        name: str(calendar[name])
        for name in ("VERSION", "CALSCALE", "NAME", "X-WR-CALNAME", "DESCRIPTION", "X-WR-CALDESC")
    }
    assert texts == {
        "VERSION": "2.0",
        "CALSCALE": "GREGORIAN",
        "NAME": "Deadlines – Ana Ruiz",
        "X-WR-CALNAME": "Deadlines – Ana Ruiz",
        "DESCRIPTION": "Filing deadlines",
        "X-WR-CALDESC": "Filing deadlines",
    }
    assert calendar["PRODID"]
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in body
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in body
    assert re.search(rb"\r\nX-APPLE-CALENDAR-COLOR:#[0-9A-F]{6}\r\n", body)
    for absent in ("METHOD", "UID", "SOURCE", "URL"):
        assert absent not in calendar


def test_events_stand_in_the_order_given_and_the_bytes_are_stable() -> None:
    events = [render_event(item(uid=f"{letter}@deadlines")) for letter in "bac"]
    body = join_calendar("n", "d", iter(events))
    assert body == join_calendar("n", "d", events)
    assert body.count(b"BEGIN:VCALENDAR\r\n") == 1
    assert body.endswith(b"".join(events) + b"END:VCALENDAR\r\n")
    lines(body)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text: str) -> None:
    plain = join_calendar("n", "d", [])
    body = join_calendar(text, text, [])
    lines(body)

    def heads(calendar: bytes) -> list[str]:
        unfolded = calendar.replace(b"\r\n ", b"").decode()
        return [re.split("[:;]", line)[0] for line in unfolded.splitlines()]

    assert heads(body) == heads(plain)


def test_commas_and_semicolons_of_the_name_are_escaped_in_both_forms() -> None:
    body = join_calendar("Ruiz, Lopez; Partners", "d", [])
    for head in (b"NAME", b"X-WR-CALNAME"):
        assert b"\r\n" + head + b":Ruiz\\, Lopez\\; Partners\r\n" in body
