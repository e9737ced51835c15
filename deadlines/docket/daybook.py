"""The daybook: everything that was entered on a day, by whom, from what, and whether a second person verified it.

It stays blind: who may still verify a notice reads that it was entered, and not what.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.blind import blind_to, unverified_of
from deadlines.docket.chains import Chain, chains
from deadlines.docket.naming import Names
from deadlines.docket.sources import Sources
from deadlines.docket.visible import counted, visible
from deadlines.store.tables import DeadlineRow, Entry, Incoming, Matter, NoticeRow, Person

VEILED = "Something of a restricted matter: ask its attorney"
NOBODY = "–"
BLIND = "To be verified: what was entered is shown once it is"
STRUCK = "Struck: what was entered is shown once another notice of the matter is verified"


class Dated(Struct, frozen=True, kw_only=True):
    """One window that came on the docket, and who verified its dates, if anybody has."""

    entry: str
    title: str
    form: str | None
    status: str
    verified_by: str | None
    verified_at: datetime | None


class Entered(Struct, frozen=True, kw_only=True):
    """One thing that was entered: when, by whom, and from what (`source`).

    `what`: `notice`, `amendment`, `window` (one that a notice of an earlier day did not have), or `paper`. `kind`
    is that of the notice, `words` what it is. Of a `blind` one, which the reader may still verify or which was
    struck beside such a one, they are told neither the notice nor its windows; of a `veiled` one, of a restricted
    matter, nothing but when. `dates` counts its windows, `unverified` those open ones that nobody has verified.
    """

    at: datetime
    who: str
    what: str
    words: str
    source: str
    matter_id: str | None
    matter: str
    notice: str | None
    kind: str | None
    windows: list[Dated]
    dates: int
    unverified: int
    blind: bool = False
    veiled: bool = False


class Daybook(Struct, frozen=True):
    """What was entered on a day, the first first."""

    on: date
    lines: list[Entered]


def daybook(session: Session, person: Person | None, *, on: date, zone: str) -> Daybook:
    """The daybook of a calendar day in a zone, as a person sees it; for nobody in particular veiled and blind."""
    begin, end = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (on, on + timedelta(days=1)))
    reader = _Reader(session, person, begin, end)
    return Daybook(on, sorted(reader.lines(), key=lambda line: (line.at, line.matter, line.words)))


class _Reader:
    """Reads one day for one person."""

    def __init__(self, session: Session, person: Person | None, begin: datetime, end: datetime) -> None:
        self._session, self._person = session, person
        self._begin, self._end = begin, end
        self._names = Names(session)
        self._notices = self._rows(NoticeRow, NoticeRow.entered_at)
        self._added = self._late_windows()
        matters = {row.matter_id for row in self._notices} | {entry.matter_id for entry, _ in self._added}
        self._chains = chains(session, matters)
        current = {chain.current.id for chain in self._chains.values()}
        self._windows = self._windows_of(current)
        self._blind = blind_to(session, person, current) if person is not None else unverified_of(session, current)
        self._matters = self._seen(matters)
        self._sources = Sources(session, [row.id for row in self._notices])

    def lines(self) -> list[Entered]:
        notices = [self._notice(row) for row in self._notices if row.matter_id in self._matters]
        added = [self._window(entry, row) for entry, row in self._added if entry.matter_id in self._matters]
        return [*notices, *added, *self._papers()]

    def _within(self, moment: Any) -> ColumnElement[bool]:
        within: ColumnElement[bool] = (moment >= self._begin) & (moment < self._end)
        return within

    def _rows(self, table: Any, moment: Any) -> Sequence[Any]:
        return self._session.scalars(select(table).where(self._within(moment))).all()

    def _late_windows(self) -> list[tuple[Entry, DeadlineRow]]:
        """The windows that came on the docket that day, other than with their notice."""
        first = (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == 1)
        query = select(Entry, DeadlineRow).join(DeadlineRow, first).join(NoticeRow, NoticeRow.id == Entry.notice_id)
        late = query.where(self._within(Entry.created_at), Entry.status != "information")
        entered = {row.entered_at for row in self._notices}
        return [(row[0], row[1]) for row in self._session.execute(late) if row[0].created_at not in entered]

    def _windows_of(self, notices: set[str]) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        query = select(Entry).where(Entry.notice_id.in_(notices), Entry.status != "information")
        for entry in self._session.scalars(query.order_by(Entry.created_at, Entry.rule)):
            found.setdefault(entry.notice_id, []).append(entry)
        return found

    def _seen(self, matters: set[str]) -> dict[str, tuple[Matter, bool]]:
        """The matters that stand on the reader's docket, and whether they see each."""
        query = select(Matter, visible(self._person).label("seen")).where(Matter.id.in_(matters))
        return {row.Matter.id: (row.Matter, bool(row.seen)) for row in self._session.execute(query.where(self._mine()))}

    def _mine(self) -> ColumnElement[bool]:
        return counted(self._person)

    def _notice(self, row: NoticeRow) -> Entered:
        chain = self._chains[row.id]
        windows = self._windows.get(chain.current.id, [])
        what = "notice" if row.amends_id is None else "amendment"
        words = f"{f'Form {row.form} ' if row.form else ''}of {row.decided_on}"
        return self._line(chain, windows, row.entered_at, row.entered_by, what, words, self._sources.of(row.id))

    def _window(self, entry: Entry, row: DeadlineRow) -> Entered:
        chain = self._chains[entry.notice_id]
        return self._line(chain, [entry], entry.created_at, row.created_by, "window", entry.title, row.reason)

    def _line(
        self, chain: Chain, entries: list[Entry], at: datetime, who: str, what: str, words: str, source: str
    ) -> Entered:
        matter, seen = self._matters[chain.current.matter_id]
        blind = chain.current.id in self._blind
        return Entered(
            at=at,
            who=self._names.of(who) if seen else NOBODY,
            what=what if seen else "",
            words=VEILED if not seen else self._unread(chain) if blind else words,
            source=source if seen else "",
            matter_id=matter.id if seen else None,
            matter=matter.reference if seen else "",
            notice=chain.current.id if seen else None,
            kind=chain.current.kind if seen and not blind else None,
            windows=[self._dated(entry) for entry in entries] if seen and not blind else [],
            dates=len(entries),
            unverified=sum(entry.status == "open" and entry.verified_at is None for entry in entries),
            blind=seen and blind,
            veiled=not seen,
        )

    def _unread(self, chain: Chain) -> str:
        """Why what was entered is not shown."""
        entries = self._windows.get(chain.current.id, [])
        return BLIND if any(entry.status == "open" and entry.verified_at is None for entry in entries) else STRUCK

    def _dated(self, entry: Entry) -> Dated:
        return Dated(
            entry=entry.id,
            title=entry.title,
            form=entry.form,
            status=entry.status,
            verified_by=self._names.of(entry.verified_by) if entry.verified_by else None,
            verified_at=entry.verified_at,
        )

    def _papers(self) -> list[Entered]:
        unknown = Incoming.matter_id.is_(None)
        seen = or_(unknown, visible(self._person)).label("seen")
        query = select(Incoming, Matter, seen).outerjoin(Matter, Matter.id == Incoming.matter_id)
        query = query.where(self._within(Incoming.registered_at), or_(unknown, self._mine()))
        return [self._paper(*row) for row in self._session.execute(query)]

    def _paper(self, row: Incoming, matter: Matter | None, seen: bool) -> Entered:
        return Entered(
            at=row.registered_at,
            who=self._names.of(row.registered_by) if seen else NOBODY,
            what="paper",
            words=f"{row.title}: {row.state}" if seen else VEILED,
            source=f"{row.at}, came in on {row.received_on}" if seen else "",
            matter_id=row.matter_id if seen else None,
            matter=matter.reference if matter is not None and seen else "",
            notice=None,
            kind=None,
            windows=[],
            dates=0,
            unverified=0,
            veiled=not seen,
        )
