"""The action history of a matter: everything that the audit trail holds about it, in words, the latest first."""

from datetime import UTC, date, datetime, tzinfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.clock import day_of
from deadlines.docket.blind import blind_to
from deadlines.docket.naming import Names
from deadlines.docket.trail_words import more_of, words_of
from deadlines.store.tables import Audit, Entry, Matter, Milestone, NoticeRow, Person

OF_OTHERS = ("matter.join", "matter.leave")
"""Acts whose `person` is not who acted."""


class Happened(Struct, frozen=True, kw_only=True):
    """One thing that was done: when, by whom, what in words, and about which notice or entry (`about` its name)."""

    row: int
    at: datetime
    who: str
    words: str
    about: str
    entry: str | None


def history(session: Session, matter: Matter, reader: Person, *, zone: tzinfo = UTC) -> list[Happened]:
    """What was done about a matter, its notices and its entries, the latest first; days are those of the zone.

    A notice that the reader may still verify blind is not named; see `docket.blind`.
    """
    known = _Known(session, matter, reader, zone)
    query = select(Audit).where(Audit.subject.in_(known.subjects)).order_by(Audit.id.desc())
    return [_happened(known, row) for row in session.scalars(query)]


class _Known:
    """The names of what the rows speak of, asked for once."""

    def __init__(self, session: Session, matter: Matter, reader: Person, zone: tzinfo) -> None:
        entries = session.execute(select(Entry.id, Entry.title).where(Entry.matter_id == matter.id))
        notices = session.execute(
            select(NoticeRow.id, NoticeRow.kind, NoticeRow.decided_on).where(NoticeRow.matter_id == matter.id)
        )
        self.entries = {row.id: row.title for row in entries}
        self.notices = {row.id: f"{row.kind} of {row.decided_on}" for row in notices}
        self.notices |= dict.fromkeys(blind_to(session, reader, self.notices), "a notice that is not shown to you yet")
        self.subjects = [matter.id, *self.notices, *self.entries]
        self._names, self._zone = Names(session), zone
        steps = select(Milestone.id, Milestone.title).where(Milestone.entry_id.in_(list(self.entries)))
        self._steps = {row.id: row.title for row in session.execute(steps)}

    def person(self, who: object) -> str:
        """A person, a program or an account as people read it."""
        return self._names.of(who)

    def day(self, moment: str) -> date:
        """The reader's day of a moment as it stands in a row."""
        return day_of(datetime.fromisoformat(moment), self._zone)

    def step(self, milestone: object) -> str | None:
        """The title of a milestone."""
        return self._steps.get(str(milestone))


def _happened(known: _Known, row: Audit) -> Happened:
    detail = row.detail or {}
    words, more = words_of(row.action), more_of(row.action, detail, known)
    said = f"{words}: {more}" if more else words
    return Happened(
        row=row.id,
        at=row.at,
        who=known.person(row.actor if row.action in OF_OTHERS else detail.get("person") or row.actor),
        words=said[:1].upper() + said[1:],
        about=known.entries.get(row.subject) or known.notices.get(row.subject, ""),
        entry=row.subject if row.subject in known.entries else None,
    )
