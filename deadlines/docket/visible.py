"""Who may see what: the one policy behind every page, count and search."""

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select, true
from sqlalchemy.orm import Session

from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.scopes import works_on
from deadlines.errors import NotFound
from deadlines.store.spelling import as_kept, spelled
from deadlines.store.tables import Matter, Person

UNUSABLE = "This number cannot be used: ask whoever keeps the docket."
"""Of the number of a matter that somebody does not see, to who would open a matter by it or enter a notice there."""


def visible(person: Person | None) -> ColumnElement[bool]:
    """Whether somebody may see a matter: every one but the restricted (8 USC 1367), and of those what they work on.
    Nobody in particular, for the firm's own copies, sees no restricted one.

    It is the same for every role, partner and auditor included: what a role may do is one question, whose case it
    may read another. Somebody who must see a restricted matter is put on it, and that stands in the audit trail.
    """
    return visible_to(person.id) if person is not None else Matter.restricted.is_(False)


def visible_to(person_id: str | SQLColumnExpression[str]) -> ColumnElement[bool]:
    """The same by somebody's id, or in a query that holds both the matters and the people."""
    return or_(Matter.restricted.is_(False), works_on(person_id))


def counted(person: Person | None) -> ColumnElement[bool]:
    """Whether a matter's dates stand on somebody's docket at all: who keeps the whole docket also has the dates of
    restricted matters, without a word of the case. Partners and auditors have no such dates to answer for.
    The firm's own copies have them too."""
    return true() if keeps_all(person) else visible(person)


def keeps_all(person: Person | None) -> bool:
    """Whether every date stands on this docket: the firm's own, and that of who keeps the whole."""
    return person is None or person.role == DOCKET_ROLE


def is_visible(session: Session, matter_id: str, person: Person) -> bool:
    """Whether somebody may see a matter."""
    return session.scalar(select(Matter.id).where(Matter.id == matter_id, visible(person))) is not None


def require_visible(session: Session, matter_id: str, person: Person) -> None:
    """Raises NotFound where somebody may not see a matter, in the words for one that does not exist."""
    if not is_visible(session, matter_id, person):
        raise NotFound("There is no such entry or notice, or it is not yours to see.")


def require_visible_matter(session: Session, reference: str, person: Person) -> None:
    """Raises NotFound for the number of a matter that somebody may not see; one that is new is nobody's secret."""
    if is_taken_unseen(session, reference, person):
        raise NotFound(UNUSABLE)


def is_taken_unseen(session: Session, reference: str, person: Person | None) -> bool:
    """Whether a number is that of a matter which somebody may not see, in these capital and small letters or others:
    how it is written there is theirs to know as little. In whatever Unicode form it is typed, as it would be kept."""
    reference = as_kept(reference)
    seen = session.execute(select(visible(person)).where(Matter.reference == reference)).scalar_one_or_none()
    if seen is not None:
        return not seen
    written = select(Matter.id).where(spelled(Matter.reference, reference), ~visible(person))
    return session.scalar(written.limit(1)) is not None


def leaving(*, named: bool) -> ColumnElement[bool]:
    """Whether a matter's dates may leave the docket in a copy: a restricted matter must have been `named` for it."""
    return true() if named else Matter.restricted.is_(False)
