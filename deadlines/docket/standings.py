"""How entries stood at an earlier moment, read back from the audit trail: open or closed, verified, resolved."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.corrections import Correction
from deadlines.store.tables import Audit, Entry, Matter

REOPENED, MOVED, VERIFIED, RESOLVED, ACCEPTED = (
    *("entry.reopen", "deadline.move", "entry.verify", "entry.resolve", "proposal.accept"),
)
DISCREET = "deadline.discreet"
"""People are reminded of some entries from then on, or no more, because their matter is restricted or is no longer."""
STATUS = {"filed": "satisfied", "waived": "waived", "struck": "struck", "missed": "missed"}
"""From what happened to an entry to what it is then."""
CLOSINGS = {f"entry.{event}": status for event, status in STATUS.items()}
"""The trail's words for the acts that close an entry. Others tell of a closing too: that it was taken back, or that
somebody looked at it once more."""


class Standing(Struct, frozen=True, kw_only=True):
    """How an entry stood at a moment. `closing` is the record of how it was closed, where it was.

    `verified` and `resolution` are the rows of the trail that say so, where they concern the version in force.
    """

    status: str
    closing: dict[str, Any] | None
    closed_at: datetime | None
    closed_by: str | None
    verified: Audit | None
    resolution: Audit | None


def events_of(session: Session, matter: Matter, entries: Collection[str]) -> Mapping[str, Sequence[Audit]]:
    """The rows of the trail about each of these entries of a matter, in their order, with those under the matter that
    name it."""
    of_matter = and_(Audit.action == DISCREET, Audit.subject == matter.id)
    query = select(Audit).where(or_(Audit.subject.in_(entries), of_matter)).order_by(Audit.id)
    found: dict[str, list[Audit]] = defaultdict(list)
    for row in session.scalars(query):
        named = row.detail.get("entries", ()) if row.action == DISCREET else (row.subject,)
        for name in named:
            found[name].append(row)
    return found


def standing_at(
    entry: Entry, events: Sequence[Audit], corrections: Sequence[Correction], version: int, at: datetime
) -> Standing:
    """How an entry stood at a moment, with `version` of its dates in force then.

    A verification ends where its notice is corrected in what was read, a decision where it prints another day since.
    """
    status = next((was for row in events if row.at > at and (was := _status_before(row)) is not None), entry.status)
    before = [row for row in events if row.at <= at]
    made = [one for one in corrections if one.row.at <= at]
    closed = next((row for row in reversed(before) if _closing(row) is not None), None)
    holds = closed is not None and status in STATUS.values()
    return Standing(
        status=status,
        closing=_closing(closed) if holds and closed is not None else None,
        closed_at=closed.at if holds and closed is not None else None,
        closed_by=str(closed.detail.get("person") or closed.actor) if holds and closed is not None else None,
        verified=_unless(_last(before, VERIFIED, version=version), [one.row for one in made if one.unsigned]),
        resolution=_unless(_resolution(before), [one.row for one in made if one.printed_anew]),
    )


def _status_before(row: Audit) -> str | None:
    """What the entry was just before that happened; None where it says nothing of that."""
    closing = _closing(row)
    if closing is not None:
        return str(closing.get("was"))
    if row.action == REOPENED:
        return STATUS.get(str(row.detail.get("closing", {}).get("event")))
    if row.action == ACCEPTED:
        return "open"
    if row.action == MOVED:
        was_information = row.detail.get("kind") == "new" or row.detail.get("outcome") == "noted"
        return "information" if was_information else "open"
    if row.action == DISCREET:
        return "information" if row.detail.get("restricted") else "open"
    return None


def _closing(row: Audit) -> dict[str, Any] | None:
    """The record of a closing, where the row is of the act that closed."""
    found = row.detail.get("closing")
    return found if row.action in CLOSINGS and isinstance(found, dict) and "was" in found else None


def _unless(row: Audit | None, ends: Sequence[Audit]) -> Audit | None:
    """The row, if nothing that ends it came after it."""
    return None if row is None or any(end.id > row.id for end in ends) else row


def _resolution(rows: Sequence[Audit]) -> Audit | None:
    """The last decision on a printed deadline, unless the dates that it was to bring were decided against after it."""
    telling = (row for row in reversed(rows) if row.action == RESOLVED or row.detail.get("disputed_again"))
    return next((row if row.action == RESOLVED else None for row in telling), None)


def _last(rows: Sequence[Audit], action: str, *, version: int | None = None) -> Audit | None:
    fitting = (row for row in reversed(rows) if row.action == action)
    return next((row for row in fitting if version is None or row.detail.get("version") == version), None)
