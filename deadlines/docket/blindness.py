"""Who must not see what was entered of a notice, because they may still be the one who verifies it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.roles import may
from deadlines.store.tables import Entry, NoticeRow, Person


class Blindness:
    """Of some notices in force, with those that they amend, which stay closed to a reader.

    A notice is closed while a date of it is open and not verified, to everybody who may verify and did not enter or
    amend it themselves; to nobody in particular as well.
    """

    def __init__(self, session: Session, reader: Person | None, notices: Collection[str]) -> None:
        self._reader = reader
        waits = Entry.status == "open", Entry.verified_at.is_(None)
        query = select(Entry.notice_id).where(Entry.notice_id.in_(notices), *waits).distinct()
        self._waiting = set(session.scalars(query))

    def is_closed(self, row: NoticeRow, entered_by: Collection[str]) -> bool:
        """Whether the reader must not see it. `entered_by`: the addresses of who entered and amended it."""
        if row.id not in self._waiting:
            return False
        reader = self._reader
        return reader is None or (may(reader, "verify") and reader.email not in entered_by)
