"""The daemon goes round the seals of the dates in force, a piece at a time: an altered one is told the same day.

Whoever is shown a date has its seal checked then; a date at which nobody looks would otherwise wait for the night, and
the monitor outside be told meanwhile that all is well.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.alarms import alarm_of_date, alarm_of_key
from deadlines.docket.sealing import check_piece, mark_calendars
from deadlines.docket.trust import SEALS, is_of_another_key, told_altered
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Heartbeat
from deadlines.store.types import LONG_AGO

log = logging.getLogger(__name__)

ROW = "dates"
"""The heartbeat that keeps how far the round is."""
ROWS = 10_000
"""How many dates one look checks."""
MOST = 500
"""So many altered entries are told one by one."""


def watch_dates(database: Database, *, now: datetime, rows: int = ROWS) -> list[str]:
    """Check the next piece of the dates in force; the entries that were found altered in it, which are told."""
    with database.read() as session:
        beat = session.get(Heartbeat, ROW)
        piece = check_piece(session, beat.detail if beat is not None else "", rows)
    with database.write() as session:
        new = _note(session, piece.altered, now) if piece.altered else []
        session.merge(Heartbeat(sweep=ROW, at=now, detail=piece.last))
        log_altered(session, new)
    return piece.altered


def tell_altered(session: Session, entries: Sequence[str], now: datetime) -> None:
    """Tell the docket of altered dates by mail, once a day each, and mark them in the calendars. Where it is the key
    that is another one, one mail says so."""
    if is_of_another_key(session):
        alarm_of_key(session, now)
    else:
        for entry in session.scalars(select(Entry).where(Entry.id.in_(entries))):
            alarm_of_date(session, entry, now)
    mark_calendars(session, entries, now)


def log_altered(session: Session, entries: Sequence[str]) -> None:
    """Write into the log which entries were found altered, or that the key is another one."""
    if entries and is_of_another_key(session):
        log.error("INTEGRITY ALARM: the stored dates are sealed with another key than the present one")
        return
    for entry in entries:
        log.error("INTEGRITY ALARM: the dates of entry %s were altered outside the program", entry)


def record_altered(session: Session, entries: Sequence[str], now: datetime) -> None:
    """Write into the audit trail which entries were found altered."""
    detail = {"entries": list(entries)}
    audit.record(session, at=now, actor="daemon", action="dates.altered", subject="", detail=detail)


def _note(session: Session, altered: Sequence[str], now: datetime) -> list[str]:
    """Tell of what is new of it, and keep that until the next check of all seals, which tells of everything again."""
    told = told_altered(session)
    new = [entry for entry in altered if entry not in told][: max(MOST - len(told), 0)]
    if new:
        tell_altered(session, new, now)
        record_altered(session, new, now)
        checked = session.get(Heartbeat, SEALS)
        at = checked.at if checked is not None else LONG_AGO  # the check of all seals is due all the same
        session.merge(Heartbeat(sweep=SEALS, at=at, detail=" ".join([*told, *new])))
    return new
