"""What the daemon does for people's calendars: invitations to those who want them."""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from deadlines.docket import invitations
from deadlines.ical import Party
from deadlines.store.database import Database

log = logging.getLogger(__name__)


def invite_due(database: Database, organizer: Party, *, zone: str, now: datetime, go_on: Callable[[], bool]) -> int:
    """Write the letters that invite people to dates, person by person; how many dates were told.

    Each person is a transaction of its own, and `go_on` is asked before it.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    with database.read() as session:
        people = invitations.people_to_tell(session, today)
    told = 0
    for person_id in people:
        if not go_on():
            break
        with database.write() as session:
            told += invitations.invite(session, person_id, organizer=organizer, today=today, now=now)
    if told:
        log.info("%d dates are told to people's own calendars", told)
    return told
