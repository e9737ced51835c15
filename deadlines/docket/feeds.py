"""Feeds: which entries a subscription shows, and its calendar as bytes.

An attorney's feed shows the entries of the attorney's matters; a person with the role `docket` sees those of
the whole firm. Restricted matters leave in no feed. A feed reaches from 30 days ago to 18 months ahead;
cancelled entries stay 30 days, so that programs which do not notice a removal see the cancellation.
"""

import hashlib
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager, defer

from deadlines.compute.result import Window
from deadlines.docket.renderings import (
    DEFAULT_REDACTION,
    RENDERER,
    origin_of,
    refresh_renderings,
    render_entry,
)
from deadlines.docket.subscriptions import (
    add_subscription,
    find_by_hash,
    find_subscription,
    hash_token,
    live_hashes,
    record_fetches,
    revoke_subscription,
)
from deadlines.ical import CalendarItem, Redaction, Slot, join_calendar, render_event, slot_days, slot_item
from deadlines.store.tables import DeadlineRow, Entry, Matter, Rendering, Subscription

__all__ = [
    "add_subscription",
    "feed_body",
    "feed_state",
    "find_by_hash",
    "find_subscription",
    "hash_token",
    "live_hashes",
    "record_fetches",
    "refresh_renderings",
    "render_entry",
    "revoke_subscription",
]

DAYS_BACK = 30
MONTHS_AHEAD = 18
TOMBSTONE_DAYS = 30
WHOLE_FIRM = "docket"
ABOUT = (
    "From 30 days ago to 18 months ahead. Restricted matters are not shown. "
    "Calendar programs refresh in their own time; the docket is the record."
)
CONNECTED = "Deadlines: this calendar is connected"
NOTHING = (
    "No deadline is shown between 30 days back and 18 months ahead. New ones appear by themselves. "
    "Restricted matters are never shown in a calendar: see the docket."
)


def feed_state(session: Session, subscription: Subscription, *, today: date, firm: str = "") -> str:
    """A key that changes whenever the feed's bytes do, from one query that reads no bytes.

    Id and sequence of a rendering stand for its bytes. Their sums, also of squares and products, differ
    for any two sets that can follow each other on a docket.
    """
    identifier, sequence = cast(Rendering.id, BigInteger), cast(Rendering.sequence, BigInteger)
    sums = (identifier, identifier * identifier, identifier * sequence)
    query = _shown(
        subscription,
        today,
        func.count(),
        *(func.sum(value) for value in sums),
        func.max(Rendering.changed_at),
    )
    found = [str(value) for value in session.execute(query).one()]
    parts = [RENDERER, subscription.redaction, _name(subscription, firm), firm, *found]
    if subscription.redaction == "full":
        clients = _shown(subscription, today, Matter.id, Matter.client).distinct()
        parts += sorted(f"{identifier}={client}" for identifier, client in session.execute(clients))
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def feed_body(session: Session, subscription: Subscription, *, today: date, firm: str = "") -> bytes:
    """The whole calendar: the same bytes for the same docket and day.

    RFC 5545 wants at least one component, and a new subscriber wants to see that the address works: a feed
    with nothing to show holds one note, on the day that the address was made.

    Raises CalendarError where a stored entry is damaged.
    """
    if subscription.redaction == DEFAULT_REDACTION:
        events = _stored(session, subscription, today)
    else:
        events = _made(session, subscription, today)
    about = f"Filing deadlines of {firm or 'the firm'}. {ABOUT}"
    return join_calendar(_name(subscription, firm), about, events or [_note(subscription)])


def _stored(session: Session, subscription: Subscription, today: date) -> list[bytes]:
    query = _shown(subscription, today, Rendering.on, Rendering.entry_id, Rendering.slot, Rendering.body)
    # Sorted here, because databases order text by their own rules.
    return [body for _, _, _, body in sorted(tuple(row) for row in session.execute(query))]


def _made(session: Session, subscription: Subscription, today: date) -> list[bytes]:
    query = _shown(subscription, today, Rendering, Entry, DeadlineRow).join(
        DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version)
    )
    query = query.options(contains_eager(Entry.matter), defer(Rendering.body))
    redaction = msgspec.convert(subscription.redaction, Redaction)
    rows = sorted(session.execute(query), key=lambda row: (row[0].on, row[0].entry_id, row[0].slot))
    return [_remembered(_item(redaction, *row)) for row in rows]


@lru_cache(maxsize=4096)
def _remembered(item: CalendarItem) -> bytes:
    """What did not change since the last time is not rendered again."""
    return render_event(item)


def _item(redaction: Redaction, row: Rendering, entry: Entry, deadline: DeadlineRow) -> CalendarItem:
    window, origin = msgspec.convert(deadline.window, Window), origin_of(entry, deadline, row.changed_at)
    slot = msgspec.convert(row.slot, Slot)
    item = slot_item(window, origin, redaction, slot, row.on, gone=slot not in slot_days(window))
    return msgspec.structs.replace(item, sequence=row.sequence, cancelled=row.cancelled)


def _shown(subscription: Subscription, today: date, *columns: Any) -> Select[Any]:
    """These columns of every rendering that the subscription shows on that day."""
    query = (
        select(*columns)
        .select_from(Rendering)
        .join(Entry, Entry.id == Rendering.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Rendering.redaction == DEFAULT_REDACTION, *_in_reach(today), Matter.restricted.is_(False))
    )
    if subscription.person.role == WHOLE_FIRM:
        return query
    return query.where(Matter.attorney_id == subscription.person_id)


def _in_reach(today: date) -> Iterable[ColumnElement[bool]]:
    yield Rendering.on >= today - timedelta(days=DAYS_BACK)
    yield Rendering.on <= months_later(today, MONTHS_AHEAD)
    oldest = datetime.combine(today - timedelta(days=TOMBSTONE_DAYS), time(), UTC)
    yield or_(Rendering.cancelled.is_(False), Rendering.changed_at >= oldest)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _name(subscription: Subscription, firm: str) -> str:
    person = subscription.person
    return f"Deadlines – {firm or 'whole firm'}" if person.role == WHOLE_FIRM else f"Deadlines – {person.name}"


def _note(subscription: Subscription) -> bytes:
    return render_event(
        CalendarItem(
            uid=f"{subscription.id}-note@deadlines",
            on=subscription.created_at.date(),
            summary=CONNECTED,
            description=NOTHING,
            sequence=0,
            changed_at=subscription.created_at,
            created_at=subscription.created_at,
            cancelled=False,
            category="Note",
        )
    )
