"""All seals at once: what was stored before the program knew of them is sealed once, and every one is checked."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Text, cast, func, select, update
from sqlalchemy.orm import Session

from deadlines.docket.copies import copy_dates
from deadlines.docket.renderings import render_entry
from deadlines.docket.signatures import NAMED, tell_signature
from deadlines.docket.trust import IN_SESSION as REMEMBERED
from deadlines.docket.trust import NEVER, SEALED, SUBJECT, forget_altered, is_altered, may_be_of_before, sealed_with
from deadlines.docket.versions import last_version
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.seal import DATES, FIELDS, Seal, content_of, seal_in
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

JSON = ("window", "policy")
AS_TEXT = (*JSON, *DATES)
PAGE = 2000


class Altered(Struct, frozen=True):
    """A version of an entry's dates that is not as the program wrote it. `in_force`: the one that counts."""

    entry: str
    version: int
    in_force: bool


class Piece(Struct, frozen=True):
    """A piece of a round over the dates in force: the entries found altered, and after which version the next piece
    begins; empty at the end of the round."""

    altered: list[str]
    last: str


class Sealed(Struct, frozen=True):
    """What a run of sealing did: rows sealed, and rows left because they fit no seal."""

    sealed: int
    left: int


_New = dict[str, str]
"""The id of a version, and its new digest: all that is kept of one while many are sealed."""


class _Row(Struct, frozen=True):
    id: str
    entry: str
    version: int
    in_force: bool
    digest: str | None
    content: bytes
    superseded: bool

    @property
    def set_back(self) -> bool:
        """Whether its entry names it as the version in force though a later one is there."""
        return self.in_force and self.superseded


def altered_dates(session: Session) -> list[Altered]:
    """Every stored version that is not as the program wrote it; reads them all, some 30,000 a second."""
    return [Altered(row.entry, row.version, row.in_force) for row in _misfits(session, seal_in(session))]


def check_piece(session: Session, after: str, most: int) -> Piece:
    """Check the seals of so many dates in force, in the order of their ids, that follow one."""
    seal, altered, passed = seal_in(session), list[str](), [""]
    for row in _rows(session, DeadlineRow.id > after, most):
        passed.append(row.id)
        if _is_misfit(session, seal, row):
            altered.append(row.entry)
    return Piece(altered, passed[-1] if len(passed) > most else "")


def undated(session: Session) -> int:
    """How many entries name a version in force that is not there."""
    there = select(DeadlineRow.id).where(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version)
    return session.scalar(select(func.count()).select_from(Entry).where(~there.exists())) or 0


def unsealed(session: Session) -> int:
    """How many versions carry no seal at all."""
    return session.scalar(select(func.count()).select_from(DeadlineRow).where(DeadlineRow.digest.is_(None))) or 0


def seal_stored(session: Session, *, actor: str, now: datetime) -> Sealed | None:
    """Seal what was stored before there were seals, or before there was a key; None where that was done before.

    A row that fits no seal stays as it is. Nothing is done under another key than that of the last run: whoever
    lost a key signs for the dates anew, with `seal_anew`.
    """
    last, seal = sealed_with(session), seal_in(session)
    if last not in (NEVER, "") or last == seal.fingerprint:
        return None
    good, left = list[_New](), 0
    for row in _rows(session):
        if seal.fits(row.digest, row.content):
            continue
        if may_be_of_before(session, row.digest, row.content):
            good.append(_new(seal, row))
        else:
            left += 1
    _write(session, good)
    result = Sealed(len(good), left)
    _record(session, {"key": seal.fingerprint, "sealed": result.sealed, "left": result.left}, actor, now)
    if good:
        said = "This happens once: after an upgrade, or when a key is named for the first time."
        tell_signature(session, f"The program sealed {result.sealed} stored dates", [said], now=now)
    return result


def seal_anew(
    session: Session, entries: Sequence[Entry], *, by: Person, reason: str, actor: str, now: datetime
) -> list[Altered]:
    """A person checked the dates of these entries against the notice and signs for them as they stand now.

    Where an entry names an earlier version than its last, the last is in force again. Returns the versions that got a
    new seal. Raises Conflict where nothing of them was altered, or where a docket that had a key has none now.
    """
    chosen, seal = {entry.id: entry for entry in entries}, seal_in(session)
    _require_key(session, seal)
    found = [row for row in _misfits(session, seal) if row.entry in chosen]
    if not found:
        raise Conflict("The stored dates of these entries are as the program wrote them: nothing is to be sealed.")
    _write(session, [_new(seal, row) for row in found])
    detail = {"key": seal.fingerprint, "person": by.id, "reason": reason, "versions": [row.id for row in found]}
    _record(session, detail, actor, now)
    _tell(session, by, found, now)
    session.expire_all()
    forget_altered(session, chosen)
    for row in found:
        if row.in_force:
            entry = chosen[row.entry]
            entry.version = last_version(session, entry.id)
            _render(session, entry, now)
    return [Altered(row.entry, row.version, row.in_force) for row in found]


def _tell(session: Session, by: Person, found: Sequence[_Row], now: datetime) -> None:
    """Who signed for which entries, by mail."""
    ids = list(dict.fromkeys(row.entry for row in found))
    named = select(Matter.reference, Entry.id).join(Entry, Entry.matter_id == Matter.id)
    rows = session.execute(named.where(Entry.id.in_(ids[:NAMED])).order_by(Entry.id))
    lines = [f"Matter {row.reference}, entry {row.id[:8]}." for row in rows]
    more = [f"And {len(ids) - NAMED} more entries."] if len(ids) > NAMED else []
    tell_signature(session, f"{by.name} signed for stored dates as they stand", [*lines, *more], now=now)


def _require_key(session: Session, seal: Seal) -> None:
    if not seal.fingerprint and sealed_with(session) not in (NEVER, ""):
        raise Conflict(
            "The stored dates were sealed with a key, and there is none now: put it back, or make a new one, "
            "before anybody signs for them."
        )


def mark_calendars(session: Session, entries: Sequence[str], now: datetime) -> None:
    """Say in the calendars of altered entries that their dates are in doubt; their days stay where they are."""
    for entry_id in entries:
        _render(session, session.get_one(Entry, entry_id), now)


def _render(session: Session, entry: Entry, now: datetime) -> None:
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    row = session.scalars(query).one_or_none()
    if row is not None and not is_altered(entry, row):
        copy_dates(entry, row)
    # An entry that was in no calendar stays out of them: without a rendering there is nothing to mark.
    if row is not None and (is_altered(entry, row) or entry.status != "information"):
        render_entry(session, entry, row, now=now)


def _misfits(session: Session, seal: Seal) -> Iterator[_Row]:
    return (row for row in _rows(session) if _is_misfit(session, seal, row))


def _is_misfit(session: Session, seal: Seal, row: _Row) -> bool:
    fits = seal.fits(row.digest, row.content) or may_be_of_before(session, row.digest, row.content)
    return row.set_back or not fits


def _rows(session: Session, after: ColumnElement[bool] | None = None, most: int | None = None) -> Iterator[_Row]:
    """Every version with what its seal covers, or so many of those in force. As text and by columns: four times as
    fast as whole rows."""
    in_force = DeadlineRow.version == Entry.version
    columns: list[ColumnElement[Any]] = [
        cast(getattr(DeadlineRow, name), Text) if name in AS_TEXT else getattr(DeadlineRow, name) for name in FIELDS
    ]
    of_row = DeadlineRow.id, DeadlineRow.digest, DeadlineRow.created_at, DeadlineRow.superseded
    query = select(*of_row, Entry.rule, in_force, *columns)
    query = query.join(Entry, Entry.id == DeadlineRow.entry_id)
    if after is not None:
        query = query.where(after, in_force).order_by(DeadlineRow.id).limit(most)
    for found in session.execute(query.execution_options(yield_per=PAGE)):
        identifier, digest, created_at, superseded, rule, current, *fields = found
        for name in JSON:
            at = FIELDS.index(name)
            fields[at] = _decoded(fields[at])
        content = content_of(fields, created_at, rule)
        yield _Row(identifier, fields[0], fields[1], bool(current), digest, content, bool(superseded))


def _decoded(text: str | None) -> Any:
    try:
        return None if text is None else msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return {}


def _new(seal: Seal, row: _Row) -> _New:
    return {"id": row.id, "digest": seal.digest(row.content)}


def _write(session: Session, values: list[_New]) -> None:
    if values:
        session.execute(update(DeadlineRow), values)


def _record(session: Session, detail: dict[str, Any], actor: str, now: datetime) -> None:
    audit.record(session, at=now, actor=actor, action=SEALED, subject=SUBJECT, detail=detail)
    session.info.pop(REMEMBERED, None)
