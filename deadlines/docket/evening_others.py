"""What is gone through in the evening beside entries: papers that wait, and matters to be looked at again."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from deadlines.clock import end_of
from deadlines.docket.undocketed import VEILED
from deadlines.docket.visible import counted, visible
from deadlines.ical.wording import day_text
from deadlines.store.tables import Incoming, Matter, Person, Review

VEILED_LOOK = "A restricted matter (ask its attorney)"
LOOK = "look again"


class OtherItem(Struct, frozen=True, kw_only=True):
    """Something of the day that is no entry, such as a paper that came in. `must`: it needs a word to be signed.

    `came_at`: when it was registered or said.
    """

    id: str
    what: str
    words: str
    must: bool
    came_at: datetime

    @property
    def line(self) -> str:
        """What it is, in one line."""
        return self.words if self.what == LOOK else f"{self.what}: {self.words}"


def waiting_papers(session: Session, person: Person | None, *, on: date, zone: ZoneInfo) -> list[OtherItem]:
    """The papers that had come in by that day and wait still, the oldest first: each is docketed or has a word. What
    was registered on a later day stands on the list of that day.

    Without a person every paper of a restricted matter is veiled.
    """
    seen = visible(person) if person is not None else Matter.restricted.is_(False)
    query = _waiting(on, zone).add_columns(or_(Incoming.matter_id.is_(None), seen).label("seen"))
    if person is not None:
        query = query.where(or_(Incoming.matter_id.is_(None), counted(person)))
    return [
        OtherItem(
            id=row.Incoming.id,
            what="not docketed",
            words=row.Incoming.title if row.seen else VEILED,
            must=True,
            came_at=row.Incoming.registered_at,
        )
        for row in session.execute(query.order_by(Incoming.received_on, Incoming.registered_at, Incoming.id))
    ]


def waiting_looks(session: Session, person: Person | None, *, on: date, zone: ZoneInfo) -> list[OtherItem]:
    """The matters without a known date that were to be looked at again by that day and were not, the oldest first.

    Without a person every restricted matter is veiled.
    """
    seen = visible(person) if person is not None else Matter.restricted.is_(False)
    query = _to_look(on, zone).add_columns(Matter.reference, seen.label("seen"))
    query = query.where(counted(person) if person is not None else true())
    return [
        OtherItem(
            id=row.Review.id,
            what=LOOK,
            words=f"{row.reference if row.seen else VEILED_LOOK}, to be looked at again since "
            f"{day_text(row.Review.again_on)}, no date known",
            must=True,
            came_at=row.Review.said_at,
        )
        for row in session.execute(query.order_by(Review.again_on, Matter.reference))
    ]


def hides_others(session: Session, person: Person, *, on: date, zone: ZoneInfo) -> bool:
    """Whether there are such papers or matters that are not for this person."""
    papers = _waiting(on, zone).where(Incoming.matter_id.is_not(None), ~counted(person)).limit(1)
    looks = _to_look(on, zone).where(~counted(person)).limit(1)
    return any(session.execute(hidden).first() is not None for hidden in (papers, looks))


def _waiting(on: date, zone: ZoneInfo) -> Select[Incoming]:
    query = select(Incoming).outerjoin(Matter, Matter.id == Incoming.matter_id)
    by_then = Incoming.received_on <= on, Incoming.registered_at < end_of(on, zone)
    return query.where(Incoming.state == "waiting", *by_then)


def _to_look(on: date, zone: ZoneInfo) -> Select[Review]:
    query = select(Review).join(Matter, Matter.id == Review.matter_id)
    by_then = Review.again_on <= on, Review.said_at < end_of(on, zone)
    return query.where(Review.ended_at.is_(None), Matter.closed_at.is_(None), *by_then)
