"""Rows that name another one which is not there: somebody changed one of the two from outside the program.

Every list leaves such a row out, because it belongs to nothing, so it is looked for and told. PostgreSQL lets nobody
write one.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnClause, String, cast, column, or_, select, table
from sqlalchemy.orm import Session

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Heartbeat

log = logging.getLogger(__name__)

ROW = "missing-rows"
"""The heartbeat that keeps what was found last."""
SHOWN = 5
DATED = 25
"""Entries whose dates one alarm names."""
TEXT = """\
{sentence}
The disk, or somebody from outside the program, changed the database. What belongs to no matter, attorney or notice is
left out of lists, agendas and calendars.

{dates}Put the named columns right, or restore a backup, and go by the second calendar until then. See
`deadlines doctor` on that machine and what docs/operations.md says of its check `missing-rows`.
"""


def dangling(session: Session) -> list[str]:
    """Such rows, as `table id (column)`."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    found = session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
    return sorted({_name(session, name, rowid, number) for name, rowid, _, number in found})


def watch_missing(database: Database, *, now: datetime) -> list[str]:
    """Look for such rows, tell of them, and remember what was found; nothing is written where there are none."""
    with database.read() as session:
        found, before = dangling(session), missing(session)
    if not found and not before:
        return []
    with database.write() as session:
        session.merge(Heartbeat(sweep=ROW, at=now, detail="; ".join(found)))
        if found:
            log.error("rows of the database name others that are not there: %s", "; ".join(found))
            _tell(session, found, now)
    return found


def missing(session: Session) -> str:
    """What the last look found; empty where that was nothing."""
    row = session.get(Heartbeat, ROW)
    return row.detail if row is not None else ""


def check_missing(session: Session) -> Finding:
    """Whether every row that another one names is there."""
    found = dangling(session)
    if not found:
        return Finding("missing-rows", "well", "Every row that another one names is there.")
    hint = "What they are about is left out of lists: check it now; docs/operations.md says how to go on."
    return Finding("missing-rows", "ill", _sentence(found), hint)


def _name(session: Session, of: str, rowid: int | None, number: int) -> str:
    keys = session.connection().exec_driver_sql(f'PRAGMA foreign_key_list("{of}")').all()
    source = next(str(key[3]) for key in keys if key[0] == number)
    return f"{of} {_id(session, of, rowid)} ({source})"


def _id(session: Session, of: str, rowid: int | None) -> str:
    """The row's id, or where it has none its place."""
    columns = {each[1] for each in session.connection().exec_driver_sql(f'PRAGMA table_info("{of}")')}
    place: ColumnClause[int] = column("rowid")
    named: ColumnClause[str] = column("id" if "id" in columns else "rowid")
    return str(session.scalar(select(cast(named, String)).select_from(table(of, place, named)).where(place == rowid)))


def _tell(session: Session, found: list[str], now: datetime) -> None:
    """Once a day, and again where more is found."""
    dates = "".join(f"- {line}\n" for line in _dates(session, found))
    raise_alarm(
        session,
        f"missing/{now:%Y-%m-%d}/{hashlib.sha256('/'.join(found).encode()).hexdigest()[:16]}",
        subject="INTEGRITY ALARM: rows of the docket's database belong to nothing",
        text=TEXT.format(sentence=_sentence(found), dates=f"Open entries among them:\n{dates}\n" if dates else ""),
        now=now,
    )


def _dates(session: Session, found: list[str]) -> Iterator[str]:
    """The open entries that such rows are or belong to, with their dates, the nearest first."""
    ids = {name.split()[1] for name in found}
    theirs = or_(Entry.id.in_(ids), Entry.matter_id.in_(ids), Entry.notice_id.in_(ids))
    query = select(Entry).where(theirs, Entry.status == "open").order_by(Entry.safe_by, Entry.id)
    for entry in session.scalars(query.limit(DATED)):
        yield f"entry {entry.id[:8]}: file by {entry.safe_by}, last day {entry.last_day}"


def _sentence(found: list[str]) -> str:
    rows = "1 row of the database names" if len(found) == 1 else f"{len(found)} rows of the database name"
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{rows} another that is not there: {'; '.join(found[:SHOWN])}{more}."
