"""A changed practice file: the unsent reminders of open entries are laid anew, and nobody is told that dates changed.

What is due already stays as it is, what was sent is not sent again, and no reminder is taken away whose day has come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES
from deadlines.docket.entries import current, dispatch_day, locked, reminded, way_of
from deadlines.docket.intake import Desk
from deadlines.docket.reminders import AT_ONCE, reminder_row
from deadlines.docket.trust import window_of
from deadlines.store.tables import DeadlineRow, Entry, Reminder

LADDER_STAGES = ("safe-", "last-", "protective-", "opens-", "dispatch-")
WITHDRAWN = ("superseded", "cancelled")


class Wanted(Struct, frozen=True):
    """A reminder that there should be."""

    rung: str
    person_id: str
    severity: int
    due_at: datetime


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
    entry.dispatch_by = dispatch_day(desk, entry.notice, window)
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
    return settle(session, row, wanted, of=stages, channel=desk.channel, now=now)


def settle(
    session: Session,
    row: DeadlineRow,
    wanted: Iterable[Wanted],
    *,
    of: ColumnElement[bool],
    channel: str,
    now: datetime,
) -> int:
    """Bring the mails of one version of dates that `of` selects to what is wanted; how many were changed or added.

    Only what is still to come is withdrawn or added. A withdrawn one that is wanted again comes back.
    """
    query = select(Reminder).where(Reminder.deadline_id == row.id, Reminder.channel == channel, of)
    held = {(found.rung, found.person_id): found for found in session.scalars(query.with_for_update())}
    changed = 0
    for want in wanted:
        found = held.pop((want.rung, want.person_id), None)
        if found is None:
            changed += _added(session, row, want, channel, now)
        else:
            changed += _brought(found, want, now)
    for left in held.values():
        if left.state == "planned" and left.due_at > now:
            left.state, left.next_at = "cancelled", now
            changed += 1
    session.flush()
    return changed


def _added(session: Session, row: DeadlineRow, want: Wanted, channel: str, now: datetime) -> bool:
    if want.due_at <= now:
        return False
    session.add(reminder_row(row, want.person_id, channel, want.rung, want.severity, want.due_at))
    return True


def _brought(found: Reminder, want: Wanted, now: datetime) -> bool:
    """Whether a reminder was changed: it waits for another moment, or is wanted again."""
    again = found.state in WITHDRAWN and want.due_at > now
    waits = found.state == "planned" and found.attempts == 0 and found.due_at > now
    if not again and (not waits or (found.due_at, found.severity) == (want.due_at, want.severity)):
        return False
    due_at = max(want.due_at, now)
    found.state, found.severity, found.due_at, found.next_at = "planned", want.severity, due_at, due_at
    return True
