"""Mail that does not leave although the server answers: it puts every message off, or is silent after each."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.notify.channel import MAIL
from deadlines.store.tables import Attempt, Person, Reminder

PATIENCE = timedelta(minutes=5)
"""A server that greylists takes the next try; one that has taken nothing for so long holds up everything."""
LONG = timedelta(minutes=40)
"""Of one who is put off somebody else hears by mail after half an hour: where that was not taken either, no mail is."""
TWICE, SEVERAL, MANY = 2, 2, 3
"""One person alone may be greylisted, or have a full mailbox: that is no fault of mail as a whole. So may two."""
ONE_DAY, FORGOTTEN = timedelta(days=1), timedelta(hours=1)
LAST = 1000
"""So many tries are looked at for who was mailed within a day: of a large firm they name enough."""


class _PutOff(Struct):
    """Since when somebody's mail is put off, when it was last, and after how many tries that of others was taken."""

    since: datetime
    last: datetime
    passed: int = 0
    alone: bool = False
    """Whether the server is known to take mail, and not theirs. Once is not enough: an outage may just have ended."""


class Standstill:
    """Since when nothing was taken while messages were tried, and for whom they were. Kept by the process alone: a new
    one finds out again within the same time. Who was mailed before it began it reads from what left."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._tried: set[str] = set()
        """Whose mail was put off since the last that was taken."""
        self._put_off: dict[str, _PutOff] = {}
        self._taken: dict[str, datetime] = {}

    def taken(self, address: str, now: datetime) -> None:
        """A message to an address was taken: mail goes. Who is put off all the same is so for a reason of their own."""
        self._since, tried, self._tried = None, self._tried, set()
        self._put_off.pop(address, None)
        self._taken[address] = now
        for other in tried - {address}:
            each = self._put_off[other]
            each.passed += 1
            each.alone = each.passed >= TWICE and now - each.since >= PATIENCE

    def put_off(self, address: str, now: datetime) -> None:
        """A message to an address was not taken now; it may be later."""
        if self._since is None or self._since > now:  # the clock may have been set back
            self._since = now
        known = self._put_off.get(address)
        if known is None or not timedelta() <= now - known.last <= FORGOTTEN:
            known = self._put_off[address] = _PutOff(now, now)
        known.last = now
        self._tried.add(address)

    def since(self, session: Session, now: datetime) -> datetime | None:
        """Since when no mail leaves; None while it may be the fault of one or two recipients, or has not lasted.

        Two are enough where hardly anybody else was mailed for a day, or where nothing was taken for a long time; but
        not they alone whose mail was put off already while that of others was taken.
        """
        suspects = [each for address in self._tried if not (each := self._put_off[address]).alone]
        began = max(self._since or now, min((each.since for each in suspects), default=now))
        # In the firm of one there is nobody else by whom to tell.
        people = session.scalar(select(func.count(Person.id)).where(Person.active.is_(True))) or 0
        if len(self._tried) < min(SEVERAL, people):
            return None
        if self._nothing_goes(session, now):
            return self._since
        if now - began < PATIENCE:
            return None
        if (now - began >= LONG and suspects) or len(suspects) >= min(MANY, people):
            return began
        return began if 2 * len(suspects) > self._mailed(session, now) else None

    def _nothing_goes(self, session: Session, now: datetime) -> bool:
        """Whether nothing at all was taken for a long time from most: also from those who were put off before it."""
        waited = self._since is not None and now - self._since >= LONG
        return waited and 2 * len(self._tried) > self._mailed(session, now)

    def _mailed(self, session: Session, now: datetime) -> int:
        """How many people were mailed within a day, or were to be."""
        lately = {address for address, at in self._taken.items() if now - at < ONE_DAY}
        return len(self._tried | lately | _reminded(session, now))


def _reminded(session: Session, now: datetime) -> set[str]:
    """Whose reminders were taken within a day, as far as the last tries say."""
    last = select(Attempt.reminder_id, Attempt.at, Attempt.outcome).order_by(Attempt.id.desc()).limit(LAST).subquery()
    query = select(Person.email).join(Reminder, Reminder.person_id == Person.id)
    query = query.join(last, last.c.reminder_id == Reminder.id)
    query = query.where(Reminder.channel.in_(MAIL), last.c.outcome == "sent", last.c.at.between(now - ONE_DAY, now))
    return set(session.scalars(query.distinct()))
