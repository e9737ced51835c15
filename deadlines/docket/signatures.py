"""Whoever signs for dates or the audit trail as they stand is named to the docket and the partners at once.

A signature ends an alarm: who changed the database could give one, with the key. The mail tells those who did not.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.roles import PARTNER_ROLE
from deadlines.store import audit
from deadlines.store.tables import Person

NAMED = 25
"""Of so many things that were signed for each is named."""


def tell_signature(session: Session, what: str, lines: Sequence[str], *, now: datetime) -> None:
    """Tell of a signature that was just written into the audit trail. No client's name may stand in it."""
    partners = session.scalars(select(Person.id).where(Person.role == PARTNER_ROLE, Person.active.is_(True))).all()
    text = "\n".join(
        [
            f"{what}, on {now:%Y-%m-%d} at {now:%H:%M} UTC.",
            *lines,
            "",
            "What is signed for is told as in order from now on. If you know of no reason for it, find out today who",
            "can write to the docket's database, and check these dates. The audit trail has the reason that was given.",
        ]
    )
    raise_alarm(session, f"signed/{audit.head(session)[:16]}", subject=what, text=f"{text}\n", now=now, also=partners)
