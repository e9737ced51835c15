"""A change that a program asks for again by the same key is done once, and answered as the first time."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deadlines.errors import Conflict
from deadlines.store.tables import AccessToken, KeptAnswer

KEPT = timedelta(days=30)
"""After that a key is forgotten."""


def digest_of(*parts: bytes) -> str:
    """What is kept of a request, to tell whether it is asked again: SHA-256."""
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def find_or_begin(session: Session, token: AccessToken, key: str, digest: str, *, now: datetime) -> KeptAnswer | None:
    """The answer that was given to the same key before; None where the caller is the first, and must `keep` one.

    Whoever asks in the same moment waits for the first to end. Raises Conflict where the key came with other content.
    """
    session.execute(delete(KeptAnswer).where(KeptAnswer.at < now - KEPT))
    values = {"token_id": token.id, "key": key, "digest": digest, "status": 0, "body": b"", "at": now}
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    added = session.execute(
        kind.insert(KeptAnswer).values(values).on_conflict_do_nothing().returning(KeptAnswer.key)
    ).one_or_none()
    if added is not None:
        return None
    kept = session.get_one(KeptAnswer, (token.id, key))
    if kept.digest != digest:
        raise Conflict("This Idempotency-Key came with another request before: take a new key.", code="key-reused")
    return kept


def keep(session: Session, token: AccessToken, key: str, *, status: int, body: bytes, location: str | None) -> None:
    """Keep what was answered, in the transaction that changes the docket."""
    kept = session.get_one(KeptAnswer, (token.id, key))
    kept.status, kept.body, kept.location = status, body, location
