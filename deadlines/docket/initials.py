"""The responsible attorney puts their initials to an entry's dates: who, when, and what they had before them."""

from datetime import datetime

from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket.intake import Desk
from deadlines.docket.reasons import plain_reason
from deadlines.docket.signable import altered, disputed, unresolved_dispute
from deadlines.docket.trust import is_altered
from deadlines.docket.versions import current, locked
from deadlines.docket.visible import require_visible
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import Entry, Person

PARTNER = "partner"
SOURCE_LENGTH = 300


def initial_entry(
    session: Session, desk: Desk, entry: Entry, *, by: Person, now: datetime, source: str | None = None
) -> Entry:
    """Initial the dates in force; `source` is what the attorney saw. A new version must be initialed anew.

    Raises NotFound for a matter that the person may not see, InputError for an unusable source, Conflict for who is
    neither the matter's attorney nor their deputy nor a partner, and for an entry that is not open, is initialed
    already, was altered outside the program, or about which something is still to be decided.
    """
    entry = locked(session, entry)
    require_visible(session, entry.matter_id, by)
    _require_responsible(entry, by)
    _require_settled(session, entry)
    seen = plain_reason(source, "source", SOURCE_LENGTH) if source is not None else None
    entry.initialed_at, entry.initialed_by, entry.initialed_source = now, by.id, seen
    session.flush()
    detail = {"person": by.id, "version": entry.version, "source": entry.initialed_source}
    audit.record(session, at=now, actor=desk.actor, action="entry.initial", subject=entry.id, detail=detail)
    return entry


def _require_responsible(entry: Entry, by: Person) -> None:
    attorney = entry.matter.attorney
    if by.id not in (attorney.id, attorney.deputy_id) and by.role != PARTNER:
        raise Conflict(
            f"{by.email} does not answer for matter {entry.matter.reference}: its attorney initials the dates, or "
            "their deputy or a partner."
        )


def _require_settled(session: Session, entry: Entry) -> None:
    name, row = entry.id[:8], current(session, entry)
    if entry.status != "open":
        raise Conflict(f"Entry {name} is {entry.status}, not open.")
    if is_altered(entry, row):
        raise altered(name)
    if entry.initialed_at is not None:
        raise Conflict(f"Entry {name} is initialed already.", advice="`deadlines show` says by whom.")
    if entry.discrepancy is not None:
        raise Conflict(
            f"Two people read the notice of entry {name} differently: a third one looks at it, or what was "
            "entered is corrected.",
            advice=f"`deadlines explain {name}` says how.",
        )
    dispute = unresolved_dispute(entry, decoding.convert(row.window, Window))
    if dispute is not None:
        raise disputed(name, dispute)
