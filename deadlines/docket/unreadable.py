"""Rows that a fault of the disk, or somebody with SQL, left without a readable moment, day, number or JSON.

They are read all the same (`store.types`, `docket.legible`), so that one of them stops nothing; here they are named,
and what waits for a moment that nobody can read goes at once. On PostgreSQL a column takes only what is of its type:
there JSON alone can be wrong, where it is not what the program writes.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnClause,
    ColumnElement,
    String,
    Table,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.docket.illegible import illegible
from deadlines.docket.reminders import PENDING, URGENT
from deadlines.store.database import Database
from deadlines.store.tables import Base, Letter, Reminder
from deadlines.store.types import Day, Instant, KeptDay, KeptJson, KeptList, Whole, is_json, json_kind

log = logging.getLogger(__name__)

SHOWN = 5
LETTERS = ("planned", "leased", "uncertain")
REMINDER = cast(Table, Reminder.__table__)
WEIGHED = ("due_at", "next_at", "severity", "attempts", "lease_until")
"""What decides when and how a reminder goes."""


def unreadable(session: Session) -> list[str]:
    """The rows with something unreadable, as `table id (columns)`."""
    tables = Base.metadata.sorted_tables
    return [*(name for table in tables for name in _of_table(session, table)), *illegible(session)]


def watch_rows(database: Database, *, now: datetime) -> list[str]:
    """Look for such rows and tell of them; nothing is written where there are none."""
    with database.read() as session:
        found = unreadable(session)
    if found:
        log.error("rows of the database cannot be read in full: %s", "; ".join(found))
        with database.write() as session:
            tell_unreadable(session, found, now=now)
    return found


def is_due_and_unreadable(session: Session, *, now: datetime) -> bool:
    """Whether a reminder that is due has something unreadable; by the index, so that each round may ask."""
    if _is_typed(session):
        return False
    query = select(REMINDER.c.id).where(PENDING, REMINDER.c.next_at <= now, or_(*_bad(REMINDER, WEIGHED).values()))
    return session.scalars(query.limit(1)).first() is not None


def tell_unreadable(session: Session, found: list[str], *, now: datetime) -> None:
    """Name such rows to the people who keep the docket, and let go at once what waits for an unreadable moment."""
    if not _is_typed(session):
        _make_due(session, now)
    raise_alarm(
        session,
        f"unreadable/{hashlib.sha256('/'.join(found).encode()).hexdigest()[:16]}",
        subject="INTEGRITY ALARM: rows of the docket's database cannot be read",
        text=(
            f"{_sentence(found)}\nThe disk, or somebody from outside the program, changed the database.\n\n"
            "A reminder whose moment cannot be read goes out at once, one whose urgency cannot be read as urgent;\n"
            "an entry or a notice that cannot be read is marked where it is shown. Everything else goes on. Have the\n"
            "disk looked at, and see `deadlines doctor` on that machine and what docs/operations.md says of its check\n"
            "`unreadable-rows`.\n"
        ),
        now=now,
    )


def _make_due(session: Session, now: datetime) -> None:
    """Give waiting reminders and letters a readable moment for one that is not, so that they go. The moment at which a
    reminder was due is, until it was tried, the one that it waits for; else it is `now`."""
    bad = _bad(REMINDER, WEIGHED)
    marks = [each.label(name) for name, each in bad.items()]
    query = select(REMINDER.c.id, *marks).where(PENDING, or_(*bad.values()))
    for row in session.execute(query).mappings().all():
        session.execute(update(REMINDER).where(REMINDER.c.id == row["id"]).values(_mended(row, now)))
    letters = cast(Table, Letter.__table__)
    waiting = update(letters).where(letters.c.state.in_(LETTERS), _is_bad(letters.c.next_at))
    session.execute(waiting.values(next_at=now))


def check_unreadable(session: Session) -> Finding:
    """Whether every moment, day, number and JSON can be read."""
    found = unreadable(session)
    if not found:
        return Finding("unreadable-rows", "well", "Every row of the database can be read.")
    hint = (
        "Somebody or something changed the database from outside: see the disk; docs/operations.md says how to go on."
    )
    return Finding("unreadable-rows", "ill", _sentence(found), hint)


def _mended(row: Any, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"severity": URGENT} if row["severity"] else {}
    if row["attempts"]:
        values["attempts"] = 1
    if row["next_at"] or row["lease_until"]:
        values |= {"next_at": now, "lease_until": None}
    if row["due_at"]:
        values["due_at"] = now if row["next_at"] else REMINDER.c.next_at
    return values


def _of_table(session: Session, table: Table) -> Iterator[str]:
    checked = KeptJson | KeptList if _is_typed(session) else Instant | Day | KeptDay | Whole | KeptJson | KeptList
    names = [column.name for column in table.c if isinstance(column.type, checked)]
    if not names:
        return
    bad = _bad(table, names)
    # By no key of another kind: it may hold words of the firm's own.
    place: ColumnClause[Any] = literal_column("ctid" if _is_typed(session) else "rowid")
    key = sql_cast(table.c.get("id", table.c.get("sweep", place)), String)
    for row in session.execute(select(key, *bad.values()).select_from(table).where(or_(*bad.values()))):
        wrong = [name for name, is_bad in zip(bad, row[1:], strict=True) if is_bad]
        yield f"{table.name} {row[0]} ({', '.join(wrong)})"


def _bad(table: Table, names: Iterable[str]) -> dict[str, ColumnElement[bool]]:
    return {name: _is_bad(table.c[name]) for name in names}


def _is_bad(column: Column[Any]) -> ColumnElement[bool]:
    """Whether the database holds something else there than the program writes. A day such as 2026-02-30 is no day."""
    if isinstance(column.type, KeptJson | KeptList):
        kind = "object" if isinstance(column.type, KeptJson) else "array"
        return and_(column.is_not(None), case((is_json(column), json_kind(column) != kind), else_=true()))
    if isinstance(column.type, Whole):
        return and_(column.is_not(None), func.typeof(column) != "integer")
    text = type_coerce(column, String)
    length, shape = (10, "%Y-%m-%d") if isinstance(column.type, Day | KeptDay) else (19, "%Y-%m-%d %H:%M:%S")
    rest = func.substr(text, length + 1, type_=String)
    # Adding nothing makes SQLite count: otherwise it gives 2026-02-30 back as it stands.
    same = func.strftime(shape, func.substr(text, 1, length), "+0 days", type_=String) + rest
    fraction = or_(rest == "", rest.op("glob")("." + "[0-9]" * 6))
    return and_(column.is_not(None), or_(same.is_distinct_from(text), ~fraction))


def _sentence(found: list[str]) -> str:
    rows = "1 row of the database" if len(found) == 1 else f"{len(found)} rows of the database"
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{rows} cannot be read in full: {'; '.join(found[:SHOWN])}{more}."


def _is_typed(session: Session) -> bool:
    return session.get_bind().dialect.name != "sqlite"
