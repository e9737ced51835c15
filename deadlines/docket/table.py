"""The docket as a table that leaves the program: a copy of a day, one line for each entry."""

from collections.abc import Collection, Sequence
from datetime import date, tzinfo
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from deadlines.clock import day_of
from deadlines.docket.coming import next_date
from deadlines.docket.records import WAITING, is_disputed, is_held_to_print
from deadlines.docket.trail_watch import doubt
from deadlines.docket.trust import is_altered
from deadlines.docket.views import current, refuse_unknown
from deadlines.sheets import Column, Sheet
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person, Proposal

COLUMNS = (
    Column("Next date", 12, "date"), Column("What", 12), Column("Days left", 9, "number"), Column("Matter", 16),
    Column("Client", 24), Column("Attorney", 28), Column("Kind of notice", 24), Column("Form decided", 12),
    Column("Decided on", 12, "date"), Column("Window", 40), Column("Form to file", 12), Column("Status", 12),
    Column("Opens on", 12, "date"), Column("Protective date", 14, "date"), Column("File by", 12, "date"),
    Column("Last day", 12, "date"), Column("Latest", 12, "date"), Column("Courier by", 12, "date"),
    Column("Checked by", 28), Column("Checked on", 12, "date"), Column("Look again", 40),
    Column("Closed on", 12, "date"), Column("Matter closed", 12, "date"), Column("Edition", 10), Column("Entry", 28),
)  # fmt: skip
NEXT = {"protective": "protective", "file-by": "file by", "last-day": "LAST DAY", "past": "PAST"}
ALTERED = "INTEGRITY ALARM: altered outside the program; do not rely on these dates"
DISCREPANT = "IN DOUBT: two people read the notice differently"
ABOUT = (
    "A copy of {day}. It is not kept up to date: dates may have moved since. The docket is the record.",
    "Each date is explained by `deadlines explain ENTRY`. Not legal advice.",
)


class Choice(Struct, frozen=True, kw_only=True):
    """Which entries: as `deadlines list` chooses, by attorney or matter, all of them or only those that have passed.

    `everything`: closed entries and information too. `clients`: with their names, but for restricted matters.
    """

    attorney: str | None = None
    matter: str | None = None
    past: bool = False
    everything: bool = False
    clients: bool = False


class Copy(Struct, frozen=True):
    """The table, and how many entries of restricted matters were left out of it."""

    sheet: Sheet
    left_out: int


def docket_table(
    session: Session,
    choice: Choice,
    seen: ColumnElement[bool],
    *,
    discreet: Collection[str] = (),
    zone: tzinfo,
    today: date,
) -> Copy:
    """The entries that the choice asks for, the next date first.

    Args:
        session: is read only.
        choice: which entries.
        seen: of which matters; see `docket.visible`.
        discreet: rules whose very name tells of a protected case; they leave with restricted matters only.
        zone: the firm's, for the days of what was done.
        today: the day of the copy.

    Raises:
        NotFound: nobody knows the attorney or matter.
    """
    refuse_unknown(session, choice.attorney, choice.matter)
    query = _chosen(choice).where(or_(Matter.restricted, Entry.rule.not_in(discreet)))
    people = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    waiting = set(session.scalars(select(Proposal.entry_id).where(Proposal.state.in_(WAITING))))
    doubted = doubt(session)
    lines = [_Line(choice, zone, today, people, waiting, doubted, *row) for row in session.execute(query.where(seen))]
    if choice.past:
        lines = [line for line in lines if line.what == "PAST"]
    lines.sort(key=lambda line: (line.next_on or date.max, line.matter.reference, line.entry.title, line.entry.id))
    hidden = session.scalar(select(func.count()).select_from(query.where(~seen).subquery())) or 0
    columns = [column for column in COLUMNS if choice.clients or column.name != "Client"]
    return Copy(Sheet("Docket", columns, [line.cells([c.name for c in columns]) for line in lines]), hidden)


def about(today: date, copy: Copy) -> Sheet:
    """A page that says what the table is."""
    lines = [text.format(day=today) for text in ABOUT]
    if copy.left_out:
        lines.append("Entries of restricted matters are left out.")
    return Sheet("About", [Column("About this copy", 100)], [[line] for line in lines], filters=False)


def _chosen(choice: Choice) -> Select[Any]:
    query: Select[Any] = current()
    if not choice.everything or choice.past:
        query = query.where(Entry.status == "open")
    if choice.attorney is not None:
        query = query.where(Person.email == choice.attorney.strip().lower())
    if choice.matter is not None:
        query = query.where(Matter.reference == choice.matter.strip())
    return query


class _Line:
    """One entry with its dates in force."""

    def __init__(
        self,
        choice: Choice,
        zone: tzinfo,
        today: date,
        people: dict[str, str],
        waiting: set[str],
        doubted: str | None,
        entry: Entry,
        deadline: DeadlineRow,
        notice: NoticeRow,
        matter: Matter,
        attorney: Person,
    ) -> None:
        self.choice, self.zone, self.today, self.people, self.waiting = choice, zone, today, people, waiting
        self.entry, self.deadline, self.notice, self.matter, self.attorney = entry, deadline, notice, matter, attorney
        self.altered, self.doubted = is_altered(entry, deadline), doubted
        self.next_on: date | None = None
        self.what = ""
        if entry.status == "open" and deadline.safe_by is not None and deadline.last_day is not None:
            found = next_date(deadline.protective_by, deadline.safe_by, deadline.last_day, today)
            self.next_on, self.what = found[0], NEXT[found[1]]

    def cells(self, names: Sequence[str]) -> list[str | int | date | None]:
        """The values of these columns."""
        values = self._values()
        return [values[name] for name in names]

    def _values(self) -> dict[str, str | int | date | None]:
        entry, deadline, notice, matter = self.entry, self.deadline, self.notice, self.matter
        return {
            "Next date": self.next_on,
            "What": self.what or None,
            "Days left": (self.next_on - self.today).days if self.next_on else None,
            "Matter": matter.reference,
            "Client": matter.client if self.choice.clients and not matter.restricted else None,
            "Attorney": self.attorney.email,
            "Kind of notice": notice.kind,
            "Form decided": notice.form,
            "Decided on": notice.decided_on,
            "Window": entry.title,
            "Form to file": entry.form,
            "Status": entry.status,
            "Opens on": deadline.opens_on,
            "Protective date": deadline.protective_by,
            "File by": deadline.safe_by,
            "Last day": deadline.last_day,
            "Latest": deadline.latest,
            "Courier by": entry.dispatch_by if entry.status == "open" else None,
            "Checked by": self.people.get(entry.verified_by or "", entry.verified_by),
            "Checked on": day_of(entry.verified_at, self.zone) if entry.verified_at else None,
            "Look again": self._doubts(),
            "Closed on": entry.closed_on,
            "Matter closed": day_of(matter.closed_at, self.zone) if matter.closed_at is not None else None,
            "Edition": deadline.edition,
            "Entry": entry.id,
        }

    def _doubts(self) -> str | None:
        found = [ALTERED] if self.altered else []
        if self.doubted is not None:
            found.append(self.doubted)
        if self.entry.discrepancy is not None:
            found.append(DISCREPANT)
        if is_disputed(self.entry, self.deadline.window.get("dispute")):
            found.append("the notice prints another deadline")
        if is_held_to_print(self.entry, self.deadline.window.get("dispute")):
            found.append("the printed deadline holds, by decision")
        if self.entry.id in self.waiting:
            found.append("other dates wait for two people")
        return "; ".join(found) or None
