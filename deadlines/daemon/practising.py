"""Lays the reminders of every open entry anew when the firm's practice has changed, a page in a transaction; and finds
owners for steps of which theirs may not be told."""

import logging
from collections.abc import Callable
from datetime import datetime

from deadlines.docket.auditor import SWEEP
from deadlines.docket.intake import Desk
from deadlines.docket.leaving import hold_matters
from deadlines.docket.passing_steps import pass_steps, with_untold_steps
from deadlines.docket.relaying import open_entries, relay
from deadlines.errors import DeadlinesError
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Matter

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


def pass_untold_steps(database: Database, desk: Desk, *, now: datetime) -> None:
    """Find new owners for the open steps of whoever left the firm or may not see the matter, a matter in a transaction.
    What fails is logged, tried again at the next turn, and holds up nothing else."""
    with database.read() as session:
        found = [matter.id for matter in with_untold_steps(session)]
    for matter_id in found:
        try:
            with database.write() as session:
                matter = session.get_one(Matter, matter_id)
                hold_matters(session, [matter])
                pass_steps(session, desk, matter, actor=desk.actor, now=now)
        except DeadlinesError:
            log.exception("the steps of matter %s cannot be given to another owner", matter_id)
        else:
            log.warning("steps of matter %s have another owner: theirs could not be told of them", matter_id)
