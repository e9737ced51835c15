"""Closing a matter, once nothing of it is open, and opening it again: by a person, or by what comes in.

A closed matter leaves the lists of what is to be looked at. Whatever comes in for it opens it again and is told, so
that no denial is lost because somebody thought the case was over.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.answerable import require_attorney_here
from deadlines.docket.chains import chains
from deadlines.docket.reasons import plain_reason
from deadlines.docket.reviews import end_review
from deadlines.docket.roles import may
from deadlines.docket.visible import is_visible
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import Entry, Incoming, Matter, Person

LETTER = """\
Matter {matter} was closed, and is open again: {why}.

Look at it now. If nothing comes of it, {how}
"""
BY_PAGE = """\
close it again on its page:
{pages}/matter/{id}
"""
BY_COMMAND = "`deadlines matter close {matter}` closes it again.\n"
NOBODYS = """
Its attorney has left the firm: no notice of it can be recorded until a partner or the docket role hands the
matter over to another attorney, {over}.
"""
OVER_BY_PAGE = "on the same page"
OVER_BY_COMMAND = "with `deadlines matter hand-over {matter} ADDRESS`"


def obstacles(session: Session, matter: Matter, by: Person) -> list[str]:
    """Why a person cannot close a matter, one sentence part for each thing: open entries, notices at which no second
    person has looked although there is one, papers that wait to be docketed."""
    unchecked = [] if _is_alone(session, matter, by) else _unchecked(session, matter)
    return [*_open_entries(session, matter), *unchecked, *_papers(session, matter)]


def close_matter(session: Session, matter: Matter, *, reason: str, by: Person, now: datetime, actor: str) -> None:
    """The case is over. Raises InputError without a reason, Conflict for a matter that is closed already, or of which
    something is unfinished (`matter-unfinished`), naming what."""
    reason = plain_reason(reason)
    audit.hold(session)  # nothing comes in for it between the look and the closing
    if matter.closed_at is not None:
        raise Conflict(f"Matter {matter.reference} is closed already.")
    left = obstacles(session, matter, by)
    if left:
        raise Conflict(f"Matter {matter.reference} cannot be closed yet: {'; '.join(left)}.", code="matter-unfinished")
    end_review(session, matter, now)
    matter.closed_at, matter.closed_by, matter.closed_reason = now, by.id, reason
    session.flush()
    detail = {"person": by.id, "reason": reason}
    audit.record(session, at=now, actor=actor, action="matter.close", subject=matter.id, detail=detail)


def reopen_matter(session: Session, matter: Matter, *, reason: str, by: Person, now: datetime, actor: str) -> None:
    """The case goes on. Raises InputError without a reason, Conflict for a matter that is not closed, or whose attorney
    has left."""
    reason = plain_reason(reason)
    if matter.closed_at is None:
        raise Conflict(f"Matter {matter.reference} is not closed.")
    require_attorney_here(session, matter)
    _open_again(session, matter, {"person": by.id, "reason": reason}, actor, now)


def wake(session: Session, matter: Matter, *, why: str, actor: str, now: datetime, pages: str = "") -> bool:
    """Something came in for a matter: a closed one is open again, and its attorney and the docket role are told;
    whether it was closed. `why` is a sentence part that names no client; `pages`: where the letter links to."""
    audit.hold(session)
    closed = session.execute(select(Matter.closed_at, Matter.closed_by).where(Matter.id == matter.id)).one()
    if closed.closed_at is None:
        return False
    _open_again(session, matter, {"reason": why}, actor, now)
    _tell(session, matter, closed.closed_by, why, now, pages)
    return True


def _open_again(session: Session, matter: Matter, detail: dict[str, str], actor: str, now: datetime) -> None:
    matter.closed_at = matter.closed_by = matter.closed_reason = None
    session.flush()
    audit.record(session, at=now, actor=actor, action="matter.reopen", subject=matter.id, detail=detail)


def _tell(session: Session, matter: Matter, closed_by: str | None, why: str, now: datetime, pages: str) -> None:
    closer = session.get(Person, closed_by) if closed_by is not None else None
    theirs = [one for one in (matter.attorney, closer) if one is not None and is_visible(session, matter.id, one)]
    people = {one.id: one for one in (*theirs, *letters.docket_people(session)) if one.active}
    how, over = (BY_PAGE, OVER_BY_PAGE) if pages else (BY_COMMAND, OVER_BY_COMMAND)
    named = {"matter": matter.reference, "id": matter.id, "pages": pages}
    words = LETTER.format(**named, why=why, how=how.format(**named))
    if not matter.attorney.active:
        words += NOBODYS.format(over=over.format(**named))
    for person in people.values():
        letters.queue(
            session,
            key=f"reopened/{matter.id}/{now:%Y-%m-%dT%H:%M:%S}/{person.id}",
            person=person,
            subject=f"OPEN AGAIN: matter {matter.reference} was closed",
            text=words,
            now=now,
        )


def _open_entries(session: Session, matter: Matter) -> Iterator[str]:
    query = select(Entry).where(Entry.matter_id == matter.id, Entry.status == "open")
    for entry in session.scalars(query.order_by(Entry.created_at, Entry.rule)):
        verified = "" if entry.verified_at is not None else " and not verified"
        yield f"{entry.title} (entry {entry.id[:8]}) is open{verified}"


def _unchecked(session: Session, matter: Matter) -> Iterator[str]:
    """The notices of which everything is closed and nothing was ever verified or re-checked by a second person."""
    query = select(Entry).where(Entry.matter_id == matter.id).order_by(Entry.created_at, Entry.rule)
    of_notices: dict[str, list[Entry]] = {}
    for entry in session.scalars(query):
        of_notices.setdefault(entry.notice_id, []).append(entry)
    rows = {chain.current.id: chain.current for chain in chains(session, [matter.id]).values()}
    for identifier, entries in of_notices.items():
        followed = [entry for entry in entries if entry.status not in ("information", "struck")]
        seen = [entry for entry in followed if entry.verified_at is not None or entry.rechecked_at is not None]
        if followed and not seen and all(entry.status != "open" for entry in followed):
            day = rows[identifier].decided_on
            yield (
                f"the notice of {day} (notice {identifier[:8]}) was verified by nobody: a second person re-checks what "
                "was closed of it"
            )


def _is_alone(session: Session, matter: Matter, by: Person) -> bool:
    """Whether nobody else is here who may look at what was closed."""
    others = session.scalars(select(Person).where(Person.active.is_(True), Person.id != by.id))
    return not any(may(one, "file") and is_visible(session, matter.id, one) for one in others)


def _papers(session: Session, matter: Matter) -> Iterator[str]:
    query = select(Incoming).where(Incoming.matter_id == matter.id, Incoming.state == "waiting")
    for paper in session.scalars(query.order_by(Incoming.received_on, Incoming.id)):
        yield f"paper {paper.id[:8]}, which came in on {paper.received_on}, waits to be docketed"
