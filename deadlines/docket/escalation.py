"""An urgent reminder that nobody answers goes on to the next person: deputy, supervisor, emergency contact.

So does one that does not reach its attorney, from when it was due: who was never asked does not answer either. A mail
server that is down is no such case, because what goes on would wait for it too.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from deadlines.compute.ladder import moment
from deadlines.docket.absences import covers
from deadlines.docket.acknowledging import standing
from deadlines.docket.lanes import ESCALATED, UNDELIVERED
from deadlines.docket.outbox import ALARM_TRIES
from deadlines.docket.reminders import URGENT, reminder_row
from deadlines.notify.channel import MAIL, WEBHOOK
from deadlines.store import audit
from deadlines.store.tables import Acknowledgement, Attempt, DeadlineRow, Entry, Matter, Person, Reminder

LEVELS = 3
AT_ONCE = 0
"""The level of who covers for an attorney that is away."""
SHARE = 4
"""The next person is told after a quarter of the time that is left, where that is sooner than the usual wait."""
LEAST_WAIT = timedelta(hours=1)
LOOK_BACK = timedelta(days=14)
ONE_DAY = timedelta(days=1)
WAITING = ("planned", "leased", "uncertain", "dead", "covered")
"""States of a reminder of which it is not known that it arrived; a refused one is tried again, or a newer one covers
it that may be refused as well."""
ASKED_AT = func.coalesce(Reminder.sent_at, Reminder.due_at)


class Escalation(Struct, frozen=True):
    """How an unanswered reminder goes on: the usual wait, the last person to tell, the firm's zone and channel."""

    wait: timedelta
    emergency: str | None
    zone: str
    channel: str


def escalate(session: Session, escalation: Escalation, *, now: datetime) -> list[Reminder]:
    """Write the messages to the next person for every urgent reminder of an attorney that nobody answered in time, or
    that did not reach them.

    Each person is asked once for a reminder, whoever else was asked before they stood in (who was may be in nobody's
    place any more), and nobody again of the same dates since it left. The levels follow each other at the same
    distance, from the end of an answer where there was one, also where the program was away and the first is asked
    late; but of what ends today everybody is told whose turn has passed. Who covers for an attorney that is away is
    told at once, and so the wait is theirs.
    """
    added: list[Reminder] = []
    today = now.astimezone(ZoneInfo(escalation.zone)).date()
    covering = covers(session, today)
    for row, entry, deadline, matter in _unanswered(session, now):
        since = _asked_since(session, row, entry)
        if since is None:
            continue
        ends_today = _day_of(deadline) == today
        cover = session.get(Person, covering.get(matter.attorney_id, ""))
        if cover is not None and not _has_like(session, row, cover) and not _told_at(session, row, cover, since):
            added.append(_tell(session, row, entry, deadline, AT_ONCE, cover, escalation, now))
        wait, before = _wait(deadline, since, escalation), since
        for level, person in enumerate(_chain(session, matter, escalation.emergency, besides=cover), start=1):
            told_at = _told_at(session, row, person, since)
            if told_at is None and now < max(since + level * wait, before + wait):
                break
            if told_at is None:
                added.append(_tell(session, row, entry, deadline, level, person, escalation, now))
            before = before if ends_today else told_at or now
    session.flush()
    return added


def _unanswered(session: Session, now: datetime) -> Iterator[tuple[Reminder, Entry, DeadlineRow, Matter]]:
    query = (
        select(Reminder, Entry, DeadlineRow, Matter)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(
            *_asks(Reminder),
            ASKED_AT.between(now - LOOK_BACK, now - LEAST_WAIT),
            Reminder.person_id == Matter.attorney_id,
            or_(Reminder.state == "sent", unreached()),
            Entry.status == "open",
            DeadlineRow.version == Entry.version,
            ~standing(now),
        )
        .order_by(Reminder.id)
    )
    for found in session.execute(query):
        yield found[0], found[1], found[2], found[3]


def _asks(of: type[Reminder]) -> tuple[ColumnElement[bool], ...]:
    """Whether a reminder asks somebody of their own to act."""
    return (
        of.severity >= URGENT,
        of.channel != WEBHOOK,  # nobody's own: it tells no attorney
        of.rung.not_like(f"{UNDELIVERED}%"),
        of.rung.not_like(f"{ESCALATED}%"),
    )


def unreached() -> ColumnElement[bool]:
    """Whether a mail was refused for good or put off again and again, and nothing since it was due has reached the
    same person by any way: that would be what is not answered."""
    refused = select(Attempt.id).where(Attempt.reminder_id == Reminder.id, Attempt.outcome == "dead")
    other = aliased(Reminder)
    reached = select(other.id).where(
        other.deadline_id == Reminder.deadline_id,
        other.person_id == Reminder.person_id,
        other.state == "sent",
        other.sent_at >= Reminder.due_at,
        *_asks(other),
    )
    return and_(
        Reminder.state.in_(WAITING),
        Reminder.channel.in_(MAIL),
        or_(Reminder.state == "dead", Reminder.attempts >= ALARM_TRIES, refused.exists()),
        ~reached.exists(),
    )


def not_reached(session: Session, rows: Collection[Reminder]) -> set[int]:
    """Of messages to the next person, those that go on from a reminder that never reached the attorney."""
    return {row.id for row in rows if row.rung.startswith(ESCALATED) and _never_left(session, row)}


def _never_left(session: Session, row: Reminder) -> bool:
    rung = row.rung.removeprefix(ESCALATED).partition("-")[2]
    states = session.scalars(
        select(Reminder.state)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, and_(Matter.id == Entry.matter_id, Matter.attorney_id == Reminder.person_id))
        .where(Reminder.deadline_id == row.deadline_id, Reminder.rung == rung, Reminder.channel != WEBHOOK)
    ).all()
    return bool(states) and "sent" not in states


def _asked_since(session: Session, row: Reminder, entry: Entry) -> datetime | None:
    """Since when a reminder waits for an answer: since the last one ended, where it had one. None where a newer one
    asks anew from then on, within a day: that goes on by itself, and nobody is asked twice."""
    of = Acknowledgement.entry_id == entry.id, Acknowledgement.version == entry.version
    asked_at = row.sent_at or row.due_at
    ended = session.scalar(select(func.max(Acknowledgement.until)).where(*of, Acknowledgement.until > asked_at))
    if ended is None:
        return asked_at
    newer = select(Reminder.id).where(
        Reminder.deadline_id == row.deadline_id,
        Reminder.person_id == row.person_id,
        Reminder.severity >= URGENT,
        Reminder.due_at.between(ended, ended + ONE_DAY),
        Reminder.state.not_in(("superseded", "cancelled")),
        *(Reminder.rung.not_like(f"{other}%") for other in (UNDELIVERED, ESCALATED)),
    )
    return None if session.scalar(newer.limit(1)) is not None else ended


def _told_at(session: Session, row: Reminder, person: Person, since: datetime) -> datetime | None:
    """When somebody was asked a reminder in the attorney's place, at whatever level, or the same dates since then;
    None where neither was."""
    rungs = [f"{ESCALATED}{level}-{row.rung}" for level in range(AT_ONCE, LEVELS + 1)]
    told = select(func.max(Reminder.due_at)).where(
        Reminder.deadline_id == row.deadline_id,
        Reminder.person_id == person.id,
        Reminder.rung.like(f"{ESCALATED}%"),
        or_(Reminder.rung.in_(rungs), Reminder.due_at >= since - LEAST_WAIT),
    )
    return session.scalar(told)


def _has_like(session: Session, row: Reminder, person: Person) -> bool:
    """Whether somebody was told the same in their own place."""
    like = Reminder.deadline_id == row.deadline_id, Reminder.rung == row.rung, Reminder.person_id == person.id
    return session.scalar(select(Reminder.id).where(*like).limit(1)) is not None


def _chain(session: Session, matter: Matter, emergency: str | None, besides: Person | None = None) -> list[Person]:
    """Who is told in turn: everybody once, and nobody who has left or covers and so was told at once."""
    attorney = matter.attorney
    wanted = [attorney.deputy_id, attorney.supervisor_id]
    found = [session.get(Person, identifier) for identifier in wanted if identifier is not None]
    if emergency is not None:
        found.append(session.scalars(select(Person).where(Person.email == emergency)).one_or_none())
    chain = {person.id: person for person in found if person is not None and person.active}
    for told in (attorney, besides):
        if told is not None:
            chain.pop(told.id, None)
    return list(chain.values())[:LEVELS]


def _day_of(deadline: DeadlineRow) -> date | None:
    return deadline.last_day or deadline.safe_by


def _wait(deadline: DeadlineRow, sent_at: datetime, escalation: Escalation) -> timedelta:
    day = _day_of(deadline)
    if day is None:
        return escalation.wait
    left = moment(day + timedelta(days=1), time(), escalation.zone) - sent_at
    return max(LEAST_WAIT, min(escalation.wait, left / SHARE))


def _tell(
    session: Session,
    row: Reminder,
    entry: Entry,
    deadline: DeadlineRow,
    level: int,
    person: Person,
    escalation: Escalation,
    now: datetime,
) -> Reminder:
    rung = f"{ESCALATED}{level}-{row.rung}"
    made = reminder_row(deadline, person.id, escalation.channel, rung, URGENT, now)
    session.add(made)
    detail = {"reminder": row.id, "level": level, "told": person.id, "reached": row.state == "sent"}
    audit.record(session, at=now, actor="daemon", action="reminder.escalate", subject=entry.id, detail=detail)
    session.flush()
    return made
