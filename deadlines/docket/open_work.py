"""What somebody still answers for, so that nobody leaves while a window would be left without a person."""

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.reminders import PENDING
from deadlines.store.tables import Entry, Matter, Milestone, Person, Reminder

NAMED = 5
"""How many matters and people a sentence names."""


class OpenWork(Struct, frozen=True):
    """The matters with open dates of which somebody is the attorney, how many dates those are, how many milestones
    and waiting reminders are theirs, and by mail address for whom they stand in."""

    matters: list[str]
    restricted: int
    dates: int
    milestones: int
    reminders: int
    stands_in_for: list[str]

    def __bool__(self) -> bool:
        return bool(self.dates or self.milestones or self.reminders or self.stands_in_for)

    def words(self) -> str:
        """What it is, in one breath. Restricted matters are counted and not named."""
        named = some(self.matters)
        matters = [f"matters {named}"] if named else []
        matters += [f"{self.restricted} restricted matters"] if self.restricted else []
        parts = [
            f"{self.dates} open dates of {' and '.join(matters)}" if self.dates else "",
            f"{self.milestones} milestones" if self.milestones else "",
            f"{self.reminders} waiting reminders" if self.reminders else "",
            f"standing in for {some(self.stands_in_for)}" if self.stands_in_for else "",
        ]
        return ", ".join(part for part in parts if part)


def open_work(session: Session, person: Person) -> OpenWork:
    """What is open for somebody."""
    entries = (
        select(Matter.reference, Matter.restricted, func.count())
        .join(Entry, Entry.matter_id == Matter.id)
        .where(Matter.attorney_id == person.id, Entry.status == "open")
        .group_by(Matter.reference, Matter.restricted)
        .order_by(Matter.reference)
    )
    rows = session.execute(entries).all()
    steps = select(func.count()).where(Milestone.owner_id == person.id, Milestone.state == "open")
    waiting = select(func.count()).select_from(Reminder).where(Reminder.person_id == person.id, PENDING)
    named = select(Person.email).where(
        Person.active.is_(True), or_(Person.deputy_id == person.id, Person.supervisor_id == person.id)
    )
    return OpenWork(
        matters=[reference for reference, restricted, _ in rows if not restricted],
        restricted=sum(bool(restricted) for _, restricted, _ in rows),
        dates=sum(count for *_, count in rows),
        milestones=session.scalar(steps) or 0,
        reminders=session.scalar(waiting) or 0,
        stands_in_for=list(session.scalars(named.order_by(Person.email))),
    )


def some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left} more" if left > 0 else "")
