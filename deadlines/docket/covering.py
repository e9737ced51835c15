"""Of the reminders that are claimed, those that need no words: a newer one of the same dates says it all.

After days of silence they are most of what is due, so they are settled by their columns alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, select, update
from sqlalchemy.orm import Session

from deadlines.docket.fatal import PROTECTIVE
from deadlines.docket.lanes import ESCALATED, UNDELIVERED
from deadlines.docket.milestones import MILESTONE, OVERDUE
from deadlines.docket.outbox import Held
from deadlines.docket.reminders import MOVED
from deadlines.store.tables import DeadlineRow, Entry, Reminder

TABLE = cast(Table, Reminder.__table__)
CANNOT_REPLACE = ("superseded", "cancelled", "dead")
NO_STAGE = (UNDELIVERED, ESCALATED, MILESTONE, OVERDUE)
"""Rungs that speak of something besides the dates: they cover nothing, and nothing covers them."""
IN_FORCE = and_(Entry.id == DeadlineRow.entry_id, Entry.version == DeadlineRow.version, Entry.status == "open")
OTHERS = (
    select(Reminder.id, Reminder.deadline_id, Reminder.rung, Reminder.due_at)
    .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
    .join(Entry, IN_FORCE)
    .where(
        Reminder.deadline_id.in_(bindparam("deadlines", expanding=True)),
        Reminder.person_id == bindparam("person"),
        Reminder.channel == bindparam("channel"),
        Reminder.due_at <= bindparam("now", type_=TABLE.c.due_at.type),
        Reminder.state.not_in(CANNOT_REPLACE),
        *(Reminder.rung.not_like(f"{stage}%") for stage in NO_STAGE),
    )
    .order_by(Reminder.due_at)
)
COVER = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("covered"))
    .values(state="covered", lead_id=bindparam("by"), next_at=bindparam("now"), owner=None, lease_until=None)
)


def cover(session: Session, held: Sequence[Held], now: datetime) -> set[int]:
    """Settle those held reminders of one person and channel that a newer one of the same dates makes needless.

    What tells of a change is never needless, nor anything of dates that are no longer in force, and what speaks of a
    protective date only where a newer one does so too. Returns the others.
    """
    covering = _covering(session, held, now)
    if covering:
        session.execute(COVER, [{"covered": old, "by": new, "now": now} for old, new in covering.items()])
    return {row.id for row in held} - covering.keys()


def _covering(session: Session, held: Sequence[Held], now: datetime) -> dict[int, int]:
    stages = [row for row in held if not row.rung.startswith((*NO_STAGE, MOVED))]
    if not stages:
        return {}
    first = stages[0]
    asked = {"deadlines": sorted({row.deadline_id for row in stages}), "person": first.person_id}
    others = session.execute(OTHERS, {**asked, "channel": first.channel, "now": now})
    newest: dict[tuple[str, bool], Any] = {}
    for row in others:
        newest[row.deadline_id, False] = row
        newest[_speaks_of(row)] = row
    pairs = [(row, newest[_speaks_of(row)]) for row in stages if _speaks_of(row) in newest]
    return {row.id: later.id for row, later in pairs if later.due_at > row.due_at}


def _speaks_of(row: Any) -> tuple[str, bool]:
    """Of which dates a reminder is, and whether of their protective one."""
    return row.deadline_id, row.rung.startswith(PROTECTIVE)
