"""Another name or another role of a person: audited, and no role is taken that could not carry what is open."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket.answerable import ABLE
from deadlines.docket.open_work import open_work, some
from deadlines.docket.people import plain_name, require_role
from deadlines.docket.roles import ATTORNEYS
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import Absence, Matter, Person

NEW_ROLE = "person.role"
"""The act in the audit trail, from which one knows since when somebody has their role."""


def amend_name(session: Session, person: Person, name: str, *, actor: str, now: datetime) -> None:
    """Another name, which stands everywhere at once. Raises InputError for an unusable one."""
    person.name = plain_name(name)
    audit.record(session, at=now, actor=actor, action="person.name", subject=person.id, detail={})


def amend_role(session: Session, person: Person, role: str, *, actor: str, today: date, now: datetime) -> None:
    """Another role, whose rights count from the next command, page or request on. The same one changes nothing.

    Raises InputError for what is no role, Conflict while something is open that the new role could not carry.
    """
    require_role(role)
    audit.hold(session)  # nobody gives them a matter meanwhile
    if role == person.role:
        return
    left = _too_much(session, person, role, today)
    if left:
        raise Conflict(
            f"{person.email} {left}, which the role {role} may not carry: give it to others first.",
            advice=f"`deadlines matter hand-over MATTER ADDRESS` gives one matter, `deadlines person deactivate "
            f"{person.email} --successor ADDRESS` everything, and `deadlines person activate` brings the person back.",
        )
    before, person.role = person.role, role
    audit.record(session, at=now, actor=actor, action=NEW_ROLE, subject=person.id, detail={"from": before, "to": role})


def _too_much(session: Session, person: Person, role: str, today: date) -> str:
    """What is open and no more theirs to carry, in one breath; nothing where all of it is."""
    parts = [] if role in ATTORNEYS else [_matters(session, person)]
    if role not in ABLE:
        left = open_work(session, person)
        parts += [f"answers for {left.words()}" if left else "", _covers(session, person, today)]
    return " and ".join(part for part in parts if part)


def _matters(session: Session, person: Person) -> str:
    """Of which matters they are the attorney, also of those without an open date. Restricted ones are counted."""
    query = select(Matter.reference, Matter.restricted).where(
        Matter.attorney_id == person.id, Matter.closed_at.is_(None)
    )
    rows = session.execute(query.order_by(Matter.reference)).all()
    named = [row.reference for row in rows if not row.restricted]
    hidden = len(rows) - len(named)
    words = [f"matters {some(named)}"] if named else []
    words += [f"{hidden} restricted matters"] if hidden else []
    return f"is the attorney of {' and '.join(words)}" if words else ""


def _covers(session: Session, person: Person, today: date) -> str:
    covered = select(func.count(func.distinct(Absence.person_id))).where(
        Absence.deputy_id == person.id, Absence.until_on >= today, Absence.from_on <= Absence.until_on
    )
    count = session.scalar(covered) or 0
    return f"covers for {count} who are away" if count else ""
