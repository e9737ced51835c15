"""A second pair of eyes: a person checks an entry's dates against the notice and signs for them.

Where the notice prints another deadline than the law gives, a person first decides which of the two the docket
keeps.
"""

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.docket.entries import computed
from deadlines.docket.intake import Desk
from deadlines.docket.moves import Because, Move, move
from deadlines.docket.proposals import plain_reason
from deadlines.docket.records import Resolution, Use, is_disputed
from deadlines.docket.trust import is_altered
from deadlines.docket.versions import current, locked
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import DeadlineRow, Entry, Person


def unresolved_dispute(entry: Entry, window: Window) -> str | None:
    """The sentence of the dispute that nobody has decided yet."""
    return window.dispute if is_disputed(entry, window.dispute) else None


def verify_entry(session: Session, desk: Desk, entry: Entry, *, by: Person, now: datetime) -> Window:
    """Sign for the dates in force; returns the window that was verified.

    Raises Conflict for an entry that is not open, is verified already, has a dispute that nobody resolved,
    whose notice the same person entered, or whose dates were altered outside the program.
    """
    entry = locked(session, entry)
    row = current(session, entry)
    if is_altered(entry, row):
        raise Conflict(
            f"The dates of entry {entry.id[:8]} were altered outside the program: `deadlines db seal` helps."
        )
    window = msgspec.convert(row.window, Window)
    _require_open(entry)
    if entry.verified_at is not None:
        raise Conflict(f"Entry {entry.id[:8]} is verified already; `deadlines show` says by whom.")
    dispute = unresolved_dispute(entry, window)
    if dispute is not None:
        raise Conflict(f"{dispute} Decide it first: deadlines resolve {entry.id[:8]} --use printed|computed.")
    if by.email == entry.notice.entered_by:
        raise Conflict(f"{by.email} entered this notice: another person must verify it.")
    entry.verified_at, entry.verified_by = now, by.id
    detail = {"person": by.id, "version": entry.version}
    _record(session, desk, entry, "entry.verify", detail, now)
    return window


def resolve_dispute(
    session: Session, desk: Desk, entry: Entry, *, use: Use, reason: str, by: Person, now: datetime
) -> Move | None:
    """Decide a dispute. `printed` keeps the dates in force, which are the earlier; returns None.

    `computed` leaves the printed deadline aside: the dates move as any others, so later ones wait for a
    second person. Raises InputError without a reason, Conflict where nothing is disputed.
    """
    entry = locked(session, entry)
    _require_open(entry)
    window = msgspec.convert(current(session, entry).window, Window)
    dispute = unresolved_dispute(entry, window)
    if dispute is None:
        raise Conflict(f"Nothing is disputed about entry {entry.id[:8]}, or it is resolved already.")
    resolution = Resolution(use, plain_reason(reason), dispute)
    entry.resolution = msgspec.to_builtins(resolution)
    entry.resolved_at, entry.resolved_by = now, by.id
    detail = {"person": by.id, **entry.resolution}
    _record(session, desk, entry, "entry.resolve", detail, now)
    if use == "printed":
        return None
    notice = msgspec.convert(entry.notice.facts, Notice)
    result = computed(desk, msgspec.structs.replace(notice, printed_deadline=None))
    found = next((other for other in result.windows if other.rule == entry.rule), None)
    return move(session, desk, entry, found, Because(entry.notice, resolution.reason, by), now=now)


def unresolved(session: Session) -> list[Entry]:
    """The open entries with a dispute that nobody has decided."""
    sentence = DeadlineRow.window["dispute"].as_string()
    query = (
        select(Entry, sentence)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.status == "open", sentence.is_not(None))
    )
    return [entry for entry, dispute in session.execute(query) if (entry.resolution or {}).get("dispute") != dispute]


def _require_open(entry: Entry) -> None:
    if entry.status != "open":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}, not open.")


def _record(session: Session, desk: Desk, entry: Entry, action: str, detail: dict[str, object], now: datetime) -> None:
    session.flush()
    audit.record(session, at=now, actor=desk.actor, action=action, subject=entry.id, detail=detail)
