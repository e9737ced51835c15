"""What is due, sent and refused, for each person: the list of `deadlines remind list`."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES
from deadlines.docket.reminders import PENDING
from deadlines.docket.still_told import of_dates_in_force, still_told
from deadlines.store.tables import Attempt, Entry, Matter, Person, Reminder

AHEAD, BACK = timedelta(days=14), timedelta(days=7)


class Sending(Struct, frozen=True):
    """One reminder. `why` is what the last failed try said."""

    person: str
    matter: str
    entry: str
    rung: str
    severity: str
    channel: str
    state: str
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    why: str


def sendings(session: Session, *, now: datetime, person: Person | None = None) -> list[Sending]:
    """What falls due within 14 days, what was sent within 7, and everything refused that is still to be told."""
    wanted = or_(
        and_(PENDING, Reminder.due_at <= now + AHEAD),
        and_(Reminder.state == "sent", Reminder.sent_at >= now - BACK),
        and_(Reminder.state == "dead", of_dates_in_force(), still_told(now)),
    )
    query = (
        select(Reminder, Matter.reference, Person.email)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Reminder.person_id)
        .where(wanted)
        .order_by(Person.email, Reminder.due_at, Reminder.id)
    )
    if person is not None:
        query = query.where(Reminder.person_id == person.id)
    found = session.execute(query).all()
    reasons = _reasons(session, [row[0].id for row in found if row[0].attempts and row[0].state != "sent"])
    return [_sending(row, reference, email, reasons.get(row.id, "")) for row, reference, email in found]


def _reasons(session: Session, ids: list[int]) -> dict[int, str]:
    tried = select(Attempt.reminder_id, Attempt.detail).where(Attempt.reminder_id.in_(ids)).order_by(Attempt.id)
    return {row.reminder_id: row.detail for row in session.execute(tried)}


def _sending(row: Reminder, reference: str, email: str, why: str) -> Sending:
    return Sending(
        person=email,
        matter=reference,
        entry=row.entry_id,
        rung=row.rung,
        severity=SEVERITIES[row.severity],
        channel=row.channel,
        state=row.state,
        due_at=row.due_at,
        sent_at=row.sent_at,
        attempts=row.attempts,
        why=why,
    )
