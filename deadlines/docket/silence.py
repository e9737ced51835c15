"""Calendar addresses that nobody fetches any more: a calendar that stands still looks like one with nothing new.

Each program has its own rhythm, so silence is measured by it: five times the usual pause, but no less than a few
days and no more than a fortnight.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from deadlines.docket import letters
from deadlines.docket.programs import SERVERS, program_of
from deadlines.ical.wording import day_text
from deadlines.store.tables import Person, Subscription

ENOUGH_FETCHES = 3
"""Fewer say nothing of a rhythm: somebody only looked."""
LEAST, LEAST_OF_SERVERS, MOST = timedelta(days=4), timedelta(days=2), timedelta(days=14)
TIMES = 5
PAGE = 200

STALE = """\
The calendar "{label}" of {name} has not been fetched since {since}. What it
shows may be out of date: dates that have come, moved or been closed since then may be missing or wrong in it.

The docket is the record. {whose} calendar program may be closed, offline, or no longer subscribed:
open it and let it refresh; if the calendar does not come back, remove it and add the address anew, or
ask whoever keeps the docket for a new one.
"""


def tell_silence(session: Session, *, now: datetime, zone: str, up_since: datetime) -> int:
    """Write to the owners of silent addresses and to the people of the docket role; how many addresses they are.

    `up_since` is since when the addresses can be fetched at all: what lies before it is no silence of theirs.
    Told once for each silence: `silent_at` stands until `forget_silence` finds that the address is fetched again.
    """
    found = [row for row in _quiet(session, now) if is_silent(row, now, up_since)]
    return sum(_tell(session, row, now, zone) for row in found)


def forget_silence(session: Session) -> int:
    """Clear what is fetched again, so that a later silence is told again; how many addresses."""
    heard = Subscription.silent_at.is_not(None), Subscription.last_fetch_at > Subscription.silent_at
    cleared = update(Subscription).where(*heard).values(silent_at=None).returning(Subscription.id)
    return len(session.scalars(cleared.execution_options(synchronize_session="fetch")).all())


def is_silent(row: Subscription, now: datetime, up_since: datetime) -> bool:
    """Whether an address has been silent for longer than its program's rhythm explains."""
    if row.last_fetch_at is None or row.fetches < ENOUGH_FETCHES:
        return False
    usual = (row.last_fetch_at - row.created_at) / row.fetches
    return now - max(row.last_fetch_at, up_since) > min(max(_least(row.last_agent or ""), TIMES * usual), MOST)


def live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What makes an address one that a program fetches: opened, not ended, of somebody who is here."""
    return (
        Subscription.revoked_at.is_(None),
        Subscription.claim_hash.is_(None),
        or_(Subscription.expires_at.is_(None), Subscription.expires_at > now),
        Person.active.is_(True),
    )


def _least(agent: str) -> timedelta:
    """Servers fetch day and night; a program on a desk rests over a long weekend."""
    return LEAST_OF_SERVERS if program_of(agent) in SERVERS else LEAST


def _quiet(session: Session, now: datetime) -> Sequence[Subscription]:
    """The addresses that nobody was told of and that may be silent, the longest first."""
    query = (
        select(Subscription)
        .join(Subscription.person)
        .options(contains_eager(Subscription.person))
        .where(*live(now), Subscription.silent_at.is_(None), Subscription.fetches >= ENOUGH_FETCHES)
        .where(Subscription.last_fetch_at < now - LEAST_OF_SERVERS)
        .order_by(Subscription.last_fetch_at, Subscription.id)
    )
    return session.scalars(query.limit(PAGE)).all()


def _tell(session: Session, row: Subscription, now: datetime, zone: str) -> bool:
    # Of two daemons one marks it, and writes.
    mark = update(Subscription).where(Subscription.id == row.id, Subscription.silent_at.is_(None))
    marked = session.scalar(mark.values(silent_at=now).returning(Subscription.id))
    if marked is None or row.last_fetch_at is None:
        return False
    since = _moment(row.last_fetch_at, zone)
    others = [person for person in letters.docket_people(session) if person.id != row.person_id]
    for person in (row.person, *others):
        own = person.id == row.person_id
        letters.queue(
            session,
            key=f"silent/{row.id}/{now.isoformat(timespec='seconds')}/{person.id}",
            person=person,
            subject=f'The calendar "{row.label}"{"" if own else f" of {row.person.name}"} is no longer fetched',
            text=STALE.format(label=row.label, name=row.person.name, since=since, whose="Your" if own else "The"),
            now=now,
        )
    return True


def _moment(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_text(local.date())}, {local:%H:%M} ({zone})"
