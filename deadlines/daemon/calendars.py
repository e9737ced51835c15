"""What the daemon does for people's calendars: it invites those who want it, and says when one stands still."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket import damaged, invitations, silence, variants
from deadlines.ical import Party
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Subscription

log = logging.getLogger(__name__)

AWAY = timedelta(hours=6)
"""Without a sign of life for so long, this program was away: calendar programs then found nobody."""


class Watch(Struct):
    """What the sweep remembers: since when calendars can be fetched."""

    up_since: datetime


def prepare(database: Database, *, zone: str, now: datetime, go_on: Callable[[], bool]) -> int:
    """Put damaged entries right, then make and keep those in other words that calendars need; how many of these.

    A few hundred in a transaction.
    """
    mend(database, now=now, go_on=go_on)
    today = now.astimezone(ZoneInfo(zone)).date()
    with database.read() as session:
        wanted = [row.id for row in variants.in_use(session)]
    return sum(_prepare(database, identifier, today, ZoneInfo(zone), go_on) for identifier in wanted)


def _prepare(database: Database, identifier: str, today: date, zone: ZoneInfo, go_on: Callable[[], bool]) -> int:
    made, more = 0, 1
    while more and go_on():
        with database.write() as session:
            more = variants.prepare(session, session.get_one(Subscription, identifier), today=today, zone=zone)
        made += more
    return made


def mend(database: Database, *, now: datetime, go_on: Callable[[], bool]) -> int:
    """Write stored calendar entries anew that were damaged from outside; how many were put right."""
    with database.read() as session:
        entries, others = damaged.damaged(session), damaged.damaged_variants(session)
    mended = 0
    for start in range(0, max(len(entries), len(others)), damaged.AT_ONCE):
        if not go_on():
            break
        part = slice(start, start + damaged.AT_ONCE)
        with database.write() as session:
            found = damaged.mend(session, entries[part], others[part], now=now)
        mended += found.mended
    if entries or others:
        log.error("%d stored calendar entries were damaged from outside; %d are put right", len(entries), mended)
    return mended


def invite_due(database: Database, organizer: Party, *, zone: str, now: datetime, go_on: Callable[[], bool]) -> int:
    """Write the letters that invite people to dates, person by person; how many dates were told.

    Each person is a transaction of its own, and `go_on` is asked before it.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    with database.read() as session:
        people = invitations.people_to_tell(session, today)
    told = 0
    for person_id in people:
        if not go_on():
            break
        with database.write() as session:
            told += invitations.invite(session, person_id, organizer=organizer, today=today, now=now)
    if told:
        log.info("%d dates are told to people's own calendars", told)
    return told


def watch(database: Database, *, zone: str, now: datetime) -> int:
    """Tell of calendars that nobody fetches any more, and note those that are fetched again; how many are told.

    While this program was away nobody could fetch anything: that time counts for no silence.
    """
    with database.write() as session:
        up_since = _up_since(session, now)
        heard = silence.forget_silence(session)
        told = silence.tell_silence(session, now=now, zone=zone, up_since=up_since)
        detail = msgspec.json.encode(Watch(up_since)).decode()
        session.merge(Heartbeat(sweep="watch", at=now, detail=detail))
    if heard or told:
        log.warning("%d calendars are no longer fetched; %d are fetched again", told, heard)
    return told


def _up_since(session: Session, now: datetime) -> datetime:
    """When this program last came back, by the sweep's own signs of life."""
    before = session.get(Heartbeat, "watch")
    if before is None or now - before.at > AWAY:
        return now
    try:
        return min(decoding.decode(before.detail, Watch).up_since, now)
    except msgspec.DecodeError:
        return now
