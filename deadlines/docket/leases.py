"""How letters and deliveries wait, are claimed with a lease, held on to and given back: one way for both.

The order is always claim, send, mark, each a short transaction of its own and none open while anything travels.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, TextClause, and_, select, text, update
from sqlalchemy.orm import Session

from deadlines.docket.outbox import FROM_THE_ROWS, LONGEST_PAUSE
from deadlines.store.holding import HELD
from deadlines.store.tables import Delivery, Letter

DETAIL_LENGTH = 300
Leased = TypeVar("Leased", Letter, Delivery)


def waiting(kind: type[Leased]) -> TextClause:
    """What waits, in the words of the partial index, so that both databases use it."""
    return text(f"{kind.__tablename__}.state in ('planned','leased','uncertain')")


def claim(
    session: Session,
    kind: type[Leased],
    *which: ColumnElement[bool],
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
) -> list[int]:
    """Take due rows for `owner` until `now + lease`, the oldest first; what another holds is passed over."""
    due = select(kind.id).where(waiting(kind), kind.next_at <= now, *which).order_by(kind.next_at, kind.id).limit(limit)
    # MATERIALIZED: a plain sub-query with a limit may be run again by the planner and take more rows.
    due_ids = due.with_for_update(skip_locked=True, **HELD, of=kind).cte("due").prefix_with("MATERIALIZED")
    until = now + lease
    taken = (
        update(kind)
        .where(kind.id == due_ids.c.id)
        .values(state="leased", owner=owner, lease_until=until, next_at=until, attempts=kind.attempts + 1)
        .returning(kind.id)
    )
    return sorted(session.scalars(taken.execution_options(synchronize_session=False)))


def held(session: Session, kind: type[Leased], ids: Collection[int], owner: str) -> Sequence[Leased]:
    """The rows that are still the owner's; what changed hands meanwhile is left alone."""
    theirs = and_(kind.id.in_(ids), kind.owner == owner, kind.state == "leased")
    query = select(kind).where(theirs).order_by(kind.id)
    return session.scalars(query.with_for_update(**HELD).execution_options(**FROM_THE_ROWS)).all()


def release(session: Session, kind: type[Leased], ids: Collection[int], *, owner: str, now: datetime) -> None:
    """Give back what was claimed and not tried, due at once for whoever claims next."""
    for row in held(session, kind, ids, owner):
        row.attempts -= 1
        settle(row, "planned", now, row.detail)


def settle(row: Letter | Delivery, state: str, now: datetime, detail: str) -> None:
    """Bring a claimed row to another state, held by nobody any more."""
    row.state, row.next_at, row.detail = state, now, detail[:DETAIL_LENGTH]
    row.owner = row.lease_until = None


def forget_future(session: Session, kind: type[Leased], *, now: datetime, lease: timedelta) -> int:
    """After the clock was set back: make due what waits for a moment that cannot be real."""
    latest = now + max(lease, LONGEST_PAUSE)
    moved = (
        update(kind)
        .where(waiting(kind), kind.next_at > latest)
        .values(next_at=now, lease_until=None, owner=None)
        .returning(kind.id)
    )
    return len(session.scalars(moved.execution_options(synchronize_session=False)).all())
