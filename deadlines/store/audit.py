"""The audit trail: who did what, when. Each row carries the hash of the one before, so that no row can be
changed, removed or slipped in without `verify` telling.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.tables import Audit

FIRST = "0" * 64
PAGE = 2000


def record(
    session: Session, *, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]
) -> None:
    """Append a row to the chain, within the caller's transaction.

    The lock of the write transaction (SQLite) or of the audit table (PostgreSQL, taken here) keeps two
    writers from appending to the same head.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
    head = session.scalars(select(Audit.digest).order_by(Audit.id.desc()).limit(1)).first()
    plain = msgspec.to_builtins(detail)
    row = Audit(at=at, actor=actor, action=action, subject=subject, detail=plain, previous=head or FIRST)
    row.digest = digest(row)
    session.add(row)
    session.flush()


def verify(session: Session) -> int | None:
    """The id of the first row that does not fit the chain, or None when it is whole."""
    previous, last = FIRST, 0
    while True:
        rows = session.scalars(select(Audit).where(Audit.id > last).order_by(Audit.id).limit(PAGE)).all()
        if not rows:
            return None
        for row in rows:
            if row.previous != previous or row.digest != digest(row):
                return row.id
            previous, last = row.digest, row.id
        session.expunge_all()


def digest(row: Audit) -> str:
    """SHA-256 over the row's content and the hash of the row before, in canonical JSON."""
    content = [row.previous, row.at.isoformat(), row.actor, row.action, row.subject, row.detail]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
