"""The seal of a stored date: a hash over everything that carries it, so that an edit behind the program shows.

With a key that lies outside the database (HMAC-SHA-256) nobody who can only write the database can forge one;
without a key (SHA-256) a damaged row still shows, a careful forger does not.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import msgspec
from sqlalchemy.orm import Session, object_session

from deadlines.store.tables import DeadlineRow

FORM = 1
"""The edition of what is sealed; another one is another seal."""
DATES = ("opens_on", "protective_by", "safe_by", "last_day", "latest")
FIELDS = ("entry_id", "version", "edition", "state", *DATES, "window", "policy", "created_by")
"""The columns that are sealed, in this order, before the moment and the entry's rule."""
IN_SESSION = "seal"
"""Under this name every session carries the seal of its database."""
_encoder = msgspec.json.Encoder(order="sorted")


class Seal:
    """Makes and checks seals with one key. `fingerprint` names the key without telling it; empty without a key."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key
        self.fingerprint = "" if key is None else self.digest(b"deadlines: which key is this")[:16]

    def digest(self, content: bytes) -> str:
        """The seal of a content: 64 hexadecimal digits."""
        if self._key is None:
            return hashlib.sha256(content).hexdigest()
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()

    def of(self, row: DeadlineRow, rule: str) -> str:
        """The seal that a version of the dates of an entry with that rule must carry."""
        return self.digest(content_of([getattr(row, name) for name in FIELDS], row.created_at, rule))

    def fits(self, digest: str | None, content: bytes) -> bool:
        """Whether the digest is that of the content."""
        return digest is not None and hmac.compare_digest(digest.encode(), self.digest(content).encode())


PLAIN = Seal()


def content_of(fields: Sequence[Any], created_at: Any, rule: str) -> bytes:
    """What is hashed: canonical JSON, keys sorted, of the values of `FIELDS`, the moment in UTC, and the rule."""
    moment = created_at.astimezone(UTC).isoformat() if created_at is not None else None
    try:
        return _encoder.encode([FORM, *fields, moment, rule])
    except (UnicodeEncodeError, msgspec.MsgspecError, TypeError, OverflowError):
        return b""  # damage that no sealed row can have


def seal_of(row: DeadlineRow) -> Seal:
    """The seal of the database that the row was read from."""
    session = object_session(row)
    return PLAIN if session is None else seal_in(session)


def seal_in(session: Session) -> Seal:
    """The seal of the session's database."""
    found: Seal = session.info.get(IN_SESSION, PLAIN)
    return found
