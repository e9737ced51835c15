"""Reminders on their way out, claimed with a lease (`claiming`): held on to, then marked with what became of them.

The order is always claim, send, mark, each a short transaction of its own and none open while a message
travels. So a reminder is sent at least once, and a repeat carries the same Message-ID.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, insert, select, true, update
from sqlalchemy.orm import Session

from deadlines.docket.reminders import PENDING
from deadlines.docket.still_told import of_dates_in_force, still_told
from deadlines.docket.undelivered import raise_alarm
from deadlines.errors import ChannelDown, ContentRefused, SendError
from deadlines.store.holding import HELD
from deadlines.store.tables import Attempt, DeadlineRow, Entry, Person, Reminder

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
ONE_DAY = timedelta(days=1)
REVIVE_AFTER = timedelta(hours=1)
"""How long a refused reminder rests before it is tried again."""
ALARM_TRIES = 6
"""After so many tries, half an hour of pauses, somebody else is told that a message is put off."""
TOGETHER = 3
"""After so many tries each matter goes by itself, so that one that cannot be sent holds up no other for long."""
TABLE = cast(Table, Reminder.__table__)
FROM_THE_ROWS = {"populate_existing": True}
"""What the session holds already is read again: the claims change rows behind its back."""


# Written once and not for each message: to make a statement takes longer than to run it. And run past the session,
# which would look for objects to write and to make; none are at stake here.
NOW = bindparam("now", type_=TABLE.c.next_at.type)
UNTIL = bindparam("until", type_=TABLE.c.next_at.type)
MINE = and_(
    TABLE.c.id.in_(bindparam("ids", expanding=True)), TABLE.c.owner == bindparam("by"), TABLE.c.state == "leased"
)
EXTEND = (
    update(TABLE)
    .where(MINE, TABLE.c.lease_until > NOW)
    .values(lease_until=UNTIL, next_at=UNTIL)
    .returning(*(TABLE.c[name] for name in ("id", "deadline_id", "entry_id", "person_id", "channel", "rung", "due_at")))
)
SENT = (
    update(TABLE)
    .where(MINE)
    .values(state="sent", sent_at=NOW, next_at=NOW, owner=None, lease_until=None)
    .returning(TABLE.c.id)
)
TRIED = insert(cast(Table, Attempt.__table__))


class Held(NamedTuple):
    """A reminder that is about to be sent, as far as it must be known to tell what it covers."""

    id: int
    deadline_id: str
    entry_id: str
    person_id: str
    channel: str
    rung: str
    due_at: datetime


def extend_lease(session: Session, ids: Collection[int], *, owner: str, now: datetime, lease: timedelta) -> list[Held]:
    """Hold reminders longer, just before they are sent; returns those that are still the owner's."""
    asked = {"ids": list(ids), "by": owner, "now": now, "until": now + lease}
    return [Held._make(row) for row in session.connection().execute(EXTEND, asked).all()]


def release(session: Session, ids: Collection[int], *, owner: str, now: datetime) -> None:
    """Give back what was claimed and not tried, due at once for whoever claims next."""
    for row in _rows(session, ids, owner):
        row.state = "planned" if row.lead_id is None else "uncertain"
        row.attempts -= 1
        row.next_at = now
        row.owner = row.lease_until = None


def mark_sent(session: Session, ids: Collection[int], *, owner: str, now: datetime) -> None:
    """The channel took the message of these reminders."""
    connection = session.connection()
    marked = connection.scalars(SENT, {"ids": list(ids), "by": owner, "now": now}).all()
    if marked:
        connection.execute(
            TRIED, [{"reminder_id": sent, "at": now, "outcome": "sent", "detail": ""} for sent in marked]
        )


def mark_failed(
    session: Session,
    ids: Collection[int],
    error: SendError,
    *,
    owner: str,
    now: datetime,
    fresh: bool = False,
) -> None:
    """The channel did not take the message of these reminders, or nobody can tell.

    Tried again after a pause, or later where the other side asked for it, for ever; a permanent refusal makes
    them dead, and somebody else is told.
    `fresh`: this was the first message that they were part of, so after a plain refusal nothing of it is out
    and they may be put together anew. Of several matters, each goes by itself once the text was refused, which may
    be the fault of one of them, and after some tries; a channel that was down counts for none of these.
    """
    rows = _rows(session, ids, owner)
    tries = max((row.attempts for row in rows), default=0)
    firsts = _firsts(session, rows)
    refused = isinstance(error, ContentRefused) and len(set(firsts.values())) > 1
    dead = error.permanent and not refused
    outcome = "dead" if dead else "uncertain" if error.uncertain else "put off"
    # One pause for all of them, so that what was in one message comes back together.
    rest = pause(min(ids), tries)
    for row in rows:
        session.add(Attempt(reminder_id=row.id, at=now, outcome=outcome, detail=error.sentence[:300]))
        row.owner = row.lease_until = None
        if dead:
            row.state, row.next_at = "dead", now
            raise_alarm(session, row, error, now)
            continue
        if refused:
            row.attempts = max(row.attempts, TOGETHER)
        elif isinstance(error, ChannelDown):
            row.attempts = tries_without_this(row.attempts)
        if fresh and not error.uncertain:
            row.lead_id = None
        elif row.lead_id is not None and (refused or tries >= TOGETHER):
            row.lead_id = firsts[row.id]
        row.state = "planned" if row.lead_id is None else "uncertain"
        row.next_at = now + max(rest, timedelta(seconds=error.wait or 0))
        if error.code == SendError.code and row.attempts >= ALARM_TRIES:
            raise_alarm(session, row, error, now)


def _firsts(session: Session, rows: Sequence[Reminder]) -> dict[int, int]:
    """For each reminder the first one of its matter among them, under whose Message-ID the matter goes by itself."""
    entries = {row.entry_id for row in rows}
    found = session.execute(select(Entry.id, Entry.matter_id).where(Entry.id.in_(entries)))
    matters = {row.id: row.matter_id for row in found}
    first: dict[str, int] = {}
    for row in rows:
        first[matters[row.entry_id]] = min(row.id, first.get(matters[row.entry_id], row.id))
    return {row.id: first[matters[row.entry_id]] for row in rows}


def tries_without_this(attempts: int) -> int:
    """The tries that count after a channel was down: not this one, so that nothing is told or sent otherwise because
    of an outage. One stays, by which it is known that it was tried."""
    return max(attempts - 1, 1)


def pause(reminder_id: int, attempts: int) -> timedelta:
    """How long to wait after so many tries: doubling, at most 15 minutes, and a fifth less by chance.

    The chance is drawn from the reminder itself, so that many do not come back in one moment.
    """
    drawn = hashlib.sha256(f"{reminder_id}/{attempts}".encode()).digest()[0] / 255
    doublings = min(max(attempts - 1, 0), 10)
    longest: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << doublings))
    return longest * (1 - drawn / 5)


def revive(session: Session, *, now: datetime, after: timedelta = REVIVE_AFTER, person: Person | None = None) -> int:
    """Give refused reminders of windows that are still open another chance; how many.

    A refusal may be the mail server's fault and not the person's, so it is never the last word while there is time.
    Only dates in force are told of, and only to who is still told of them.
    `person`: only theirs, because their address was corrected.
    """
    ahead = select(DeadlineRow.id).where(DeadlineRow.last_day >= (now - ONE_DAY).date())
    theirs = Reminder.person_id == person.id if person is not None else true()
    revived = session.execute(
        update(Reminder)
        .where(Reminder.state == "dead", Reminder.next_at <= now - after, theirs)
        .where(Reminder.deadline_id.in_(ahead), of_dates_in_force(), still_told(now))
        .values(state="planned", next_at=now, lead_id=None)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(revived.all())


def forget_future(session: Session, *, now: datetime, lease: timedelta) -> int:
    """After the clock was set back: make due what waits for a pause or a lease that cannot be real."""
    latest = now + max(lease, LONGEST_PAUSE)
    moved = session.execute(
        update(Reminder)
        .where(PENDING, Reminder.attempts > 0, Reminder.next_at > latest)
        .values(next_at=now, lease_until=None, owner=None)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def _held(ids: Collection[int], owner: str) -> ColumnElement[bool]:
    return and_(Reminder.id.in_(ids), Reminder.owner == owner, Reminder.state == "leased")


def _rows(session: Session, ids: Collection[int], owner: str) -> Sequence[Reminder]:
    """The reminders that are still the owner's; what changed hands meanwhile is left alone."""
    held = select(Reminder).where(_held(ids, owner)).order_by(Reminder.id)
    return session.scalars(held.with_for_update(**HELD).execution_options(**FROM_THE_ROWS)).all()
