"""Whose matter it was at an earlier moment, by the hand-overs that stand in the audit trail."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.tables import Audit, Matter

HAND_OVER = "matter.hand-over"


class Attorneys:
    """The attorneys of matters from a moment on: of these matters, or of all."""

    def __init__(self, session: Session, since: datetime, matters: Collection[str] | None = None) -> None:
        self._later: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        query = select(Audit.subject, Audit.at, Audit.detail).where(Audit.action == HAND_OVER, Audit.at > since)
        query = query if matters is None else query.where(Audit.subject.in_(matters))
        for matter, at, detail in session.execute(query.order_by(Audit.id)):
            self._later[matter].append((at, str(detail.get("from"))))

    def __iter__(self) -> Iterator[str]:
        """The ids of the matters that went to another attorney since."""
        return iter(self._later)

    def of(self, matter: Matter, at: datetime) -> str:
        """The id of who was the attorney: whoever the first hand-over after that moment took it from."""
        return next(
            (before for moved_at, before in self._later.get(matter.id, ()) if moved_at > at), matter.attorney_id
        )
