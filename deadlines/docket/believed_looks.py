"""That two people had read a notice differently, at an earlier moment: read back from the audit trail."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.corrections import Correction
from deadlines.docket.records import Differing
from deadlines.docket.standings import VERIFIED
from deadlines.store.tables import Audit, Entry, NoticeRow

DIFFERS = "notice.discrepancy"


class LooksThen:
    """The second looks at the notices of a matter that differed from what was entered, as they stood at a moment.

    `events` and `corrections` are what the trail tells of each entry.
    """

    def __init__(
        self,
        session: Session,
        matter: str,
        entries: Sequence[Entry],
        events: Mapping[str, Sequence[Audit]],
        corrections: Mapping[str, Sequence[Correction]],
        at: datetime,
    ) -> None:
        self._events, self._corrections, self._at = events, corrections, at
        self._of = {one.id: [other.id for other in entries if other.notice_id == one.notice_id] for one in entries}
        notices = select(NoticeRow.id).where(NoticeRow.matter_id == matter)
        told = select(Audit).where(Audit.action == DIFFERS, Audit.subject.in_(notices), Audit.at <= at)
        self._rows = session.scalars(told.order_by(Audit.id)).all()

    def of(self, entry: Entry, who: Callable[[object], str]) -> list[Differing]:
        """Those of an entry that nothing had ended: no reading that agreed, and no correction of what was read. `who`
        names a person by the id."""
        ended = self._ended(entry)
        return [
            Differing(by=who(row.detail.get("person")), at=row.at, fields=list(row.detail.get("differs", ())))
            for row in self._rows
            if row.id > ended and entry.id in row.detail.get("entries", ())
        ]

    def _ended(self, entry: Entry) -> int:
        """The last row that ended a doubt; who verifies one entry of a notice has read all of it."""
        read = [row for other in self._of[entry.id] for row in self._events.get(other, ()) if row.action == VERIFIED]
        amended = [made.row for made in self._corrections.get(entry.id, ()) if made.unsigned]
        return max((row.id for row in (*read, *amended) if row.at <= self._at), default=0)
