"""What somebody still answers for, so that nobody leaves while a matter or a window would be left without a person.

It is read by who administers the firm's people, whoever that is: of restricted matters it says that there is something,
which must be known, and neither number, name nor count.
"""

from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, TextClause, func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.absences import coming
from deadlines.docket.reminders import PENDING
from deadlines.docket.visible import visible
from deadlines.store.tables import Entry, Matter, Milestone, Person, Reminder

NAMED = 5
"""How many matters and people a sentence names."""


class OpenWork(Struct, frozen=True):
    """The matters that are not closed of which somebody is the attorney, and whether there are `restricted` ones beside
    them; how many open dates those have, how many milestones and waiting reminders are theirs, whether there are `more`
    of these in restricted matters, and by mail address for whom they stand in and whom they cover from today on."""

    matters: list[str]
    restricted: bool
    dates: int
    milestones: int
    reminders: int
    more: bool
    stands_in_for: list[str]
    covers: list[str]

    def __bool__(self) -> bool:
        return bool(self.words())

    def words(self) -> str:
        """What it is, in one breath."""
        counts = [(self.dates, "open date"), (self.milestones, "milestone"), (self.reminders, "waiting reminder")]
        answers = [counted(count, thing) for count, thing in counts if count]
        if self.more:
            answers.append("others in restricted matters" if answers else "dates in restricted matters")
        parts = [
            self.attorney_of(),
            f"answers for {', '.join(answers)}" if answers else "",
            f"stands in for {some(self.stands_in_for)}" if self.stands_in_for else "",
            f"covers for {some(self.covers)} who {'is' if len(self.covers) == 1 else 'are'} away"
            if self.covers
            else "",
        ]
        return " and ".join(part for part in parts if part)

    def attorney_of(self) -> str:
        """Of which matters they are the attorney, also of those without an open date: the next notice would open one.
        Of restricted ones it is told that there are some, which must be known, and neither number nor name."""
        if not self.matters:
            return "is the attorney of restricted matters" if self.restricted else ""
        named = f"matter{'' if len(self.matters) == 1 else 's'} {some(self.matters)}"
        return f"is the attorney of {named}" + (" and of restricted matters" if self.restricted else "")


def open_work(session: Session, person: Person, today: date) -> OpenWork:
    """What is open for somebody."""
    theirs = select(Matter.reference, Matter.restricted).where(
        Matter.attorney_id == person.id, Matter.closed_at.is_(None)
    )
    rows = session.execute(theirs.order_by(Matter.reference)).all()
    dates = _by_sight(session, Entry, Matter.attorney_id == person.id, Entry.status == "open")
    steps = _by_sight(session, Milestone, Milestone.owner_id == person.id, Milestone.state == "open")
    waiting = _by_sight(session, Reminder, Reminder.person_id == person.id, PENDING)
    named = select(Person.email).where(
        Person.active.is_(True), or_(Person.deputy_id == person.id, Person.supervisor_id == person.id)
    )
    return OpenWork(
        matters=[row.reference for row in rows if not row.restricted],
        restricted=any(row.restricted for row in rows),
        dates=dates.get(True, 0),
        milestones=steps.get(True, 0),
        reminders=waiting.get(True, 0),
        more=any(False in found for found in (dates, steps, waiting)),
        stands_in_for=list(session.scalars(named.order_by(Person.email))),
        covers=sorted({row.person.email for row in coming(session, today) if row.deputy_id == person.id}),
    )


def _by_sight(session: Session, table: Any, *chosen: ColumnElement[bool] | TextClause) -> dict[bool, int]:
    """How many of them stand in matters that everybody sees, and how many in others."""
    seen = visible(None)
    query = select(seen, func.count(table.id)).select_from(Matter).join(Entry, Entry.matter_id == Matter.id)
    if table is not Entry:
        query = query.join(table, table.entry_id == Entry.id)
    return {bool(each): count for each, count in session.execute(query.where(*chosen).group_by(seen)).all()}


def some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left} more" if left > 0 else "")


def counted(count: int, thing: str) -> str:
    """So many of a thing."""
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"
