"""Steps that go over to another owner, because theirs was taken off the matter or may not see it: a case of which
somebody is not to know is not told to them step by step, and no step is left without anybody who hears of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session, aliased

from deadlines.docket import letters
from deadlines.docket.milestones import remind, reminders_of
from deadlines.docket.owners import named_in, owner_of
from deadlines.docket.passing import pass_on
from deadlines.docket.reminders import PENDING
from deadlines.docket.versions import current
from deadlines.docket.visible import visible, visible_to
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, Milestone, Person, Reminder

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

YOURS = """\
{count} of {matter} {are} yours from now on: whoever had {them} before does not work on the matter.
You are reminded of {each}.

{how} look at the nearest ones today.
"""
BY_PAGE = """\
{pages}/matter/{id}

Open it, and"""
BY_COMMAND = "`deadlines milestone list` shows them;"


def pass_steps(
    session: Session, desk: "Desk", matter: Matter, *, before: Person | None = None, actor: str, now: datetime
) -> None:
    """Find a new owner for the open steps of a matter that are of `before`, who is taken off it, or without `before` of
    whoever may not be told of them: as at the beginning, else the attorney. They are told by mail.

    A step that ended with its entry goes over too, in case that is reopened. The caller holds the matter's entries.
    """
    theirs = Milestone.owner_id == before.id if before is not None else untold()
    given: dict[Person, int] = {}
    for step in _steps(session, theirs, Matter.id == matter.id, Milestone.state != "done"):
        to = owner_of(session, matter, named_in(desk.practice, step.template), but=before)
        if to.id != step.owner_id and _give(session, desk, step, to, actor, now):
            given[to] = given.get(to, 0) + 1
    for to, count in given.items():
        _tell(session, matter, to, count, desk.pages, now)


def with_untold_steps(session: Session) -> Sequence[Matter]:
    """The matters that have open steps of which nobody may be told as they stand, and an attorney who could be."""
    attorney = aliased(Person)
    query = select(Matter).join(Entry, Entry.matter_id == Matter.id).join(Milestone, Milestone.entry_id == Entry.id)
    query = query.join(attorney, attorney.id == Matter.attorney_id).join(Person, Person.id == Milestone.owner_id)
    query = query.where(Milestone.state == "open", untold())
    return session.scalars(query.distinct().order_by(Matter.id)).all()


def untold() -> ColumnElement[bool]:
    """Whether the owner of a step has left the firm, or may not see the matter, and the attorney could have it. For a
    query that holds the milestones, their owners and the matters."""
    return and_(~and_(Person.active.is_(True), visible_to(Person.id)), Person.id != Matter.attorney_id)


def pass_unseen_steps(session: Session, person: Person, to: Person, *, pages: str, now: datetime) -> None:
    """Of what a person leaves to a successor, steps of matters that this one does not see go to the matter's attorney,
    with the reminders that wait."""
    given: dict[Matter, int] = {}
    for step in _steps(session, Milestone.owner_id == person.id, Milestone.state == "open", ~visible(to)):
        matter = step.entry.matter
        step.owner_id, step.assigned = matter.attorney_id, False
        session.flush()
        pass_on(session, person, matter.attorney, now, reminders_of(step))
        given[matter] = given.get(matter, 0) + 1
    for matter, count in given.items():
        _tell(session, matter, matter.attorney, count, pages, now)


def _steps(session: Session, *which: ColumnElement[bool]) -> Sequence[Milestone]:
    query = select(Milestone).join(Entry, Entry.id == Milestone.entry_id).join(Matter, Matter.id == Entry.matter_id)
    query = query.join(Person, Person.id == Milestone.owner_id).where(*which)
    return session.scalars(query.order_by(Milestone.entry_id, Milestone.id)).all()


def _give(session: Session, desk: "Desk", step: Milestone, to: Person, actor: str, now: datetime) -> bool:
    """A step and its reminders go to another owner, and what waits for the other is taken back. Whether it is open."""
    theirs = Reminder.entry_id == step.entry_id, Reminder.person_id == step.owner_id, reminders_of(step)
    taken = update(Reminder).where(*theirs, PENDING)
    taken = taken.values(state="cancelled", next_at=now, owner=None, lease_until=None)
    session.execute(taken.execution_options(synchronize_session="fetch"))
    step.owner_id, step.assigned = to.id, False
    session.flush()
    if step.state != "open":
        return False
    days: Collection[int] = next((one.remind for one in desk.practice.milestones if one.id == step.template), (0,))
    remind(session, desk, step, current(session, step.entry), tuple(days), now=now)
    detail = {"milestone": step.id, "template": step.template, "owner": to.id}
    audit.record(session, at=now, actor=actor, action="milestone.assign", subject=step.entry_id, detail=detail)
    return True


def _tell(session: Session, matter: Matter, to: Person, count: int, pages: str, now: datetime) -> None:
    what = "a matter" if matter.restricted else f"matter {matter.reference}"
    one = count == 1
    steps = "One open step" if one else f"{count} open steps"
    letters.queue(
        session,
        key=f"steps/{matter.id}/{to.id}/{now.isoformat(timespec='seconds')}",
        person=to,
        subject=f"{steps} of {what} {'is' if one else 'are'} yours now",
        # A link by the id alone tells nothing, and whoever opens it has signed in.
        text=YOURS.format(
            count=steps,
            matter=what,
            are="is" if one else "are",
            them="it" if one else "them",
            each="it" if one else "each",
            how=(BY_PAGE if pages else BY_COMMAND).format(pages=pages, id=matter.id),
        ),
        now=now,
    )
