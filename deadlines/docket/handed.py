"""What a successor is told and asked at once: a mail with what comes next, and urgent reminders without an answer."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.acknowledging import standing
from deadlines.docket.agenda import LOOK_BACK, handed_over
from deadlines.docket.compose_agenda import FOOT, blocks
from deadlines.docket.lanes import ESCALATED, UNDELIVERED, add_rows, row_of
from deadlines.docket.reminders import URGENT
from deadlines.docket.trail_watch import doubt
from deadlines.ical.wording import day_text
from deadlines.notify.channel import MAIL
from deadlines.notify.message import clean_line
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Reminder

ASKED = ("sent", "dead")
"""States of a reminder that nobody sends any more by itself: those that wait go over as they are."""
NEVER_MINDED = ("cancelled", "superseded")
TAKEN_OVER = """\
What {name} answered for is yours from now on: {what}. You are reminded of each date.

{dates}

{how} look at the nearest ones today.

{foot}
"""
NOTHING = "Nothing of it falls within thirty days."


def unanswered(session: Session, before: Person, matters: Collection[str], now: datetime) -> list[Reminder]:
    """The newest urgent reminder of each date that its attorney was asked by mail lately and nobody has taken on.

    One that still waits is not among them. Asked before what waits goes over.
    """
    query = (
        select(Reminder)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(DeadlineRow, (DeadlineRow.id == Reminder.deadline_id) & (DeadlineRow.version == Entry.version))
        .where(
            Entry.matter_id.in_(matters),
            Entry.status == "open",
            Reminder.person_id == before.id,
            Reminder.channel.in_(MAIL),
            Reminder.severity >= URGENT,
            Reminder.due_at.between(now - LOOK_BACK, now),
            Reminder.state.not_in(NEVER_MINDED),
            *(Reminder.rung.not_like(f"{other}%") for other in (UNDELIVERED, ESCALATED)),
            ~standing(now),
        )
        .order_by(Reminder.due_at, Reminder.id)
    )
    newest = {row.deadline_id: row for row in session.scalars(query)}
    return [row for row in newest.values() if row.state in ASKED]


def ask_anew(session: Session, asked: Sequence[Reminder], to: Person, now: datetime) -> int:
    """Ask the same of another person, due at once; how many. What they were reminded of themselves is not doubled."""
    rows = [row_of(like, to.id, like.channel, like.rung, like.severity, now) for like in asked]
    return add_rows(session, sorted(rows, key=lambda row: (row["deadline_id"], row["rung"])))


def tell_successor(
    session: Session,
    person: Person,
    to: Person,
    matters: Collection[str],
    steps: Collection[str],
    *,
    today: date,
    pages: str,
    now: datetime,
) -> None:
    """One mail about all that went over and is open: how much, and what comes next. Where nothing is, none."""
    opened = Matter.id.in_(matters), Matter.closed_at.is_(None)
    count = session.scalar(select(func.count()).select_from(Matter).where(*opened)) or 0
    entries = select(func.count()).select_from(Entry).where(Entry.matter_id.in_(matters), Entry.status == "open")
    dates = session.scalar(entries) or 0
    if not (count or dates or steps):
        return
    what = _counted((count, "matter"), (dates, "open date"), (len(steps), "open step"))
    agenda = handed_over(session, matters, steps, today=today, now=now)
    text = TAKEN_OVER.format(
        name=clean_line(person.name),
        what=f"{what}, as of {day_text(today)}",
        dates=blocks(agenda, today) or NOTHING,
        how=f"{pages}/\n\nOpen it, and" if pages else "`deadlines list` shows them;",
        foot=FOOT,
    )
    doubted = doubt(session)
    letters.queue(
        session,
        key=f"hand-over/{person.id}/{now.isoformat(timespec='seconds')}",
        person=to,
        subject=f"{'' if doubted is None else '[INTEGRITY ALARM] '}Yours now: {what}",
        text=text if doubted is None else f"{doubted}\n\n{text}",
        now=now,
    )


def _counted(*named: tuple[int, str]) -> str:
    return ", ".join(f"{count} {word if count == 1 else f'{word}s'}" for count, word in named if count)
