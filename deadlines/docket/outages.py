"""Channels that are down: since when, why, and that somebody was told by another one."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.lanes import UNDELIVERED
from deadlines.docket.reminders import PENDING
from deadlines.docket.undelivered import raise_alarm
from deadlines.errors import SendError
from deadlines.notify.channel import MAIL
from deadlines.store.tables import Entry, Heartbeat, Matter, Reminder

PREFIX = "channel-"
QUIET = timedelta(hours=1)
"""A channel that comes and goes is told of once in this time."""


class Outage(Struct):
    """What is known of a channel: since when it is down, or None; why; and when somebody was last told.

    Of mail besides, see `mail_outage`: by which ways it was `told`, and which of them were `tried` when and did not
    take it.
    """

    since: datetime | None = None
    why: str = ""
    told_at: datetime | None = None
    told: list[str] = field(default_factory=list)
    tried: dict[str, datetime] = field(default_factory=dict)


def note_down(
    session: Session, channel: str, error: SendError, *, now: datetime, since: datetime | None = None
) -> None:
    """Write down that a channel is down, `since` now where no other moment is known. One beside mail is told of by
    mail, once in an outage; mail itself by all others, at the end of the round."""
    outage = outage_of(session, channel)
    new = outage.since is None and (outage.told_at is None or now - outage.told_at > QUIET)
    if channel in MAIL:
        outage.told, outage.tried = ([], {}) if new else (outage.told, outage.tried)
    elif (new or outage.told_at is None) and _alarm(session, channel, error, now):
        outage.told_at = now
    outage.since, outage.why = outage.since or since or now, error.sentence
    write_outage(session, channel, outage, now)


def note_up(session: Session, channels: Collection[str], *, now: datetime) -> None:
    """These channels take messages again."""
    for channel in channels:
        row = session.get(Heartbeat, f"{PREFIX}{channel}")
        outage = _known(row)
        if row is not None and outage.since is not None:
            outage.since = None
            write_outage(session, channel, outage, now)


def outages(session: Session) -> dict[str, Outage]:
    """The channels that are down now."""
    rows = session.scalars(select(Heartbeat).where(Heartbeat.sweep.like(f"{PREFIX}%")).order_by(Heartbeat.sweep))
    found = {row.sweep.removeprefix(PREFIX): _known(row) for row in rows}
    return {channel: outage for channel, outage in found.items() if outage.since is not None}


def outage_of(session: Session, channel: str) -> Outage:
    """What is known of one channel."""
    return _known(session.get(Heartbeat, f"{PREFIX}{channel}"))


def why_down(session: Session, channel: str) -> str:
    """Why a channel is down, in a sentence; empty for one that takes messages."""
    outage = outage_of(session, channel)
    return outage.why if outage.since is not None else ""


def write_outage(session: Session, channel: str, outage: Outage, now: datetime) -> None:
    """Keep what is known of a channel."""
    session.merge(Heartbeat(sweep=f"{PREFIX}{channel}", at=now, detail=msgspec.json.encode(outage).decode()))


def _alarm(session: Session, channel: str, error: SendError, now: datetime) -> int:
    """Tell by mail of the most urgent reminder that waits for a channel beside it."""
    query = (
        select(Reminder)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(PENDING, Reminder.channel == channel, Reminder.due_at <= now)
        .where(Reminder.rung.not_like(f"{UNDELIVERED}%"))
        .order_by(Matter.restricted, Reminder.severity.desc(), Reminder.id)
        .limit(1)
    )
    found = session.scalars(query).first()
    return raise_alarm(session, found, error, now) if found is not None else 0


def _known(row: Heartbeat | None) -> Outage:
    try:
        return decoding.decode(row.detail, Outage) if row is not None else Outage()
    except msgspec.DecodeError:
        return Outage()
