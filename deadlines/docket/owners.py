"""Who owns a milestone, by the role or the address that the firm's template names."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.answerable import ABLE
from deadlines.docket.findings import Finding
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.visible import visible_to
from deadlines.practice import Practice
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


def owner_of(session: Session, matter: Matter, named: str, *, but: Person | None = None) -> Person:
    """The person: somebody by address, a paralegal who works on the matter, somebody of the docket role.

    Where there is nobody of that kind, or who may not tick it or not see the matter, the matter's attorney, who answers
    for the matter. `but`: who is not to have it.
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
    query = query.where(Person.id != but.id) if but is not None else query
    return session.scalars(query.where(Person.active.is_(True), _sees(matter)).limit(1)).first() or matter.attorney


def named_in(practice: Practice, template: str) -> str:
    """Whom the firm's practice names as the owner of such milestones; the attorney, where it has them no more."""
    return next((one.owner for one in practice.milestones if one.id == template), "attorney")


def may_own(session: Session, matter: Matter, person_id: str) -> bool:
    """Whether somebody is here, may tick milestones, and sees the matter."""
    theirs = Person.id == person_id, Person.active.is_(True), Person.role.in_(ABLE), _sees(matter)
    return session.scalar(select(Person.id).where(*theirs)) is not None


def _sees(matter: Matter) -> ColumnElement[bool]:
    one = aliased(Person)
    return Person.id.in_(select(one.id).join(Matter, Matter.id == matter.id).where(visible_to(one.id)))
