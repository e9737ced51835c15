"""What a calendar showed and shows no more: its dates stay for a while, marked as removed.

Calendar programs keep what is merely missing, some for ever: so a matter that becomes restricted or goes to
other people leaves each calendar entry by entry. An entry that left says nothing but that, under the UID that
the program knows, and does not change any more, whatever becomes of the matter.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from deadlines.docket.reminders import PENDING
from deadlines.docket.renderings import touch_entries
from deadlines.docket.scopes import TOMBSTONE_DAYS, shown
from deadlines.docket.sequences import sequence_at
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Entry, LeftCalendar, Matter, Reminder, Rendering, Subscription

MOST = 100
"""Removed dates that one calendar names; of more the latest ones."""
Matters = Sequence[Matter] | Callable[[], Sequence[Matter]]
Seen = dict[str, set[int]]
"""From a calendar to the renderings that it shows."""


class Removed(Struct, frozen=True, order=True):
    """One rendering that a calendar showed and shows no more, since when, and the sequence that says so."""

    at: datetime
    rendering: int
    sequence: int
    slot: str
    restricted: bool


@contextmanager
def noted(session: Session, matters: Matters, *, now: datetime) -> Iterator[None]:
    """While who sees these matters changes: note for each calendar what it loses, and renew what it gets back.

    Two such changes follow each other, so that each sees what the other left.
    """
    ids = hold_matters(session, matters)
    before = _seen(session, ids, now)
    yield
    session.flush()
    after = _seen(session, ids, now)
    back: set[int] = set()
    for subscription_id in sorted(before):
        _leave(session, subscription_id, before[subscription_id] - after[subscription_id], now)
        back |= _come_back(session, subscription_id, after[subscription_id] - before[subscription_id])
    entries = select(Rendering.entry_id).where(Rendering.id.in_(back)).distinct()
    touch_entries(session, session.scalars(entries).all() if back else (), now=now, least=sequence_at(now) + 1)
    session.flush()


def hold_matters(session: Session, matters: Matters) -> list[str]:
    """Hold every entry of these matters, then the reminders that wait, then the end of the audit trail, until the
    transaction ends; the ids of the matters.

    Every change holds them in that order, or two could wait for each other for ever. Whose matters they are, and which
    entries they have, is sure only at the end of the trail: where that has changed meanwhile, all is let go and held
    again.
    """
    while True:
        with session.begin_nested() as trial:
            held = set(session.scalars(_entries(_ids(matters)).order_by(Entry.id).with_for_update(**HELD)))
            waiting = select(Reminder.id).where(Reminder.entry_id.in_(_entries(_ids(matters))), PENDING)
            session.execute(waiting.order_by(Reminder.id).with_for_update(**HELD))
            audit.hold(session)
            ids = _ids(matters)
            if held.issuperset(session.scalars(_entries(ids))):
                return ids
            trial.rollback()


def _ids(matters: Matters) -> list[str]:
    return [matter.id for matter in (matters() if callable(matters) else matters)]


def _entries(ids: list[str]) -> Select[Any]:
    return select(Entry.id).where(Entry.matter_id.in_(ids))


def removed(session: Session, subscription: Subscription, today: date) -> list[Removed]:
    """The dates that a calendar showed and shows no more, in the order in which they went."""
    since = datetime.combine(today - timedelta(days=TOMBSTONE_DAYS), time(), UTC)
    found = [
        Removed(row.at, row.id, sequence_at(row.at), row.slot, row.restricted)
        for row in session.execute(_departed(subscription, since))
    ]
    return sorted(found)[-MOST:]


def _seen(session: Session, ids: list[str], now: datetime) -> Seen:
    live = session.scalars(select(Subscription).where(Subscription.revoked_at.is_(None))).all()
    return {
        one.id: set(session.scalars(shown(one, now.date(), Rendering.id).where(Matter.id.in_(ids)))) for one in live
    }


def _leave(session: Session, subscription_id: str, lost: set[int], now: datetime) -> None:
    """What was cancelled before it left needs no second word; the moment is never before the last change."""
    rows = session.scalars(select(Rendering).where(Rendering.id.in_(lost), Rendering.cancelled.is_(False)))
    for row in rows.all() if lost else ():
        at = max(now, row.changed_at)
        session.merge(LeftCalendar(subscription_id=subscription_id, rendering_id=row.id, at=at))


def _come_back(session: Session, subscription_id: str, gained: set[int]) -> set[int]:
    """Which of the renderings had left the calendar that shows them again: nothing is removed there any more."""
    theirs = LeftCalendar.subscription_id == subscription_id, LeftCalendar.rendering_id.in_(gained)
    left = session.scalars(select(LeftCalendar).where(*theirs)).all() if gained else ()
    for row in left:
        session.delete(row)
    return {row.rendering_id for row in left}


def _departed(subscription: Subscription, since: datetime) -> Select[Any]:
    return (
        _removed(LeftCalendar.at, Rendering.id, Rendering.slot, Matter.restricted)
        .join(LeftCalendar, LeftCalendar.rendering_id == Rendering.id)
        .where(LeftCalendar.subscription_id == subscription.id, LeftCalendar.at >= since)
    )


def _removed(*columns: Any) -> Select[Any]:
    joined = select(*columns).select_from(Rendering).join(Entry, Entry.id == Rendering.entry_id)
    return joined.join(Matter, Matter.id == Entry.matter_id)
