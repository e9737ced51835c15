"""What waits for a second person, as one person may see it; of no notice is told what was entered."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.naming import Names, shown_name
from deadlines.docket.trust import window_of
from deadlines.docket.verification import needs_attorney
from deadlines.docket.visible import visible
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person

MOST = 500
"""Dates that one page tells of: who has worked through them sees the next."""


class Unverified(Struct, kw_only=True):
    """A notice with open dates that nobody has verified: how many there are, and how many only a lawyer may sign for.

    `mine`: the person entered it, so that another one must verify it. `differs`: a second reading differs.
    """

    notice: str
    matter_id: str
    matter: str
    client: str | None
    attorney: str
    entered_by: str
    entered_at: datetime
    mine: bool
    dates: int = 0
    for_lawyers: int = 0
    differs: bool = False


def unverified(session: Session, person: Person, most: int = MOST) -> list[Unverified]:
    """The notices that wait to be verified, the one with the nearest date first; of the nearest `most` dates."""
    query = (
        select(Entry, DeadlineRow, NoticeRow, Matter, shown_name())
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .join(NoticeRow, NoticeRow.id == Entry.notice_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status == "open", Entry.verified_at.is_(None), visible(person))
        .order_by(DeadlineRow.safe_by, Entry.id)
        .limit(most)
    )
    names = Names(session)
    found: dict[str, Unverified] = {}
    for entry, deadline, notice, matter, attorney in session.execute(query):
        one = found.setdefault(
            notice.id,
            Unverified(
                notice=notice.id,
                matter_id=matter.id,
                matter=matter.reference,
                client=matter.client,
                attorney=attorney,
                entered_by=names.of(notice.entered_by),
                entered_at=notice.entered_at,
                mine=notice.entered_by == person.email,
            ),
        )
        one.dates += 1
        one.for_lawyers += needs_attorney(window_of(entry, deadline))
        one.differs |= entry.discrepancy is not None
    return list(found.values())
