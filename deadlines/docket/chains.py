"""Notices with those that amend them, and which one is in force."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.tables import NoticeRow


class Chain(Struct, frozen=True):
    """One notice from its first row to the one in force."""

    rows: list[NoticeRow]

    @property
    def current(self) -> NoticeRow:
        """The row in force."""
        return self.rows[-1]


def chains(session: Session, matters: Collection[str]) -> dict[str, Chain]:
    """For each notice of such matters, by its id, the chain that it belongs to."""
    rows = session.scalars(select(NoticeRow).where(NoticeRow.matter_id.in_(matters))).all()
    return chains_of(rows)


def chains_of(rows: Sequence[NoticeRow]) -> dict[str, Chain]:
    """The same of all the notices of some matters."""
    following = {row.amends_id: row for row in rows if row.amends_id is not None}
    found: dict[str, Chain] = {}
    for first in (row for row in rows if row.amends_id is None):
        line = [first]
        while line[-1].id in following:
            line.append(following[line[-1].id])
        found |= dict.fromkeys((row.id for row in line), Chain(line))
    return found
