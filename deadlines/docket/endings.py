"""How a calendar address ends, and what it answers then.

A program that gets an error keeps what it last saw on the screen, for ever. So an address that ends answers
for a while with one loud note instead of the dates, and only then that it is gone; one that leaked is gone at once.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.docket.scopes import restricted_matters
from deadlines.docket.subscriptions import copy_subscription, give_claim, give_token
from deadlines.docket.teams import leave_matter
from deadlines.errors import Conflict
from deadlines.ical import CalendarItem, join_calendar, render_event
from deadlines.store import audit
from deadlines.store.tables import Matter, Person, Subscription

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

Ending = Literal["rotated", "revoked", "leaked", "left"]
Condition = Literal["live", "ended", "gone"]

NOTICE_DAYS = 14
"""Days for which an address that ended says so in the calendar."""
SUMMARY = "THIS CALENDAR HAS ENDED: its deadlines are not shown here any more"
TEXTS = {
    "rotated": "This calendar address was replaced by a new one.",
    "revoked": "This calendar address was ended by the firm.",
    "left": "This calendar address belonged to somebody who no longer works on these matters.",
    "expired": "This calendar address has reached the day on which it ends.",
}
WAITING = "CALENDAR NOT READY: no deadline is shown yet, look at the docket"
WAITING_WHY = (
    "The server cannot make this calendar now: its database may be out of reach. Its deadlines come by "
    "themselves when the server works again; until this entry goes away, rely on the docket alone."
)
WHAT_TO_DO = (
    "No deadline is shown here, although there may be some. Remove this calendar from your program and subscribe "
    "to a new address; who keeps the docket makes one. The docket is the record."
)


def condition(subscription: Subscription, now: datetime) -> Condition:
    """Whether the address shows its calendar, says that it has ended, or is gone."""
    ended_at = _ended_at(subscription, now)
    if ended_at is None:
        return "live" if subscription.person.active else "gone"
    if subscription.ending == "leaked" or now >= ended_at + timedelta(days=NOTICE_DAYS):
        return "gone"
    return "ended"


def end_body(subscription: Subscription, now: datetime, zone: tzinfo = UTC) -> bytes:
    """What an ended address shows: one loud note on the day of that zone on which it ended, always the same bytes."""
    at = _ended_at(subscription, now) or subscription.created_at
    why = (subscription.ending or "revoked") if subscription.revoked_at == at else "expired"
    return _ended(subscription.id, at, why, zone)


def expired(identifier: str, expires_at: datetime, now: datetime, zone: tzinfo = UTC) -> bytes | None:
    """What an address shows after its last day, as `end_body` without the database; None once it is gone."""
    return _ended(identifier, expires_at, "expired", zone) if now < expires_at + timedelta(days=NOTICE_DAYS) else None


def waiting_body(subscription: Subscription, now: datetime, zone: tzinfo = UTC) -> bytes:
    """What an address without a last good calendar shows while its calendar cannot be made: one loud note."""
    note = CalendarItem(
        uid=f"{subscription.id}-waiting@deadlines",
        on=now.astimezone(zone).date(),
        summary=WAITING,
        description=WAITING_WHY,
        sequence=0,
        changed_at=subscription.created_at,
        created_at=subscription.created_at,
        cancelled=False,
        category="Note",
    )
    return join_calendar("Deadlines – NOT READY", WAITING_WHY, [render_event(note)])


def next_change(subscription: Subscription, now: datetime) -> datetime | None:
    """When the condition changes by itself, if it does."""
    ended_at = _ended_at(subscription, now)
    if ended_at is None:
        return subscription.expires_at
    return ended_at + timedelta(days=NOTICE_DAYS) if condition(subscription, now) == "ended" else None


def _ended(identifier: str, at: datetime, why: str, zone: tzinfo) -> bytes:
    note = CalendarItem(
        uid=f"{identifier}-ended@deadlines",
        on=at.astimezone(zone).date(),
        summary=SUMMARY,
        description=f"{TEXTS[why]} {WHAT_TO_DO}",
        sequence=0,
        changed_at=at,
        created_at=at,
        cancelled=False,
        category="Note",
    )
    return join_calendar("Deadlines – ENDED", WHAT_TO_DO, [render_event(note)])


def end_subscription(session: Session, subscription: Subscription, why: Ending, *, actor: str, now: datetime) -> None:
    """End an address. A second time changes nothing, except that a leak still closes it at once."""
    if subscription.revoked_at is not None and (why != "leaked" or subscription.ending == "leaked"):
        return
    subscription.revoked_at = subscription.revoked_at or now
    subscription.ending = why
    subscription.claim_hash = subscription.claim_until = None
    detail = {"person": subscription.person_id, "why": why}
    audit.record(session, at=now, actor=actor, action="feed.end", subject=subscription.id, detail=detail)


def rotate(
    session: Session, subscription: Subscription, *, actor: str, now: datetime, by_link: bool = False
) -> tuple[Subscription, str]:
    """Replace an address by a new one that shows the same; the new one and its secret, or that of its one-time link.

    Raises Conflict for an address that has ended or whose person has left.
    """
    if condition(subscription, now) != "live":
        raise Conflict(f'The calendar address "{subscription.label}" has ended; make a new one.')
    new = copy_subscription(session, subscription, now)
    secret = give_claim(new, now) if by_link else give_token(new)
    session.flush()
    end_subscription(session, subscription, "rotated", actor=actor, now=now)
    subscription.replaced_by = new.id
    session.flush()
    detail = {"person": new.person_id, "replaces": subscription.id}
    audit.record(session, at=now, actor=actor, action="feed.add", subject=new.id, detail=detail)
    return new, secret


def end_of_person(session: Session, person: Person, *, actor: str, now: datetime) -> int:
    """End every address of somebody who leaves; how many."""
    return _end_all(session, [Subscription.person_id == person.id], actor, now)


def end_of_matter(session: Session, person: Person, matter_id: str, *, actor: str, now: datetime) -> int:
    """End the addresses that showed one matter to somebody who no longer works on it; how many."""
    theirs = [Subscription.person_id == person.id, Subscription.matter_id == matter_id]
    return _end_all(session, theirs, actor, now)


def off_matter(
    session: Session, desk: "Desk", matter: Matter, person: Person, *, actor: str, today: date, now: datetime
) -> int:
    """Somebody no longer works on a matter, and the calendars that showed them only that one end; how many.

    `today` and what is raised: as `teams.leave_matter` does.
    """
    leave_matter(session, desk, matter, person, actor=actor, today=today, now=now)
    return end_of_matter(session, person, matter.id, actor=actor, now=now)


def sights(session: Session, *, now: datetime) -> dict[str, str]:
    """The sight of every address that shows a calendar, even if it is only the note that it has ended, by its hash."""
    query = select(Subscription).join(Subscription.person).where(Subscription.claim_hash.is_(None))
    found, restricted = session.scalars(query).all(), restricted_matters(session)
    return {row.token_hash: sight(session, row, restricted, now) for row in found if condition(row, now) != "gone"}


def sight(session: Session, subscription: Subscription, restricted: Sequence[str], now: datetime) -> str:
    """A short word for what an address may show: another one once it ends, once another matter is restricted, and once
    it is to show fewer or more of the `restricted` matters."""
    is_now = condition(subscription, now)
    asks = subscription.restricted and is_now == "live" and restricted
    shown = restricted_matters(session, subscription) if asks else []
    return hashlib.sha256(" ".join([is_now, *restricted, "shows", *shown]).encode()).hexdigest()[:16]


def live_subscriptions(session: Session, *, now: datetime) -> list[Subscription]:
    """The addresses that show a calendar: not those that have ended, or that wait for their one-time link."""
    open_ones = Subscription.claim_hash.is_(None), Subscription.revoked_at.is_(None)
    found = session.scalars(select(Subscription).join(Subscription.person).where(*open_ones))
    return [row for row in found if condition(row, now) == "live"]


def _ended_at(subscription: Subscription, now: datetime) -> datetime | None:
    ends = [subscription.revoked_at]
    if subscription.expires_at is not None and subscription.expires_at <= now:
        ends.append(subscription.expires_at)
    return min((at for at in ends if at is not None), default=None)


def _end_all(session: Session, which: Iterable[ColumnElement[bool]], actor: str, now: datetime) -> int:
    query = select(Subscription).where(Subscription.revoked_at.is_(None), *which)
    found = session.scalars(query).all()
    for subscription in found:
        end_subscription(session, subscription, "left", actor=actor, now=now)
    return len(found)
