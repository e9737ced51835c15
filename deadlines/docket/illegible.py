"""Rows whose JSON can be read and is not what the program writes: the work of somebody with SQL, not of a disk."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.docket.direction import Dates
from deadlines.docket.legible import OF_ENTRY, kept
from deadlines.store.tables import Entry, NoticeRow, Proposal
from deadlines.store.types import Damaged

KINDS: Mapping[Any, Mapping[str, type[Any]]] = {
    NoticeRow: {"facts": Notice},
    Entry: OF_ENTRY,
    Proposal: {"window": Window, "old": Dates},
}
"""What is read as more than words; of the versions of dates the seal tells."""
AT_ONCE = 2000


def illegible(session: Session) -> list[str]:
    """Such rows, as `table id (columns)`; not those that hold no JSON object at all."""
    return [name for table, kinds in KINDS.items() for name in _of_table(session, table, kinds)]


def _of_table(session: Session, table: Any, kinds: Mapping[str, type[Any]]) -> Iterator[str]:
    columns = [getattr(table, name) for name in kinds]
    query = select(table.id, *columns).where(or_(*(column.is_not(None) for column in columns))).order_by(table.id)
    for identifier, *values in session.execute(query.execution_options(yield_per=AT_ONCE)):
        named = zip(kinds.items(), values, strict=True)
        wrong = [name for (name, kind), value in named if _is_wrong(value, kind)]
        if wrong:
            yield f"{table.__tablename__} {identifier} ({', '.join(wrong)})"


def _is_wrong(value: Any, kind: type[Any]) -> bool:
    return value is not None and not isinstance(value, Damaged) and kept(value, kind) is None
