"""One all-day calendar entry as bytes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import Alarm, Event
from msgspec import Struct

from deadlines.errors import CalendarError
from deadlines.ical.check import content_lines, require_heads, require_text
from deadlines.ical.text import clean, clean_lines

Category = Literal["Deadline", "Last day", "Protective date", "Reminder", "Note"]

SUMMARY_LIMIT, DESCRIPTION_LIMIT, ALARM_LIMIT = 300, 6_000, 200
CANCELLED = "CANCELLED: "
UID = re.compile(r"[A-Za-z0-9-]{1,60}@deadlines")

# 09:00 of the day in the reader's own zone, counted from its midnight: the most important one first.
WEEK_BEFORE = timedelta(days=-7, hours=9)
DAY_BEFORE = timedelta(days=-1, hours=9)
THE_DAY = timedelta(hours=9)
ALARMS: dict[Category, tuple[timedelta, ...]] = {
    "Deadline": (WEEK_BEFORE, DAY_BEFORE),
    "Protective date": (WEEK_BEFORE, DAY_BEFORE),
    "Last day": (DAY_BEFORE, THE_DAY),
    "Reminder": (THE_DAY,),
    "Note": (),
}

EVENT_HEADS = (
    "UID",
    "SUMMARY",
    "DESCRIPTION",
    "DTSTART;VALUE=DATE",
    "DTEND;VALUE=DATE",
    "DTSTAMP",
    "LAST-MODIFIED",
    "CREATED",
    "SEQUENCE",
    "STATUS",
    "TRANSP",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "CATEGORIES",
)
ALARM_HEADS = ("ACTION", "DESCRIPTION", "TRIGGER")


class CalendarItem(Struct, frozen=True, kw_only=True):
    """One all-day entry. `uid` and `created_at` never change, `sequence` rises with every change."""

    uid: str
    on: date
    summary: str
    description: str
    sequence: int
    changed_at: datetime
    created_at: datetime
    cancelled: bool
    category: Category
    rings_as: Category | None = None
    """Whose alarms it has, where the category must not tell."""


def render_event(item: CalendarItem) -> bytes:
    """`BEGIN:VEVENT` to `END:VEVENT` with a line end: the same bytes for the same item.

    DTSTAMP is the moment of the last change, so that a feed is the same until something changes
    (RFC 5545 3.8.7.2 without METHOD). No METHOD, ORGANIZER, ATTENDEE, URL, or UID of an alarm.

    Raises:
        CalendarError: the UID is not one of ours, the date is the last of all, a moment has no time zone,
            or the bytes, read back, are not what was meant.
    """
    if not UID.fullmatch(item.uid):
        raise CalendarError("A calendar entry's UID is not an id and @deadlines; it is not published.")
    summary = clean((CANCELLED if item.cancelled else "") + item.summary, SUMMARY_LIMIT)
    description = clean_lines(item.description, DESCRIPTION_LIMIT)
    event = event_component(item, summary, description)
    alarms = () if item.cancelled else ALARMS[item.rings_as or item.category]
    for trigger in alarms:
        event.add_component(alarm_component(trigger, summary))
    body: bytes = event.to_ical()
    _verify(body, summary, description, len(alarms))
    return body


def event_component(item: CalendarItem, summary: str, description: str) -> Event:
    """The entry with its cleaned texts, without alarms. Raises CalendarError for a date or moment out of reach."""
    event = Event()
    changed = _instant(item.changed_at)
    event.add("uid", item.uid)
    event.add("summary", summary)
    event.add("description", description)
    event.add("dtstart", item.on)
    event.add("dtend", _next_day(item.on))
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("created", _instant(item.created_at))
    event.add("sequence", item.sequence)
    event.add("status", "CANCELLED" if item.cancelled else "CONFIRMED")
    # A deadline takes no time: the two say the same, because Outlook reads the second.
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    event.add("categories", ["Cancelled" if item.cancelled else item.category])
    return event


def alarm_component(trigger: timedelta, summary: str) -> Alarm:
    """An alarm that shows the summary."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean(summary, ALARM_LIMIT))
    alarm.add("trigger", trigger)
    return alarm


def _instant(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise CalendarError("A moment of a calendar entry has no time zone; the entry is not published.")
    return moment.astimezone(UTC).replace(microsecond=0)


def _next_day(on: date) -> date:
    try:
        return on + timedelta(days=1)
    except OverflowError:
        raise CalendarError("No day follows the date of a calendar entry; it is not published.") from None


def _verify(body: bytes, summary: str, description: str, alarms: int) -> None:
    """Hold the bytes against what was meant: an event, then its alarms, and nothing else."""
    lines = content_lines(body)
    first_alarm = lines.index(("BEGIN", "VALARM")) if alarms else len(lines) - 1
    event, rest = [*lines[:first_alarm], lines[-1]], lines[first_alarm:-1]
    if event[0] != ("BEGIN", "VEVENT") or event[-1] != ("END", "VEVENT"):
        raise CalendarError("A calendar entry is not one event; it is not published.")
    require_heads(event, ("BEGIN", *EVENT_HEADS, "END"))
    require_heads(rest, ("BEGIN", *ALARM_HEADS, "END") * alarms)
    require_text(event, "SUMMARY", summary)
    require_text(event, "DESCRIPTION", description)
    require_text(rest, "DESCRIPTION", clean(summary, ALARM_LIMIT))
