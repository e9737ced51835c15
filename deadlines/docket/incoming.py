"""Papers that came in and are not on the docket yet: registered at once, told of when they wait too long.

Whoever opens the mail registers what may bear a date before anybody computes it. It waits until it is linked to the
notice that was recorded from it, or is dismissed because it bears no date. Nothing is deleted.
"""

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.answerable import require_attorney_here
from deadlines.docket.finishing import wake
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.notices import ancestors, hold_standing
from deadlines.docket.prefixes import find_by_id
from deadlines.docket.reasons import plain_reason
from deadlines.docket.visible import visible
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Incoming, Matter, NoticeRow, Person

Way = Literal["mail", "e-mail", "fax", "portal", "counter"]
WAYS: tuple[Way, ...] = ("mail", "e-mail", "fax", "portal", "counter")
TITLE_LENGTH = 200
LONG_AGO = timedelta(days=5 * 366)
"""A paper that came in before that has a slip in its year."""
CALLED = ("incoming paper", "deadlines incoming list --all")
CAME_IN = "a paper came in that is to be docketed"


def register(
    session: Session,
    room: MailRoom,
    title: str,
    *,
    matter: Matter | None,
    received_on: date | None,
    at: Way,
    by: Person,
    now: datetime,
    actor: str,
) -> Incoming:
    """Note that a paper came in; a closed matter is open again. The day of receipt is today unless another is given.

    Raises InputError for an unusable title, a day that has not come, or one that is a wrong year.
    """
    today = room.local(now).date()
    received_on = received_on or today
    if today - received_on > LONG_AGO:
        raise InputError(f"{received_on} lies years back. Check the year.", code="bad-date")
    if received_on > today:
        raise InputError(f"{received_on} lies in the future: give the day on which it came in.", code="bad-date")
    due_at = room.due_at(room.since(received_on, now))
    row = Incoming(
        title=plain_reason(title, "title", TITLE_LENGTH),
        matter_id=matter.id if matter is not None else None,
        at=at,
        received_on=received_on,
        registered_at=now,
        registered_by=by.id,
        due_at=due_at,
        next_at=due_at,
        state="waiting",
    )
    session.add(row)
    session.flush()
    detail = {"person": by.id, "at": at, "received_on": received_on, "matter": row.matter_id}
    audit.record(session, at=now, actor=actor, action="incoming.register", subject=row.id, detail=detail)
    if matter is not None:
        wake(session, matter, why=CAME_IN, actor=actor, now=now, pages=room.pages)
    return row


def find_incoming(session: Session, name: str) -> Incoming:
    """The paper of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, Incoming, name, *CALLED)


def find_seen_incoming(session: Session, name: str, person: Person | None) -> Incoming:
    """The same, where the paper has no matter yet or the person sees its matter; every other one is as unknown as one
    that there is not. Nobody in particular sees none of a restricted matter."""
    seen = or_(Incoming.matter_id.is_(None), Incoming.matter_id.in_(select(Matter.id).where(visible(person))))
    return find_by_id(session, Incoming, name, *CALLED, seen)


def waiting_of(matter: Matter) -> Select[Incoming]:
    """The papers of a matter that wait to be docketed, the oldest first."""
    query = select(Incoming).where(Incoming.matter_id == matter.id, Incoming.state == "waiting")
    return query.order_by(Incoming.received_on, Incoming.registered_at, Incoming.id)


class WaitingPaper(Struct, frozen=True):
    """A paper of a matter that waits to be docketed, by its id; what it is, and when it came in."""

    id: str
    title: str
    received_on: date


def waiting_papers(session: Session, matter: Matter) -> list[WaitingPaper]:
    """The papers of a matter that wait, as they are shown to who sees the matter."""
    return [WaitingPaper(one.id, one.title, one.received_on) for one in session.scalars(waiting_of(matter))]


def require_waiting(found: Incoming) -> None:
    """Raises Conflict for a paper that is docketed or dismissed already."""
    if found.state != "waiting":
        became = f"docketed as notice {found.notice_id[:8]}" if found.notice_id else "dismissed"
        raise Conflict(f"Incoming paper {found.id[:8]} was {became} already.")


def hold_waiting(session: Session, found: Incoming) -> None:
    """Hold a paper that waits until the end of the transaction: whoever records a notice from it, or opens its matter,
    does so first. Who settles it holds it before the end of the audit trail, and two could wait for each other for
    ever.

    Raises Conflict for a paper that is docketed or dismissed already.
    """
    require_waiting(_held(session, found))


def belongs_to(session: Session, found: Incoming, matter: Matter, *, by: Person, now: datetime, actor: str) -> None:
    """The matter of a paper that waits is known now. Raises Conflict for a settled one, or one of another matter."""
    found = _held(session, found)
    require_waiting(found)
    if found.matter_id not in (None, matter.id):
        raise Conflict(f"Incoming paper {found.id[:8]} belongs to another matter than {matter.reference}.")
    found.matter_id = matter.id
    session.flush()
    detail = {"person": by.id, "matter": matter.id}
    audit.record(session, at=now, actor=actor, action="incoming.matter", subject=found.id, detail=detail)


def docketed(session: Session, found: Incoming, notice: NoticeRow, *, who: str, now: datetime, actor: str) -> Incoming:
    """The notice recorded from a paper; `who` is a person's id, or names who typed.

    Raises Conflict for a paper that is settled already or belongs to another matter, for a notice that was amended or
    struck, and where the matter's attorney has left: then it waits on, and people are told of it.
    """
    found = _held(session, found)
    require_waiting(found)
    if found.matter_id not in (None, notice.matter_id):
        raise Conflict(f"Incoming paper {found.id[:8]} belongs to another matter than notice {notice.id[:8]}.")
    hold_standing(session, notice)
    require_attorney_here(session, notice.matter)
    found.matter_id, found.notice_id = notice.matter_id, notice.id
    _settle(session, found, "docketed", who, now, actor, {"notice": notice.id})
    return found


def dismiss(session: Session, found: Incoming, *, reason: str, by: Person, now: datetime, actor: str) -> Incoming:
    """A paper that bears no date; raises InputError without a reason, Conflict for one that is settled already."""
    reason = plain_reason(reason)
    found = _held(session, found)
    require_waiting(found)
    found.reason = reason
    _settle(session, found, "dismissed", by.id, now, actor, {"reason": reason})
    return found


def wait_again(session: Session, notice: NoticeRow, *, now: datetime, actor: str, pages: str = "") -> int:
    """The papers that a struck notice was recorded from wait again, told of at once; how many."""
    query = select(Incoming).where(Incoming.notice_id.in_(ancestors(session, notice)), Incoming.state == "docketed")
    rows = session.scalars(query.order_by(Incoming.id).with_for_update(**HELD)).all()
    for row in rows:
        row.state, row.notice_id, row.settled_at, row.settled_by = "waiting", None, None, None
        row.next_at = max(row.due_at, now)
        detail = {"notice": notice.id}
        session.flush()
        audit.record(session, at=now, actor=actor, action="incoming.wait", subject=row.id, detail=detail)
    if rows:
        wake(session, notice.matter, why=CAME_IN, actor=actor, now=now, pages=pages)
    return len(rows)


def _held(session: Session, found: Incoming) -> Incoming:
    query = select(Incoming).where(Incoming.id == found.id).with_for_update(**HELD)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _settle(
    session: Session, row: Incoming, state: str, who: str, now: datetime, actor: str, detail: dict[str, object]
) -> None:
    row.state, row.settled_at, row.settled_by = state, now, who
    session.flush()
    letters.withdraw_all(session, f"incoming/{row.id}/", now)
    audit.record(session, at=now, actor=actor, action=f"incoming.{state}", subject=row.id, detail={"by": who, **detail})
