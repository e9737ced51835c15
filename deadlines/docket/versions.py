"""An entry as it stands: the version of its dates that is in force, what waits for the entry, and the entry held
against other changes."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from deadlines.docket.records import WAITING
from deadlines.errors import StoreError
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Entry, Proposal


def current(session: Session, entry: Entry) -> DeadlineRow:
    """The version in force; raises StoreError where it is missing."""
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise StoreError(f"Entry {entry.id[:8]} has no version {entry.version}: the docket is damaged.")
    return found


def last_version(session: Session, entry_id: str) -> int:
    """The number of the last version of an entry's dates; 0 where there is none."""
    return session.scalar(select(func.max(DeadlineRow.version)).where(DeadlineRow.entry_id == entry_id)) or 0


def locked(session: Session, entry: Entry) -> Entry:
    """The entry as it is now, held until the end of the transaction, so that two changes follow each other."""
    query = select(Entry).where(Entry.id == entry.id).with_for_update(**HELD)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def supersede_waiting(session: Session, entry: Entry, why: str, *, who: str, now: datetime) -> int:
    """Take back what waits for an entry, because something newer took its place; returns how many."""
    done = session.execute(
        update(Proposal)
        .where(Proposal.entry_id == entry.id, Proposal.state.in_(WAITING))
        .values(state="superseded", decided_by=who, decided_at=now, decision=why)
        .returning(Proposal.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(done.all())
