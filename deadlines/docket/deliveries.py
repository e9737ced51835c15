"""Events on their way to webhooks: written from the audit trail, then claimed, sent and marked as letters are.

A delivery is sent at least once, and every repeat carries the same id and the same bytes.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from deadlines.docket import leases, webhooks
from deadlines.docket.events import OF_ACTIONS, event_of, id_of
from deadlines.docket.leases import held, settle
from deadlines.docket.outbox import FROM_THE_ROWS, LONGEST_PAUSE, pause
from deadlines.docket.visible import visible
from deadlines.errors import ConfigError, Conflict, ContentRefused, SendError
from deadlines.store.holding import HELD
from deadlines.store.tables import Audit, Delivery, Matter, Webhook, new_id
from deadlines.store.vault import Vault

PAGE = 200
"""Rows of the audit trail that are looked at in one transaction."""
TEST = "webhook.test"
KEPT = timedelta(days=30)
"""How long a delivery stays after it was taken, to be looked at."""
OUT_OF_SIGHT = "The person may not see the matter any more, or it is restricted; nothing was sent."


class Ready(Struct, frozen=True):
    """One event, ready to be sent: where to, the key that signs, its id, and its bytes."""

    delivery: int
    webhook: str
    address: str
    secret: str
    message_id: str
    body: bytes


def behind(session: Session) -> list[str]:
    """The ids of the webhooks for which the audit trail goes on."""
    last = session.scalar(select(func.max(Audit.id))) or 0
    live = Webhook.revoked_at.is_(None), Webhook.dead_at.is_(None), Webhook.seen_id < last
    return list(session.scalars(select(Webhook.id).where(*live).order_by(Webhook.id)))


def write(session: Session, webhook_id: str, now: datetime) -> bool:
    """Write the deliveries of the next page of the audit trail; whether there is more of it."""
    query = select(Webhook).where(Webhook.id == webhook_id).with_for_update(of=Webhook, **HELD)
    hook = session.scalars(query.execution_options(**FROM_THE_ROWS)).one()
    if hook.revoked_at is not None or hook.dead_at is not None:
        return False
    # Whoever writes the trail holds its end until the commit: whatever lies before its last row is there.
    last = session.scalar(select(func.max(Audit.id))) or 0
    rows = session.scalars(
        select(Audit)
        .where(Audit.id > hook.seen_id, Audit.id <= last, Audit.action.in_(OF_ACTIONS))
        .order_by(Audit.id)
        .limit(PAGE)
    ).all()
    for row in rows:
        _write(session, hook, row, now)
    more = len(rows) == PAGE
    hook.seen_id = rows[-1].id if more else last
    return more


def _write(session: Session, hook: Webhook, row: Audit, now: datetime) -> None:
    event = event_of(session, row)
    if event is None or (hook.events is not None and event.type not in hook.events):
        return
    if not _may_know(session, hook, event.data.matter):
        return
    delivery = Delivery(
        webhook_id=hook.id,
        audit_id=row.id,
        matter_id=event.data.matter,
        event=event.type,
        message_id=id_of(row),
        body=msgspec.json.encode(event).decode(),
        next_at=now,
        created_at=now,
    )
    session.add(delivery)


def _may_know(session: Session, hook: Webhook, matter_id: str) -> bool:
    """Whether the person sees the matter, and where it is restricted, whether the webhook is to hear of such."""
    seen = Matter.id == matter_id, visible(hook.person)
    restricted = session.scalar(select(Matter.restricted).where(*seen))
    return hook.person.active and restricted is not None and (hook.restricted or not restricted)


def claim(session: Session, *, now: datetime, owner: str, lease: timedelta, limit: int) -> list[int]:
    """Take due deliveries to webhooks that do not rest, for `owner` until `now + lease`, the oldest first."""
    rested = or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now)
    awake = select(Webhook.id).where(Webhook.revoked_at.is_(None), Webhook.dead_at.is_(None), rested)
    return leases.claim(
        session, Delivery, Delivery.webhook_id.in_(awake), now=now, owner=owner, lease=lease, limit=limit
    )


def is_due(session: Session, now: datetime) -> bool:
    """Whether anything waits that may be due: looked at without holding up anybody who writes."""
    due = select(Delivery.id).where(leases.waiting(Delivery), Delivery.next_at <= now)
    return session.scalar(due.limit(1)) is not None


def prepare(
    session: Session, delivery_id: int, *, vault: Vault, owner: str, now: datetime, lease: timedelta
) -> Ready | None:
    """A claimed delivery just before it is sent, its lease held on; None when it is not to be sent now, or ever.

    Where the secret of its webhook cannot be read, nothing can be signed: the webhook fails like one that takes
    nothing.
    """
    for row in held(session, Delivery, [delivery_id], owner):
        if row.lease_until is None or row.lease_until <= now:
            continue
        hook = _hook(session, row)
        if hook.revoked_at is not None or not _may_know(session, hook, row.matter_id):
            settle(row, "cancelled", now, OUT_OF_SIGHT)
        elif hook.dead_at is not None or (hook.rests_until is not None and hook.rests_until > now):
            leases.release(session, Delivery, [row.id], owner=owner, now=now)
        else:
            return _ready(session, row, hook, vault, now=now, lease=lease)
    return None


def _ready(
    session: Session, row: Delivery, hook: Webhook, vault: Vault, *, now: datetime, lease: timedelta
) -> Ready | None:
    try:
        secret = webhooks.secret_of(hook, vault)
    except ConfigError as fault:
        settle(row, "planned", now, fault.sentence)
        webhooks.note_failed(session, hook, SendError(fault.sentence), now)
        return None
    row.lease_until = row.next_at = now + lease
    return Ready(row.id, hook.id, hook.address, secret, row.message_id, row.body.encode())


def test_of(hook: Webhook, vault: Vault, now: datetime) -> Ready:
    """An event that tells of nothing, to try a webhook. Raises Conflict for one that was revoked, ConfigError where
    its secret cannot be read."""
    if hook.revoked_at is not None:
        raise Conflict(f"The webhook {hook.id[:8]} is revoked.")
    body = msgspec.json.encode({"type": TEST, "timestamp": now, "data": {}})
    return Ready(0, hook.id, hook.address, webhooks.secret_of(hook, vault), f"evt_{new_id()}", body)


def forget_old(session: Session, now: datetime) -> int:
    """Delete what was taken or taken back long ago; how many. The audit trail keeps what they told of.

    What was given up stays: a test of its webhook sends it after all.
    """
    old = Delivery.state.in_(("sent", "cancelled")), Delivery.next_at < now - KEPT
    gone = session.execute(delete(Delivery).where(*old).returning(Delivery.id))
    return len(gone.all())


def release(session: Session, ids: Collection[int], *, owner: str, now: datetime) -> None:
    """Give back what was claimed and not tried, due at once for whoever claims next."""
    leases.release(session, Delivery, ids, owner=owner, now=now)


def mark_sent(session: Session, delivery_id: int, *, owner: str, now: datetime) -> None:
    """The webhook took the event."""
    for row in held(session, Delivery, [delivery_id], owner):
        row.sent_at = now
        settle(row, "sent", now, "")
        webhooks.note_taken(session, _hook(session, row), now)


def mark_failed(
    session: Session, delivery_id: int, error: SendError, *, owner: str, now: datetime, gone: bool = False
) -> None:
    """The webhook did not take the event, or nobody can tell: it is tried again after a pause.

    Where the event itself is refused, only it waits, and after some days it is given up; else the webhook rests.
    """
    for row in held(session, Delivery, [delivery_id], owner):
        hook = _hook(session, row)
        refused = isinstance(error, ContentRefused)
        tired = refused and now - row.created_at >= webhooks.GIVE_UP
        settle(row, "dead" if tired else "uncertain" if error.uncertain else "planned", now, error.sentence)
        if not tired:
            row.next_at = now + max(pause(row.id, row.attempts), timedelta(seconds=error.wait or 0))
        if tired:
            webhooks.tell_refused(session, hook, error, now)
        if not refused:
            webhooks.note_failed(session, hook, error, now, gone=gone)


def forget_future(session: Session, *, now: datetime, lease: timedelta) -> int:
    """After the clock was set back: make due what waits for a moment that cannot be real."""
    latest = now + max(lease, LONGEST_PAUSE)
    session.execute(update(Webhook).where(Webhook.rests_until > latest).values(rests_until=None))
    return leases.forget_future(session, Delivery, now=now, lease=lease)


def _hook(session: Session, row: Delivery) -> Webhook:
    query = select(Webhook).where(Webhook.id == row.webhook_id).with_for_update(of=Webhook, **HELD)
    return session.scalars(query.execution_options(**FROM_THE_ROWS)).one()
