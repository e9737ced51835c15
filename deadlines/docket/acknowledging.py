"""A person takes a date on: from then on nobody else is asked, until it expires or the date changes."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, aliased

from deadlines.compute.ladder import moment
from deadlines.docket.absences import covered_by
from deadlines.docket.answerable import ABLE
from deadlines.docket.lanes import ESCALATED
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.scopes import works_on
from deadlines.docket.versions import current, locked
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import Acknowledgement, DeadlineRow, Entry, Matter, Person, Reminder

STAGES = (timedelta(days=1), timedelta(0))
"""Before a date, and on it: from the beginning of such a day on what was said earlier no longer holds."""
_ATTORNEY = aliased(Person)
_STANDS_IN = or_(_ATTORNEY.deputy_id == Person.id, _ATTORNEY.supervisor_id == Person.id)
CONCERNED = or_(
    works_on(Person.id), Person.role == DOCKET_ROLE, Matter.attorney_id.in_(select(_ATTORNEY.id).where(_STANDS_IN))
)
"""Whether the dates of a matter are somebody's to take on. For a query that holds Matter and Person."""


def acknowledge(
    session: Session, entry: Entry, by: Person, *, now: datetime, lasts: timedelta, zone: str
) -> Acknowledgement:
    """`by` takes the entry on for `lasts`. What was said before ends when the day before one of its dates begins,
    and what was said on that day when the date itself does, in the firm's `zone`: each last stage asks anew.

    Raises Conflict for an entry that is closed, and for somebody who neither works on the matter nor stands in
    for its attorney nor keeps the docket nor was asked because nobody answered, nor covers today for somebody who did.
    """
    entry = locked(session, entry)
    if entry.status != "open":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}; only an open one is taken on.")
    if not may_take_on(session, entry, by, now.astimezone(ZoneInfo(zone)).date()):
        raise Conflict(
            f"{by.email} does not work on matter {entry.matter.reference}, stands in for nobody there, "
            "and does not keep the docket."
        )
    deadline = current(session, entry)
    until = min([now + lasts, *_last_stages(deadline, now, zone)])
    row = Acknowledgement(entry_id=entry.id, version=deadline.version, person_id=by.id, at=now, until=until)
    session.add(row)
    session.flush()
    detail = {"version": row.version, "until": until.isoformat()}
    audit.record(session, at=now, actor=by.id, action="entry.acknowledge", subject=entry.id, detail=detail)
    return row


def may_take_on(session: Session, entry: Entry, by: Person, today: date) -> bool:
    """Whether the dates of an entry are somebody's to take on, by themselves or for whom they cover today."""
    people = (by, *(row.person for row in covered_by(session, by, today)))
    return any(_concerned(session, entry, person) for person in people)


def standing(now: datetime) -> ColumnElement[bool]:
    """Whether somebody has taken on an entry's dates of today. For a query that holds Entry."""
    query = select(Acknowledgement.id).where(
        Acknowledgement.entry_id == Entry.id,
        Acknowledgement.version == Entry.version,
        Acknowledgement.until > now,
    )
    return query.exists()


def end_answers(session: Session, person: Person, now: datetime) -> set[str]:
    """What somebody took on is open again, because they have left or may answer for dates no more; of which entries."""
    theirs = Acknowledgement.person_id == person.id, Acknowledgement.until > now
    ended = update(Acknowledgement).where(*theirs).values(until=now).returning(Acknowledgement.entry_id)
    return set(session.scalars(ended.execution_options(synchronize_session="fetch")))


def end_answers_of(session: Session, person: Person, matter: Matter, now: datetime) -> None:
    """What somebody took on of a matter that is another's from now on is open again."""
    theirs = select(Entry.id).where(Entry.matter_id == matter.id)
    answers = Acknowledgement.entry_id.in_(theirs), Acknowledgement.person_id == person.id, Acknowledgement.until > now
    ended = update(Acknowledgement).where(*answers).values(until=now)
    session.execute(ended.execution_options(synchronize_session="fetch"))


def end_lost_answers(
    session: Session, person: Person, *, today: date, now: datetime, of: ColumnElement[bool] | None = None
) -> set[str]:
    """What somebody took on and may answer for no more, by their role or because they are off a matter, is open again;
    of which entries. `of`: a condition for their matters."""
    theirs = Acknowledgement.person_id == person.id, Acknowledgement.until > now
    query = select(Entry).where(Entry.id.in_(select(Acknowledgement.entry_id).where(*theirs)))
    query = query if of is None else query.join(Matter, Matter.id == Entry.matter_id).where(of)
    taken = session.scalars(query).all()
    able = person.role in ABLE
    lost = {entry.id for entry in taken if not (able and may_take_on(session, entry, person, today))}
    ended = update(Acknowledgement).where(*theirs, Acknowledgement.entry_id.in_(lost)).values(until=now)
    session.execute(ended.execution_options(synchronize_session="fetch"))
    return lost


def taken_on(session: Session, matter: Matter, now: datetime) -> dict[str, Acknowledgement]:
    """By entry of a matter, the latest answer that still stands for its dates of today."""
    query = (
        select(Acknowledgement)
        .join(Entry, (Entry.id == Acknowledgement.entry_id) & (Entry.version == Acknowledgement.version))
        .where(Entry.matter_id == matter.id, Acknowledgement.until > now)
        .order_by(Acknowledgement.at, Acknowledgement.id)
    )
    return {row.entry_id: row for row in session.scalars(query)}


def _last_stages(deadline: DeadlineRow, now: datetime, zone: str) -> list[datetime]:
    days = (deadline.protective_by, deadline.safe_by, deadline.last_day)
    stages = (moment(day - before, time(), zone) for day in days if day is not None for before in STAGES)
    return [stage for stage in stages if stage > now]


def _concerned(session: Session, entry: Entry, by: Person) -> bool:
    asked = Reminder.entry_id == entry.id, Reminder.person_id == by.id, Reminder.rung.like(f"{ESCALATED}%")
    if session.scalar(select(Reminder.id).where(*asked).limit(1)) is not None:
        return True
    query = select(Matter.id).join(Person, Person.id == by.id).where(Matter.id == entry.matter_id, CONCERNED)
    return session.scalar(query) is not None
