"""When a reminder does not arrive, somebody is told by another way at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from deadlines.docket.lanes import UNDELIVERED, add_rows, chats_of, row_of
from deadlines.docket.reminders import URGENT
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.errors import ContentRefused, SendError
from deadlines.notify.channel import MAIL, WEBHOOK
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, Person, Reminder


def raise_alarm(session: Session, row: Reminder, error: SendError, now: datetime) -> int:
    """Tell that a reminder does not reach its person: reminders of their own, due at once; how many.

    A mail that does not arrive is told to the people of the docket role, else to the matter's attorney, by mail
    and by their chats, and to the person by theirs; of a mail server that is down `mail_outage` tells. What does not
    arrive by a chat or the webhook is told by mail, to the person too. Nothing is told twice, and nothing of an
    alarm.
    """
    if row.rung.startswith(UNDELIVERED):
        return 0
    others = _others(session, row)
    ways = _by_mail_and_chats(session, row, error, others) if row.channel in MAIL else _by_mail(session, row, others)
    rung = f"{UNDELIVERED}{row.id}"
    values = [row_of(row, person_id, channel, rung, URGENT, now) for person_id, channel in dict.fromkeys(ways)]
    added = add_rows(session, values)
    if error.permanent:
        told: dict[str, Any] = {"told": list(dict.fromkeys(person_id for person_id, _ in ways))}
        detail = {"reminder": row.id, **told, "why": error.sentence}
        audit.record(session, at=now, actor="daemon", action="reminder.dead", subject=row.entry_id, detail=detail)
    return added


def _by_mail_and_chats(
    session: Session, row: Reminder, error: SendError, others: Sequence[Person]
) -> list[tuple[str, str]]:
    told = [person.id for person in others]
    chats = chats_of(session, [*told, row.person_id])
    ways = [(person_id, chat) for person_id in (*told, row.person_id) for chat in chats.get(person_id, [])]
    again = [row.person_id] if isinstance(error, ContentRefused) else []
    return [*((person_id, row.channel) for person_id in (*told, *again)), *ways]


def _by_mail(session: Session, row: Reminder, others: Sequence[Person]) -> list[tuple[str, str]]:
    """The mail of the same reminder says which channel mail is; without one there is nothing to go by."""
    query = select(Reminder.channel).where(Reminder.deadline_id == row.deadline_id, Reminder.channel.in_(MAIL))
    mail = session.scalars(query.limit(1)).first()
    told = [person.id for person in others]
    # The webhook is nobody's own: its failure concerns whoever keeps the docket.
    told += [row.person_id] if row.channel != WEBHOOK or not told else []
    return [(person_id, mail) for person_id in told] if mail else []


def _others(session: Session, row: Reminder) -> Sequence[Person]:
    """Who answers when a person cannot be reached."""
    active = and_(Person.active.is_(True), Person.id != row.person_id)
    docket = session.scalars(select(Person).where(active, Person.role == DOCKET_ROLE)).all()
    if docket:
        return docket
    attorney = select(Person).join(Matter, Matter.attorney_id == Person.id)
    attorney = attorney.join(Entry, Entry.matter_id == Matter.id).where(Entry.id == row.entry_id, active)
    return session.scalars(attorney).all()
