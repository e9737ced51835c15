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
from deadlines.docket.asked import LEAST_WAIT, LOOK_BACK, Asked, Since, asks
from deadlines.docket.ended_answers import ask_successors
from deadlines.docket.handed import ask_anew
from deadlines.docket.lanes import ESCALATED, free_rung, stage_of
from deadlines.docket.outbox import ALARM_TRIES
from deadlines.docket.reminders import URGENT, reminder_row
from deadlines.notify.channel import MAIL, WEBHOOK
from deadlines.store import audit
from deadlines.store.tables import Acknowledgement, Attempt, DeadlineRow, Entry, Matter, Person, Reminder

AT_ONCE = 0
"""The level of who covers for an attorney that is away."""
SHARE = 4
"""The next person is told after a quarter of the time that is left, where that is sooner than the usual wait."""
TOGETHER = 500
"""So many reminders are gone through with what was asked beside them at hand."""
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


class _Unanswered(Struct, frozen=True):
    """A reminder that waits for an answer, with what it is about."""

    row: Reminder
    entry: Entry
    deadline: DeadlineRow
    matter: Matter


class _Firm:
    """Who stands in for whom today."""

    def __init__(self, session: Session, escalation: Escalation, now: datetime) -> None:
        self.escalation = escalation
        self.today = now.astimezone(ZoneInfo(escalation.zone)).date()
        self._people = {person.id: person for person in session.scalars(select(Person))}
        self._covering = covers(session, self.today)
        known = (each.id for each in self._people.values() if each.email == escalation.emergency)
        self._emergency = next(known, None)

    def cover_of(self, matter: Matter) -> Person | None:
        """Who covers for its attorney today."""
        return self._people.get(self._covering.get(matter.attorney_id, ""))

    def chain(self, matter: Matter, besides: Person | None) -> list[Person]:
        """Who is told in turn: everybody once, and nobody who has left or covers and so was told at once."""
        attorney = matter.attorney
        wanted = (attorney.deputy_id, attorney.supervisor_id, self._emergency)
        found = [self._people.get(identifier or "") for identifier in dict.fromkeys(wanted)]
        told = (attorney.id, besides.id if besides is not None else None)
        return [person for person in found if person is not None and person.active and person.id not in told]


def escalate(session: Session, escalation: Escalation, *, now: datetime) -> list[Reminder]:
    """Write the messages to the next person for every urgent reminder of an attorney that nobody answered in time, or
    that did not reach them.

    Each person is asked once for a reminder, whoever else was asked before they stood in (who was may be in nobody's
    place any more), and nobody again of the same dates since it left. The levels follow each other at the same
    distance, also where the program was away and the first is asked late; but of what ends today everybody is told
    whose turn has passed. Where an answer has ended they begin anew from its end: the attorney is asked then
    (afterwards, where the program was away then), and each of the others in their turn, whoever was asked before it.
    Who covers for an attorney that is away is told at once, and so the wait is theirs.
    """
    ask_successors(session, now=now)
    added: list[Reminder] = []
    firm = _Firm(session, escalation, now)
    found = _unanswered(session, now)
    for start in range(0, len(found), TOGETHER):
        part = found[start : start + TOGETHER]
        asked = Asked(session, [each.row for each in part])
        for each in part:
            added += _go_on(session, each, asked, firm, now)
    session.flush()
    return added


def _go_on(session: Session, each: _Unanswered, asked: Asked, firm: _Firm, now: datetime) -> list[Reminder]:
    """What is asked now because of one reminder."""
    row = each.row
    since = None if asked.is_asked_anew(row) else asked.since(row, each.entry.version, now)
    if since is None:
        return []
    if since.answered and now - since.at < LOOK_BACK:
        _ask_attorney(session, each, since.at, asked, now)
    due = list(_due(each, since, asked, firm, now))
    added = [_tell(session, each, level, person, firm.escalation, now) for level, person in due]
    if added:
        asked.added(row.deadline_id)
    return added


def _due(each: _Unanswered, since: Since, asked: Asked, firm: _Firm, now: datetime) -> Iterator[tuple[int, Person]]:
    """Who is to be asked now in the attorney's place, and at which level."""
    row, ends_today = each.row, _day_of(each.deadline) == firm.today
    cover = firm.cover_of(each.matter)
    if cover is not None and not (asked.has_like(row, cover.id, since) or asked.told_at(row, cover.id, since)):
        yield AT_ONCE, cover
    wait, before = _wait(each.deadline, since.at, firm.escalation), since.at
    for level, person in enumerate(firm.chain(each.matter, besides=cover), start=1):
        told_at = asked.told_at(row, person.id, since)
        if told_at is None and now < max(since.at + level * wait, before + wait):
            return
        if told_at is None:
            yield level, person
        before = before if ends_today else told_at or now


def _unanswered(session: Session, now: datetime) -> list[_Unanswered]:
    query = (
        select(Reminder, Entry, DeadlineRow, Matter)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(
            *asks(Reminder),
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
    return [_Unanswered(*found) for found in session.execute(query)]


def _was_answered(now: datetime) -> ColumnElement[bool]:
    """Whether an answer to it ended lately, however long it held."""
    query = select(Acknowledgement.id).where(
        Acknowledgement.entry_id == Entry.id,
        Acknowledgement.version == Entry.version,
        Acknowledgement.until.between(now - LOOK_BACK, now),
        Acknowledgement.until > ASKED_AT,
    )
    return query.exists()


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
        *asks(other),
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
        select(Reminder.rung, Reminder.state, Reminder.attempts)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, and_(Matter.id == Entry.matter_id, Matter.attorney_id == Reminder.person_id))
        .where(Reminder.deadline_id == row.deadline_id, Reminder.rung.in_((rung, stage_of(rung))))
        .where(Reminder.channel != WEBHOOK)
    ).all()
    # What the attorney is asked again in this same moment, because an answer has ended, says nothing yet.
    tried = [(like, state) for like, state, attempts in rows if attempts or state not in ("planned", "leased")]
    known = tried or [(like, state) for like, state, _ in rows]
    # Who was asked a second time was so of the attorney's first one, where there is no second.
    states = [state for like, state in known if like == rung] or [state for _, state in known]
    return bool(states) and "sent" not in states


def _ask_attorney(session: Session, each: _Unanswered, ended: datetime, asked: Asked, now: datetime) -> None:
    """Ask the attorney of dates again, once, when somebody's answer for them has ended; not where the attorney was
    asked anew since."""
    row, attorney = each.row, each.matter.attorney
    if row.channel in MAIL and attorney.active and not asked.is_asked_since(row, ended, now):
        ask_anew(session, [row], attorney, ended)
        asked.added(row.deadline_id)


def _day_of(deadline: DeadlineRow) -> date | None:
    return deadline.last_day or deadline.safe_by


def _wait(deadline: DeadlineRow, sent_at: datetime, escalation: Escalation) -> timedelta:
    day = _day_of(deadline)
    if day is None:
        return escalation.wait
    left = moment(day + timedelta(days=1), time(), escalation.zone) - sent_at
    return max(LEAST_WAIT, min(escalation.wait, left / SHARE))


def _tell(
    session: Session, each: _Unanswered, level: int, person: Person, escalation: Escalation, now: datetime
) -> Reminder:
    row = each.row
    made = reminder_row(each.deadline, person.id, escalation.channel, _rung(session, row, level, person), URGENT, now)
    session.add(made)
    detail = {"reminder": row.id, "level": level, "told": person.id, "reached": row.state == "sent"}
    audit.record(session, at=now, actor="daemon", action="reminder.escalate", subject=each.entry.id, detail=detail)
    session.flush()
    return made


def _rung(session: Session, row: Reminder, level: int, person: Person) -> str:
    """Another than those under which the same person was asked before, by whatever channel."""
    rung = f"{ESCALATED}{level}-{row.rung}"
    same = Reminder.deadline_id == row.deadline_id, Reminder.person_id == person.id
    asked = select(Reminder.rung).where(*same, Reminder.rung.like(f"{stage_of(rung)}%"))
    return free_rung(rung, session.scalars(asked).all())
