"""What is stored as JSON beside the dates, as typed values: one that is damaged stops nothing but itself.

What is shown of it says less and is marked, never more. What would compute or decide by it is refused.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from deadlines import decoding
from deadlines.compute.notice import Notice
from deadlines.docket.records import Closing, Discrepancy, Dispatched, Resolution
from deadlines.errors import DamagedRow
from deadlines.store.tables import Entry, NoticeRow

T = TypeVar("T")

OF_ENTRY: Mapping[str, type[Any]] = {
    "resolution": Resolution,
    "closing": Closing,
    "dispatched": Dispatched,
    "discrepancy": Discrepancy,
}
"""What each column of an entry with JSON in it is."""
EVENTS = {"satisfied": "filed", "struck": "struck", "missed": "missed"}
RESTORE = "Restore it from a backup, and see the check `unreadable-rows` in docs/operations.md."
LOST = "The record of how it was closed is damaged and cannot be read."


def kept(value: object, kind: type[T]) -> T | None:
    """A stored value; None where there is none, and where it is damaged."""
    try:
        return decoding.convert(value, kind) if value is not None else None
    except msgspec.ValidationError:
        return None


def is_legible(entry: Entry) -> bool:
    """Whether all that stands beside the dates of an entry can be read."""
    found = ((getattr(entry, name), kind) for name, kind in OF_ENTRY.items())
    return all(value is None or kept(value, kind) is not None for value, kind in found)


def notice_of(row: NoticeRow) -> Notice:
    """A notice as it was entered, to compute and to decide by. Raises DamagedRow where it cannot be read."""
    found = kept(row.facts, Notice)
    if found is None:
        raise DamagedRow(f"The stored facts of notice {row.id[:8]} are damaged and cannot be read.", advice=RESTORE)
    return found


def entered_of(row: NoticeRow) -> Notice:
    """A notice as it was entered, to be shown; of one that is damaged, what stands in the other columns."""
    return kept(row.facts, Notice) or Notice(kind=row.kind, form=row.form, decided_on=row.decided_on)


def closing_of(entry: Entry) -> Closing:
    """How a closed entry was closed; of a damaged record, what its status tells."""
    found = kept(entry.closing, Closing)
    event: Any = EVENTS.get(entry.status, "waived")
    return found or Closing(event=event, was="open", version=entry.version, reason=LOST)
