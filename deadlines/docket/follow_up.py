"""The weekly follow-up: what was due last week and what is due next, each with its proof of filing, or none."""

from datetime import date, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.extension_views import WANTED_ON
from deadlines.docket.legible import closing_of
from deadlines.docket.naming import shown_name
from deadlines.docket.records import Closing
from deadlines.docket.visible import counted, visible
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

WEEK = timedelta(days=7)
NO_PROOF = "NO PROOF"


class FollowUpLine(Struct, frozen=True, kw_only=True):
    """One date of one or the other week. `what`: `protective`, `file-by` or `last-day`.

    `word` is the proof of filing, or what stands in its place: the reason of a waiver or strike, `MISSED`, `NO PROOF`.
    `extension_to`: until when more time is asked for and not granted.
    Of a `discreet` one the matter's number is told and not what is filed; of a `veiled` one not even that.
    """

    entry: str
    matter: str
    attorney: str
    title: str
    form: str | None
    on: date
    what: str
    last_day: date | None
    status: str
    filed_on: date | None
    timeliness: str | None
    word: str
    proved: bool
    discreet: bool
    veiled: bool
    extension_to: date | None = None


class FollowUp(Struct, frozen=True, kw_only=True):
    """What was due in the seven days before `on`, and what is due from then on for a week."""

    on: date
    last: list[FollowUpLine]
    next: list[FollowUpLine]

    @property
    def unproved(self) -> int:
        """How many of the past dates nobody has proved: still open, or missed."""
        return sum(not line.proved for line in self.last)


def follow_up(session: Session, person: Person | None, *, on: date) -> FollowUp:
    """The two weeks around a day, as far as a person may see them; without a person restricted matters are veiled."""
    lines = [line for row in _rows(session, person, on - WEEK, on + WEEK) for line in _lines(row, on)]
    lines.sort(key=lambda line: (line.on, line.matter, line.title, line.entry))
    return FollowUp(
        on=on,
        last=[line for line in lines if line.on < on],
        next=[line for line in lines if line.on >= on],
    )


def _rows(session: Session, person: Person | None, first: date, last: date) -> Any:
    """Every entry that is the client's to act on, whatever became of it, with a date in those days."""
    seen = visible(person) if person is not None else Matter.restricted.is_(False)
    query = (
        select(
            Entry, DeadlineRow, Matter, shown_name().label("attorney"), seen.label("seen"), WANTED_ON.label("wanted")
        )
        .join(DeadlineRow, and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status != "information", _within(first, last))
    )
    return session.execute(query if person is None else query.where(counted(person)))


def _within(first: date, last: date) -> ColumnElement[bool]:
    days = DeadlineRow.protective_by, DeadlineRow.safe_by, DeadlineRow.last_day
    return or_(*(and_(day >= first, day <= last) for day in days))


def _lines(row: Any, on: date) -> list[FollowUpLine]:
    """One line for each week in which the entry has a date, with the gravest of that week."""
    dates = row.DeadlineRow
    named = ((dates.last_day, "last-day"), (dates.safe_by, "file-by"), (dates.protective_by, "protective"))
    weeks = ((on - WEEK, on - timedelta(days=1)), (on, on + WEEK))
    found = [
        next(((day, what) for day, what in named if day is not None and first <= day <= last), None)
        for first, last in weeks
    ]
    return [_line(row, *item, on) for item in found if item is not None]


def _line(row: Any, day: date, what: str, on: date) -> FollowUpLine:
    entry, veiled = row.Entry, not row.seen
    closing = closing_of(entry) if entry.closing is not None else None
    word, proved = _word(entry, closing, past=day < on)
    return FollowUpLine(
        entry=entry.id,
        matter="" if veiled else row.Matter.reference,
        attorney=row.attorney,
        title="Deadline of a restricted matter" if veiled else entry.title,
        form=None if veiled else entry.form,
        on=day,
        what=what,
        last_day=row.DeadlineRow.last_day,
        status=entry.status,
        filed_on=entry.closed_on if entry.status == "satisfied" else None,
        timeliness=closing.timeliness if closing is not None else None,
        word=word if not veiled or not proved else entry.status,
        proved=proved,
        discreet=row.Matter.restricted,
        veiled=veiled,
        extension_to=row.wanted if entry.status == "open" and not veiled else None,
    )


def _word(entry: Entry, closing: Closing | None, *, past: bool) -> tuple[str, bool]:
    """The proof, or what stands in its place, and whether the partner need ask no more."""
    if entry.status == "missed":
        return "MISSED", False
    if closing is not None:
        return closing.proof or closing.reason or NO_PROOF, bool(closing.proof or closing.reason)
    return (NO_PROOF, False) if past else ("open", True)
