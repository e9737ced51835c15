"""Writes the agendas of the day, each in a transaction of its own, once their time has come."""

import logging
from collections.abc import Callable
from datetime import datetime

from deadlines.docket.agendas import Rhythm, people_to_tell, write
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat

log = logging.getLogger(__name__)

SWEEP = "agenda"
"""The heartbeat that says for which day every agenda is written."""


def write_agendas(database: Database, rhythm: Rhythm, *, now: datetime, go_on: Callable[[], bool]) -> int:
    """Write the letters of today that are not there yet; how many.

    A run that is ended goes on at the next turn: each letter has a key of its own.
    """
    if not rhythm.due(now):
        return 0
    today = rhythm.today(now).isoformat()
    with database.read() as session:
        before = session.get(Heartbeat, SWEEP)
        if before is not None and before.detail == today:
            return 0
        wanted = people_to_tell(session, rhythm, now)
    written = 0
    for kind, person in wanted:
        if not go_on():
            return written
        with database.write() as session:
            written += write(session, rhythm, kind, person, now=now)
    with database.write() as session:
        session.merge(Heartbeat(sweep=SWEEP, at=now, detail=today))
    log.info("%d agendas of %s are written", written, today)
    return written
