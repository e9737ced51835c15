"""Taking due reminders, the most urgent first, and with each what belongs into the same message.

After hours of silence the mail provider sets the pace, not the program. So what is late, not urgent and of no fatal
date is told of in one mail for a person, of as many matters as can be read in one.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import CTE, Row, Select, Table, bindparam, case, func, or_, select, tuple_, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from deadlines.docket.fatal import FATAL_STAGES
from deadlines.docket.outbox import NOW, TABLE, TOGETHER, UNTIL
from deadlines.docket.reminders import PENDING, URGENT
from deadlines.notify.channel import MAIL
from deadlines.store.holding import HELD
from deadlines.store.tables import Entry, Reminder

LATE_AFTER = timedelta(minutes=30)
MATTERS, ROWS = 25, 200
"""How many matters one mail about what is late speaks of at most, and how many reminders, but for the first matter."""
EVERY = 100_000


class Claimed(NamedTuple):
    """A reminder that was taken, as far as it must be known to put it beside others."""

    id: int
    rung: str
    severity: int
    due_at: datetime
    entry_id: str
    person_id: str
    channel: str
    lead_id: int | None
    attempts: int


TODAY = bindparam("today", type_=cast(Table, Entry.__table__).c.last_day.type)
HAS_PASSED = case((func.coalesce(Entry.last_day, Entry.safe_by) < TODAY, 1), else_=0)
"""0 while something of an entry can still be saved: the dates beside it say so, no window must be read."""


# Written once and not for each claim: to make a statement takes longer than to run it.
def _due(*columns: Any) -> Select[Any]:
    """What is due, at least so severe and may go, the most urgent first, of these what can still be saved."""
    return (
        select(*columns)
        .join(Entry, Entry.id == Reminder.entry_id)
        .where(PENDING, Reminder.next_at <= NOW, Reminder.severity >= bindparam("least"))
        .where(Reminder.channel.not_in(bindparam("except", expanding=True)))
        .order_by(Reminder.severity.desc(), HAS_PASSED, Reminder.due_at, Reminder.id)
        .limit(bindparam("most"))
    )


def _waiting() -> CTE:
    """What is due, by its index: otherwise SQLite goes through everything each person ever had."""
    columns = (Reminder.id, Reminder.person_id, Reminder.channel, Reminder.entry_id, Reminder.severity, Reminder.rung)
    due = select(*columns, Reminder.due_at, Reminder.lead_id, Reminder.attempts).where(PENDING, Reminder.next_at <= NOW)
    return due.cte("waiting").prefix_with("MATERIALIZED")


def _alike() -> Select[Any]:
    """What is due to some people on some channels in some matters, and what was in some messages before."""
    waiting = _waiting()
    groups = tuple_(waiting.c.person_id, waiting.c.channel, Entry.matter_id)
    return (
        select(Reminder.id)
        .join(waiting, waiting.c.id == Reminder.id)
        .join(Entry, Entry.id == waiting.c.entry_id)
        .where(
            or_(
                groups.in_(bindparam("groups", expanding=True)),
                waiting.c.lead_id.in_(bindparam("leads", expanding=True)),
            )
        )
        # Again on the row itself, which another may have taken since: PostgreSQL looks anew after locking.
        .where(PENDING, Reminder.next_at <= NOW)
        .limit(bindparam("most"))
    )


def _late() -> Select[str, int]:
    """The matters of which everything that is due to a person is late, nothing urgent, of a fatal date or a repeat, the
    latest first, with how much is due."""
    waiting = _waiting()
    return (
        select(Entry.matter_id, func.count())
        .select_from(waiting)
        .join(Entry, Entry.id == waiting.c.entry_id)
        .where(waiting.c.person_id == bindparam("person"), waiting.c.channel == bindparam("channel"))
        .group_by(Entry.matter_id)
        .having(func.max(waiting.c.severity) < URGENT, func.count(waiting.c.lead_id) == 0)
        .having(func.max(case((or_(*(waiting.c.rung.like(f"{stage}%") for stage in FATAL_STAGES)), 1), else_=0)) == 0)
        .having(func.max(waiting.c.attempts) < TOGETHER)
        .having(func.max(waiting.c.due_at) < bindparam("late", type_=TABLE.c.due_at.type))
        .order_by(Entry.matter_id != bindparam("matter"), func.min(waiting.c.due_at), Entry.matter_id)
        .limit(MATTERS)
    )


def _take(which: Select[Any]) -> ReturningUpdate[Any]:
    # MATERIALIZED: a plain sub-query with a limit may be run again by the planner and take more rows.
    due = which.with_for_update(skip_locked=True, **HELD, of=Reminder).cte("due").prefix_with("MATERIALIZED")
    # On the table itself: to make objects of fifty rows takes longer than to find and change them.
    taken = update(TABLE).where(TABLE.c.id == due.c.id)
    taken = taken.values(
        state="leased", owner=bindparam("by"), lease_until=UNTIL, next_at=UNTIL, attempts=TABLE.c.attempts + 1
    )
    return taken.returning(*(TABLE.c[name] for name in Claimed._fields))


TOP = _due(Reminder.severity, Reminder.due_at, Reminder.person_id, Reminder.channel, Entry.matter_id)
TAKE, TAKE_ALIKE, LATE = _take(_due(Reminder.id)), _take(_alike()), _late()
PASSED = select(Entry.id).where(Entry.id.in_(bindparam("entries", expanding=True)), HAS_PASSED == 1)
GROUPS = (
    select(Reminder.person_id, Reminder.channel, Entry.matter_id)
    .join(Entry, Entry.id == Reminder.entry_id)
    .where(Reminder.id.in_(bindparam("ids", expanding=True)))
    .distinct()
)


def claim(
    session: Session,
    *,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
    except_channels: Collection[str] = (),
    today: date | None = None,
) -> list[Claimed]:
    """Take due reminders for `owner` until `now + lease`, the most urgent first; none are left when none are taken.

    Of what is equally urgent, what can still be saved comes before that whose last day has passed on `today`, the
    firm's day (in UTC where it is not given).
    Takes `limit` of them, and with each what else is due to the same person on the same channel in the same
    matter, so that one message can say it all. While anything urgent waits only that is taken; after it, mails that are
    late are taken for one person at a time, whole matters of them. What another owner holds is passed over without
    waiting.
    """
    asked: dict[str, Any] = {"now": now, "until": now + lease, "by": owner, "except": list(except_channels)}
    asked["today"] = today or now.date()
    top = _top(session, asked)
    if top is None:
        return []
    late = _late_of(session, top, now)
    if late:
        taken = _taken(session, TAKE_ALIKE, {**asked, "groups": late, "leads": [], "most": EVERY})
    else:
        taken = _taken(session, TAKE, {**asked, "most": limit, "least": URGENT if top.severity >= URGENT else 0})
        taken += _alike_of(session, taken, {**asked, "most": limit * 10})
    passed = set(session.scalars(PASSED, {"entries": [row.entry_id for row in taken], "today": asked["today"]}))
    return sorted(taken, key=lambda row: (-row.severity, row.entry_id in passed, row.due_at, row.id))


def waits(session: Session, *, now: datetime, except_channels: Collection[str] = ()) -> bool:
    """Whether anything is due that nobody has taken: after a claim, what somebody else held locked for a moment."""
    return _top(session, {"now": now, "today": now.date(), "except": list(except_channels)}) is not None


def _top(session: Session, asked: dict[str, Any]) -> Row[Any] | None:
    return session.execute(TOP, {**asked, "most": 1, "least": 0}).first()


def is_late(rows: Sequence[Claimed], now: datetime) -> bool:
    """Whether the mails of a matter that are due to somebody go into one with those of other matters."""
    late = rows[0].channel in MAIL and max(row.due_at for row in rows) < now - LATE_AFTER
    return late and all(_may_go_together(row) for row in rows)


def _may_go_together(row: Claimed) -> bool:
    """Neither urgent, nor of a fatal date, nor out before, nor refused too often."""
    calm = row.severity < URGENT and not row.rung.startswith(FATAL_STAGES)
    return calm and row.lead_id is None and row.attempts <= TOGETHER


def _late_of(session: Session, top: Row[Any], now: datetime) -> list[tuple[str, str, str]]:
    """Where the most urgent of what is due is late and no more than that: the matters that go into one mail. None where
    something of its own matter is due on time: then that goes as always."""
    if top.severity >= URGENT or top.channel not in MAIL or top.due_at >= now - LATE_AFTER:
        return []
    asked = {
        "now": now,
        "late": now - LATE_AFTER,
        "person": top.person_id,
        "channel": top.channel,
        "matter": top.matter_id,
    }
    found = {row[0]: row[1] for row in session.execute(LATE, asked)}
    if top.matter_id not in found:
        return []
    chosen: list[tuple[str, str, str]] = []
    rows = 0
    for matter, count in found.items():
        if chosen and rows + count > ROWS:
            break
        chosen.append((top.person_id, top.channel, matter))
        rows += count
    return chosen


def _alike_of(session: Session, taken: list[Claimed], asked: dict[str, Any]) -> list[Claimed]:
    """What else goes into the messages of these."""
    groups = [tuple(row) for row in session.execute(GROUPS, {"ids": [row.id for row in taken]})]
    leads = sorted({row.lead_id for row in taken if row.lead_id is not None})
    return _taken(session, TAKE_ALIKE, {**asked, "groups": groups, "leads": leads}) if groups else []


def _taken(session: Session, how: ReturningUpdate[Any], asked: dict[str, Any]) -> list[Claimed]:
    return [Claimed._make(row) for row in session.execute(how, asked).all()]
