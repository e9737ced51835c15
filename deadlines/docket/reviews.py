"""Matters of which no date is known yet: a named person says so, and the docket reminds on the day to look again.

Such a word ends with the first notice on the docket, or with the next word. Nothing is deleted.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.findings import Finding
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.visible import is_visible
from deadlines.errors import Conflict, InputError
from deadlines.ical.wording import day_text
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, Person, Review

LONGEST = timedelta(days=366)
"""A matter is looked at once a year at least."""
LATE_AFTER = timedelta(days=7)

LETTER = """\
{name} said on {said_on} that no deadline of matter {matter} was known yet, and that it is
looked at again on {again_on}.

Look at it now: did a paper come in that nobody has entered? {how}
Until then this comes again on every working day.
"""
BY_PAGE = """\
Add its notice to the matter, or
say anew that no date is known:
{pages}/matter/{id}
"""
BY_COMMAND = """\
Record the notice with `deadlines add`, register
the paper with `deadlines incoming add`, or say anew that nothing is known with
`deadlines matter look {matter} --again-on DATE`.
"""


def none_known(
    session: Session, room: MailRoom, matter: Matter, *, again_on: date, by: Person, now: datetime, actor: str
) -> Review:
    """Somebody knows of no date of the matter, and says when to look again; an earlier such word ends.

    Raises InputError for a day that is not to come, or more than a year ahead, and Conflict for a matter that is
    closed or has open dates.
    """
    if matter.closed_at is not None:
        raise Conflict(f"Matter {matter.reference} is closed.", advice="`deadlines matter reopen` opens it again.")
    if session.scalar(select(Entry.id).where(Entry.matter_id == matter.id, Entry.status == "open").limit(1)):
        raise Conflict(
            f"Matter {matter.reference} has open dates.", advice=f"`deadlines show {matter.reference}` lists them."
        )
    check_day(again_on, room.local(now).date())
    end_review(session, matter, now)
    row = Review(matter_id=matter.id, again_on=again_on, said_by=by.id, said_at=now, next_at=room.morning(again_on))
    session.add(row)
    session.flush()
    detail = {"person": by.id, "again_on": again_on}
    audit.record(session, at=now, actor=actor, action="matter.look", subject=matter.id, detail=detail)
    return row


def check_day(again_on: date, today: date) -> None:
    """Raises InputError for a day on which nobody can be reminded, or that puts a matter off for too long."""
    if again_on <= today:
        raise InputError(f"{again_on} is not to come: give a later day on which to look again.", code="bad-date")
    if again_on > today + LONGEST:
        raise InputError(f"{again_on} is more than a year ahead: look again within a year.", code="bad-date")


def end_review(session: Session, matter: Matter, now: datetime) -> None:
    """A word that stands for the matter ends: something of it is on the docket, or it is said anew."""
    ends = update(Review).where(Review.matter_id == matter.id, Review.ended_at.is_(None)).values(ended_at=now)
    for ended in session.scalars(ends.returning(Review.id).execution_options(synchronize_session=False)).all():
        letters.withdraw_all(session, f"review/{ended}/", now)


def standing_review(session: Session, matter: Matter) -> Review | None:
    """The word that stands for a matter, if there is one."""
    return session.scalar(select(Review).where(Review.matter_id == matter.id, Review.ended_at.is_(None)))


def is_put_off(today: date) -> ColumnElement[bool]:
    """Whether somebody has said of a matter that it is looked at on a later day."""
    return Matter.id.in_(select(Review.matter_id).where(Review.ended_at.is_(None), Review.again_on > today))


def tell_reviews(session: Session, room: MailRoom, *, now: datetime) -> int:
    """Write of each matter whose day has come, and again on each working day; how many matters."""
    due = select(Review).where(Review.ended_at.is_(None), Review.next_at <= now)
    rows = session.scalars(due.order_by(Review.next_at, Review.id)).all()
    return sum(_tell(session, room, row, now) for row in rows)


def check_reviews(session: Session, now: datetime) -> Finding:
    """Whether every matter was looked at again on its day."""
    late = Review.ended_at.is_(None), Review.again_on <= (now - LATE_AFTER).date()
    count = session.scalar(select(func.count()).select_from(Review).where(*late)) or 0
    if not count:
        return Finding("reviews", "well", "Every matter without a known date was looked at again on its day.")
    matters = "1 matter" if count == 1 else f"{count} matters"
    sentence = f"{matters} without a known date should have been looked at more than a week ago."
    return Finding("reviews", "warning", sentence, "`deadlines matter list --quiet` shows them.")


def _tell(session: Session, room: MailRoom, row: Review, now: datetime) -> bool:
    # Of two daemons one moves it on, and writes.
    mark = update(Review).where(Review.id == row.id, Review.ended_at.is_(None), Review.next_at == row.next_at)
    moved = mark.values(next_at=room.next_morning(now)).returning(Review.id)
    if session.scalar(moved.execution_options(synchronize_session=False)) is None:
        return False
    speaker = session.get_one(Person, row.said_by)
    how = BY_PAGE if room.pages else BY_COMMAND
    words = LETTER.format(
        name=speaker.name,
        said_on=day_text(room.local(row.said_at).date()),
        matter=row.matter.reference,
        again_on=day_text(row.again_on),
        how=how.format(pages=room.pages, id=row.matter_id, matter=row.matter.reference),
    )
    for person in _people(session, row, speaker):
        letters.queue(
            session,
            key=f"review/{row.id}/{now:%Y-%m-%dT%H:%M}/{person.id}",
            person=person,
            subject=f"LOOK AGAIN: matter {row.matter.reference} has no known date",
            text=words,
            now=now,
        )
    session.expire(row)
    return True


def _people(session: Session, row: Review, speaker: Person) -> Iterable[Person]:
    """Who said it and the matter's attorney, as far as they see the matter; the docket role where neither is here."""
    here = [one for one in (speaker, row.matter.attorney) if one.active and is_visible(session, row.matter_id, one)]
    return {person.id: person for person in here or letters.docket_people(session)}.values()
