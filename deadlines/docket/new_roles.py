"""Another name or another role of a person: audited, and no role is taken that could not carry what is open."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import end_answers, end_lost_answers
from deadlines.docket.answerable import ABLE
from deadlines.docket.handed import ask_attorneys
from deadlines.docket.handing import hand_all_over
from deadlines.docket.leaving import hold_matters
from deadlines.docket.open_work import open_work
from deadlines.docket.people import plain_name, require_role
from deadlines.docket.roles import ATTORNEYS
from deadlines.docket.teams import matters_of
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import Person

NEW_ROLE = "person.role"
"""The act in the audit trail, from which one knows since when somebody has their role."""


def amend_name(session: Session, person: Person, name: str, *, actor: str, now: datetime) -> None:
    """Another name, which stands everywhere at once. Raises InputError for an unusable one."""
    person.name = plain_name(name)
    audit.record(session, at=now, actor=actor, action="person.name", subject=person.id, detail={})


def amend_role(
    session: Session,
    person: Person,
    role: str,
    *,
    successor: Person | None = None,
    actor: str,
    today: date,
    now: datetime,
    pages: str = "",
) -> bool:
    """Another role, whose rights count from the next command, page or request on. The same one changes nothing.

    Where something is open that the new role could not carry, everything that is open goes to the successor, and what
    the person took on is open again; whether it did. So is, in any case, what the person took on and may answer for no
    more, and its attorneys are asked anew.

    Raises InputError for what is no role, Conflict for such a thing without a successor; for the successor as
    `hand_all_over`.
    """
    require_role(role)
    hold_matters(session, lambda: matters_of(session, person))  # nobody gives them a matter meanwhile
    if role == person.role:
        return False
    detail: dict[str, str | int] = {"from": person.role, "to": role}
    left = _too_much(session, person, role, today)
    if left and successor is None:
        raise Conflict(
            f"{person.email} {left}, which the role {role} may not carry: give it to others first.",
            advice=f"`deadlines person amend {person.email} --role {role} --successor ADDRESS` gives everything, "
            "`deadlines matter hand-over MATTER ADDRESS` one matter.",
            code="too-much-open",
        )
    opened: set[str] = set()
    if left and successor is not None:
        opened = end_answers(session, person, now)
        matters = hand_all_over(session, person, successor, actor=actor, today=today, now=now, pages=pages)
        detail |= {"successor": successor.id, "matters": matters}
    person.role = role
    session.flush()
    opened |= end_lost_answers(session, person, today=today, now=now)
    ask_attorneys(session, opened, now)
    audit.record(session, at=now, actor=actor, action=NEW_ROLE, subject=person.id, detail=detail)
    return "successor" in detail


def _too_much(session: Session, person: Person, role: str, today: date) -> str:
    """What is open and no more theirs to carry, in one breath; nothing where all of it is."""
    if role in ATTORNEYS:
        return ""
    left = open_work(session, person, today)
    return left.attorney_of() if role in ABLE else left.words()
