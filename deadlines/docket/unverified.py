"""What waits for a second person, as one person may see it; of no notice is told what was entered."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.looks import looks_of
from deadlines.docket.naming import Names, shown_name
from deadlines.docket.signable import knows_it, needs_attorney
from deadlines.docket.trust import window_of
from deadlines.docket.visible import visible
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person

MOST = 500
"""Dates that one page tells of: who has worked through them sees the next."""


class Unverified(Struct, kw_only=True):
    """A notice with open dates that nobody has verified: how many there are, and how many only a lawyer may sign for.

    `mine`: the person entered it, or what it amends, so that another one must verify it. `read`: the person read it
    otherwise, so that a third one looks at it now. `differs`: a second reading differs.
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
    read: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for this person."""
        return not (self.mine or self.read)


def unverified(session: Session, person: Person, most: int = MOST, *, matter: Matter | None = None) -> list[Unverified]:
    """The notices that wait to be verified, of one matter or all, the one with the nearest date first; of the nearest
    `most` dates."""
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
    query = query if matter is None else query.where(Entry.matter_id == matter.id)
    names = Names(session)
    found: dict[str, Unverified] = {}
    waiting: dict[NoticeRow, list[Entry]] = {}
    for entry, deadline, notice, its, attorney in session.execute(query):
        waiting.setdefault(notice, []).append(entry)
        one = found.setdefault(
            notice.id,
            Unverified(
                notice=notice.id,
                matter_id=its.id,
                matter=its.reference,
                client=its.client,
                attorney=attorney,
                entered_by=names.of(notice.entered_by),
                entered_at=notice.entered_at,
                mine=notice.entered_by == person.email,
            ),
        )
        one.dates += 1
        one.for_lawyers += needs_attorney(window_of(entry, deadline))
        one.differs |= entry.discrepancy is not None
    for notice, entries in waiting.items():
        _mark(session, found[notice.id], notice, entries, person)
    return list(found.values())


def _mark(session: Session, one: Unverified, notice: NoticeRow, entries: list[Entry], person: Person) -> None:
    """Say why somebody who knows by now what the notice should say does not look at it any more."""
    if one.mine or knows_it(session, notice, entries, person) is None:
        return
    one.read = any(look.by == person.id for entry in entries for look in looks_of(entry))
    one.mine = not one.read
