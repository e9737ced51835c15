"""Lays the reminders of every open entry anew when the firm's practice has changed, a page in a transaction."""

import logging
from collections.abc import Callable
from datetime import datetime

from deadlines.docket.auditor import SWEEP
from deadlines.docket.intake import Desk
from deadlines.docket.relaying import open_entries, relay
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat

log = logging.getLogger(__name__)

PAGE = 10
"""Entries in a transaction: each holds what is still to come of its reminders, and mails leave meanwhile."""


def relay_if_changed(database: Database, desk: Desk, *, now: datetime, go_on: Callable[[], bool]) -> int | None:
    """Lay what is unsent by the practice of today, where another one was in force before; how many reminders changed.

    None where nothing is to be done. A run that was ended begins again at the next turn, and finds little left.
    """
    with database.read() as session:
        before = session.get(Heartbeat, SWEEP)
        if before is not None and before.detail == desk.practice.state:
            return None
    changed, after = 0, ""
    while go_on():
        with database.write() as session:
            page = open_entries(session, after, PAGE)
            changed += sum(relay(session, desk, entry_id, now=now) for entry_id in page)
        if not page:
            break
        after = page[-1]
    else:
        return changed
    with database.write() as session:
        session.merge(Heartbeat(sweep=SWEEP, at=now, detail=desk.practice.state))
    log.info("the firm's practice %s is in force; %d unsent reminders changed", desk.practice.state, changed)
    return changed
