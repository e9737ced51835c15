"""What an attorney reads in a calendar: first on a telephone, then in full."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from msgspec import Struct, structs

from deadlines.compute.dates import MONTHS
from deadlines.compute.result import Window
from deadlines.ical.event import DESCRIPTION_LIMIT, CalendarItem, Category
from deadlines.ical.text import clean, clean_lines, cut

Slot = Literal["safe", "last", "protective"]
Redaction = Literal["matter", "full", "busy"]

REDACTIONS: tuple[Redaction, ...] = ("matter", "full", "busy")
CATEGORIES: dict[Slot, Category] = {"safe": "Deadline", "last": "Last day", "protective": "Protective date"}
OPENINGS: dict[Slot, str] = {"safe": "FILE BY", "last": "LAST DAY", "protective": "PROTECTIVE DATE"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHORT = (
    ("the Board of Immigration Appeals", "the BIA"),
    ("the Administrative Appeals Office", "the AAO"),
    ("a request for evidence", "an RFE"),
    ("a notice of intent to deny", "a NOID"),
    ("a notice of intent to revoke", "a NOIR"),
    ("a notice of intent to terminate", "a NOIT"),
    ("the immigration judge", "the IJ"),
)
"""Names that every reader in this field knows by their letters; a telephone shows some forty characters."""
ENDED = {
    "satisfied": "Satisfied: the filing is on the docket.",
    "waived": "Waived: it was decided not to use this remedy.",
    "struck": "Struck from the docket: do not rely on this date.",
}
GONE = "This date no longer applies."
JOINED = "This is still the last day: the entry FILE BY AND LAST DAY of the same day stands for both."
BUSY_TEXT = "A deadline of the firm. The docket tells which."
ALARM = "INTEGRITY ALARM, check it"
DOUBTFUL = "The stored date was altered outside the program: do not rely on it, check the notice now."
UNVERIFIED = "Not verified: no second person has read the notice against this date yet."
FOOT = "Not legal advice: verify against the notice and the cited law."

WHAT_LIMIT, MATTER_LIMIT, CLIENT_LIMIT, LINE_LIMIT, CAUSE_LIMIT = 120, 60, 80, 600, 30


class Origin(Struct, frozen=True, kw_only=True):
    """Where an item comes from: its docket entry and matter. `status` is the entry's.

    `veiled`: `entry_id` stands for one of its dates only, and the UID must not tell which. `altered`: the stored
    date is not as the program wrote it. `unverified`: no second person has read the notice yet, and one could.
    `dispatch_by`: the day on which a courier must have the filing.
    """

    entry_id: str
    matter: str
    client: str | None
    edition: str
    status: str
    created_at: datetime
    changed_at: datetime
    veiled: bool = False
    altered: bool = False
    unverified: bool = False
    dispatch_by: date | None = None


def entry_items(window: Window, origin: Origin, redaction: Redaction = "matter") -> dict[Slot, CalendarItem]:
    """The items of one entry by slot, with `sequence` 0; none unless the window is due.

    `safe` lies on `safe_by`, `last` on `last_day`, `protective` on `protective_by` where there is one.
    Where the first two fall on one day there is one item, which says that it is both.

    `matter` shows the matter's reference, `full` the client's name too, `busy` nothing but "Deadline".
    """
    return {slot: slot_item(window, origin, redaction, slot, on) for slot, on in slot_days(window).items()}


def slot_days(window: Window) -> dict[Slot, date]:
    """The day of each slot that the window has; none unless it is due."""
    days: dict[Slot, date | None] = {
        "safe": window.safe_by,
        "last": window.last_day if window.last_day != window.safe_by else None,
        "protective": window.protective_by,
    }
    return {slot: day for slot, day in days.items() if day is not None and window.state == "due"}


def slot_item(
    window: Window, origin: Origin, redaction: Redaction, slot: Slot, on: date, *, gone: bool = False
) -> CalendarItem:
    """One item. `gone` makes it a cancelled one, for a date that the entry no longer has."""
    cancelled = gone or origin.status in ENDED
    joined = gone and slot == "last" and on == window.last_day == window.safe_by
    busy, alarm = redaction == "busy", f"{ALARM}: " if origin.altered else ""
    origin = structs.replace(origin, unverified=origin.unverified and not cancelled)
    return CalendarItem(
        uid=id_of(origin, "date" if origin.veiled else slot),
        on=on,
        summary=alarm + ("Deadline" if busy else _summary(window, origin, redaction, slot, joined=joined)),
        description="\n\n".join([*_warnings(origin), BUSY_TEXT])
        if busy
        else _description(window, origin, redaction, slot, JOINED if joined else GONE if gone else None),
        sequence=0,
        changed_at=origin.changed_at,
        created_at=origin.created_at,
        cancelled=cancelled,
        category="Deadline" if busy else CATEGORIES[slot],
    )


def id_of(origin: Origin, what: str) -> str:
    """The UID of one of an entry's dates or reminders, for ever."""
    return f"{origin.entry_id}-{what}@deadlines"


def _summary(window: Window, origin: Origin, redaction: Redaction, slot: Slot, *, joined: bool) -> str:
    opening = "now in one entry with FILE BY" if joined else OPENINGS[slot]
    if slot == "safe" and window.safe_by == window.last_day:
        opening = f"{opening} AND {OPENINGS['last']}"
    client = f" {clean(origin.client, CLIENT_LIMIT)}" if redaction == "full" and origin.client else ""
    matter = clean(origin.matter, MATTER_LIMIT)
    # The month view of a calendar program shows some twenty characters: what is to be filed comes first.
    checked = "; not verified" if origin.unverified else ""
    return f"{opening}: {what_to_file(window)} – {matter}{client} ({must_be(window.filed_when)}{checked})"


def what_to_file(window: Window) -> str:
    """`I-290B motion to reopen`, `EOIR-26 appeal to the BIA`: the form, then the remedy in short."""
    title, form = clean(window.title, WHAT_LIMIT), clean(window.form or "", WHAT_LIMIT)
    for long, short in SHORT:
        title = title.replace(long, short)
    if not form or form in title:
        return title
    keep = len(title) > 1 and title[1].isupper()
    return f"{form} {title if keep else title[:1].lower() + title[1:]}"


def must_be(filed_when: str) -> str:
    """What must have happened on the day, in two or three words: `must be received`.

    Of several ways the first is named, the one that is never disputed; the description has them all.
    """
    event = clean(filed_when, LINE_LIMIT).split(",")[0]
    return f"must be {event}" if 0 < len(event) <= CAUSE_LIMIT else "see what counts as filed"


def _description(window: Window, origin: Origin, redaction: Redaction, slot: Slot, gone: str | None) -> str:
    ended = gone or ENDED.get(origin.status)
    parts = [
        _warnings(origin),
        [ended] if ended else [],
        _what(window, origin, redaction),
        list(_dates(window, origin, slot)),
        _readings(window),
        _working(window),
        _notes(window) if slot == "safe" else _elsewhere(window),
    ]
    body = "\n\n".join("\n".join(clean(line, LINE_LIMIT) for line in part) for part in parts if part)
    foot = clean_lines("\n".join(_authority(window, origin)), DESCRIPTION_LIMIT // 2)
    return f"{cut(body, DESCRIPTION_LIMIT - len(foot) - 2)}\n\n{foot}"


def _warnings(origin: Origin) -> list[str]:
    return [*([DOUBTFUL] if origin.altered else []), *([UNVERIFIED] if origin.unverified else [])]


def _what(window: Window, origin: Origin, redaction: Redaction) -> list[str]:
    postmark = " A postmark does not count." if window.filed_when == "received" else ""
    return [
        f"What: {window.title}",
        *([f"Form: {window.form}"] if window.form else []),
        f"Matter: {clean(origin.matter, MATTER_LIMIT)}",
        *([f"Client: {clean(origin.client, CLIENT_LIMIT)}"] if redaction == "full" and origin.client else []),
        f"File with: {window.file_with}",
        f"Filed when: {window.filed_when}.{postmark}",
    ]


def _dates(window: Window, origin: Origin, slot: Slot) -> Iterator[str]:
    """The days by name. The courier's belongs to the safe date: beside a protective one it would come too late."""
    shown = origin.status == "open" and not origin.altered and slot != "protective"
    courier = origin.dispatch_by if shown else None
    named = (
        ("Opens", window.opens_on, ""),
        (
            "Protective date",
            window.protective_by,
            ", under a shorter text that a court has set aside for now",
        ),
        ("File by", window.safe_by, ""),
        ("By courier", courier, ", to arrive by the file-by date"),
        ("Last day", window.last_day, ""),
        ("Latest arguable", window.latest, ", never rely on it" if window.latest != window.last_day else ""),
    )
    for name, day, remark in named:
        if day is not None:
            yield f"{name}: {day_text(day)}{remark}"


def _readings(window: Window) -> list[str]:
    if not window.contested:
        return []
    lines = ["Contested. Readings of the law:"]
    for reading in window.readings:
        mark = "prevails" if reading.prevails else "does not prevail"
        cite = f" [{'; '.join(reading.cite)}]" if reading.cite else ""
        lines.append(f"- {reading.name}: {day_text(reading.last_day)}, {mark}: {reading.why}{cite}")
    return lines


def _working(window: Window) -> list[str]:
    steps = [
        f"{number}. {step.text}{f' [{step.cite}]' if step.cite else ''}"
        for number, step in enumerate(window.working, start=1)
    ]
    return ["Working:", *steps] if steps else []


def _notes(window: Window) -> list[str]:
    return ["Notes:", *(f"- {note}" for note in window.pitfalls)] if window.pitfalls else []


def _elsewhere(window: Window) -> list[str]:
    """The pitfalls stand once for each window: a calendar of many is dropped by some programs."""
    return ["Notes: in the entry FILE BY of this window."] if window.pitfalls else []


def _authority(window: Window, origin: Origin) -> list[str]:
    checked = f"reviewed {day_text(window.reviewed_on)}, confidence {clean(window.confidence, LINE_LIMIT)}"
    return [
        f"Law: {clean('; '.join(window.cite), LINE_LIMIT)}",
        f"Law data: edition {clean(origin.edition, LINE_LIMIT)}, {checked}.",
        f"Docket entry: {origin.entry_id}",
        FOOT,
    ]


def day_text(day: date) -> str:
    """`Fri 20 Nov 2026`, the same in every locale."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1][:3]} {day.year}"
