"""Channels that are down: since when, why, and that somebody was told by another one."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.lanes import UNDELIVERED, Lanes
from deadlines.docket.reminders import PENDING
from deadlines.docket.undelivered import raise_alarm
from deadlines.errors import SendError
from deadlines.notify.channel import MAIL
from deadlines.store.tables import Entry, Heartbeat, Matter, Reminder

PREFIX = "channel-"
QUIET = timedelta(hours=1)
"""A channel that comes and goes is told of once in this time."""


class Outage(Struct):
    """What is known of a channel: since when it is down, or None; why; and when somebody was last told."""

    since: datetime | None = None
    why: str = ""
    told_at: datetime | None = None


def note_down(session: Session, channel: str, error: SendError, lanes: Lanes, *, now: datetime) -> None:
    """Write down that a channel is down, and raise the alarm by another one, once in an outage."""
    outage = _known(session.get(Heartbeat, f"{PREFIX}{channel}"))
    fresh = outage.told_at is None or (outage.since is None and now - outage.told_at > QUIET)
    if fresh and _alarm(session, channel, error, lanes, now):
        outage.told_at = now
    outage.since, outage.why = outage.since or now, error.sentence
    _write(session, channel, outage, now)


def note_up(session: Session, channels: Collection[str], *, now: datetime) -> None:
    """These channels take messages again."""
    for channel in channels:
        row = session.get(Heartbeat, f"{PREFIX}{channel}")
        outage = _known(row)
        if row is not None and outage.since is not None:
            outage.since = None
            _write(session, channel, outage, now)


def outages(session: Session) -> dict[str, Outage]:
    """The channels that are down now."""
    rows = session.scalars(select(Heartbeat).where(Heartbeat.sweep.like(f"{PREFIX}%")).order_by(Heartbeat.sweep))
    found = {row.sweep.removeprefix(PREFIX): _known(row) for row in rows}
    return {channel: outage for channel, outage in found.items() if outage.since is not None}


def why_down(session: Session, channel: str) -> str:
    """Why a channel is down, in a sentence; empty for one that takes messages."""
    outage = _known(session.get(Heartbeat, f"{PREFIX}{channel}"))
    return outage.why if outage.since is not None else ""


def _alarm(session: Session, channel: str, error: SendError, lanes: Lanes, now: datetime) -> int:
    """Tell of the most urgent reminder that waits for the channel, rather one that chats may be told of."""
    query = (
        select(Reminder, Matter.restricted)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(PENDING, Reminder.channel == channel, Reminder.due_at <= now)
        .where(Reminder.rung.not_like(f"{UNDELIVERED}%"))
        .order_by(Matter.restricted, Reminder.severity.desc(), Reminder.id)
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None or (channel in MAIL and found.restricted and not lanes.restricted):
        return 0
    return raise_alarm(session, found[0], error, now)


def _known(row: Heartbeat | None) -> Outage:
    try:
        return decoding.decode(row.detail, Outage) if row is not None else Outage()
    except msgspec.DecodeError:
        return Outage()


def _write(session: Session, channel: str, outage: Outage, now: datetime) -> None:
    session.merge(Heartbeat(sweep=f"{PREFIX}{channel}", at=now, detail=msgspec.json.encode(outage).decode()))
