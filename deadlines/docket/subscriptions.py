"""Calendar addresses: a secret link for each person and calendar program, kept only as a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager

from deadlines.errors import Conflict, InputError
from deadlines.ical import REDACTIONS
from deadlines.store import audit
from deadlines.store.tables import Person, Subscription

PREFIX = "dlf_"
"""Marks a feed's secret, so that filters and secret scanners recognise one."""
SECRET_BYTES = 32
HINT_LENGTH = 6
LABEL_LENGTH, AGENT_LENGTH = 100, 200
NO_HASH = "0" * 64


class Fetches(Struct):
    """How often one feed was fetched since it was last written down, and who came last."""

    count: int
    last_at: datetime
    agent: str


def add_subscription(
    session: Session, person: Person, label: str, *, redaction: str, actor: str, now: datetime
) -> tuple[Subscription, str]:
    """A new address for a person. The secret is returned once and never kept.

    `hint` is the beginning of the secret, enough to tell addresses apart.

    Raises InputError for an unusable label or redaction, Conflict for a person who has left.
    """
    label = " ".join(label.split())
    if not label or len(label) > LABEL_LENGTH or not label.isprintable():
        raise InputError(f"A calendar address needs a label of 1 to {LABEL_LENGTH} plain characters.")
    if redaction not in REDACTIONS:
        raise InputError(f'"{redaction}" is not a redaction; choose {", ".join(REDACTIONS)}.')
    if not person.active:
        raise Conflict(f"{person.email} has left; a calendar address needs an active person.")
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    subscription = Subscription(
        person_id=person.id,
        label=label,
        redaction=redaction,
        token_hash=hash_token(token),
        hint=token[len(PREFIX) :][:HINT_LENGTH],
        created_at=now,
    )
    session.add(subscription)
    session.flush()
    detail = {"person": person.id, "redaction": redaction}
    audit.record(session, at=now, actor=actor, action="feed.add", subject=subscription.id, detail=detail)
    return subscription, token


def revoke_subscription(session: Session, subscription: Subscription, *, actor: str, now: datetime) -> None:
    """End an address: from the commit on it is as unknown as any other. A second time changes nothing."""
    if subscription.revoked_at is not None:
        return
    subscription.revoked_at = now
    detail = {"person": subscription.person_id}
    audit.record(session, at=now, actor=actor, action="feed.revoke", subject=subscription.id, detail=detail)


def hash_token(token: str) -> str:
    """What is kept of a token: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_subscription(session: Session, token: str) -> Subscription | None:
    """The live subscription with that secret. Unknown, revoked and left are one and the same: None."""
    return find_by_hash(session, hash_token(token))


def find_by_hash(session: Session, token_hash: str) -> Subscription | None:
    """The live subscription whose token has that hash. One look-up and one comparison in every case."""
    query = (
        select(Subscription)
        .join(Subscription.person)
        .options(contains_eager(Subscription.person))
        .where(
            Subscription.token_hash == token_hash,
            Subscription.revoked_at.is_(None),
            Person.active.is_(True),
        )
    )
    found = session.scalars(query).one_or_none()
    same = hmac.compare_digest(found.token_hash if found is not None else NO_HASH, token_hash)
    return found if same else None


def live_hashes(session: Session) -> set[str]:
    """The hashes of all addresses that are answered."""
    query = select(Subscription.token_hash).join(Person, Person.id == Subscription.person_id)
    return set(session.scalars(query.where(Subscription.revoked_at.is_(None), Person.active.is_(True))))


def record_fetches(session: Session, fetches: Mapping[str, Fetches]) -> None:
    """Write down fetches by subscription id; the last moment never goes back."""
    for identifier, seen in fetches.items():
        values = {"fetches": Subscription.fetches + seen.count}
        session.execute(update(Subscription).where(Subscription.id == identifier).values(values))
        newer = Subscription.last_fetch_at.is_(None) | (Subscription.last_fetch_at <= seen.last_at)
        last = {"last_fetch_at": seen.last_at, "last_agent": seen.agent[:AGENT_LENGTH]}
        session.execute(update(Subscription).where(Subscription.id == identifier, newer).values(last))
