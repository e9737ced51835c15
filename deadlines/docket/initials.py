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
from deadlines.store.tables import Entry, Matter, Person

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
    refused = refusal_to_initial(session, entry, by)
    if refused is not None:
        raise refused
    seen = plain_reason(source, "source", SOURCE_LENGTH) if source is not None else None
    entry.initialed_at, entry.initialed_by, entry.initialed_source = now, by.id, seen
    session.flush()
    detail = {"person": by.id, "version": entry.version, "source": entry.initialed_source}
    audit.record(session, at=now, actor=desk.actor, action="entry.initial", subject=entry.id, detail=detail)
    return entry


def answers_for(matter: Matter, by: Person) -> bool:
    """Whether somebody initials the dates of a matter: its attorney, the attorney's deputy, or a partner."""
    return by.id in (matter.attorney_id, matter.attorney.deputy_id) or by.role == PARTNER


def refusal_to_initial(session: Session, entry: Entry, by: Person) -> Conflict | None:
    """Why this person, or anybody, cannot initial the dates of an entry now; None where they can."""
    if not answers_for(entry.matter, by):
        return Conflict(
            f"{by.email} does not answer for matter {entry.matter.reference}: its attorney initials the dates, or "
            "their deputy or a partner."
        )
    return _unsettled(session, entry)


def _unsettled(session: Session, entry: Entry) -> Conflict | None:
    name, row = entry.id[:8], current(session, entry)
    if entry.status != "open":
        return Conflict(f"Entry {name} is {entry.status}, not open.")
    if is_altered(entry, row):
        return altered(name)
    if entry.initialed_at is not None:
        return Conflict(f"Entry {name} is initialed already.", advice="`deadlines show` says by whom.")
    if entry.discrepancy is not None:
        return Conflict(
            f"Two people read the notice of entry {name} differently: a third one looks at it, or what was "
            "entered is corrected.",
            advice=f"`deadlines explain {name}` says how.",
        )
    dispute = unresolved_dispute(entry, decoding.convert(row.window, Window))
    return disputed(name, dispute) if dispute is not None else None
