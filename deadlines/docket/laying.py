"""Brings the unsent mails of one version of dates to what is wanted, and leaves alone what was sent or is due."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.docket.reminders import reminder_row
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Reminder

WITHDRAWN = ("superseded", "cancelled")


class Wanted(Struct, frozen=True):
    """A reminder that there should be."""

    rung: str
    person_id: str
    severity: int
    due_at: datetime


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

    Only what is still to come is withdrawn or added; what falls due at `now` goes at once. A withdrawn one that is
    wanted again comes back.
    """
    query = select(Reminder).where(Reminder.deadline_id == row.id, Reminder.channel == channel, of)
    # Only what is still to come is held: what is due is somebody's to send, and must not be passed over.
    session.scalars(query.where(Reminder.due_at > now).with_for_update(**HELD)).all()
    held = {(found.rung, found.person_id): found for found in session.scalars(query)}
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
    if want.due_at < now:
        return False
    session.add(reminder_row(row, want.person_id, channel, want.rung, want.severity, want.due_at))
    return True


def _brought(found: Reminder, want: Wanted, now: datetime) -> bool:
    """Whether a reminder was changed: it waits for another moment, or is wanted again."""
    again = found.state in WITHDRAWN and want.due_at >= now
    waits = found.state == "planned" and found.attempts == 0 and found.due_at > now
    if not again and (not waits or (found.due_at, found.severity) == (want.due_at, want.severity)):
        return False
    due_at = max(want.due_at, now)
    found.state, found.severity, found.due_at, found.next_at = "planned", want.severity, due_at, due_at
    return True
