"""What waits for a second person, as one person may see it; of no notice is told what was entered."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.looks import looks_of
from deadlines.docket.naming import Names, shown_name
from deadlines.docket.signable import FOR_LAWYERS, knows_it, needs_attorney, refusal_of
from deadlines.docket.trust import window_of
from deadlines.docket.visible import visible
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person

MOST = 500
"""Dates that one page tells of: who has worked through them sees the next."""


class Unverified(Struct, kw_only=True):
    """A notice with open dates that nobody has verified: how many there are, how many only a lawyer may sign for, and
    how many this person may.

    `mine`: the person entered it, or what it amends, so that another one must verify it. `read`: the person read it
    otherwise, so that a third one looks at it now. `differs`: a second reading differs. `by_role`: only the role keeps
    the person from a date.
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
    signable: int = 0
    differs: bool = False
    read: bool = False
    by_role: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for this person."""
        return self._unknown and self.signable > 0

    @property
    def for_others(self) -> bool:
        """Whether it waits for an attorney or a partner, which this person is not."""
        return self._unknown and not self.signable and self.by_role

    @property
    def held(self) -> bool:
        """Whether nobody can verify it now: its printed deadline is in dispute, or its dates were altered."""
        return self._unknown and not self.signable and not self.by_role

    @property
    def _unknown(self) -> bool:
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
        _count(one, entry, deadline, person)
    for notice, entries in waiting.items():
        _mark(session, found[notice.id], notice, entries, person)
    return list(found.values())


def _count(one: Unverified, entry: Entry, deadline: DeadlineRow, person: Person) -> None:
    lawyers, refusal = needs_attorney(window_of(entry, deadline)), refusal_of(entry, deadline, person)
    one.dates += 1
    one.for_lawyers += lawyers
    one.signable += refusal is None
    one.by_role |= refusal is not None and refusal.code == FOR_LAWYERS
    one.differs |= entry.discrepancy is not None


def _mark(session: Session, one: Unverified, notice: NoticeRow, entries: list[Entry], person: Person) -> None:
    """Say why somebody who knows by now what the notice should say does not look at it any more."""
    if one.mine or knows_it(session, notice, entries, person) is None:
        return
    one.read = any(look.by == person.id for entry in entries for look in looks_of(entry))
    one.mine = not one.read
