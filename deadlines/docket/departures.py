"""What a calendar showed and shows no more: its dates stay for a while, marked as removed.

Calendar programs keep what is merely missing, some for ever: so a matter that becomes restricted or goes to
other people leaves each calendar entry by entry. An entry that left says nothing but that, under the UID that
the program knows.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import Session

from deadlines.docket.renderings import DEFAULT_REDACTION, touch
from deadlines.docket.scopes import DAYS_BACK, TOMBSTONE_DAYS, filtered, is_fatal, of_scope
from deadlines.store.tables import DeadlineRow, Departure, Entry, Matter, Rendering, Subscription

MOST = 200
"""Removed dates that one calendar names; of more the latest ones."""
AHEAD = 2
"""Sequences that a matter which comes back is ahead of what was last shown of it, the removal."""


class Removed(Struct, frozen=True, order=True):
    """One rendering that a calendar showed and shows no more, since when, and the sequence that says so."""

    at: datetime
    rendering: int
    sequence: int
    slot: str
    restricted: bool


@contextmanager
def noted(session: Session, matters: Iterable[Matter], *, now: datetime) -> Iterator[None]:
    """While who sees these matters changes: note for each calendar which it loses, and renew what it gets back."""
    ids = [matter.id for matter in matters]
    before = _seen(session, ids)
    yield
    session.flush()
    after = _seen(session, ids)
    for subscription_id, matter_id in sorted(before - after):
        session.merge(Departure(subscription_id=subscription_id, matter_id=matter_id, at=now))
    for matter_id in sorted(_come_back(session, after - before)):
        touch(session, session.get_one(Matter, matter_id), now=now, steps=AHEAD)
    session.flush()


def removed(session: Session, subscription: Subscription, today: date) -> list[Removed]:
    """The dates that a calendar showed and shows no more, in the order in which they went."""
    since = datetime.combine(today - timedelta(days=TOMBSTONE_DAYS), time(), UTC)
    queries = [_departed(subscription, today, since)]
    if subscription.fatal_only:
        queries.append(_no_longer_fatal(subscription, today, since))
    found = session.execute(union_all(*queries)).all()
    return sorted(Removed(*row) for row in found)[-MOST:]


def _seen(session: Session, ids: Collection[str]) -> set[tuple[str, str]]:
    """Which calendars may show which of these matters."""
    live = session.scalars(select(Subscription).where(Subscription.revoked_at.is_(None)))
    return {
        (subscription.id, matter_id)
        for subscription in live
        for matter_id in session.scalars(select(Matter.id).where(Matter.id.in_(ids), *of_scope(subscription)))
    }


def _come_back(session: Session, pairs: Collection[tuple[str, str]]) -> set[str]:
    """Which of the matters had left the calendar that shows them again: nothing is removed there any more."""
    left = [row for pair in sorted(pairs) if (row := session.get(Departure, pair)) is not None]
    for row in left:
        session.delete(row)
    return {row.matter_id for row in left}


def _departed(subscription: Subscription, today: date, since: datetime) -> Select[Any]:
    left = and_(Departure.matter_id == Entry.matter_id, Departure.subscription_id == subscription.id)
    return (
        _removed(Departure.at, Rendering.sequence + 1)
        .join(Departure, left)
        .where(
            *_once_shown(today),
            *filtered(subscription),
            Departure.at >= since,
            Entry.created_at <= Departure.at,
            or_(Rendering.cancelled.is_(False), Rendering.changed_at >= Departure.at),
        )
    )


def _no_longer_fatal(subscription: Subscription, today: date, since: datetime) -> Select[Any]:
    """Where the date to file by fell on the last day and no longer does. The move itself gave it its sequence."""
    in_force = DeadlineRow.version == Entry.version
    return (
        _removed(Rendering.changed_at, Rendering.sequence)
        .where(
            *_once_shown(today),
            *of_scope(subscription),
            Rendering.slot == "safe",
            Rendering.cancelled.is_(False),
            Rendering.changed_at >= since,
            is_fatal(DeadlineRow.version < Entry.version),
            ~is_fatal(in_force),
        )
    )  # fmt: skip


def _removed(at: Any, sequence: Any) -> Select[Any]:
    columns = at, Rendering.id, sequence, Rendering.slot, Matter.restricted
    joined = select(*columns).select_from(Rendering).join(Entry, Entry.id == Rendering.entry_id)
    return joined.join(Matter, Matter.id == Entry.matter_id)


def _once_shown(today: date) -> Iterator[ColumnElement[bool]]:
    yield Rendering.redaction == DEFAULT_REDACTION
    yield Rendering.on >= today - timedelta(days=DAYS_BACK)
