"""A changed practice file: the unsent reminders of open entries are laid anew, and nobody is told that dates changed.

What is due already stays as it is, what was sent is not sent again, and no reminder is taken away whose day has come.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES
from deadlines.docket import milestones
from deadlines.docket.entries import reminded, republish
from deadlines.docket.intake import Desk
from deadlines.docket.laying import Wanted, settle
from deadlines.docket.reminders import AT_ONCE
from deadlines.docket.trust import window_of
from deadlines.docket.versions import current, locked
from deadlines.docket.ways import dispatch_day, way_of
from deadlines.store import audit
from deadlines.store.tables import DeadlineRow, Entry, Reminder

LADDER_STAGES = ("safe-", "last-", "protective-", "opens-", "dispatch-")


def open_entries(session: Session, after: str, limit: int) -> Sequence[str]:
    """The next ids of open entries after one, in their order."""
    query = select(Entry.id).where(Entry.status == "open", Entry.id > after).order_by(Entry.id).limit(limit)
    return session.scalars(query).all()


def relay(session: Session, desk: Desk, entry_id: str, *, now: datetime) -> int:
    """Lay an open entry's unsent reminders by the firm's practice of today; how many are others now."""
    entry = locked(session, session.get_one(Entry, entry_id))
    if entry.status != "open":
        return 0
    row = current(session, entry)
    window = window_of(entry, row)
    _tell_courier(session, desk, entry, row, dispatch_day(desk, entry.notice, window), now)
    way = way_of(desk, entry, window)
    entered_on = row.created_at.astimezone(ZoneInfo(desk.zone)).date()
    people = [person.id for person in reminded(session, entry.matter) if person.active]
    wanted = [
        Wanted(rung.id, person, SEVERITIES.index(rung.severity), way.moment(rung, window, entered_on))
        for rung in way.rungs(window, entered_on)
        if rung.id not in AT_ONCE
        for person in people
    ]
    stages = or_(*(Reminder.rung.like(f"{stage}%") for stage in LADDER_STAGES))
    changed = settle(session, row, wanted, of=stages, channel=desk.channel, now=now)
    return changed + milestones.lay(session, desk, entry, row, window, now=now, anew=True)


def _tell_courier(
    session: Session, desk: Desk, entry: Entry, row: DeadlineRow, day: date | None, now: datetime
) -> None:
    """Note the day of the courier, which calendars show too: so a change of it stands in the trail."""
    if day == entry.dispatch_by:
        return
    entry.dispatch_by = day
    republish(session, entry, row, now)
    audit.record(session, at=now, actor=desk.actor, action="entry.courier", subject=entry.id, detail={"to": day})
