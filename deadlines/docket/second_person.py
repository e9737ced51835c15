"""Whether a second person can be asked to verify at all: where one works alone, a mark on every date says nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from deadlines.docket.roles import MAY
from deadlines.store.tables import Entry, Person

ABLE = tuple(role for role, acts in MAY.items() if {"enter", "verify"} <= acts)
IN_SESSION = "asks-second"
"""Under this name a session remembers the answer of `asks_second`."""


def asks_second(session: Session) -> bool:
    """Whether two people of the firm or more enter and verify, so that one can look after another."""
    if IN_SESSION not in session.info:
        two = select(Person.id).where(Person.active.is_(True), Person.role.in_(ABLE)).limit(2)
        session.info[IN_SESSION] = len(session.scalars(two).all()) > 1
    found: bool = session.info[IN_SESSION]
    return found


def is_unverified(entry: Entry) -> bool:
    """Whether an open entry waits for a second person, and there is one: so its dates are to be marked."""
    session = object_session(entry)
    waits = entry.status == "open" and entry.verified_at is None
    return waits and session is not None and asks_second(session)
