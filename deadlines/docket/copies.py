"""The dates in force, copied beside each entry, by which long lists are sorted and counted.

What is shown always comes from the version itself, under its seal. A copy that is out of step would put an entry into
the wrong place of a list, so every night each is compared with its version.
"""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.findings import Finding
from deadlines.docket.trust import is_altered
from deadlines.store import audit
from deadlines.store.tables import DeadlineRow, Entry
from deadlines.store.types import word_in

COPIED = ("protective_by", "safe_by", "last_day")
DISPUTE = word_in(DeadlineRow.window, "dispute")


def copy_dates(entry: Entry, row: DeadlineRow) -> None:
    """Write the dates of the version in force beside its entry."""
    for name in COPIED:
        setattr(entry, name, getattr(row, name))
    entry.disputed = row.window.get("dispute") is not None


def out_of_step(session: Session) -> list[tuple[Entry, DeadlineRow]]:
    """The entries whose copy differs from the version in force, unless that was altered itself."""
    differs = [getattr(Entry, name).is_distinct_from(getattr(DeadlineRow, name)) for name in COPIED]
    in_force = and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version)
    query = select(Entry, DeadlineRow).join(DeadlineRow, in_force)
    found = session.execute(query.where(or_(*differs, Entry.disputed != DISPUTE.is_not(None))))
    return [(entry, row) for entry, row in found if not is_altered(entry, row)]


def check_copies(session: Session) -> Finding:
    """Whether every copy is that of the version in force."""
    found = out_of_step(session)
    if not found:
        return Finding("copied-dates", "well", "Lists are sorted by the dates in force.")
    names = ", ".join(entry.id[:8] for entry, _ in found[:5])
    copies = "1 entry stands" if len(found) == 1 else f"{len(found)} entries stand"
    sentence = f"{copies} in lists by other dates than those in force: {names}."
    hint = "The scheduler puts them right when it starts and every night; until then go by the dates that `show` tells."
    return Finding("copied-dates", "warning", sentence, hint)


def put_right(session: Session, *, actor: str, now: datetime) -> int:
    """Copy the dates anew where a copy is out of step; how many were."""
    found = out_of_step(session)
    for entry, row in found:
        copy_dates(entry, row)
    if found:
        detail = {"entries": [entry.id for entry, _ in found]}
        audit.record(session, at=now, actor=actor, action="dates.copied", subject="", detail=detail)
    return len(found)
