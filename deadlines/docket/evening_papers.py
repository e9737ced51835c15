"""What is gone through in the evening beside entries: the papers that came in and are not on the docket yet."""

from datetime import date

from msgspec import Struct
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.undocketed import VEILED
from deadlines.docket.visible import counted, visible
from deadlines.store.tables import Incoming, Matter, Person


class OtherItem(Struct, frozen=True, kw_only=True):
    """Something of the day that is no entry, such as a paper that came in. `must`: it needs a word to be signed."""

    id: str
    what: str
    words: str
    must: bool


def waiting_papers(session: Session, person: Person | None, *, on: date) -> list[OtherItem]:
    """The papers that had come in by that day and wait still, the oldest first: each is docketed or has a word.

    Without a person every paper of a restricted matter is veiled.
    """
    seen = visible(person) if person is not None else Matter.restricted.is_(False)
    query = _waiting(on).add_columns(or_(Incoming.matter_id.is_(None), seen).label("seen"))
    if person is not None:
        query = query.where(or_(Incoming.matter_id.is_(None), counted(person)))
    return [
        OtherItem(id=row.Incoming.id, what="not docketed", words=row.Incoming.title if row.seen else VEILED, must=True)
        for row in session.execute(query.order_by(Incoming.received_on, Incoming.registered_at, Incoming.id))
    ]


def hides_papers(session: Session, person: Person, *, on: date) -> bool:
    """Whether there are such papers of restricted matters that are not for this person."""
    hidden = _waiting(on).where(Incoming.matter_id.is_not(None), ~counted(person)).limit(1)
    return session.execute(hidden).first() is not None


def _waiting(on: date) -> Select[Incoming]:
    query = select(Incoming).outerjoin(Matter, Matter.id == Incoming.matter_id)
    return query.where(Incoming.state == "waiting", Incoming.received_on <= on)
