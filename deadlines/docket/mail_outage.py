"""An outage of mail is told by every other channel, in words of no matter: since when, why, and how much waits.

So it is told also while nothing but restricted matters waits, of which no reminder goes to a chat.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.outages import Outage, outage_of, outages, write_outage
from deadlines.docket.reminders import NAMESPACE, PENDING
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.notify.channel import CHATS, MAIL, WEBHOOK
from deadlines.notify.message import Hidden, Message
from deadlines.store.tables import Contact, Person, Reminder

AGAIN = timedelta(minutes=5)
"""How long a way rests that did not take it."""
LONGEST_REST = timedelta(days=1)
"""Longer than anything that is due rests between two tries; the index is of the next try."""
SUBJECT = "Mail of the firm's docket cannot be sent"


class Told(Struct, frozen=True):
    """One message that is still to be sent: by which channel, in which outage, and the `key` of its way there."""

    mail: str
    channel: str
    key: str
    message: Message


def untold(session: Session, channels: Collection[str], *, now: datetime, zone: str) -> list[Told]:
    """What is still to be told of mail that is down: to the people who keep the docket (where there are none, to
    everybody) and to whom a reminder waits, by each of their chats, and to the webhook."""
    return [
        told
        for mail, outage in outages(session).items()
        if mail in MAIL
        for told in _messages(session, mail, outage, channels, now, zone)
    ]


def note(session: Session, mail: str, *, told: Collection[str], tried: Collection[str], now: datetime) -> None:
    """By the ways of these keys it was told, or never can be; the others did not take it now."""
    outage = outage_of(session, mail)
    outage.told = sorted({*outage.told, *told})
    outage.tried |= dict.fromkeys(tried, now)
    outage.told_at = now if told else outage.told_at
    write_outage(session, mail, outage, now)


def _messages(
    session: Session, mail: str, outage: Outage, channels: Collection[str], now: datetime, zone: str
) -> Iterator[Told]:
    rests = {key for key, at in outage.tried.items() if timedelta() <= now - at < AGAIN}
    text = _text(session, mail, outage, now, zone)
    for channel, person, address in _ways(session, mail, channels, now):
        key = f"{channel}/{person.id if person else ''}"
        if key in outage.told or key in rests:
            continue
        # The same in every repeat, so that a receiver can tell one.
        number = uuid5(NAMESPACE, f"outage/{mail}/{outage.since}/{key}").hex
        message = Message(
            to_name=person.name if person else "",
            to_email=person.email if person else "",
            subject=SUBJECT,
            text=text,
            message_id=f"<{number}@deadlines.invalid>",
            at=now,
            headers={"X-Deadlines-Severity": "urgent"},
            address=address,
            kind="deadline.outage",
        )
        yield Told(mail, channel, key, message)


def _ways(
    session: Session, mail: str, channels: Collection[str], now: datetime
) -> Iterator[tuple[str, Person | None, Hidden | None]]:
    keepers = Person.active.is_(True), Person.role == DOCKET_ROLE
    nobody = ~select(Person.id).where(*keepers).correlate(None).exists()
    waits = select(Reminder.person_id).where(*_due(mail, now))
    query = (
        select(Contact, Person)
        .join(Person, Person.id == Contact.person_id)
        .where(Person.active.is_(True), Contact.channel.in_([name for name in channels if name in CHATS]))
        .where(or_(Person.role == DOCKET_ROLE, Person.id.in_(waits), nobody))
        .order_by(Contact.channel, Contact.person_id)
    )
    for contact, person in session.execute(query):
        yield contact.channel, person, Hidden(contact.address)
    if WEBHOOK in channels:
        yield WEBHOOK, None, None


def _text(session: Session, mail: str, outage: Outage, now: datetime, zone: str) -> str:
    count = session.scalar(select(func.count(Reminder.id)).where(*_due(mail, now))) or 0
    wait = {0: "No reminder waits yet.", 1: "1 reminder waits."}.get(count, f"{count} reminders wait.")
    since = (outage.since or now).astimezone(ZoneInfo(zone))
    return (
        f"{SUBJECT} since {since:%Y-%m-%d %H:%M}. {outage.why}\n"
        f"{wait} What waits leaves as soon as mail goes again; until then look at the docket.\n"
        "`deadlines doctor` says how it stands.\n"
    )


def _due(mail: str, now: datetime) -> Sequence[Any]:
    return PENDING, Reminder.channel == mail, Reminder.due_at <= now, Reminder.next_at <= now + LONGEST_REST
