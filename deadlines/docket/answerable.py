"""Who may be made to answer for dates: nobody is named who could not act on them, so that no reminder ends there."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket.roles import ATTORNEYS, MAY, ROLES, Role
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.tables import Matter, Person

ABLE: tuple[Role, ...] = tuple(role for role in ROLES if "acknowledge" in MAY[role])
"""Who may take dates on, and so may stand in for others."""


def require_attorney(person: Person) -> None:
    """Raises Conflict for who has left, InputError for who is neither attorney nor partner."""
    if not person.active:
        raise Conflict(f"{person.email} has left the firm; name an active person as attorney.")
    if person.role not in ATTORNEYS:
        raise InputError(
            f"{person.email} has the role {person.role} and cannot be the attorney of a matter; name somebody with the "
            f"role {' or '.join(ATTORNEYS)}.",
            code="not-an-attorney",
        )


def refuse_left(matter: Matter) -> None:
    """Raises Conflict where the attorney of a matter has left the firm: a date that comes up there would be nobody's.

    Only what can be done again is refused for that. A paper that comes in, a correction and a change of the law are
    taken as they come.
    """
    if not matter.attorney.active:
        raise Conflict(
            f"{matter.attorney.email} has left the firm and is still the attorney of matter {matter.reference}: the "
            "matter needs another attorney first.",
            advice=f"`deadlines matter hand-over {matter.reference} ADDRESS` gives it one.",
            code="attorney-left",
        )


def require_attorney_here(session: Session, matter: Matter) -> None:
    """The same, and nobody leaves until the transaction ends."""
    audit.hold(session)
    session.refresh(matter.attorney, ["active"])
    refuse_left(matter)


def require_able(person: Person, place: str) -> None:
    """Raises Conflict for who has left, InputError for who may not take dates on; `place`: what they are to be."""
    if not person.active:
        raise Conflict(f"{person.email} has left the firm; name an active person as {place}.")
    if person.role not in ABLE:
        raise InputError(
            f"{person.email} has the role {person.role}, may take no date on, and cannot be the {place}; name somebody "
            f"with one of the roles {', '.join(ABLE)}."
        )


def attorneys(session: Session) -> Sequence[Person]:
    """Who may be the attorney of a matter, by name."""
    return _here(session, ATTORNEYS)


def able(session: Session) -> Sequence[Person]:
    """Who may stand in for others, by name."""
    return _here(session, ABLE)


def _here(session: Session, roles: Sequence[Role]) -> Sequence[Person]:
    query = select(Person).where(Person.active.is_(True), Person.role.in_(roles))
    return session.scalars(query.order_by(func.lower(Person.name), Person.email)).all()
