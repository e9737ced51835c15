"""The audit trail: who did what, when. Each row carries the hash of the one before, so that no row can be
changed, removed or slipped in without `verify` telling. Only rows cut off at the end leave no gap: for that,
keep the last digest somewhere else. The hash has no key, so whoever writes the database can make the whole chain anew:
against that too; but who signs for a row that does not fit needs the key.
"""

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.seal import Seal, seal_in
from deadlines.store.tables import Audit
from deadlines.store.types import Damaged

FIRST = "0" * 64
PAGE = 2000
LOCK = 7301847
"""The advisory lock that the writer at the end of the chain holds on PostgreSQL until it commits."""
TRAIL, SIGNED = "trail", "trail.signed"
"""The subject of what concerns the trail itself; the act of signing for rows that do not fit it, as they stand."""
SEAL = "seal"
"""Under this name the detail of a signature has its own seal."""
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


class Misfit(Struct, frozen=True):
    """A row that does not fit the chain. `stands`: a hash over what stands there now, by which it is signed for."""

    id: int
    stands: str


class Walk(Struct, frozen=True):
    """How far a look along the chain came: the last row that it passed, by id and digest, the first `misfit` that
    nobody signed for, before which it stopped, and whether it came to the `end`."""

    id: int
    digest: str
    misfit: Misfit | None
    end: bool


def verify(session: Session) -> int | None:
    """The id of the first row that does not fit the chain and was not signed for, or None when it is whole."""
    allowed = signed_for(session)
    walk = Walk(0, FIRST, None, end=False)
    while walk.misfit is None and not walk.end:
        walk = look(session, walk.id, walk.digest, allowed)
    return walk.misfit.id if walk.misfit is not None else None


def look(session: Session, after: int, before: str, allowed: Collection[Misfit] = (), limit: int = PAGE) -> Walk:
    """Look at the rows that follow one, whose digest was `before`: so many, or as far as they fit the chain."""
    query = select(Audit.id, Audit.digest, *CHAINED).where(Audit.id > after).order_by(Audit.id).limit(limit)
    rows = session.execute(query).all()
    for row in rows:
        if row.previous != before or row.digest != _digest_of(row):
            found = Misfit(int(row.id), _stands(before, row))
            if found not in allowed:
                return Walk(after, before, found, end=False)
        after, before = int(row.id), row.digest
    return Walk(after, before, None, end=len(rows) < limit)


def misfits(session: Session, most: int) -> list[Misfit]:
    """The rows that do not fit the chain and that nobody signed for, at most so many: after each the chain goes on."""
    found, allowed = list[Misfit](), signed_for(session)
    walk = Walk(0, FIRST, None, end=False)
    while not walk.end and len(found) < most:
        walk = look(session, walk.id, walk.digest, allowed)
        if walk.misfit is not None:
            found.append(walk.misfit)
            allowed = {*allowed, walk.misfit}
    return found


def signed_for(session: Session) -> set[Misfit]:
    """The rows that do not fit the chain and that somebody signed for as they stand.

    Anybody who can write the database can add a signature; where the docket has a key, one without its seal is none.
    """
    query, seal = select(Audit.detail).where(Audit.subject == TRAIL, Audit.action == SIGNED), seal_in(session)
    signed = [detail for detail in session.scalars(query) if isinstance(detail, dict) and _is_sealed(seal, detail)]
    rows = [row for detail in signed for row in detail.get("rows", [])]
    return {Misfit(int(row["id"]), str(row["stands"])) for row in rows}


def sealed(session: Session, detail: dict[str, Any]) -> dict[str, Any]:
    """The detail of a signature with its seal, under the key of the docket."""
    return {**detail, SEAL: seal_in(session).digest(_content(detail))}


def _is_sealed(seal: Seal, detail: dict[str, Any]) -> bool:
    rest = {name: value for name, value in detail.items() if name != SEAL}
    return not seal.fingerprint or seal.fits(str(detail.get(SEAL)), _content(rest))


def _content(detail: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode([SIGNED, detail], order="sorted")
    except (UnicodeEncodeError, msgspec.MsgspecError):
        return b""  # damage that nobody signed


def _stands(before: str, row: Any) -> str:
    return hashlib.sha256(f"{before}{row.digest}{_digest_of(row)}".encode()).hexdigest()


def _digest_of(row: Any) -> str:
    """The digest that a row ought to have, as it stands. One whose details are no JSON object any more ought to have
    none that the program ever wrote."""
    previous, at, actor, action, subject, detail = row[2:]
    stands = [detail.stands] if isinstance(detail, Damaged) else detail
    return digest(previous, at, actor, action, subject, stands)


def digest(previous: str, at: datetime, actor: str, action: str, subject: str, detail: Any) -> str:
    """SHA-256 over a row's content and the hash of the row before, in canonical JSON; `at` in UTC."""
    content = [previous, at.isoformat(), actor, action, subject, detail]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
