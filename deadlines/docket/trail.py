"""The audit trail as people read it: in words, filtered, a page at a time, and nothing of a protected case.

What tells of a restricted matter is a row with its moment and no more, for whoever does not work on that matter; where
somebody looks for a person, an act or a matter, such rows are left out, so that no search tells of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, CompoundSelect, Select, String, Table, or_, select, union
from sqlalchemy.orm import Session

from deadlines.clock import day_of
from deadlines.docket.blind import blind_to
from deadlines.docket.naming import Names
from deadlines.docket.trail_words import more_of, words_of
from deadlines.docket.visible import visible
from deadlines.store.tables import Audit, Base, Entry, Matter, NoticeRow, Person, Subscription, Team
from deadlines.store.types import word_in

PAGE = 50
OPEN = (
    *(
        "person.",
        "login.",
        "contact.",
        "team.",
        "feed.",
        "clock.",
        "dates.",
        "calendar.",
        "law.",
        "policy.",
        "practice.",
    ),
    *("evening.", "evidence.", "backup.", "database.", "letter.", "token.", "trail.", "webhook.", "factor."),
)
"""Acts that concern no case; of any other one, whose matter cannot be found, nothing is told."""
LINKS = {"matter_id": "matter", "entry_id": "entry", "notice_id": "notice"}


class Sought(Struct, frozen=True, kw_only=True):
    """What is looked for: rows of a person, an act, a time, a matter; older ones than the row `before`."""

    person: Person | None = None
    action: str = ""
    start: datetime | None = None
    end: datetime | None = None
    matter: Matter | None = None
    before: int | None = None

    @property
    def looks_for_something(self) -> bool:
        """Whether a row that is veiled could be found out by what was looked for."""
        return self.person is not None or bool(self.action) or self.matter is not None


class Told(Struct, frozen=True, kw_only=True):
    """One row in words. `veiled`: it tells of a restricted matter, and the reader does not work on it."""

    id: int
    at: datetime
    who: str
    what: str
    about: str
    matter_id: str | None
    more: str
    digest: str
    veiled: bool = False


class Trail(Struct, frozen=True):
    """A page of the trail, the newest row first; `older` is where the next page begins, where there is one."""

    rows: list[Told]
    older: int | None


def trail(session: Session, reader: Person, sought: Sought, *, zone: tzinfo = UTC) -> Trail:
    """The rows that somebody looks for, as far as they may see them; days are those of the zone."""
    hidden = veiled_subjects(reader)
    query = select(Audit).where(*_conditions(sought)).order_by(Audit.id.desc()).limit(PAGE + 1)
    if sought.looks_for_something:
        query = query.where(Audit.subject.not_in(hidden))
    found = session.scalars(query).all()
    shown = found[:PAGE]
    told = _Words(session, reader, shown, zone).told()
    kept = [row for row in told if not (row.veiled and sought.looks_for_something)]
    return Trail(kept, shown[-1].id if len(found) > PAGE else None)


def actions(session: Session) -> list[str]:
    """The acts that the trail knows, for who looks for one."""
    return sorted(session.scalars(select(Audit.action).distinct()))


def veiled_subjects(reader: Person) -> CompoundSelect[Any]:
    """The ids of everything that belongs to a restricted matter which the reader does not work on."""
    return union(*_belongings(~visible(reader)))


def _conditions(sought: Sought) -> Iterable[ColumnElement[bool]]:
    if sought.before is not None:
        yield Audit.id < sought.before
    if sought.start is not None:
        yield Audit.at >= sought.start
    if sought.end is not None:
        yield Audit.at < sought.end
    if sought.action:
        yield Audit.action == sought.action
    if sought.person is not None:
        who = sought.person
        yield or_(Audit.actor.in_((who.id, who.email)), word_in(Audit.detail, "person") == who.id)
    if sought.matter is not None:
        yield Audit.subject.in_(union(*_belongings(Matter.id == sought.matter.id)))


def _belongings(condition: ColumnElement[bool]) -> list[Select[Any]]:
    """For such matters: their own ids, and those of every row of every table that belongs to one of them."""
    found: list[Select[Any]] = [select(Matter.id).where(condition)]
    matters = select(Matter.id).where(condition)
    of = {
        "matter": matters,
        "entry": select(Entry.id).where(Entry.matter_id.in_(matters)),
        "notice": select(NoticeRow.id).where(NoticeRow.matter_id.in_(matters)),
    }
    for table in tables_of_cases():
        found += [select(table.c.id).where(table.c[name].in_(of[LINKS[name]])) for name in LINKS if name in table.c]
    return found


def tables_of_cases() -> list[Table]:
    """Every table whose rows have a random id and belong to a matter, an entry or a notice."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if "id" in table.c and isinstance(table.c.id.type, String) and any(name in table.c for name in LINKS)
    ]


class _Words:
    """What stands behind the ids of some rows, asked for once."""

    def __init__(self, session: Session, reader: Person, rows: Sequence[Audit], zone: tzinfo) -> None:
        self._rows, self._session, self._zone = rows, session, zone
        subjects = {row.subject for row in rows if row.subject}
        query = select(Matter).where(Matter.id.in_(select(Matter.id).where(visible(reader))))
        self._people = Names(session)
        self._ownerless: set[str] = set()
        self._matter_of = self._matters(subjects)
        wanted = set(self._matter_of.values()) | subjects
        self._seen = {row.id: row for row in session.scalars(query.where(Matter.id.in_(wanted)))}
        self._hidden = self._of(subjects, veiled_subjects(reader))
        self._names = self._named(subjects)
        notices = session.scalars(select(NoticeRow.id).where(NoticeRow.id.in_(subjects))).all()
        self._blind = blind_to(session, reader, notices)

    def day(self, moment: str) -> date:
        """The reader's day of a moment as it stands in a row."""
        return day_of(datetime.fromisoformat(moment), self._zone)

    def told(self) -> list[Told]:
        return [self._row(row) for row in self._rows]

    def person(self, who: object) -> str:
        """A person, a program or an account as people read it."""
        return self._people.of(who)

    def step(self, milestone: object) -> str | None:
        """The title of a milestone; nobody looks for it here, and its template is told."""

    def _row(self, row: Audit) -> Told:
        matter_id = self._matter_of.get(row.subject)
        matter = self._seen.get(matter_id) if matter_id is not None else None
        unknown = matter is None and not row.action.startswith(OPEN)
        if row.subject in self._hidden or (unknown and not self._is_nobodys(row)):
            return Told(
                id=row.id,
                at=row.at,
                who="–",
                what="something of a restricted matter",
                about="",
                matter_id=None,
                more="",
                digest=row.digest,
                veiled=True,
            )
        return Told(
            id=row.id,
            at=row.at,
            who=self.person(row.actor),
            what=words_of(row.action),
            about=self._about(row, matter),
            matter_id=matter.id if matter is not None else None,
            more=self._more(row),
            digest=row.digest,
        )

    def _more(self, row: Audit) -> str:
        """What the row tells beside its words, and in whose name it was done where that is not the actor."""
        detail = self._shown(row)
        more, person = more_of(row.action, detail, self), detail.get("person")
        name = self.person(person) if person else ""
        told = name in more or name == self.person(row.actor)
        return more if told else "; ".join(part for part in (more, f"person: {name}") if part)

    def _is_nobodys(self, row: Audit) -> bool:
        """Whether the row is about nothing, about a person, or about a paper that belongs to no matter yet."""
        return not row.subject or self._people.person(row.subject) is not None or row.subject in self._ownerless

    def _shown(self, row: Audit) -> Mapping[str, Any]:
        """The details, without the kind of a notice that the reader may still verify blind."""
        blind, detail = row.subject in self._blind, row.detail or {}
        return {key: value for key, value in detail.items() if key != "kind"} if blind else detail

    def _about(self, row: Audit, matter: Matter | None) -> str:
        name = (
            "" if row.subject in self._blind else self._names.get(row.subject) or self._people.person(row.subject) or ""
        )
        if matter is None:
            return name
        return f"{name}, matter {matter.reference}" if name else f"matter {matter.reference}"

    def _matters(self, subjects: set[str]) -> Mapping[str, str]:
        """Which matter each subject belongs to, as far as it belongs to one."""
        found = {one: one for one in self._session.scalars(select(Matter.id).where(Matter.id.in_(subjects)))}
        for table in tables_of_cases():
            for name in (name for name in LINKS if name in table.c):
                query = select(table.c.id, self._owner(table, name)).where(table.c.id.in_(subjects))
                rows = self._session.execute(query).all()
                found |= {row[0]: row[1] for row in rows if row[1] is not None}
                self._ownerless |= {row[0] for row in rows if row[1] is None}
        self._ownerless -= found.keys()
        return found

    def _owner(self, table: Table, name: str) -> Any:
        column = table.c[name]
        if name == "matter_id":
            return column
        source: Any = Entry if name == "entry_id" else NoticeRow
        return select(source.matter_id).where(source.id == column).correlate(table).scalar_subquery()

    def _of(self, subjects: set[str], query: CompoundSelect[Any]) -> set[str]:
        found = query.subquery()
        (column,) = found.c
        return set(self._session.scalars(select(column).where(column.in_(subjects))))

    def _named(self, subjects: set[str]) -> dict[str, str]:
        names: dict[str, str] = {}
        for source, column in ((Entry, Entry.title), (NoticeRow, NoticeRow.kind), (Team, Team.name)):
            names |= {
                row[0]: row[1]
                for row in self._session.execute(select(source.id, column).where(source.id.in_(subjects)))
            }
        feeds = select(Subscription.id, Subscription.label, Subscription.person_id).where(Subscription.id.in_(subjects))
        for row in self._session.execute(feeds):
            names[row.id] = f"calendar “{row.label}” of {self._people.of(row.person_id)}"
        return names
