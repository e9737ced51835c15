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
from deadlines.docket.handed import NEVER_MINDED, ask_anew
from deadlines.docket.lanes import AGAIN, ESCALATED, UNDELIVERED, free_rung, stage_of
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


class _Since(Struct, frozen=True):
    """Since when a reminder waits for an answer; `answered`: since one has ended."""

    at: datetime
    answered: bool = False


def escalate(session: Session, escalation: Escalation, *, now: datetime) -> list[Reminder]:
    """Write the messages to the next person for every urgent reminder of an attorney that nobody answered in time, or
    that did not reach them.

    Each person is asked once for a reminder, whoever else was asked before they stood in (who was may be in nobody's
    place any more), and nobody again of the same dates since it left. The levels follow each other at the same
    distance, also where the program was away and the first is asked late; but of what ends today everybody is told
    whose turn has passed. Where an answer has ended they begin anew from its end: the attorney is asked then, and each
    of the others in their turn, whoever was asked before it. Who covers for an attorney that is away is told at once,
    and so the wait is theirs.
    """
    added: list[Reminder] = []
    today = now.astimezone(ZoneInfo(escalation.zone)).date()
    covering = covers(session, today)
    for row, entry, deadline, matter in _unanswered(session, now):
        since = _asked_since(session, row, entry, now)
        if since is None:
            continue
        if since.answered and now - since.at < ONE_DAY:
            _ask_attorney(session, row, matter.attorney, since.at)
        ends_today = _day_of(deadline) == today
        cover = session.get(Person, covering.get(matter.attorney_id, ""))
        if cover is not None and not _has_like(session, row, cover, since) and not _told_at(session, row, cover, since):
            added.append(_tell(session, row, entry, deadline, AT_ONCE, cover, escalation, now))
        wait, before = _wait(deadline, since.at, escalation), since.at
        for level, person in enumerate(_chain(session, matter, escalation.emergency, besides=cover), start=1):
            told_at = _told_at(session, row, person, since)
            if told_at is None and now < max(since.at + level * wait, before + wait):
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
            now - LEAST_WAIT >= ASKED_AT,
            or_(now - LOOK_BACK <= ASKED_AT, _was_answered(now)),
            Reminder.person_id == Matter.attorney_id,
            or_(Reminder.state == "sent", unreached()),
            Entry.status == "open",
            DeadlineRow.version == Entry.version,
            ~standing(now),
        )
        .order_by(ASKED_AT.desc(), Reminder.id.desc())  # where an answer ended, the newest of its dates is asked again
    )
    for found in session.execute(query).all():
        if not _is_asked_anew(session, found[0]):
            yield found[0], found[1], found[2], found[3]


def _was_answered(now: datetime) -> ColumnElement[bool]:
    """Whether an answer to it ended lately, however long it held."""
    query = select(Acknowledgement.id).where(
        Acknowledgement.entry_id == Entry.id,
        Acknowledgement.version == Entry.version,
        Acknowledgement.until.between(now - LOOK_BACK, now),
        Acknowledgement.until > ASKED_AT,
    )
    return query.exists()


def _is_asked_anew(session: Session, row: Reminder) -> bool:
    """Whether its person was asked the same again since, because it came to them anew: that goes on by itself."""
    again = select(Reminder.id).where(
        Reminder.deadline_id == row.deadline_id,
        Reminder.person_id == row.person_id,
        Reminder.rung.like(f"{stage_of(row.rung)}{AGAIN}%"),
        Reminder.due_at > row.due_at,
        Reminder.state.not_in(NEVER_MINDED),
    )
    return session.scalar(again.limit(1)) is not None


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
    rows = session.execute(
        select(Reminder.rung, Reminder.state)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, and_(Matter.id == Entry.matter_id, Matter.attorney_id == Reminder.person_id))
        .where(Reminder.deadline_id == row.deadline_id, Reminder.rung.in_((rung, stage_of(rung))))
        .where(Reminder.channel != WEBHOOK)
    ).all()
    # Who was asked a second time was so of the attorney's first one, where there is no second.
    states = [state for like, state in rows if like == rung] or [state for _, state in rows]
    return bool(states) and "sent" not in states


def _asked_since(session: Session, row: Reminder, entry: Entry, now: datetime) -> _Since | None:
    """Since when a reminder waits for an answer: since the last one ended, where it had one, or asks anew because of
    that. None where a newer one asks from then on, within a day: that goes on by itself, and nobody is asked twice."""
    of = Acknowledgement.entry_id == entry.id, Acknowledgement.version == entry.version
    asked_at = row.sent_at or row.due_at
    until = Acknowledgement.until
    lately = Acknowledgement.at <= asked_at + LOOK_BACK  # who takes dates on weeks later answers a newer reminder
    ended = session.scalar(select(func.max(until)).where(*of, lately, or_(until > asked_at, until == row.due_at)))
    if ended is None:
        return _Since(asked_at) if asked_at >= now - LOOK_BACK else None
    newer = select(Reminder.id).where(
        Reminder.deadline_id == row.deadline_id,
        Reminder.person_id == row.person_id,
        Reminder.severity >= URGENT,
        Reminder.due_at.between(ended, ended + ONE_DAY),
        Reminder.due_at > row.due_at,
        Reminder.state.not_in(NEVER_MINDED),
        *(Reminder.rung.not_like(f"{other}%") for other in (UNDELIVERED, ESCALATED)),
    )
    return None if session.scalar(newer.limit(1)) is not None else _Since(ended, answered=True)


def _ask_attorney(session: Session, row: Reminder, attorney: Person, ended: datetime) -> None:
    """Ask the attorney of dates again, once, when somebody's answer for them has ended."""
    same = Reminder.deadline_id == row.deadline_id, Reminder.person_id == attorney.id, Reminder.due_at == ended
    if row.channel in MAIL and attorney.active and session.scalar(select(Reminder.id).where(*same).limit(1)) is None:
        ask_anew(session, [row], attorney, ended)


def _told_at(session: Session, row: Reminder, person: Person, since: _Since) -> datetime | None:
    """When somebody was asked a reminder in the attorney's place, at whatever level, or the same dates since then;
    None where neither was. What they were asked before an answer ended was answered."""
    rungs = [f"{ESCALATED}{level}-{row.rung}" for level in range(AT_ONCE, LEVELS + 1)]
    lately = Reminder.due_at >= (since.at if since.answered else since.at - LEAST_WAIT)
    told = select(func.max(Reminder.due_at)).where(
        Reminder.deadline_id == row.deadline_id,
        Reminder.person_id == person.id,
        Reminder.rung.like(f"{ESCALATED}%"),
        Reminder.state.not_in(NEVER_MINDED),
        lately if since.answered else or_(Reminder.rung.in_(rungs), lately),
    )
    return session.scalar(told)


def _has_like(session: Session, row: Reminder, person: Person, since: _Since) -> bool:
    """Whether somebody was told the same in their own place."""
    like = [Reminder.deadline_id == row.deadline_id, Reminder.rung == row.rung, Reminder.person_id == person.id]
    like += [Reminder.due_at >= since.at] if since.answered else []
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
    made = reminder_row(deadline, person.id, escalation.channel, _rung(session, row, level, person), URGENT, now)
    session.add(made)
    detail = {"reminder": row.id, "level": level, "told": person.id, "reached": row.state == "sent"}
    audit.record(session, at=now, actor="daemon", action="reminder.escalate", subject=entry.id, detail=detail)
    session.flush()
    return made


def _rung(session: Session, row: Reminder, level: int, person: Person) -> str:
    """Another than those under which the same person was asked before, by whatever channel."""
    rung = f"{ESCALATED}{level}-{row.rung}"
    same = Reminder.deadline_id == row.deadline_id, Reminder.person_id == person.id
    asked = select(Reminder.rung).where(*same, Reminder.rung.like(f"{stage_of(rung)}%"))
    return free_rung(rung, session.scalars(asked).all())
