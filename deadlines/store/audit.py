"""The audit trail: who did what, when. Each row carries the hash of the one before, so that no row can be
changed, removed or slipped in without `verify` telling.
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
    row.digest = digest(row.previous, at, actor, action, subject, plain)
    session.add(row)
    session.flush()


def verify(session: Session) -> int | None:
    """The id of the first row that does not fit the chain, or None when it is whole."""
    previous = FIRST
    columns = select(
        Audit.id, Audit.digest, Audit.previous, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.detail
    )
    for number, found, *content in session.execute(columns.order_by(Audit.id).execution_options(yield_per=PAGE)):
        if content[0] != previous or found != digest(*content):
            return int(number)
        previous = found
    return None


def digest(
    previous: str, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]
) -> str:
    """SHA-256 over a row's content and the hash of the row before, in canonical JSON."""
    content = [previous, at.astimezone(UTC).isoformat(), actor, action, subject, detail]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
