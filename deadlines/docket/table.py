"""The docket as a table that leaves the program: a copy of a day, one line for each entry."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from deadlines.docket.blind import blind_to
from deadlines.docket.board import narrowed
from deadlines.docket.scopes import in_calendars
from deadlines.docket.table_lines import Lines, TableLine
from deadlines.docket.trail_watch import doubt
from deadlines.docket.views import current, refuse_unknown
from deadlines.docket.visible import counted, leaving
from deadlines.docket.wanted import Wanted
from deadlines.errors import Conflict
from deadlines.store.spelling import as_kept
from deadlines.store.tables import Entry, Matter, Person

MOST = 10_000
"""Lines of a copy that somebody waits for at a page; the command knows no limit."""
AT_ONCE = 500
TOO_MANY = (
    "These are {0:,} dates; a page copies {1:,} at most. Choose fewer, by attorney or time, or ask whoever runs the "
    "program for a copy of all."
)


class Choice(Struct, frozen=True, kw_only=True):
    """Which entries: as `deadlines list` chooses, by attorney or matter, all of them or only those that have passed.

    `everything`: closed entries and information too. `clients`: with their names, but for restricted matters.
    """

    attorney: str | None = None
    matter: str | None = None
    past: bool = False
    everything: bool = False
    clients: bool = False


class Copy(Struct, frozen=True):
    """The lines, whether clients are named, and how many entries of restricted matters were left out. `in_doubt`: why
    no date may be relied on, while the audit trail is in doubt."""

    lines: list[TableLine]
    clients: bool
    left_out: int
    in_doubt: str | None


def docket_table(session: Session, choice: Choice, seen: ColumnElement[bool], *, zone: tzinfo, today: date) -> Copy:
    """The entries that the choice asks for, the next date first. What only a protected person may file leaves with
    restricted matters only, because its very name tells.

    Args:
        session: is read only.
        choice: which entries.
        seen: of which matters; see `docket.visible`.
        zone: the firm's, for the days of what was done.
        today: the day of the copy.

    Raises:
        NotFound: nobody knows the attorney or matter.
    """
    refuse_unknown(session, choice.attorney, choice.matter)
    made = Lines(session, clients=choice.clients, zone=zone, today=today)
    copy = _copied(session, made, _chosen(choice), seen, None)
    lines = [line for line in copy if not choice.past or (line.next_on is not None and line.next_on < today)]
    return Copy(lines, choice.clients, _hidden(session, _chosen(choice), seen), doubt(session))


def reader_table(
    session: Session, person: Person, wanted: Wanted, *, clients: bool, zone: tzinfo, today: date, now: datetime
) -> Copy:
    """The open dates that somebody's docket shows for what they look for, but for restricted matters, which leave
    only one by one. What is kept from them as a second reader is kept from their copy.

    Raises Conflict where they are more than somebody waits for.
    """
    asked = (Entry.status == "open", counted(person), *narrowed(person, wanted, today, now))
    query, seen = current().where(*asked), leaving(named=False)
    many = _count(session, query.where(seen))
    if many > MOST:
        raise Conflict(TOO_MANY.format(many, MOST))
    made = Lines(session, clients=clients, zone=zone, today=today)
    return Copy(_copied(session, made, query, seen, person), clients, _hidden(session, query, seen), doubt(session))


def matter_table(session: Session, person: Person, matter: Matter, *, clients: bool, zone: tzinfo, today: date) -> Copy:
    """Every entry of one matter that its page shows to somebody, whatever became of it. Whether a restricted one may
    leave was asked before."""
    made = Lines(session, clients=clients, zone=zone, today=today)
    lines = _copied(session, made, current().where(Entry.matter_id == matter.id), true(), person)
    return Copy(lines, clients, 0, doubt(session))


def _chosen(choice: Choice) -> Select[Any]:
    query: Select[Any] = current()
    if not choice.everything or choice.past:
        query = query.where(Entry.status == "open")
    if choice.attorney is not None:
        query = query.where(Person.email == choice.attorney.strip().lower())
    if choice.matter is not None:
        query = query.where(Matter.reference == as_kept(choice.matter))
    return query


def _copied(
    session: Session, made: Lines, query: Select[Any], seen: ColumnElement[bool], reader: Person | None
) -> list[TableLine]:
    found = _lines(session, made, query.where(seen, in_calendars()), reader)
    return sorted(found, key=lambda line: (line.next_on or date.max, line.matter, line.title, line.entry))


def _lines(session: Session, made: Lines, query: Select[Any], reader: Person | None) -> Iterator[TableLine]:
    """Some rows at a time: a window is long, and no more of it is kept than its line."""
    for rows in session.execute(query.execution_options(yield_per=AT_ONCE)).partitions():
        blind = blind_to(session, reader, {row.NoticeRow.id for row in rows})
        yield from (made.line(row, blind) for row in rows)


def _hidden(session: Session, query: Select[Any], seen: ColumnElement[bool]) -> int:
    return _count(session, query.where(~seen))


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
