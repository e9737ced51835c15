"""What stands on the sheet of an evening: what was to be done by then, what was closed since the
working day before, what comes next."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from deadlines.clock import end_of
from deadlines.docket.evening_others import OtherItem, hides_others, waiting_looks, waiting_papers
from deadlines.docket.evening_signed import Signature, State, checks_of, covered, other_state, signatures_of
from deadlines.docket.extension_views import WANTED_ON
from deadlines.docket.intake import Desk
from deadlines.docket.legible import closing_of
from deadlines.docket.naming import shown_name
from deadlines.docket.past_days import ended_after
from deadlines.docket.trust import is_altered
from deadlines.docket.visible import counted, visible
from deadlines.docket.wanted import courier_day
from deadlines.docket.ways import is_working_day
from deadlines.store.tables import Audit, DeadlineRow, Entry, EveningCheck, Matter, Person

VEILED = "Deadline of a restricted matter: ask its attorney"
CLOSINGS = ("entry.filed", "entry.waived", "entry.struck", "entry.missed")
"""The audit's words for the ways in which entries close."""


class DueItem(Struct, frozen=True, kw_only=True):
    """An open entry and the day by which something is to be done about it.

    `what`: `protective`, `file-by`, `last-day`, `past`, `courier`, or `altered` for a date that the program did not
    write. Of a `veiled` one nothing is told but its days and its attorney. `came_at`: when it came onto the docket with
    these days, or was opened again. `extension_to`: until when more time is asked for and not granted.
    """

    entry: str
    version: int
    status: str
    matter: str
    attorney: str
    title: str
    form: str | None
    on: date
    what: str
    veiled: bool
    came_at: datetime
    extension_to: date | None = None


class ClosedItem(Struct, frozen=True, kw_only=True):
    """An entry that was closed: how, by whom, and with which proof or reason. `passed`: its last day, where that had
    passed when it was waived or struck."""

    entry: str
    version: int
    status: str
    matter: str
    attorney: str
    title: str
    form: str | None
    event: str
    on: date | None
    proof: str | None
    timeliness: str | None
    closed_by: str
    veiled: bool
    passed: date | None = None


class Sheet(Struct, frozen=True, kw_only=True):
    """What somebody goes through on the evening of `on`: what stays open and was to be done by then, what was closed
    from `closed_since` to that day, what is due until the next working day `next_on`, what else came up, and who has
    signed for it.

    `after`: the ids of what came, changed or was closed by the end of the day after that and is not signed for; none
    while nobody has signed. What changed on a later day is gone through on that day.
    """

    on: date
    closed_since: date
    next_on: date
    open: list[DueItem]
    closed: list[ClosedItem]
    coming: list[DueItem]
    others: list[OtherItem] = []
    signatures: list[Signature] = []
    after: list[str] = []

    @property
    def needing(self) -> list[str]:
        """The ids of what needs a word before anybody can sign."""
        return [item.entry for item in self.open] + [item.id for item in self.others if item.must]

    @property
    def states(self) -> dict[str, State]:
        """What is gone through, each as it is now, by its id."""
        windows: list[DueItem | ClosedItem] = [*self.open, *self.closed]
        states = {item.entry: (item.entry, item.version, item.status) for item in windows}
        return states | {item.id: other_state(item.id) for item in self.others}


def sheet_of(session: Session, desk: Desk, person: Person | None, *, on: date) -> Sheet:
    """The sheet of a day for a person; without one the whole docket, with every restricted matter veiled."""
    next_on, checks, zone = next_working_day(desk, on), checks_of(session, on, on), ZoneInfo(desk.zone)
    sheet = Sheet(
        on=on,
        closed_since=first_day(desk, on),
        next_on=next_on,
        open=_open(session, person, desk, on),
        closed=_closed(session, person, desk, on),
        coming=_coming(session, person, on, next_on),
        others=waiting_papers(session, person, on=on, zone=zone) + waiting_looks(session, person, on=on, zone=zone),
        signatures=signatures_of(session, checks, person),
    )
    return replace(sheet, after=_not_signed(sheet, checks, end_of(on, zone)))


def _not_signed(sheet: Sheet, checks: Sequence[EveningCheck], until: datetime) -> list[str]:
    """What was there by the end of the day and no signature covers."""
    signed = covered(checks)
    later = {item.entry for item in sheet.open if item.came_at >= until}
    return [name for name, state in sheet.states.items() if checks and state not in signed and name not in later]


def sees_all(session: Session, desk: Desk, person: Person, *, on: date) -> bool:
    """Whether a person sees everything that was to be done by a day; restricted matters are not for everybody."""
    zone = ZoneInfo(desk.zone)
    there = Entry.status == "open", reached(on), Entry.created_at < end_of(on, zone)
    hidden = rows(true(), Entry.id).where(*there, ~counted(person)).limit(1)
    return session.scalar(hidden) is None and not hides_others(session, person, on=on, zone=zone)


def next_working_day(desk: Desk, on: date) -> date:
    """The first working day after a day."""
    works, day = is_working_day(desk), on + timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def first_day(desk: Desk, on: date) -> date:
    """From which day on the list of a day has what was closed: on a working day from the end of the working day before,
    for nobody is asked to go through what is closed on a weekend or a holiday; on such a day that day alone."""
    works, day = is_working_day(desk), on
    while works(on) and not works(day - timedelta(days=1)):
        day -= timedelta(days=1)
    return day


def rows(of: ColumnElement[bool], *columns: Any) -> Select[Any]:
    """Columns of entries with their dates in force, their matters and attorneys, of those for which `of` holds."""
    return (
        select(*columns)
        .select_from(Entry)
        .join(DeadlineRow, and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(of)
    )


def reached(on: date) -> ColumnElement[bool]:
    """One of the dates has come, or a courier must have that day what nobody has sent. A version without dates is
    damaged, and is looked at too."""
    return or_(
        courier_day() == on,
        DeadlineRow.protective_by <= on,
        DeadlineRow.safe_by <= on,
        DeadlineRow.last_day <= on,
        and_(DeadlineRow.safe_by.is_(None), DeadlineRow.last_day.is_(None)),
    )


def _seen(person: Person | None) -> ColumnElement[bool]:
    return visible(person) if person is not None else Matter.restricted.is_(False)


def on_docket_of(person: Person | None) -> ColumnElement[bool]:
    """Whether a date stands on somebody's docket at all; nobody in particular has every one."""
    return counted(person) if person is not None else true()


def _columns(person: Person | None) -> tuple[Any, ...]:
    return (
        Entry,
        DeadlineRow,
        Matter.reference,
        shown_name().label("attorney"),
        _seen(person).label("seen"),
        WANTED_ON.label("wanted"),
    )


def _open(session: Session, person: Person | None, desk: Desk, on: date) -> list[DueItem]:
    """Nothing that was entered on a later day: it belongs to the list of that day."""
    there = Entry.created_at < end_of(on, ZoneInfo(desk.zone))
    query = rows(on_docket_of(person), *_columns(person)).where(Entry.status == "open", reached(on), there)
    return _sorted([_item(row, *_reached_by(row, on)) for row in session.execute(query)])


def _reached_by(row: Any, on: date) -> tuple[date, str]:
    """The gravest of the dates that have come; of a damaged version, which has none, the day itself."""
    days = [
        (day, what) for day, what in _days(row) if day is not None and (day == on or (day < on and what != "courier"))
    ]
    day, what = days[0] if days else (on, "protective")
    return day, "past" if what == "last-day" and day < on else what


def _days(row: Any) -> tuple[tuple[date | None, str], ...]:
    """Each date of an entry and what it is, the gravest first."""
    return (
        (row.DeadlineRow.last_day, "last-day"),
        (row.DeadlineRow.safe_by, "file-by"),
        (row.DeadlineRow.protective_by, "protective"),
        (row.Entry.dispatch_by if row.Entry.dispatched is None else None, "courier"),
    )


def _coming(session: Session, person: Person | None, on: date, until: date) -> list[DueItem]:
    """What falls on the days after `on`, up to and with `until`; the gravest date of each entry."""
    columns = DeadlineRow.last_day, DeadlineRow.safe_by, DeadlineRow.protective_by, courier_day()
    falls = or_(*(and_(column > on, column <= until) for column in columns))
    found = []
    for row in session.execute(rows(on_docket_of(person), *_columns(person)).where(Entry.status == "open", falls)):
        found.append(_item(row, *next((day, what) for day, what in _days(row) if day and on < day <= until)))
    return _sorted(found)


def _item(row: Any, on: date, what: str) -> DueItem:
    entry, veiled = row.Entry, not row.seen
    return DueItem(
        entry=entry.id,
        version=entry.version,
        status=entry.status,
        matter="" if veiled else row.reference,
        attorney=row.attorney,
        title=VEILED if veiled else entry.title,
        form=None if veiled else entry.form,
        on=on,
        what="altered" if is_altered(entry, row.DeadlineRow) else what,
        veiled=veiled,
        came_at=row.DeadlineRow.created_at,
        extension_to=None if veiled else row.wanted,
    )


def _sorted(items: list[DueItem]) -> list[DueItem]:
    return sorted(items, key=lambda item: (item.on, item.matter, item.title, item.entry))


def _closed(session: Session, person: Person | None, desk: Desk, on: date) -> list[ClosedItem]:
    """What was closed by the end of that day, since the working day before, and is closed still: whether it was closed
    rightly is part of the check."""
    zone = ZoneInfo(desk.zone)
    begin, end = datetime.combine(first_day(desk, on), time(), zone), end_of(on, zone)
    closed = select(Audit.subject).where(Audit.action.in_(CLOSINGS), Audit.at >= begin, Audit.at < end)
    query = (
        rows(on_docket_of(person), *_columns(person))
        .where(Entry.id.in_(closed), Entry.closing.is_not(None))
        .order_by(Matter.reference, Entry.title, Entry.id)
    )
    names = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    return [_closed_item(row, names) for row in session.execute(query)]


def _closed_item(row: Any, names: Mapping[str, str]) -> ClosedItem:
    entry, veiled = row.Entry, not row.seen
    closing = closing_of(entry)
    return ClosedItem(
        entry=entry.id,
        version=entry.version,
        status=entry.status,
        matter="" if veiled else row.reference,
        attorney=row.attorney,
        title=VEILED if veiled else entry.title,
        form=None if veiled else entry.form,
        event=closing.event,
        on=entry.closed_on,
        proof=None if veiled else closing.proof or closing.reason,
        timeliness=closing.timeliness,
        closed_by=names.get(entry.closed_by or "", entry.closed_by or ""),
        veiled=veiled,
        passed=row.DeadlineRow.last_day if ended_after(entry, row.DeadlineRow.last_day) else None,
    )
