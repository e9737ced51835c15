"""What was sent and is not proved to have arrived: it closes nothing, and everybody sees it."""

from datetime import date, datetime

import msgspec
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket.closing import file_entry, require_day, require_fileable
from deadlines.docket.intake import Desk
from deadlines.docket.proof import is_dispatch_only, tracking_number
from deadlines.docket.records import Closing, Dispatched, Proof
from deadlines.docket.versions import current, locked
from deadlines.store import audit
from deadlines.store.tables import Entry, Person


def record_filing(
    session: Session,
    desk: Desk,
    entry: Entry,
    *,
    on: date,
    proof: Proof,
    by: Person,
    now: datetime,
    anyway: bool = False,
) -> Closing | Dispatched:
    """A filing with what proves it: closed with `file_entry`, or where the law counts receipt and there is only a
    tracking number, noted as dispatched. Raises as both."""
    window = decoding.convert(current(session, entry).window, Window)
    if is_dispatch_only(window, proof):
        return dispatch_entry(session, desk, entry, on=on, tracking=proof.tracking or "", by=by, now=now)
    return file_entry(session, desk, entry, on=on, proof=proof, by=by, now=now, anyway=anyway)


def dispatch_entry(
    session: Session, desk: Desk, entry: Entry, *, on: date, tracking: str, by: Person, now: datetime
) -> Dispatched:
    """Note that the filing was sent on a day. A later dispatch takes the place of an earlier one; the trail has both.

    Raises InputError for a day that cannot be or an unusable number, Conflict for an entry that is closed or cannot
    be filed.
    """
    entry = locked(session, entry)
    require_fileable(entry, decoding.convert(current(session, entry).window, Window))
    require_day(desk, entry, on, now, "record it once it has left the house")
    made = Dispatched(on=on, tracking=tracking_number(tracking), by=by.id, at=now)
    entry.dispatched = msgspec.to_builtins(made)
    entry.changed_at = now
    session.flush()
    detail = {"person": by.id, "on": made.on, "tracking": made.tracking}
    audit.record(session, at=now, actor=desk.actor, action="entry.dispatched", subject=entry.id, detail=detail)
    return made
