"""Milestones in people's hands: found, listed, ticked, taken back, given to somebody else; each with an audit row."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.answerable import require_able
from deadlines.docket.intake import Desk
from deadlines.docket.milestones import remind
from deadlines.docket.owners import may_own, named_in, owner_of
from deadlines.docket.prefixes import find_by_id
from deadlines.docket.versions import current, locked
from deadlines.docket.visible import is_visible, require_visible
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, Milestone, Person


class MilestoneView(Struct, frozen=True, kw_only=True):
    """One milestone: what is to be done, by whom and by when, and who ticked it. `state`: open, done or cancelled."""

    milestone: str
    template: str
    title: str
    matter: str
    entry: str
    window: str
    owner: str
    due_on: date
    state: str
    done_at: datetime | None
    done_by: str | None


def find_milestone(session: Session, name: str) -> Milestone:
    """The milestone of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, Milestone, name, "milestone", "deadlines milestone list")


def milestones(
    session: Session,
    *,
    owner: Person | None = None,
    matter: Matter | None = None,
    entry: Entry | None = None,
    everything: bool = False,
    before: date | None = None,
) -> list[MilestoneView]:
    """Milestones by their days: the open ones, or all; of one owner, matter or entry; due before a day."""
    query = _views()
    if owner is not None:
        query = query.where(Milestone.owner_id == owner.id)
    if matter is not None:
        query = query.where(Entry.matter_id == matter.id)
    if entry is not None:
        query = query.where(Entry.id == entry.id)
    if not everything:
        query = query.where(Milestone.state == "open")
    if before is not None:
        query = query.where(Milestone.due_on < before)
    return [_view(*row) for row in session.execute(query)]


def view_of(session: Session, milestone: Milestone) -> MilestoneView:
    """One milestone as it stands."""
    return _view(*session.execute(_views().where(Milestone.id == milestone.id)).one())


def tick(session: Session, desk: Desk, milestone: Milestone, by: Person, *, now: datetime) -> None:
    """It is done: nobody is reminded of it any more. Raises NotFound for one of a matter that the person may not see,
    Conflict for one that is not open."""
    entry = _held(session, milestone, by)
    if milestone.state != "open":
        raise Conflict(f"Milestone {milestone.id[:8]} is {milestone.state} already.")
    milestone.state, milestone.done_at, milestone.done_by = "done", now, by.id
    _settled(session, desk, entry, milestone, now)
    _record(session, "milestone.done", entry, milestone, by, {}, now)


def untick(session: Session, desk: Desk, milestone: Milestone, by: Person, *, now: datetime) -> None:
    """It is not done after all; where its owner may not be told of it any more, it has another.

    Raises NotFound as `tick`, Conflict for one that is not done, or whose entry is closed.
    """
    entry = _held(session, milestone, by)
    if milestone.state != "done":
        raise Conflict(f"Milestone {milestone.id[:8]} is {milestone.state}: there is nothing to take back.")
    if entry.status != "open":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}; its milestones are closed with it.")
    milestone.state, milestone.done_at, milestone.done_by = "open", None, None
    if not may_own(session, entry.matter, milestone.owner_id):
        named = named_in(desk.practice, milestone.template)
        milestone.owner_id, milestone.assigned = owner_of(session, entry.matter, named).id, False
    _settled(session, desk, entry, milestone, now)
    _record(session, "milestone.undo", entry, milestone, by, {}, now)


def assign(session: Session, desk: Desk, milestone: Milestone, to: Person, by: Person, *, now: datetime) -> None:
    """Somebody else owns it, and keeps it when the practice file changes. Raises NotFound as `tick`,
    Conflict for one that is not open or whose matter they may not see, InputError for who may tick none."""
    require_able(to, "owner of a milestone")
    entry = _held(session, milestone, by)
    if milestone.state != "open":
        raise Conflict(f"Milestone {milestone.id[:8]} is {milestone.state}; only an open one is given to somebody.")
    if not is_visible(session, entry.matter_id, to):
        raise Conflict(
            f"{to.email} does not work on matter {entry.matter.reference}, which is restricted: put them on it first.",
            advice=f"`deadlines matter assign {entry.matter.reference} {to.email}` does.",
        )
    milestone.owner_id, milestone.assigned = to.id, True
    _settled(session, desk, entry, milestone, now)
    _record(session, "milestone.assign", entry, milestone, by, {"owner": to.id}, now)


def _held(session: Session, milestone: Milestone, by: Person) -> Entry:
    """The milestone's entry, held, with the milestone as it is now. Raises NotFound where somebody may not see it."""
    entry = locked(session, milestone.entry)
    require_visible(session, entry.matter_id, by)
    session.refresh(milestone)
    return entry


def _settled(session: Session, desk: Desk, entry: Entry, milestone: Milestone, now: datetime) -> None:
    """Bring its reminders to what it is now."""
    session.flush()
    days = next((item.remind for item in desk.practice.milestones if item.id == milestone.template), (0,))
    remind(session, desk, milestone, current(session, entry), days, now=now)


def _record(
    session: Session, action: str, entry: Entry, milestone: Milestone, by: Person, more: dict[str, str], now: datetime
) -> None:
    detail = {"milestone": milestone.id, "template": milestone.template, **more}
    audit.record(session, at=now, actor=by.id, action=action, subject=entry.id, detail=detail)


def _views() -> Select[Milestone, Entry, str, str, str | None]:
    owner, ticked = aliased(Person), aliased(Person)
    return (
        select(Milestone, Entry, Matter.reference, owner.email, ticked.email)
        .join(Entry, Entry.id == Milestone.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(owner, owner.id == Milestone.owner_id)
        .outerjoin(ticked, ticked.id == Milestone.done_by)
        .order_by(Milestone.due_on, Matter.reference, Milestone.id)
    )


def _view(row: Milestone, entry: Entry, matter: str, owner: str, ticked: str | None) -> MilestoneView:
    return MilestoneView(
        milestone=row.id,
        template=row.template,
        title=row.title,
        matter=matter,
        entry=entry.id,
        window=entry.title,
        owner=owner,
        due_on=row.due_on,
        state=row.state,
        done_at=row.done_at,
        done_by=ticked,
    )
