"""Of the reminders that are claimed, those that need no words: a newer one of the same dates says it all.

After days of silence they are most of what is due, so they are settled by their columns alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session, aliased

from deadlines.docket.fatal import PROTECTIVE
from deadlines.docket.lanes import ESCALATED, UNDELIVERED
from deadlines.docket.milestones import MILESTONE, OVERDUE, milestone_of
from deadlines.docket.outbox import Held
from deadlines.docket.reminders import MOVED
from deadlines.store.tables import Attempt, DeadlineRow, Entry, Reminder

TABLE = cast(Table, Reminder.__table__)
CANNOT_REPLACE = ("superseded", "cancelled", "dead")
STEPS = (MILESTONE, OVERDUE)
"""Rungs that speak of a step: the newest of a step covers the older ones of the same, and nothing else."""
NO_STAGE = (UNDELIVERED, ESCALATED, *STEPS)
"""Rungs that speak of something besides the dates: they cover no date, and no date covers them. That nobody answered
is said once of the same dates, by the newest."""
IN_FORCE = and_(Entry.id == DeadlineRow.entry_id, Entry.version == DeadlineRow.version, Entry.status == "open")
OTHERS = (
    select(Reminder.id, Reminder.deadline_id, Reminder.rung, Reminder.due_at)
    .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
    .join(Entry, IN_FORCE)
    .where(
        Reminder.deadline_id.in_(bindparam("deadlines", expanding=True)),
        # Not by the index: SQLite would go through everything that the person ever had.
        Reminder.person_id.concat("") == bindparam("person"),
        Reminder.channel == bindparam("channel"),
        Reminder.due_at <= bindparam("now", type_=TABLE.c.due_at.type),
        Reminder.state.not_in(CANNOT_REPLACE),
    )
    .order_by(Reminder.due_at)
)
OF_STAGES = OTHERS.where(*(Reminder.rung.not_like(f"{stage}%") for stage in NO_STAGE))
OF_ESCALATIONS = OTHERS.where(Reminder.rung.like(f"{ESCALATED}%"))
OF_STEPS = OTHERS.where(or_(*(Reminder.rung.like(f"{step}%") for step in STEPS)))
OLDER = aliased(Reminder)
UNTOLD = select(Attempt.id).where(Attempt.reminder_id == OLDER.id, Attempt.outcome == "uncertain")
SPEAKS_FOR_OTHERS = (
    select(OLDER.id)
    # The dates are the same, and by them the rows are found at once; there is no index by what covers them.
    .where(OLDER.deadline_id == Reminder.deadline_id, OLDER.lead_id == Reminder.id)
    .where(OLDER.state == "covered", OLDER.rung.not_like(f"{ESCALATED}%"), ~UNTOLD.exists())
    .correlate(Reminder)
    .exists()
)
"""Whether a reminder covers older ones of which nothing left; where nobody can tell of one, it is not said. For a query
that holds Reminder."""
COVER = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("covered"))
    .values(state="covered", lead_id=bindparam("by"), next_at=bindparam("now"), owner=None, lease_until=None)
)


def cover(session: Session, held: Sequence[Held], now: datetime) -> set[int]:
    """Settle those held reminders of one person and channel that a newer one of the same dates, or of the same step,
    makes needless; and of several that say that nobody answered, all but the newest.

    What tells of a change is never needless, nor anything of dates that are no longer in force, and what speaks of a
    protective date only where a newer one does so too. Returns the others.
    """
    found = covering(session, held, now)
    if found:
        session.connection().execute(COVER, [{"covered": old, "by": new, "now": now} for old, new in found.items()])
    return {row.id for row in held} - found.keys()


def covering(session: Session, held: Sequence[Held], now: datetime) -> dict[int, int]:
    """By the ids of such reminders, which newer one makes them needless."""
    stages = [row for row in held if not row.rung.startswith((*NO_STAGE, MOVED))]
    newest: dict[tuple[str, bool], Any] = {}
    for row in _others(session, OF_STAGES, stages, now):
        newest[row.deadline_id, False] = row
        newest[_speaks_of(row)] = row
    pairs = [(row, newest[_speaks_of(row)]) for row in stages if _speaks_of(row) in newest]
    return {row.id: later.id for row, later in pairs if later.due_at > row.due_at} | {
        **_steps_covering(session, held, now),
        **_escalations_covering(session, held, now),
    }


def _escalations_covering(session: Session, held: Sequence[Held], now: datetime) -> dict[int, int]:
    asked = [row for row in held if row.rung.startswith(ESCALATED)]
    others = sorted(_others(session, OF_ESCALATIONS, asked, now), key=lambda row: (row.due_at, row.id))
    newest = {row.deadline_id: row.id for row in others}
    pairs = [(row.id, newest.get(row.deadline_id, row.id)) for row in asked]
    return {old: new for old, new in pairs if new != old}


def _steps_covering(session: Session, held: Sequence[Held], now: datetime) -> dict[int, int]:
    steps = [row for row in held if row.rung.startswith(STEPS)]
    newest: dict[tuple[str, str | None], Any] = {}
    for row in sorted(_others(session, OF_STEPS, steps, now), key=_of_step):
        newest[row.deadline_id, milestone_of(row.rung)] = row
    pairs = [(row, newest.get((row.deadline_id, milestone_of(row.rung)))) for row in steps]
    return {row.id: later.id for row, later in pairs if later is not None and _of_step(later) > _of_step(row)}


def _of_step(row: Any) -> tuple[datetime, bool, int]:
    """Which of two reminders of a step says more: the later, then that it was not done, then the fewer days before."""
    before = row.rung.removeprefix(MILESTONE).partition("-")[0]
    return row.due_at, row.rung.startswith(OVERDUE), -int(before) if before.isdigit() else 0


def _others(
    session: Session, query: Select[int, str, str, datetime], held: Sequence[Held], now: datetime
) -> Sequence[Any]:
    """What is or was due of the same dates to the same person by the same channel, in order."""
    if not held:
        return []
    first = held[0]
    asked = {"deadlines": sorted({row.deadline_id for row in held}), "person": first.person_id}
    return session.connection().execute(query, {**asked, "channel": first.channel, "now": now}).all()


def _speaks_of(row: Any) -> tuple[str, bool]:
    """Of which dates a reminder is, and whether of their protective one."""
    return row.deadline_id, row.rung.startswith(PROTECTIVE)
