"""The audit trail: who did what, when. Each row carries the hash of the one before, so that no row can be
changed, removed or slipped in without `verify` telling. Only rows cut off at the end leave no gap: for that,
keep the last digest somewhere else.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.tables import Audit

FIRST = "0" * 64
PAGE = 2000
LOCK = 7301847
"""The advisory lock that the writer at the end of the chain holds on PostgreSQL until it commits."""
CHAINED = (Audit.previous, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.detail)


def record(session: Session, *, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Append a row to the chain, within the caller's transaction.

    The lock of the write transaction (SQLite) or of the chain (PostgreSQL, taken here) keeps two writers
    from appending to the same head.
    """
    hold(session)
    before = head(session)
    # The very values that will be read back, so that the hash fits them.
    plain = msgspec.json.decode(msgspec.json.encode(detail))
    content = (before, at.astimezone(UTC), actor, action, subject, plain)
    session.add(
        Audit(
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail=plain,
            previous=before,
            digest=digest(*content),
        )
    )
    session.flush()


def hold(session: Session) -> None:
    """Be the one who writes at the end of the chain until this transaction ends: others wait, and see what it left."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def head(session: Session) -> str:
    """The digest of the last row: another one whenever something of the docket has changed."""
    return session.scalars(select(Audit.digest).order_by(Audit.id.desc()).limit(1)).first() or FIRST


def holds(session: Session, digest: str) -> bool:
    """Whether the trail has the row of a digest that `head` answered once. The beginning, before any row, it has."""
    return digest in ("", FIRST) or session.scalar(select(Audit.id).where(Audit.digest == digest)) is not None


def verify(session: Session) -> int | None:
    """The id of the first row that does not fit the chain, or None when it is whole."""
    previous, last = FIRST, 0
    while True:
        query = select(Audit.id, Audit.digest, *CHAINED).where(Audit.id > last)
        rows = session.execute(query.order_by(Audit.id).limit(PAGE)).all()
        for row in rows:
            if row.previous != previous or row.digest != digest(*row[2:]):
                return int(row.id)
            previous, last = row.digest, row.id
        if len(rows) < PAGE:
            return None


def digest(previous: str, at: datetime, actor: str, action: str, subject: str, detail: Any) -> str:
    """SHA-256 over a row's content and the hash of the row before, in canonical JSON; `at` in UTC."""
    content = [previous, at.isoformat(), actor, action, subject, detail]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
