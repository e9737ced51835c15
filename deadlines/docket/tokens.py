"""Tokens: secrets by which other programs ask in the name of a person. Kept only as a hash, shown once.

A token sees what its person may see and does what the person may do, and nothing once the person has left.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, contains_eager

from deadlines.docket.prefixes import find_by_id
from deadlines.docket.subscriptions import HINT_LENGTH, LABEL_LENGTH, NO_HASH, SECRET_BYTES, hash_token
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.tables import AccessToken, Person

Scope = Literal["read", "write"]
PREFIX = "dla_"
"""Marks a program's secret, so that filters and secret scanners recognise one."""
LONGEST_TOKEN = 100
USED_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a token was last used."""


class TokenView(Struct, frozen=True, kw_only=True):
    """One token as people read it. `state`: `live`, `expired`, `revoked`, or `left` where its person has."""

    id: str
    hint: str
    person: str
    label: str
    scope: str
    state: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


def add_token(
    session: Session,
    person: Person,
    label: str,
    scope: Scope,
    *,
    until: datetime | None = None,
    actor: str,
    now: datetime,
) -> tuple[AccessToken, str]:
    """A new token for a person's program. The secret is returned once and never kept.

    Raises InputError for an unusable label or an end that has passed, Conflict for a person who has left.
    """
    label = " ".join(label.split())
    if not label or len(label) > LABEL_LENGTH or not label.isprintable():
        raise InputError(f"A token needs a label of 1 to {LABEL_LENGTH} plain characters.")
    if not person.active:
        raise Conflict(f"{person.email} has left; a token needs an active person.")
    if until is not None and until <= now:
        raise InputError("The token would have ended already; give a later day.")
    secret = _secret()
    token = AccessToken(
        person=person,
        label=label,
        scope=scope,
        token_hash=hash_token(PREFIX + secret),
        hint=secret[:HINT_LENGTH],
        created_at=now,
        expires_at=until,
    )
    session.add(token)
    _record(session, token, "token.add", actor, now)
    return token, PREFIX + secret


def find_live(session: Session, token: str, *, now: datetime) -> AccessToken | None:
    """The token with that secret; None for one that is unknown or ended, or whose person has left.

    One look-up and one comparison in every case.
    """
    wanted = hash_token(token[: LONGEST_TOKEN + 1])
    query = (
        select(AccessToken)
        .join(AccessToken.person)
        .options(contains_eager(AccessToken.person))
        .where(AccessToken.token_hash == wanted)
    )
    found = session.scalars(query).one_or_none()
    same = hmac.compare_digest(found.token_hash if found is not None else NO_HASH, wanted)
    return found if found is not None and same and state_of(found, now) == "live" else None


def state_of(token: AccessToken, now: datetime) -> str:
    """Whether a token opens anything, and if not, why."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= now:
        return "expired"
    return "live" if token.person.active else "left"


def is_due(token: AccessToken, now: datetime) -> bool:
    """Whether it is time to write down that the token is used."""
    return token.used_at is None or now - token.used_at >= USED_EVERY


def note_use(session: Session, token_id: str, now: datetime) -> None:
    """Write down when a token was used; the moment never goes back."""
    older = or_(AccessToken.used_at.is_(None), AccessToken.used_at < now)
    session.execute(update(AccessToken).where(AccessToken.id == token_id, older).values(used_at=now))


def find_token(session: Session, name: str) -> AccessToken:
    """The token of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, AccessToken, name, "token", "deadlines token list")


def revoke(session: Session, token: AccessToken, *, actor: str, now: datetime) -> None:
    """End a token at once. Raises Conflict for one that was revoked before."""
    if token.revoked_at is not None:
        raise Conflict(f'The token "{token.label}" is revoked already.')
    token.revoked_at = now
    _record(session, token, "token.revoke", actor, now)


def end_of_person(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """End every token of somebody who leaves, so that none opens anything if they come back."""
    theirs = AccessToken.person_id == person.id, AccessToken.revoked_at.is_(None)
    for token in session.scalars(select(AccessToken).where(*theirs)).all():
        revoke(session, token, actor=actor, now=now)


def token_views(session: Session, *, now: datetime, ended: bool = False) -> list[TokenView]:
    """The tokens by person and age, those that have ended only where `ended`; the rows of the pages are none."""
    query = select(AccessToken).join(AccessToken.person).options(contains_eager(AccessToken.person))
    query = query.where(AccessToken.id != AccessToken.person_id)
    found: Sequence[AccessToken] = session.scalars(query.order_by(Person.email, AccessToken.created_at)).all()
    views = [token_view(token, now) for token in found]
    return [view for view in views if ended or view.state == "live"]


def token_view(token: AccessToken, now: datetime) -> TokenView:
    """One token, without its secret, which nobody knows."""
    return TokenView(
        id=token.id,
        hint=token.hint,
        person=token.person.email,
        label=token.label,
        scope=token.scope,
        state=state_of(token, now),
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        used_at=token.used_at,
    )


def _secret() -> str:
    """One whose beginning a command line would take for an option is drawn again."""
    while not (secret := secrets.token_urlsafe(SECRET_BYTES))[:HINT_LENGTH].isalnum():
        pass
    return secret


def _record(session: Session, token: AccessToken, action: str, actor: str, now: datetime) -> None:
    session.flush()
    detail = {"person": token.person_id, "scope": token.scope}
    audit.record(session, at=now, actor=actor, action=action, subject=token.id, detail=detail)
