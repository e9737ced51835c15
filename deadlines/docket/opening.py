"""Opening a matter before its first notice: only with an answer to which deadline dates need to be calendared."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.incoming import Way, belongs_to, find_seen_incoming, hold_waiting, register
from deadlines.docket.intake import REFERENCE_LENGTH, open_matter, plain
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.reviews import none_known
from deadlines.docket.visible import UNUSABLE, is_taken_unseen
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.tables import Incoming, Matter, Person, Review

UNANSWERED = (
    "Which deadline dates need to be calendared? Name the paper that is to be docketed, or say that none is known yet "
    "and on which day to look again. No matter opens without one of the two."
)


class Answer(Struct, frozen=True, kw_only=True):
    """Which dates of a new matter need to be calendared; exactly one of the three.

    `paper`: what came in and is to be docketed, with its day and way; `incoming`: the id of a paper that is registered
    already; `none_until`: none is known yet, and the matter is looked at again on that day.
    """

    paper: str | None = None
    received_on: date | None = None
    at: Way = "mail"
    incoming: str | None = None
    none_until: date | None = None


class Opened(Struct, frozen=True):
    """A new matter with the paper that is to be docketed, or with the word that none is known."""

    matter: Matter
    paper: Incoming | None
    review: Review | None


def open_answered(
    session: Session,
    room: MailRoom,
    reference: str,
    answer: Answer,
    *,
    client: str | None,
    attorney: Person,
    restricted: bool = False,
    by: Person,
    now: datetime,
    actor: str,
) -> Opened:
    """Open a matter, in the name of a person, with the answer to its dates.

    Raises InputError without an answer or with two (`dates-unanswered`) and for what is unusable of it, Conflict where
    the firm has that number already (`matter-exists`); for the attorney as `answerable.require_attorney`.
    """
    if sum(each is not None for each in (answer.paper, answer.incoming, answer.none_until)) != 1:
        raise InputError(UNANSWERED, code="dates-unanswered")
    reference = plain(reference, "matter number", REFERENCE_LENGTH)
    if answer.incoming is not None:
        hold_waiting(session, find_seen_incoming(session, answer.incoming, by))
    audit.hold(session)  # of two who open the same matter at once the second is told of the first
    if is_taken_unseen(session, reference, by):
        raise Conflict(UNUSABLE, code="matter-exists")
    if session.scalar(select(Matter.id).where(Matter.reference == reference)) is not None:
        raise Conflict("A matter with this number exists already.", code="matter-exists")
    matter = open_matter(
        session, reference, client=client, attorney=attorney, restricted=restricted, by=by, actor=actor, now=now
    )
    if answer.none_until is not None:
        again_on = answer.none_until
        review = none_known(session, room, matter, again_on=again_on, by=by, now=now, actor=actor)
        return Opened(matter, None, review)
    return Opened(matter, _paper(session, room, matter, answer, by=by, now=now, actor=actor), None)


def _paper(
    session: Session, room: MailRoom, matter: Matter, answer: Answer, *, by: Person, now: datetime, actor: str
) -> Incoming:
    if answer.incoming is not None:
        found = find_seen_incoming(session, answer.incoming, by)
        belongs_to(session, found, matter, by=by, now=now, actor=actor)
        return found
    title, on = answer.paper or "", answer.received_on
    return register(session, room, title, matter=matter, received_on=on, at=answer.at, by=by, now=now, actor=actor)
