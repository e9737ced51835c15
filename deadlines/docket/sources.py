"""From what a notice was entered: through which door, from which paper, from which row of a table."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.tables import Audit, Imported, Incoming, NoticeRow

DOORS = {"page": "on a page", "command": "on the command line", "program": "by another program"}
"""How people read the doors of a desk."""
ACTS = ("notice.record", "notice.amend")


class Sources:
    """The sources of some notices, asked for once."""

    def __init__(self, session: Session, notices: Collection[str]) -> None:
        self._doors = _doors(session, notices)
        rows = session.execute(select(Imported.notice_id, Imported.key).where(Imported.notice_id.in_(notices)))
        self._keys = {row.notice_id: row.key for row in rows}
        papers = select(Incoming.notice_id, Incoming.id, Incoming.at, Incoming.received_on)
        found = session.execute(papers.where(Incoming.notice_id.in_(notices)))
        self._papers = {row.notice_id: row for row in found}

    def of(self, notice: str) -> str:
        """The source in words; nothing where none was kept. It never says what a paper is called."""
        parts = []
        if notice in self._keys:
            parts.append(f"row {self._keys[notice]} of a table")
        elif notice in self._doors:
            parts.append(DOORS.get(self._doors[notice], self._doors[notice]))
        if notice in self._papers:
            paper = self._papers[notice]
            parts.append(f"paper {paper.id[:8]} that came in by {paper.at} on {paper.received_on}")
        return ", ".join(parts)


def _doors(session: Session, notices: Collection[str]) -> dict[str, str]:
    """By notice, the door through which it or its amendment came, as the audit trail tells."""
    before = session.scalars(select(NoticeRow.amends_id).where(NoticeRow.id.in_(notices)))
    subjects = {*notices, *(one for one in before if one is not None)}
    acts = select(Audit.subject, Audit.detail).where(Audit.action.in_(ACTS), Audit.subject.in_(subjects))
    found = {detail.get("amended_by") or subject: detail.get("door") for subject, detail in session.execute(acts)}
    return {notice: str(door) for notice, door in found.items() if door}
