"""Beside mail: which reminders also go to a person's chats and to the firm's webhook.

Every reminder is a mail. What is severe enough gets more rows when it falls due, one for each chat of its person
and one for the webhook: so a chat that somebody adds today serves tomorrow's reminders too.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain, count
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from deadlines.docket.reminders import PENDING, URGENT, message_id
from deadlines.notify.channel import CHATS, MAIL, WEBHOOK
from deadlines.store.tables import Contact, Entry, Matter, Person, Reminder

UNDELIVERED = "undelivered-"
"""Begins the rung of a message that says that another could not be delivered; the other's id follows."""

ESCALATED = "escalated-"
"""Begins the rung of a message that goes on to the next person; level and the rung that nobody answered follow."""

AGAIN = "-again-"
"""Ends the rung of what somebody is asked a second time, because it came to them anew; how often before follows."""

NEVER_MINDED = ("cancelled", "superseded")
"""States of a reminder that was taken back: nobody was told by it, and nobody is asked why."""


class Lanes(Struct, frozen=True):
    """What the firm chose: from which severity on chats and webhook are told, and whether of restricted matters."""

    also: int = URGENT
    restricted: bool = False


def fan_out(session: Session, lanes: Lanes, channels: Collection[str], *, now: datetime) -> int:
    """Add the rows of chats and webhook for the mails that are due; how many.

    Called in the transaction that claims, before it does: no mail is claimed whose other rows are missing.
    """
    due = _due(lanes, now)
    chats = [name for name in channels if name in CHATS]
    rows = [_row(reminder, channel) for reminder, channel in session.execute(_by_chat(due, chats))] if chats else []
    if WEBHOOK in channels:
        told = session.scalars(select(Reminder).where(*due, ~_exists(WEBHOOK, same_person=False)))
        first = sorted(told, key=lambda row: row.id, reverse=True)
        rows += {(row.deadline_id, row.rung): _row(row, WEBHOOK) for row in first}.values()
    rows.sort(key=lambda row: (row["deadline_id"], row["rung"]))  # one order, so that two daemons never wait in a ring
    add_rows(session, rows)
    return len(rows)


def _due(lanes: Lanes, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[Any] = [
        PENDING,
        Reminder.next_at <= now,
        Reminder.channel.in_(MAIL),
        Reminder.severity >= lanes.also,
        Reminder.rung.not_like(f"{UNDELIVERED}%"),
    ]
    if not lanes.restricted:
        plain = select(Entry.id).join(Matter, Matter.id == Entry.matter_id).where(Matter.restricted.is_(False))
        conditions.append(Reminder.entry_id.in_(plain.where(Entry.id == Reminder.entry_id)))
    return conditions


def _by_chat(due: list[ColumnElement[bool]], chats: list[str]) -> Any:
    return (
        select(Reminder, Contact.channel)
        .join(Contact, Contact.person_id == Reminder.person_id)
        .join(Person, Person.id == Reminder.person_id)
        .where(*due, Contact.channel.in_(chats), Person.active.is_(True), ~_exists(Contact.channel))
    )


def _exists(channel: Any, *, same_person: bool = True) -> ColumnElement[bool]:
    """Whether a reminder has its like on a channel already."""
    other = aliased(Reminder)
    like = select(other.id).where(
        other.deadline_id == Reminder.deadline_id, other.rung == Reminder.rung, other.channel == channel
    )
    return (like.where(other.person_id == Reminder.person_id) if same_person else like).exists()


def _row(reminder: Reminder, channel: str) -> dict[str, Any]:
    """The same reminder on another channel, due as the mail was."""
    return row_of(reminder, reminder.person_id, channel, reminder.rung, reminder.severity, reminder.due_at)


def row_of(like: Reminder, person_id: str, channel: str, rung: str, severity: int, due_at: datetime) -> dict[str, Any]:
    """The values of a reminder about the same dates as another."""
    return {
        "deadline_id": like.deadline_id,
        "entry_id": like.entry_id,
        "person_id": person_id,
        "channel": channel,
        "rung": rung,
        "severity": severity,
        "due_at": due_at,
        "next_at": due_at,
        "state": "planned",
        "attempts": 0,
        "message_id": message_id(like.deadline_id, rung, person_id, channel),
    }


def stage_of(rung: str) -> str:
    """What a rung speaks of, whether it is asked for the first time or again."""
    return rung.partition(AGAIN)[0]


def free_rung(rung: str, taken: Collection[str]) -> str:
    """A rung under which to ask: itself, or where somebody was asked under it, the next of its stage that is free."""
    names = chain([rung], (f"{stage_of(rung)}{AGAIN}{number}" for number in count(1)))
    return next(name for name in names if name not in taken)


def add_rows(session: Session, rows: Iterable[dict[str, Any]]) -> int:
    """Write reminders; one that is there already stays as it is, also where another process wrote it just now."""
    values = list(rows)
    if not values:
        return 0
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    added = session.execute(kind.insert(Reminder).on_conflict_do_nothing().returning(Reminder.id), values)
    return len(added.all())


def like_of(session: Session, row: Reminder, person_id: str) -> int | None:
    """The same reminder of another person, by the same channel."""
    query = select(Reminder.id).where(
        Reminder.deadline_id == row.deadline_id,
        Reminder.rung == row.rung,
        Reminder.channel == row.channel,
        Reminder.person_id == person_id,
    )
    return session.scalar(query)


def wake(session: Session, reminder_id: int, next_at: datetime) -> bool:
    """What was taken back from somebody, because it was another's meanwhile, waits again; whether it was."""
    row = session.get_one(Reminder, reminder_id)
    if row.state not in NEVER_MINDED:
        return False
    row.state, row.next_at, row.lead_id, row.attempts = "planned", next_at, None, 0
    session.flush()
    return True


def chats_of(session: Session, people: Collection[str]) -> dict[str, list[str]]:
    """From each person's id to the chats that reach them."""
    found = session.execute(
        select(Contact.person_id, Contact.channel).where(Contact.person_id.in_(people), Contact.channel.in_(CHATS))
    )
    chats: dict[str, list[str]] = {}
    for person_id, channel in found:
        chats.setdefault(person_id, []).append(channel)
    return chats
