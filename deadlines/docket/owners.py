"""Who owns a milestone, by the role or the address that the firm's template names."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.answerable import ABLE
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.store.tables import Matter, MatterMember, Person


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
