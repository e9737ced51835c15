"""What somebody still answers for, so that nobody leaves while a matter or a window would be left without a person."""

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.reminders import PENDING
from deadlines.store.tables import Entry, Matter, Milestone, Person, Reminder

NAMED = 5
"""How many matters and people a sentence names."""


class OpenWork(Struct, frozen=True):
    """The matters that are not closed of which somebody is the attorney, and whether there are `restricted` ones beside
    them; how many open dates those have, how many milestones and waiting reminders are theirs, and by mail address for
    whom they stand in."""

    matters: list[str]
    restricted: bool
    dates: int
    milestones: int
    reminders: int
    stands_in_for: list[str]

    def __bool__(self) -> bool:
        return bool(self.words())

    def words(self) -> str:
        """What it is, in one breath."""
        counts = [(self.dates, "open date"), (self.milestones, "milestone"), (self.reminders, "waiting reminder")]
        answers = [counted(count, thing) for count, thing in counts if count]
        parts = [
            self.attorney_of(),
            f"answers for {', '.join(answers)}" if answers else "",
            f"stands in for {some(self.stands_in_for)}" if self.stands_in_for else "",
        ]
        return " and ".join(part for part in parts if part)

    def attorney_of(self) -> str:
        """Of which matters they are the attorney, also of those without an open date: the next notice would open one.
        Of restricted ones it is told that there are some, which must be known, and neither number nor name."""
        if not self.matters:
            return "is the attorney of restricted matters" if self.restricted else ""
        named = f"matter{'' if len(self.matters) == 1 else 's'} {some(self.matters)}"
        return f"is the attorney of {named}" + (" and of restricted matters" if self.restricted else "")


def open_work(session: Session, person: Person) -> OpenWork:
    """What is open for somebody."""
    theirs = select(Matter.reference, Matter.restricted).where(
        Matter.attorney_id == person.id, Matter.closed_at.is_(None)
    )
    rows = session.execute(theirs.order_by(Matter.reference)).all()
    dates = select(func.count()).select_from(Entry).join(Matter, Matter.id == Entry.matter_id)
    steps = select(func.count()).where(Milestone.owner_id == person.id, Milestone.state == "open")
    waiting = select(func.count()).select_from(Reminder).where(Reminder.person_id == person.id, PENDING)
    named = select(Person.email).where(
        Person.active.is_(True), or_(Person.deputy_id == person.id, Person.supervisor_id == person.id)
    )
    return OpenWork(
        matters=[row.reference for row in rows if not row.restricted],
        restricted=any(row.restricted for row in rows),
        dates=session.scalar(dates.where(Matter.attorney_id == person.id, Entry.status == "open")) or 0,
        milestones=session.scalar(steps) or 0,
        reminders=session.scalar(waiting) or 0,
        stands_in_for=list(session.scalars(named.order_by(Person.email))),
    )


def some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left} more" if left > 0 else "")


def counted(count: int, thing: str) -> str:
    """So many of a thing."""
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"
