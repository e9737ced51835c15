"""How the entries of one notice stand to each other, as the law data relates their remedies."""

from collections.abc import Iterator

from msgspec import Struct, convert
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.result import Relation, Window
from deadlines.store.tables import DeadlineRow, Entry


class Beside(Struct, frozen=True):
    """Another entry with its window, and what the law says of the two."""

    entry: Entry
    window: Window
    relation: Relation


def filed_alternatives(session: Session, entry: Entry, window: Window) -> list[Beside]:
    """The entries of the same notice that were filed, where the law allows one of the two and not both."""
    query = (
        select(Entry, DeadlineRow.window)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.notice_id == entry.notice_id, Entry.id != entry.id, Entry.status == "satisfied")
        .order_by(Entry.closed_on, Entry.id)
    )
    found = ((other, convert(stored, Window)) for other, stored in session.execute(query))
    return [
        Beside(other, theirs, relation)
        for other, theirs in found
        if (relation := exclusion(window, theirs)) is not None
    ]


def exclusion(mine: Window, theirs: Window) -> Relation | None:
    """What makes two windows of one notice alternatives; either of the two may say it. None where nothing does."""
    return next(_alternatives(mine, theirs), None) or next(_alternatives(theirs, mine), None)


def _alternatives(mine: Window, theirs: Window) -> Iterator[Relation]:
    return (item for item in mine.relations if item.kind == "alternative" and item.rule == theirs.rule)


def beside_words(found: Beside) -> str:
    """`Motion to reopen, entry k3v7qp2m, was filed on 2026-11-02. One of the two, not both [8 CFR …].`"""
    cite = f" [{'; '.join(found.relation.cite)}]" if found.relation.cite else ""
    return (
        f"{found.entry.title}, entry {found.entry.id[:8]}, was filed on {found.entry.closed_on} after the same "
        f"notice. {found.relation.text}{cite}"
    )
