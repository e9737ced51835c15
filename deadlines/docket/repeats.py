"""A change that is asked for again is done once, and answered as the first time: of a program by the key that it gives,
of a browser by what tells one press of a button from every other."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deadlines.errors import Conflict
from deadlines.store.tables import AccessToken, Base, KeptAnswer, Person

KEPT = timedelta(days=30)
"""After that a key is forgotten."""
PRESS_KEPT = timedelta(minutes=10)
"""After that the same form of a browser, such as one on a page that it went back to, counts as sent anew."""
FORM_SENT = 303


def digest_of(*parts: bytes) -> str:
    """What is kept of a request, to tell whether it is asked again: SHA-256."""
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def find_or_begin(session: Session, token: AccessToken, key: str, digest: str, *, now: datetime) -> KeptAnswer | None:
    """The answer that was given to the same key before; None where the caller is the first, and must `keep` one.

    Whoever asks in the same moment waits for the first to end. Raises Conflict where the key came with other content.
    """
    session.execute(delete(KeptAnswer).where(KeptAnswer.at < now - KEPT))
    if _added(session, KeptAnswer, token_id=token.id, key=key, digest=digest, status=0, body=b"", at=now):
        return None
    kept = session.get_one(KeptAnswer, (token.id, key))
    if kept.digest != digest:
        raise Conflict("This Idempotency-Key came with another request before: take a new key.", code="key-reused")
    return kept


def keep(session: Session, token: AccessToken, key: str, *, status: int, body: bytes, location: str | None) -> None:
    """Keep what was answered, in the transaction that changes the docket."""
    kept = session.get_one(KeptAnswer, (token.id, key))
    kept.status, kept.body, kept.location = status, body, location


def find_or_begin_press(session: Session, person: Person, press: str, *, now: datetime) -> str | None:
    """Where the same press of a button led to before; None where the caller is the first, and must `keep_press`.

    Whoever sends it in the same moment waits for the first to end.
    """
    old = KeptAnswer.token_id == person.id, KeptAnswer.at < now - PRESS_KEPT
    session.execute(delete(KeptAnswer).where(*old))
    _of_pages(session, person, now)
    if _added(session, KeptAnswer, token_id=person.id, key=press, digest=press, status=0, body=b"", at=now):
        return None
    return session.get_one(KeptAnswer, (person.id, press)).body.decode()


def keep_press(session: Session, person: Person, press: str, led_to: str | None) -> None:
    """Keep where a press of a button leads to, in the transaction that changes the docket; None: nothing was recorded,
    and the form may be sent again. It is kept as a body, because there it may be of any length."""
    kept = session.get_one(KeptAnswer, (person.id, press))
    if led_to is None:
        session.delete(kept)
    else:
        kept.status, kept.body = FORM_SENT, led_to.encode()


def _of_pages(session: Session, person: Person, now: datetime) -> None:
    """The pages ask in a person's name as programs do, by a row that opens nothing: it is revoked from the first, and
    no secret has such a hash."""
    common = {"label": "pages", "scope": "read", "hint": "", "created_at": now, "revoked_at": now}
    _added(session, AccessToken, id=person.id, person_id=person.id, token_hash=f"pages {person.id}", **common)


def _added(session: Session, table: type[Base], **values: Any) -> bool:
    """Whether the row is new; one that another transaction is adding is waited for."""
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = next(iter(values))
    added = kind.insert(table).values(values).on_conflict_do_nothing().returning(getattr(table, first))
    return session.execute(added).one_or_none() is not None
