"""Mail that does not leave although the server answers: it puts every message off, or is silent after each."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.store.tables import Person

PATIENCE = timedelta(minutes=5)
"""A server that greylists takes the next try; one that has taken nothing for so long holds up everything."""
SEVERAL = 2
"""One person alone may be greylisted, or have a full mailbox: that is no fault of mail as a whole."""


class Standstill:
    """Since when nothing was taken while messages were tried, and for whom they were. Kept by the process alone: a new
    one finds out again within the same time."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._put_off: set[str] = set()

    def taken(self) -> None:
        """A message was taken: mail goes."""
        self._since = None
        self._put_off.clear()

    def put_off(self, address: str, now: datetime) -> None:
        """A message to an address was not taken now; it may be later."""
        if self._since is None or self._since > now:  # the clock may have been set back
            self._since = now
        self._put_off.add(address)

    def since(self, session: Session, now: datetime) -> datetime | None:
        """Since when no mail leaves; None while it may be the fault of one recipient, or has not lasted."""
        if self._since is None or now - self._since < PATIENCE:
            return None
        people = session.scalar(select(func.count(Person.id)).where(Person.active.is_(True))) or 0
        # In the firm of one there is nobody else by whom to tell.
        return self._since if len(self._put_off) >= min(SEVERAL, people) else None
