"""When this program was last away, by its own signs of life: what fell due then is late for that reason."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.reminders import PENDING
from deadlines.docket.timekeeping import Step
from deadlines.store.tables import Heartbeat, Reminder

ROW = "away"
AFTER = timedelta(minutes=30)
"""Without a sign of life for longer than this, the program was away."""
CATCHING_UP = timedelta(hours=1)
"""How long after its return what is due may still be leaving, before anybody is alarmed of it."""


class Away(Struct, frozen=True):
    """From the last sign of life to the first one after it."""

    since: datetime
    until: datetime


def note_return(session: Session, last: datetime, step: Step, now: datetime) -> None:
    """Note that the program is here again, where its last sign of life lies long before. A clock that was set ahead
    (`step`) is no time away."""
    if now - last > AFTER and step.kind != "ahead":
        detail = msgspec.json.encode(Away(last, now)).decode()
        session.merge(Heartbeat(sweep=ROW, at=now, detail=detail))


def last_away(session: Session) -> Away | None:
    """When it was away last; None where it never was, or nobody can read it."""
    row = session.get(Heartbeat, ROW)
    try:
        return decoding.decode(row.detail, Away) if row is not None else None
    except msgspec.MsgspecError:
        return None


def is_catching_up(session: Session, now: datetime) -> bool:
    """Whether the program came back within the hour, and what fell due meanwhile is still leaving."""
    away = last_away(session)
    if away is None or not timedelta() <= now - away.until < CATCHING_UP:
        return False
    waits = select(Reminder.id).where(PENDING, Reminder.due_at <= away.until, Reminder.next_at <= now + CATCHING_UP)
    return session.scalar(waits.limit(1)) is not None
