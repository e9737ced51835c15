"""Tells in the calendar itself that nobody keeps it up to date."""

from datetime import UTC, date, datetime, timedelta

from deadlines.docket.trail_watch import DOUBTED as ALARM
from deadlines.ical import CalendarItem, render_event, with_event

SUMMARY = "CALENDAR STALE: deadlines may be missing here, look at the docket"
TEXT = (
    "The program that keeps this calendar has given no sign of life since {since}. Deadlines that were added or moved "
    "since then may be missing, and reminders may not be sent. Tell whoever keeps the docket; until this entry goes "
    "away, rely on the docket alone."
)
FROZEN_TEXT = (
    "This calendar cannot be made anew since {since}, and shows what it showed then. Deadlines that were added or "
    "moved since then may be missing. Tell whoever keeps the docket; until this entry goes away, rely on the docket "
    "alone."
)
DOUBTED = "INTEGRITY ALARM: check every date here against its notice, somebody altered the docket's audit trail"

BANNER_AFTER = timedelta(minutes=15)
"""How long the scheduler may be silent before the pages say so. Calendars wait longer: a program that fetches once a
day would show for a day what was over after a restart."""
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""No sign of life is older: sequences count from here."""


def is_stale(beat_at: datetime | None, now: datetime, patience: timedelta) -> bool:
    """Whether the last sign of life is too long ago, or lies as far ahead. Nothing known: not stale."""
    return beat_at is not None and abs(now - beat_at) > patience


def with_stale_note(body: bytes, subscription: str, beat_at: datetime, today: date) -> bytes:
    """The calendar with a loud entry on this day. It moves along from day to day, as one entry.

    Raises CalendarError where the calendar is not whole.
    """
    return _with_note(body, f"{subscription}-stale@deadlines", TEXT, beat_at, today)


def with_frozen_note(body: bytes, subscription: str, since: datetime, today: date) -> bytes:
    """The same for a calendar that cannot be made since a moment, though the program runs. Raises CalendarError."""
    return _with_note(body, f"{subscription}-frozen@deadlines", FROZEN_TEXT, since, today)


def with_doubt_note(body: bytes, subscription: str, since: datetime, today: date) -> bytes:
    """The same for a calendar of which every date is in doubt since a moment. Raises CalendarError."""
    text = f"{ALARM} This was found on {{since}}; until it has been looked into, this entry stays."
    return _with_note(body, f"{subscription}-doubt@deadlines", text, since, today, summary=DOUBTED)


def _with_note(body: bytes, uid: str, text: str, since: datetime, today: date, *, summary: str = SUMMARY) -> bytes:
    days = max((today - since.date()).days, 0)
    item = CalendarItem(
        uid=uid,
        on=today,
        summary=summary,
        description=text.format(since=f"{since:%Y-%m-%d %H:%M} UTC"),
        # Later for every later day, and for every later silence: a day has more minutes than one.
        sequence=(since - FIRST) // timedelta(minutes=1) + days,
        changed_at=since + timedelta(days=days),
        created_at=since,
        cancelled=False,
        category="Note",
    )
    return with_event(body, render_event(item))
