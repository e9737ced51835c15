"""Webhooks: addresses of other programs that are told of events, each in the name of a person.

An address that takes nothing rests and is tried again; given up after some days, it is dead until a test gets through,
and then hears of everything that happened meanwhile.
"""

import base64
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, contains_eager

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.events import EVENTS
from deadlines.docket.findings import Finding
from deadlines.docket.outbox import ALARM_TRIES, pause
from deadlines.docket.prefixes import find_by_id
from deadlines.errors import Conflict, InputError, SendError
from deadlines.notify.webhook import PREFIX
from deadlines.store import audit
from deadlines.store.tables import Audit, Delivery, Person, Webhook
from deadlines.store.vault import PLAIN, Vault

GIVE_UP = timedelta(days=5)
"""An address that takes nothing for so long is dead."""
KEY_BYTES = 32
WHY_LENGTH = 300
FAILING = """\
The webhook {id} to {shown}, of {person}, takes nothing since {since} UTC.

{why}

Whoever keeps that program should look. It is tried again every quarter of an hour, and nothing is lost.
After {days} days it is given up. `deadlines webhook list` shows how it goes.
"""
DEAD = """\
The webhook {id} to {shown}, of {person}, is given up: nothing is sent to it any more.

{why}

When the other program is well again, `deadlines webhook test {id}` tries it, and once that gets through everything
that happened meanwhile is sent. `deadlines webhook revoke {id}` ends it.
"""
REFUSED = """\
The webhook {id} to {shown}, of {person}, refused events for {days} days, and they are given up.

{why}

Whoever keeps that program should look, and ask the API for what it does not know.
"""
LEFT = """\
{person} has left, and with them the webhook {id} to {shown} has ended: the other program is told of nothing any more.

If it is still needed, add it again for somebody else: `deadlines webhook add`.
"""


class WebhookView(Struct, frozen=True, kw_only=True):
    """One webhook as people read it. `to` is the host of its address.

    `state`: `live`, `failing`, `dead`, or `revoked`; `waiting` counts events on their way, `behind` rows of the audit
    trail that were not looked at yet.
    """

    id: str
    person: str
    to: str
    events: list[str]
    restricted: bool
    state: str
    created_at: datetime
    sent_at: datetime | None
    failing_since: datetime | None
    why: str
    waiting: int
    behind: int


def add_webhook(
    session: Session,
    person: Person,
    address: str,
    events: Collection[str] = (),
    *,
    vault: Vault,
    restricted: bool = False,
    actor: str,
    now: datetime,
) -> tuple[Webhook, str]:
    """A new webhook, told of what happens from now on; with the secret that signs, shown once.

    `events` none: all. `address` was checked before. Raises InputError for an unknown event, Conflict for a person who
    has left.
    """
    unknown = sorted(set(events) - set(EVENTS))
    if unknown:
        raise InputError(f'"{unknown[0]}" is no event; choose from {", ".join(EVENTS)}, or all.')
    if not person.active:
        raise Conflict(f"{person.email} has left; a webhook needs an active person.")
    audit.hold(session)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    hook = Webhook(
        person=person,
        address=address,
        secret="",
        events=sorted(set(events)) or None,
        restricted=restricted,
        seen_id=0,
        created_at=now,
    )
    session.add(hook)
    session.flush()
    hook.secret = vault.hide(secret, _about(hook))
    _record(session, hook, "webhook.add", actor, now)
    hook.seen_id = session.scalar(select(func.max(Audit.id))) or 0
    return hook, secret


def secret_of(hook: Webhook, vault: Vault) -> str:
    """What signs its events. One that is kept readable is hidden from now on, where that can be done.

    Raises ConfigError where it was hidden with another key.
    """
    readable = hook.secret.removeprefix(PLAIN)  # earlier versions kept it without a mark
    if not readable.startswith(PREFIX):
        return vault.show(hook.secret, _about(hook))
    if vault.seals:
        hook.secret = vault.hide(readable, _about(hook))
    return readable


def _about(hook: Webhook) -> str:
    return f"webhook/{hook.id}"


def find_webhook(session: Session, name: str) -> Webhook:
    """The webhook of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, Webhook, name, "webhook", "deadlines webhook list")


def revoke(session: Session, hook: Webhook, *, actor: str, now: datetime) -> None:
    """End a webhook at once; what waits for it is not sent. Raises Conflict for one that has ended."""
    if hook.revoked_at is not None:
        raise Conflict(f"The webhook {hook.id[:8]} is revoked already.")
    # First what waits, then the webhook: in that order a sender holds them too.
    waiting = Delivery.webhook_id == hook.id, Delivery.state.in_(("planned", "uncertain", "dead"))
    session.execute(update(Delivery).where(*waiting).values(state="cancelled", next_at=now))
    hook.revoked_at = now
    _record(session, hook, "webhook.revoke", actor, now)


def end_of_person(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """End the webhooks of somebody who leaves, and tell of it: another program hears nothing any more."""
    theirs = Webhook.person_id == person.id, Webhook.revoked_at.is_(None)
    for hook in session.scalars(select(Webhook).where(*theirs)).all():
        revoke(session, hook, actor=actor, now=now)
        _alarm(session, hook, "left", "has ended with its person", LEFT, now)


def note_taken(session: Session, hook: Webhook, now: datetime) -> None:
    """The address took an event: whatever was wrong is over, and what was given up goes again."""
    if hook.dead_at is not None:
        again = Delivery.webhook_id == hook.id, Delivery.state == "dead"
        session.execute(update(Delivery).where(*again).values(state="planned", next_at=now))
        hook.dead_at = None
        _record(session, hook, "webhook.revive", "daemon", now)
    hook.sent_at, hook.why = now, ""
    hook.failures, hook.failing_since, hook.rests_until = 0, None, None


def note_failed(session: Session, hook: Webhook, error: SendError, now: datetime, *, gone: bool = False) -> None:
    """The address took nothing: it rests, and after many tries people are told; in the end it is given up.

    `gone`: the other program says that the address is no more.
    """
    hook.failures += 1
    hook.failing_since = hook.failing_since or now
    hook.why = error.sentence[:WHY_LENGTH]
    rest = max(pause(hash_of(hook), hook.failures), timedelta(seconds=error.wait or 0))
    hook.rests_until = now + rest
    if gone or now - hook.failing_since >= GIVE_UP:
        hook.dead_at = now
        _record(session, hook, "webhook.dead", "daemon", now)
        _alarm(session, hook, f"dead/{now:%Y-%m-%dT%H:%M}", "is given up", DEAD, now)
    elif hook.failures >= ALARM_TRIES:
        since = hook.failing_since
        _alarm(session, hook, f"failing/{since:%Y-%m-%dT%H:%M}", "takes nothing", FAILING, now)


def tell_refused(session: Session, hook: Webhook, error: SendError, now: datetime) -> None:
    """Events that the address refused for days are given up: people are told, once a day."""
    hook.why = error.sentence[:WHY_LENGTH]
    _alarm(session, hook, f"refused/{now:%Y-%m-%d}", "refuses events", REFUSED, now)


def hash_of(hook: Webhook) -> int:
    """A number that differs from webhook to webhook, so that several do not come back in one moment."""
    return sum(hook.id.encode())


def shown_of(hook: Webhook) -> str:
    """The host of the address: the rest may be a secret."""
    return hook.address.partition("://")[2].partition("/")[0].partition("?")[0]


def webhook_views(session: Session, *, ended: bool = False) -> list[WebhookView]:
    """The webhooks by person and age, those that were revoked only where `ended`."""
    query = select(Webhook).join(Webhook.person).options(contains_eager(Webhook.person))
    if not ended:
        query = query.where(Webhook.revoked_at.is_(None))
    found: Sequence[Webhook] = session.scalars(query.order_by(Person.email, Webhook.created_at)).all()
    return [webhook_view(session, hook) for hook in found]


def webhook_view(session: Session, hook: Webhook) -> WebhookView:
    """One webhook, without its secret and the path of its address."""
    waits = Delivery.webhook_id == hook.id, Delivery.state.in_(("planned", "leased", "uncertain"))
    last = session.scalar(select(func.max(Audit.id))) or 0
    return WebhookView(
        id=hook.id,
        person=hook.person.email,
        to=shown_of(hook),
        events=hook.events or ["all"],
        restricted=hook.restricted,
        state=_state(hook),
        created_at=hook.created_at,
        sent_at=hook.sent_at,
        failing_since=hook.failing_since,
        why=hook.why,
        waiting=session.scalar(select(func.count()).select_from(Delivery).where(*waits)) or 0,
        behind=max(0, last - hook.seen_id) if hook.revoked_at is None else 0,
    )


def check_webhooks(session: Session) -> Finding:
    """Whether every webhook takes what it is sent."""
    views = [view for view in webhook_views(session) if view.state != "live"]
    if not views:
        return Finding("webhooks", "well", "Every webhook takes what it is sent, or there is none.")
    dead = [view for view in views if view.state == "dead"]
    names = ", ".join(f"{view.id[:8]} ({view.to})" for view in views)
    if dead:
        hint = "When the other program is well, `deadlines webhook test` gets it going; or revoke it."
        return Finding("webhooks", "ill", f"Webhooks fail or are given up: {names}.", hint)
    return Finding("webhooks", "warning", f"Webhooks fail: {names}.", "Look at the other program.")


def _state(hook: Webhook) -> str:
    if hook.revoked_at is not None:
        return "revoked"
    if hook.dead_at is not None:
        return "dead"
    return "failing" if hook.failing_since is not None else "live"


def _alarm(session: Session, hook: Webhook, what: str, words: str, text: str, now: datetime) -> None:
    """Tell the people of the docket role, once."""
    shown = shown_of(hook)
    since = f"{hook.failing_since:%Y-%m-%d %H:%M}" if hook.failing_since else ""
    told = text.format(
        id=hook.id[:8], shown=shown, person=hook.person.email, since=since, why=hook.why, days=GIVE_UP.days
    )
    raise_alarm(session, f"webhook/{hook.id}/{what}", subject=f"The webhook to {shown} {words}", text=told, now=now)


def _record(session: Session, hook: Webhook, action: str, actor: str, now: datetime) -> None:
    session.flush()
    detail = {"person": hook.person_id, "to": shown_of(hook), "events": hook.events, "restricted": hook.restricted}
    audit.record(session, at=now, actor=actor, action=action, subject=hook.id, detail=detail)
