"""What a successor is told and asked at once: a mail with what comes next, and urgent reminders without an answer."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.acknowledging import standing
from deadlines.docket.agenda import LOOK_BACK, handed_over
from deadlines.docket.compose_agenda import FOOT, blocks
from deadlines.docket.lanes import AGAIN, ESCALATED, NEVER_MINDED, UNDELIVERED, add_rows, free_rung, row_of, stage_of
from deadlines.docket.reminders import URGENT
from deadlines.docket.trail_watch import doubt
from deadlines.ical.wording import day_text
from deadlines.notify.channel import MAIL
from deadlines.notify.message import clean_line
from deadlines.store import audit
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Reminder

WAITS = ("planned", "leased", "uncertain")
ASKED = ("sent", "dead")
"""States of a reminder that nobody sends any more by itself: those that wait go over as they are."""
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
    of_dates = Entry.matter_id.in_(matters), Reminder.rung.not_like(f"{ESCALATED}%")
    return _unanswered(session, before, now, *of_dates)


def unanswered_for_others(session: Session, person: Person, now: datetime) -> list[Reminder]:
    """The newest message of each date that a person was asked lately because its attorney did not answer, and which
    nobody has taken on."""
    of_others = Entry.matter_id.in_(select(Matter.id).where(Matter.attorney_id != person.id))
    return _unanswered(session, person, now, of_others, Reminder.rung.like(f"{ESCALATED}%"))


def _unanswered(session: Session, asked: Person, now: datetime, *of: ColumnElement[bool]) -> list[Reminder]:
    query = (
        select(Reminder)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(DeadlineRow, (DeadlineRow.id == Reminder.deadline_id) & (DeadlineRow.version == Entry.version))
        .where(
            *of,
            Entry.status == "open",
            Reminder.person_id == asked.id,
            Reminder.channel.in_(MAIL),
            Reminder.severity >= URGENT,
            Reminder.due_at.between(now - LOOK_BACK, now),
            Reminder.state.not_in(NEVER_MINDED),
            Reminder.rung.not_like(f"{UNDELIVERED}%"),
            ~standing(now),
        )
        .order_by(Reminder.due_at, Reminder.id)
    )
    newest = {row.deadline_id: row for row in session.scalars(query)}
    return [row for row in newest.values() if row.state in ASKED]


def ask_anew(session: Session, asked: Sequence[Reminder], to: Person, now: datetime) -> int:
    """Ask the same of another person, due at once; how many. What still waits for them is not doubled.

    What reached them before, as another's or when it was theirs already, does not count as asked: it is theirs now.
    """
    rows = [row_of(like, to.id, like.channel, _rung(session, like, to), like.severity, now) for like in asked]
    return add_rows(session, sorted(rows, key=lambda row: (row["deadline_id"], row["rung"])))


def _rung(session: Session, like: Reminder, to: Person) -> str:
    """The rung under which a person is asked the same: the same, or one of its own where they were asked before."""
    stage = stage_of(like.rung)
    same = Reminder.deadline_id == like.deadline_id, Reminder.person_id == to.id, Reminder.channel == like.channel
    alike = or_(Reminder.rung == stage, Reminder.rung.like(f"{stage}{AGAIN}%"))
    states = dict(session.execute(select(Reminder.rung, Reminder.state).where(*same, alike)).all())
    waiting = [rung for rung, state in states.items() if state in WAITS]
    return next(iter(waiting), free_rung(stage, states))


def ask_in_place(session: Session, asked: Sequence[Reminder], to: Person, now: datetime) -> None:
    """Ask another person what somebody was asked in the place of an attorney; the trail says so, as when it went on by
    itself. The attorney is not asked in their own place."""
    for row in asked:
        level, _, rung = row.rung.removeprefix(ESCALATED).partition("-")
        first = _asked_first(session, row, rung)
        if first is not None and first.person_id != to.id and ask_anew(session, [row], to, now):
            detail = {"reminder": first.id, "level": int(level), "told": to.id, "reached": first.state == "sent"}
            audit.record(
                session, at=now, actor="daemon", action="reminder.escalate", subject=row.entry_id, detail=detail
            )


def _asked_first(session: Session, row: Reminder, rung: str) -> Reminder | None:
    """The attorney's own reminder that was not answered, where the matter is still theirs."""
    query = select(Reminder).join(Entry, Entry.id == Reminder.entry_id).join(Matter, Matter.id == Entry.matter_id)
    same = Reminder.deadline_id == row.deadline_id, Reminder.person_id == Matter.attorney_id
    rungs = Reminder.rung.in_((rung, stage_of(rung)))
    return session.scalars(query.where(*same, rungs).order_by(Reminder.rung.desc(), Reminder.id).limit(1)).first()


def ask_attorneys(session: Session, entries: Collection[str], now: datetime) -> None:
    """Ask again the attorneys of dates that somebody had taken on who is not there for them any more."""
    query = select(Person).join(Matter, Matter.attorney_id == Person.id).join(Entry, Entry.matter_id == Matter.id)
    attorneys = query.where(Entry.id.in_(entries), Person.active.is_(True)).distinct().order_by(Person.id)
    for attorney in session.scalars(attorneys).all():
        of_dates = (
            Entry.id.in_(entries),
            Entry.matter_id.in_(select(Matter.id).where(Matter.attorney_id == attorney.id)),
        )
        not_others = Reminder.rung.not_like(f"{ESCALATED}%")
        ask_anew(session, _unanswered(session, attorney, now, *of_dates, not_others), attorney, now)


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
