"""Calendar addresses: a secret link for each person, feed and calendar program, kept only as a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager

from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.teams import require_on_matter
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.ical import REDACTIONS
from deadlines.store import audit
from deadlines.store.tables import Matter, Person, Subscription, Team

Scope = Literal["own", "matter", "team", "firm"]

PREFIX = "dlf_"
"""Marks a feed's secret, so that filters and secret scanners recognise one."""
CLAIM_PREFIX = "dlc_"
"""Marks the secret of a one-time link."""
SECRET_BYTES = 32
HINT_LENGTH = 6
LABEL_LENGTH, AGENT_LENGTH = 100, 200
NO_HASH = "0" * 64
CLAIM_FOR = timedelta(hours=24)
"""How long a one-time link opens an address."""


class Choice(Struct, frozen=True, kw_only=True):
    """What a calendar shows. `scope` None: the firm for who keeps the docket, else the person's own matters.

    `remedies` by their first words (`appeal`, `motion`), none for all; `fatal_only`: last days and protective
    dates; `reminders`: also as entries of their own; `restricted`: also the person's own restricted matters;
    `whole`: beyond what every calendar program takes.
    """

    scope: Scope | None = None
    matter: Matter | None = None
    team: Team | None = None
    redaction: str = "matter"
    remedies: tuple[str, ...] = ()
    fatal_only: bool = False
    protective: bool = True
    reminders: bool = False
    restricted: bool = False
    whole: bool = False
    expires_at: datetime | None = None


EVERYTHING = Choice()


class Fetches(Struct):
    """How often one feed was fetched since it was last written down, and who came last."""

    count: int
    last_at: datetime
    agent: str


def add_subscription(
    session: Session, person: Person, label: str, *, actor: str, now: datetime, choice: Choice = EVERYTHING
) -> tuple[Subscription, str]:
    """A new address for a person. The secret is returned once and never kept.

    `hint` is the beginning of the secret, enough to tell addresses apart.

    Raises InputError for an unusable label or choice, Conflict for a person who has left or is not on the matter.
    """
    subscription = _new(session, person, label, choice, now)
    token = give_token(subscription)
    _record(session, subscription, "feed.add", actor, now)
    return subscription, token


def invite(
    session: Session, person: Person, label: str, *, actor: str, now: datetime, choice: Choice = EVERYTHING
) -> tuple[Subscription, str]:
    """The same, without an address yet: the secret of a one-time link that makes it when it is opened.

    Raises as `add_subscription` does.
    """
    subscription = _new(session, person, label, choice, now)
    code = give_claim(subscription, now)
    _record(session, subscription, "feed.invite", actor, now)
    return subscription, code


def copy_subscription(session: Session, old: Subscription, now: datetime) -> Subscription:
    """A new address that shows the same to the same person; it needs its secret before it is written."""
    kept = {name: getattr(old, name) for name in _CHOSEN}
    new = Subscription(**kept, token_hash=NO_HASH, hint="", created_at=now)
    session.add(new)
    return new


_CHOSEN = (
    *("person_id", "label", "scope", "matter_id", "team_id", "redaction", "remedies", "fatal_only", "protective"),
    *("reminders", "restricted", "whole", "expires_at"),
)


def find_claim(session: Session, code: str, *, now: datetime) -> Subscription:
    """The address that a one-time link would open. Raises NotFound for used, expired and unknown ones alike."""
    digest = hash_token(code)
    found = session.scalars(select(Subscription).where(Subscription.claim_hash == digest)).one_or_none()
    same = hmac.compare_digest((found.claim_hash if found is not None else None) or NO_HASH, digest)
    if found is None or not same or not _claimable(found, now):
        raise NotFound("This link has been used or is too old. Ask for another one.")
    return found


def claim(session: Session, code: str, *, now: datetime) -> tuple[Subscription, str]:
    """Open the address of a one-time link: its secret, once. Raises NotFound."""
    subscription = find_claim(session, code, now=now)
    query = update(Subscription).where(Subscription.id == subscription.id, Subscription.claim_hash.is_not(None))
    taken = session.execute(query.values(claim_hash=None).returning(Subscription.id)).one_or_none()
    if taken is None:  # somebody else opened it in the same moment
        raise NotFound("This link has been used or is too old. Ask for another one.")
    token = give_token(subscription)
    subscription.claim_hash = subscription.claim_until = None
    session.flush()
    _record(session, subscription, "feed.open", subscription.person.email, now)
    return subscription, token


def hash_token(token: str) -> str:
    """What is kept of a token: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_subscription(session: Session, token: str) -> Subscription | None:
    """The address with that secret, live or ended; None for a secret that never was."""
    return find_by_hash(session, hash_token(token))


def find_by_hash(session: Session, token_hash: str) -> Subscription | None:
    """The same by the token's hash. One look-up and one comparison in every case."""
    query = (
        select(Subscription)
        .join(Subscription.person)
        .options(contains_eager(Subscription.person))
        .where(Subscription.token_hash == token_hash, Subscription.claim_hash.is_(None))
    )
    found = session.scalars(query).one_or_none()
    same = hmac.compare_digest(found.token_hash if found is not None else NO_HASH, token_hash)
    return found if same else None


def record_fetches(session: Session, fetches: Mapping[str, Fetches]) -> None:
    """Write down fetches by subscription id; the last moment never goes back."""
    for identifier, seen in fetches.items():
        values = {"fetches": Subscription.fetches + seen.count}
        session.execute(update(Subscription).where(Subscription.id == identifier).values(values))
        newer = Subscription.last_fetch_at.is_(None) | (Subscription.last_fetch_at <= seen.last_at)
        last = {"last_fetch_at": seen.last_at, "last_agent": seen.agent[:AGENT_LENGTH]}
        session.execute(update(Subscription).where(Subscription.id == identifier, newer).values(last))


def _new(session: Session, person: Person, label: str, choice: Choice, now: datetime) -> Subscription:
    label = " ".join(label.split())
    if not label or len(label) > LABEL_LENGTH or not label.isprintable():
        raise InputError(f"A calendar address needs a label of 1 to {LABEL_LENGTH} plain characters.")
    if not person.active:
        raise Conflict(f"{person.email} has left; a calendar address needs an active person.")
    scope = choice.scope or ("firm" if person.role == DOCKET_ROLE else "own")
    _check(session, person, choice, scope, now)
    subscription = Subscription(
        person=person,
        label=label,
        scope=scope,
        matter_id=choice.matter.id if choice.matter else None,
        team_id=choice.team.id if choice.team else None,
        redaction=choice.redaction,
        remedies=sorted(set(choice.remedies)) or None,
        fatal_only=choice.fatal_only,
        protective=choice.protective,
        reminders=choice.reminders,
        restricted=choice.restricted,
        whole=choice.whole,
        expires_at=choice.expires_at,
        token_hash=NO_HASH,
        hint="",
        created_at=now,
    )
    session.add(subscription)
    return subscription


def _check(session: Session, person: Person, choice: Choice, scope: Scope, now: datetime) -> None:
    if choice.redaction not in REDACTIONS:
        raise InputError(f'"{choice.redaction}" is not a redaction; choose {", ".join(REDACTIONS)}.')
    if (scope == "matter") != (choice.matter is not None) or (scope == "team") != (choice.team is not None):
        raise InputError("A calendar of a matter names its matter, one of a team its team, and no other does.")
    if choice.restricted and scope not in ("own", "matter"):
        raise InputError("Restricted matters are shown only to somebody who works on them: choose own or one matter.")
    if choice.fatal_only and choice.reminders:
        raise InputError(
            "Reminders count back from safe dates, which a calendar of last days does not show: choose one."
        )
    if choice.matter is not None and choice.matter.restricted and not choice.restricted:
        raise InputError(
            "The matter is restricted, and its calendar would stay empty: the person may ask for restricted matters.",
            advice="They do it with --restricted.",
        )
    if choice.expires_at is not None and choice.expires_at <= now:
        raise InputError("The calendar address would have ended already; give a later day.")
    if choice.matter is not None and (person.role != DOCKET_ROLE or choice.restricted):
        require_on_matter(session, choice.matter, person)


def give_token(subscription: Subscription) -> str:
    """A new secret. One whose beginning a command line would take for an option is drawn again."""
    while not (secret := secrets.token_urlsafe(SECRET_BYTES))[:HINT_LENGTH].isalnum():
        pass
    subscription.token_hash, subscription.hint = hash_token(PREFIX + secret), secret[:HINT_LENGTH]
    return PREFIX + secret


def give_claim(subscription: Subscription, now: datetime) -> str:
    """A one-time link to an address that nobody has yet; its secret, returned once."""
    give_token(subscription)  # nobody learns this one: it only fills the place
    code = CLAIM_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    subscription.claim_hash, subscription.claim_until = hash_token(code), now + CLAIM_FOR
    return code


def _claimable(subscription: Subscription, now: datetime) -> bool:
    until, ends = subscription.claim_until, subscription.expires_at
    ended = subscription.revoked_at is not None or (ends is not None and ends <= now)
    return until is not None and now < until and not ended and subscription.person.active


def _record(session: Session, subscription: Subscription, action: str, actor: str, now: datetime) -> None:
    session.flush()
    detail = {name: getattr(subscription, name) for name in ("scope", "redaction", "restricted")}
    detail["person"] = subscription.person_id
    audit.record(session, at=now, actor=actor, action=action, subject=subscription.id, detail=detail)
