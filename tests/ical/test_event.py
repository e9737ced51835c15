"""One entry as bytes, read back with the library and with readers that are looser than it."""

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Event
from msgspec import structs

from deadlines.errors import CalendarError
from deadlines.ical import CalendarItem, join_calendar, render_event

CHANGED = datetime(2026, 10, 27, 14, 0, 5, 999999, tzinfo=UTC)
ITEM = CalendarItem(
    uid="abcdefghijklmnopqrstuvwxyz-safe@deadlines",
    on=date(2026, 11, 20),
    summary="FILE BY: I-290B motion to reopen – 2026-0143 (must be received)",
    description="What: Motion to reopen\nForm: I-290B",
    sequence=3,
    changed_at=CHANGED,
    created_at=datetime(2026, 10, 26, 9, 0, tzinfo=UTC),
    cancelled=False,
    category="Deadline",
)
PROPERTIES = {
    "UID", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE",
    "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "CATEGORIES",
}  # fmt: skip
ALARM_PROPERTIES = {"ACTION", "DESCRIPTION", "TRIGGER"}
HOSTILE = [
    "a\r\nX-EVIL:1",
    "a\nBEGIN:VALARM\nACTION:AUDIO\nEND:VALARM",
    "a\rATTACH:http://evil.example/x",
    "a\x0bX-EVIL:1",
    "a\x0cX-EVIL:1",
    "a\x85X-EVIL:1",
    "a\u2028X-EVIL:1",
    "a\u2029X-EVIL:1",
    "a\x00X-EVIL:1",
    "a\x1bX\x9bY\x07",
    "END:VEVENT\r\nEND:VCALENDAR\r\n",
    "RRULE:FREQ=SECONDLY;COUNT=999999999",
    "javascript:alert(1);VALUE=URI:x",
    "\u202egnol\u202c \u2066x\u2069",
    "\ud800 \udfff",
    "\ufeffx\ufffe",
    "C:\\new\\Next\\;,\\,",
    "👩‍👩‍👧‍👦 Ñandú e\u0301 ﷺ 漢字" * 20,
    "x" * 20_000,
    "é" * 20_000,
    "",
    " \t \n ",
]


def parsed(body: bytes) -> Any:
    found = Event.from_ical(body)
    assert isinstance(found, Event)
    return found


def item(**changes: Any) -> CalendarItem:
    return structs.replace(ITEM, **changes)


def lines(body: bytes) -> list[bytes]:
    assert body.endswith(b"\r\n")
    found = body[:-2].split(b"\r\n")
    for line in found:
        assert b"\r" not in line
        assert b"\n" not in line
        assert len(line) <= 75
        line.decode()  # a fold splits no character
    return found


def names(body: bytes) -> Counter[str]:
    """Property names as a reader finds them that takes every kind of line break for one."""
    text = re.sub(rb"\r\n ", b"", body).decode()
    return Counter(re.split("[:;]", line)[0] for line in text.splitlines())


def test_an_entry_is_one_whole_day_and_takes_no_time() -> None:
    event = parsed(render_event(ITEM))
    assert event["DTSTART"].dt == date(2026, 11, 20)
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["DTEND"].dt == date(2026, 11, 21)
    assert (str(event["TRANSP"]), str(event["X-MICROSOFT-CDO-BUSYSTATUS"])) == ("TRANSPARENT", "FREE")
    assert str(event["STATUS"]) == "CONFIRMED"


@pytest.mark.parametrize(
    "on, end",
    [(date(2028, 2, 28), "20280229"), (date(2028, 2, 29), "20280301"), (date(2026, 12, 31), "20270101")],
)
def test_the_end_is_the_next_day_also_at_the_turn_of_months_and_years(on: date, end: str) -> None:
    body = render_event(item(on=on))
    assert f"DTSTART;VALUE=DATE:{on:%Y%m%d}\r\n".encode() in body
    assert f"DTEND;VALUE=DATE:{end}\r\n".encode() in body


def test_the_stamp_is_the_last_change_in_whole_seconds_of_utc() -> None:
    zoned = item(changed_at=CHANGED.astimezone(tz=None))
    event = parsed(render_event(zoned))
    when = datetime(2026, 10, 27, 14, 0, 5, tzinfo=UTC)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == when
    assert event["CREATED"].dt == ITEM.created_at
    assert event["SEQUENCE"] == 3
    assert b"DTSTAMP:20261027T140005Z\r\n" in render_event(zoned)


def test_the_same_item_gives_the_same_bytes() -> None:
    assert render_event(ITEM) == render_event(item())


def test_nothing_is_there_but_what_belongs() -> None:
    found = names(render_event(ITEM))
    assert set(found) == PROPERTIES | ALARM_PROPERTIES | {"BEGIN", "END"}
    assert {name for name, count in found.items() if count > 1} == {"BEGIN", "END", "DESCRIPTION"} | (ALARM_PROPERTIES)


@pytest.mark.parametrize(
    "category, hours",
    [("Deadline", [-159, -15]), ("Protective date", [-159, -15]), ("Last day", [-15, 9]), ("Note", [])],
)
def test_alarms_ring_at_nine_and_stand_last(category: str, hours: list[int]) -> None:
    body = render_event(item(category=category))
    alarms = parsed(body).walk("VALARM")
    found = [alarm["TRIGGER"].dt for alarm in alarms]
    assert found == [timedelta(hours=count) for count in hours]
    assert all(trigger % timedelta(days=1) == timedelta(hours=9) for trigger in found)
    after = body.rpartition(b"END:VALARM\r\n")[2]
    assert after == b"END:VEVENT\r\n" or not hours
    assert all(set(alarm) == ALARM_PROPERTIES for alarm in alarms)


def test_a_cancelled_entry_says_so_three_times_and_rings_no_more() -> None:
    event = parsed(render_event(item(cancelled=True)))
    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["SUMMARY"]).startswith("CANCELLED: FILE BY")
    assert event["CATEGORIES"].cats == ["Cancelled"]
    assert event.walk("VALARM") == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["summary", "description"])
def test_hostile_text_stays_text(field: str, text: str) -> None:
    body = render_event(item(**{field: text}))
    lines(body)
    assert names(body) == names(render_event(ITEM))
    raw = body.replace(b"\r\n ", b"").decode()
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", raw)
    event = parsed(body)
    assert len(str(event["SUMMARY"])) <= 300
    assert len(str(event["DESCRIPTION"])) <= 10_000
    assert [trigger["TRIGGER"].dt for trigger in event.walk("VALARM")] == [
        timedelta(hours=-159),
        timedelta(hours=-15),
    ]


@given(st.text(st.characters(exclude_categories=[])), st.text(st.characters(exclude_categories=[])))
def test_any_text_reads_back_and_folds(summary: str, description: str) -> None:
    body = render_event(item(summary=summary, description=description))
    lines(body)
    event = parsed(body)
    kept = [word for word in summary.split() if word.isascii() and word.isalnum()]
    assert all(word in str(event["SUMMARY"]) for word in kept[:20])
    assert "\n" not in str(event["SUMMARY"])


def test_text_is_composed_and_lines_of_a_description_stay_lines() -> None:
    event = parsed(render_event(item(summary="Cafe\u0301; a, b", description="one\r\ntwo\rthree\u2028four")))
    assert str(event["SUMMARY"]) == "Café; a, b"
    assert str(event["DESCRIPTION"]) == "one\ntwo\nthree\nfour"


def test_a_long_text_is_cut_with_a_mark() -> None:
    event = parsed(render_event(item(summary="word " * 200)))
    assert str(event["SUMMARY"]).endswith("…")


@pytest.mark.parametrize(
    "changes",
    [{"uid": "a\r\nX-EVIL:1"}, {"uid": "a\nb"}, {"on": date.max}, {"changed_at": datetime(2026, 1, 1)}],
)
def test_what_would_not_be_as_meant_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CalendarError):
        render_event(item(**changes))


def test_the_checks_hold_under_python_o() -> None:
    code = (
        "from tests.ical.test_event import item, render_event, CalendarError\n"
        "try: render_event(item(uid='a\\r\\nX-EVIL:1'))\n"
        "except CalendarError: raise SystemExit(0)\n"
        "raise SystemExit(9)\n"
    )
    assert subprocess.run([sys.executable, "-O", "-W", "ignore", "-c", code], check=False).returncode == 0


def test_a_piece_of_an_event_is_not_joined() -> None:
    whole = render_event(ITEM)
    for broken in (b"", whole[:-2], whole[5:], whole.removesuffix(b"END:VEVENT\r\n")):
        with pytest.raises(CalendarError):
            join_calendar("n", "d", [whole, broken])
