"""An entry as it stands: the version of its dates that is in force, and the entry held against other changes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.errors import StoreError
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Entry


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
