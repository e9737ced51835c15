"""Who owns a milestone, by the role or the address that the firm's template names."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.answerable import ABLE
from deadlines.docket.findings import Finding
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.store.tables import Matter, MatterMember, Person


def check_owners(session: Session, named: Iterable[str]) -> Finding:
    """Whether everybody whom the practice file names by address is here and may tick milestones."""
    wanted = {owner for owner in named if "@" in owner}
    known = set(
        session.scalars(
            select(Person.email).where(Person.email.in_(wanted), Person.active.is_(True), Person.role.in_(ABLE))
        )
    )
    missing = sorted(wanted - known)
    if not missing:
        return Finding("milestone-owners", "well", "Every owner that the practice file names is here.")
    hint = "Correct the practice file, or add the person; until then the matter's attorney owns those milestones."
    sentence = f"The practice file names owners who are not here or may tick nothing: {', '.join(missing)}."
    return Finding("milestone-owners", "warning", sentence, hint)


def owner_of(session: Session, matter: Matter, named: str) -> Person:
    """The person: somebody by address, a paralegal who works on the matter, somebody of the docket role.

    Where there is nobody of that kind, or who may not tick it, the matter's attorney, who answers for the matter.
    """
    if "@" in named:
        query = select(Person).where(Person.email == named, Person.role.in_(ABLE))
    elif named == "paralegal":
        query = (
            select(Person)
            .join(MatterMember, MatterMember.person_id == Person.id)
            .where(MatterMember.matter_id == matter.id, Person.role == "paralegal")
            .order_by(MatterMember.since, Person.id)
        )
    elif named == "docket":
        query = select(Person).where(Person.role == DOCKET_ROLE).order_by(Person.id)
    else:
        return matter.attorney
    return session.scalars(query.where(Person.active.is_(True)).limit(1)).first() or matter.attorney
