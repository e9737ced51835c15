"""What stands on a person's agenda of a day, and on the weekly docket of whoever supervises attorneys.

It is found anew whenever it is asked for, so that a message that was held up never speaks of dates that were replaced.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from deadlines.docket.absences import away_now, covered_by
from deadlines.docket.acknowledging import standing
from deadlines.docket.coming import What, courier_for, next_date
from deadlines.docket.lanes import ESCALATED, UNDELIVERED
from deadlines.docket.reminders import URGENT
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.scopes import works_on
from deadlines.docket.second_person import is_unverified
from deadlines.docket.trust import is_altered
from deadlines.docket.visible import visible
from deadlines.notify.channel import MAIL
from deadlines.store.tables import Absence, DeadlineRow, Entry, Matter, Milestone, Person, Reminder

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
WHAT: dict[What, str] = {
    "protective": "to be protected, file by",
    "file-by": "file by",
    "last-day": "last day",
    "past": "last day was",
}
LOOK_BACK = timedelta(days=14)


class Dated(Struct, frozen=True):
    """An open entry with the date that comes next, or its last day where that has passed.

    `what` says which date it is. `altered`: the stored date is not as the program wrote it. `unverified`: no
    second person has read the notice, though one could.
    """

    entry: Entry
    matter: Matter
    on: date
    what: str
    altered: bool
    dispatch_by: date | None
    unverified: bool = False


class Step(Struct, frozen=True):
    """An open milestone."""

    milestone: Milestone
    entry: Entry
    matter: Matter


class Agenda(Struct, frozen=True):
    """One person's day: what has passed and stays open, what falls today and within a week, each with what nobody
    answered, and the milestones that are overdue or fall within a week.

    `covers`: the days of those for whom the person covers. `away`: until when the person is away, and who covers.
    """

    past: list[Dated]
    today: list[Dated]
    ahead: list[Dated]
    unanswered: list[Dated]
    steps: list[Step]
    day: date
    covers: "dict[str, Agenda]" = {}
    away: Absence | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.past or self.today or self.ahead or self.unanswered or self.steps or self.covers)


def agenda_of(session: Session, person: Person, *, today: date, now: datetime) -> Agenda:
    """What a person has before them: their own matters, or the whole docket for the docket role."""
    covered = {
        f"{row.person.name}, away until {row.until_on}": _agenda_of(session, row.person, today, now)
        for row in covered_by(session, person, today)
    }
    return structs.replace(
        _agenda_of(session, person, today, now),
        covers={name: agenda for name, agenda in covered.items() if not agenda.is_empty},
        away=away_now(session, person, today),
    )


def _agenda_of(session: Session, person: Person, today: date, now: datetime) -> Agenda:
    of = true() if person.role == DOCKET_ROLE else works_on(person.id)
    steps = and_(Milestone.owner_id == person.id, visible(person))
    return _agenda(session, of, steps, today, today + WEEK, now)


def handed_over(
    session: Session, matters: Collection[str], steps: Collection[str], *, today: date, now: datetime
) -> Agenda:
    """What falls within thirty days in these matters and of these milestones, by their ids."""
    return _agenda(session, Matter.id.in_(matters), Milestone.id.in_(steps), today, today + MONTH, now)


def weekly_of(session: Session, supervisor: Person, *, today: date, now: datetime) -> dict[str, Agenda]:
    """For each attorney that a person supervises, by name, what falls within thirty days in their matters."""
    query = select(Person).where(Person.supervisor_id == supervisor.id, Person.active.is_(True)).order_by(Person.name)
    found = {
        f"{person.name} <{person.email}>": _agenda(
            session, Matter.attorney_id == person.id, Matter.attorney_id == person.id, today, today + MONTH, now
        )
        for person in session.scalars(query)
    }
    return {name: agenda for name, agenda in found.items() if not agenda.is_empty}


def reminders_sent(session: Session, person: Person, *, now: datetime) -> int:
    """How many mails with reminders went to a person within a week, so that one that gets lost is noticed."""
    mail = func.coalesce(Reminder.lead_id, Reminder.id)  # one mail may carry many reminders, and has one lead
    query = select(func.count(mail.distinct())).where(
        Reminder.person_id == person.id,
        Reminder.channel.in_(MAIL),
        Reminder.state == "sent",
        Reminder.sent_at > now - WEEK,
    )
    return session.scalar(query) or 0


def _agenda(
    session: Session,
    of: ColumnElement[bool],
    whose_steps: ColumnElement[bool],
    today: date,
    until: date,
    now: datetime,
) -> Agenda:
    dated = _dated(session, of, today, until)
    return Agenda(
        past=[item for item in dated if item.on < today],
        today=[item for item in dated if item.on == today],
        ahead=[item for item in dated if item.on > today],
        unanswered=_unanswered(session, of, today, now),
        steps=_steps(session, whose_steps, until),
        day=today,
    )


def _dated(session: Session, of: ColumnElement[bool], today: date, until: date) -> list[Dated]:
    """The open entries whose next date comes by a day, or whose last day has passed; the next date first."""
    near = or_(
        DeadlineRow.safe_by <= until, DeadlineRow.last_day <= until, DeadlineRow.protective_by.between(today, until)
    )
    query = _open(of).where(near)
    found = [_dates(*row, today) for row in session.execute(query)]
    return sorted((item for item in found if item.on <= until), key=lambda item: (item.on, item.matter.reference))


def _open(of: ColumnElement[bool]) -> Select[Entry, DeadlineRow, Matter]:
    return (
        select(Entry, DeadlineRow, Matter)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Entry.status == "open", of)
    )


def _dates(entry: Entry, row: DeadlineRow, matter: Matter, today: date) -> Dated:
    safe_by = row.safe_by or row.last_day or today  # both are there, unless the row was altered
    on, what = next_date(row.protective_by, safe_by, row.last_day or safe_by, today)
    return Dated(
        entry, matter, on, WHAT[what], is_altered(entry, row), courier_for(entry, on, today), is_unverified(entry)
    )


def _unanswered(session: Session, of: ColumnElement[bool], today: date, now: datetime) -> list[Dated]:
    """The entries of which the attorney was urgently reminded and nobody has answered."""
    asked = (
        select(Reminder.id)
        .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
        .where(
            Reminder.entry_id == Entry.id,
            DeadlineRow.version == Entry.version,
            Reminder.state == "sent",
            Reminder.severity >= URGENT,
            Reminder.sent_at >= now - LOOK_BACK,
            Reminder.person_id == Matter.attorney_id,
            Reminder.rung.not_like(f"{UNDELIVERED}%"),
            Reminder.rung.not_like(f"{ESCALATED}%"),
        )
        .correlate(Entry, Matter)
    )
    found = session.execute(_open(of).where(asked.exists(), ~standing(now)))
    return sorted((_dates(*row, today) for row in found), key=lambda item: (item.on, item.matter.reference))


def _steps(session: Session, whose: ColumnElement[bool], until: date) -> list[Step]:
    query = (
        select(Milestone, Entry, Matter)
        .join(Entry, Entry.id == Milestone.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Milestone.state == "open", Entry.status == "open", Milestone.due_on <= until, whose)
        .order_by(Milestone.due_on, Matter.reference, Milestone.id)
    )
    return [Step(*row) for row in session.execute(query)]


def supervisors(session: Session) -> Sequence[Person]:
    """The active people who supervise somebody active."""
    supervised = select(Person.supervisor_id).where(Person.active.is_(True), Person.supervisor_id.is_not(None))
    query = select(Person).where(Person.active.is_(True), Person.id.in_(supervised))
    return session.scalars(query.order_by(Person.id)).all()
