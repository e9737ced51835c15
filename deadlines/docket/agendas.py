"""The letters that carry agendas, weekly dockets and follow-up lists: one for a person and day, made as it leaves.

After the program was away only today's is sent: those of lost days would tell of dates of then.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.agenda import agenda_of, reminders_sent, supervisors, weekly_of
from deadlines.docket.compose_agenda import compose_agenda, compose_weekly
from deadlines.docket.compose_follow_up import compose_follow_up
from deadlines.docket.follow_up import follow_up
from deadlines.docket.trail_watch import doubt
from deadlines.errors import InputError
from deadlines.store import audit
from deadlines.store.tables import Letter, Matter, Person

AGENDA, WEEKLY, FOLLOW_UP = "agenda", "weekly", "followup"
"""Begin the keys of these letters; the day and the person follow."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SATURDAY = 5
DAY = timedelta(days=1)


class Rhythm(Struct, frozen=True):
    """When agendas go: at a time of day in the firm's zone, on some weekdays, and on which the weekly docket goes too.

    Weekdays count from Monday, 0. `weekly` None: there is no weekly docket. `follow_up`: the weekday of the follow-up
    list, which goes to the `partner` of that mail address; None: there is none. On a holiday or closure, by
    `is_working_day`, no agenda goes, and what goes once a week waits for the next working day. A weekend that is
    named goes as it is named.
    """

    at: time
    days: frozenset[int]
    weekly: int | None
    zone: str
    follow_up: int | None = None
    partner: str = ""
    is_working_day: Callable[[date], bool] = lambda day: day.weekday() < SATURDAY

    def today(self, now: datetime) -> date:
        """The firm's day."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def due(self, now: datetime) -> bool:
        """Whether the time of day has come, on a day on which anything goes."""
        local = now.astimezone(ZoneInfo(self.zone))
        return local.time() >= self.at and bool(self.kinds(local.date()))

    def kinds(self, day: date) -> list[str]:
        """Which letters go on a day: agendas, the weekly docket, the follow-up list."""
        agenda = [AGENDA] if day.weekday() in self.days and not self._off(day) else []
        once_a_week = ((WEEKLY, self.weekly), (FOLLOW_UP, self.follow_up))
        return agenda + [kind for kind, weekday in once_a_week if weekday is not None and self.keeps(weekday, day)]

    def keeps(self, weekday: int, day: date) -> bool:
        """Whether what goes once a week on that weekday goes on this day."""
        wanted = day - DAY * ((day.weekday() - weekday) % 7)
        while self._off(wanted) or (wanted.weekday() != weekday and not self.is_working_day(wanted)):
            wanted += DAY
        return wanted == day

    def _off(self, day: date) -> bool:
        return day.weekday() < SATURDAY and not self.is_working_day(day)


def people_to_tell(session: Session, rhythm: Rhythm, now: datetime) -> list[tuple[str, str]]:
    """Which letters may be due today: kind and person."""
    kinds = rhythm.kinds(rhythm.today(now))
    wanted: list[tuple[str, str]] = []
    if AGENDA in kinds:
        query = select(Person.id).where(Person.active.is_(True), Person.agenda.is_(True)).order_by(Person.id)
        wanted += [(AGENDA, person) for person in session.scalars(query)]
    if WEEKLY in kinds:
        wanted += [(WEEKLY, person.id) for person in supervisors(session)]
    if FOLLOW_UP in kinds and rhythm.partner:
        partner = select(Person.id).where(Person.active.is_(True), Person.email == rhythm.partner)
        wanted += [(FOLLOW_UP, person) for person in session.scalars(partner)]
    return wanted


def write(session: Session, rhythm: Rhythm, kind: str, person_id: str, *, now: datetime) -> bool:
    """Write one letter of today, unless there is nothing to say or it is there already; whether it was written."""
    person = session.get_one(Person, person_id)
    words = _words(session, rhythm, kind, person, now)
    if words is None:
        return False
    key = f"{kind}/{rhythm.today(now).isoformat()}/{person.id}"
    return letters.queue(session, key=key, person=person, subject=words[0], text=words[1], now=now)


def renewed(session: Session, letter: Letter, rhythm: Rhythm, now: datetime) -> tuple[str, str] | None:
    """Subject and text of a letter just before it is sent; None for one of another day, or with nothing left to say.

    Letters of another sort stay as they are.
    """
    kind, _, rest = letter.key.partition("/")
    if kind not in (AGENDA, WEEKLY, FOLLOW_UP):
        return letter.subject, letter.text
    if rest.partition("/")[0] != rhythm.today(now).isoformat():
        return None
    return _words(session, rhythm, kind, session.get_one(Person, letter.person_id), now)


def choose_agenda(session: Session, person: Person, *, wanted: bool, actor: str, now: datetime) -> None:
    """Whether a person is sent an agenda. Raises InputError for somebody who has left."""
    if not person.active:
        raise InputError(f"{person.email} has left the firm and is sent nothing.")
    person.agenda = wanted
    audit.record(session, at=now, actor=actor, action="person.agenda", subject=person.id, detail={"wanted": wanted})


def _words(session: Session, rhythm: Rhythm, kind: str, person: Person, now: datetime) -> tuple[str, str] | None:
    words = _plain_words(session, rhythm, kind, person, now)
    doubted = doubt(session)
    if words is None or doubted is None:
        return words
    return f"[INTEGRITY ALARM] {words[0]}", f"{doubted}\n\n{words[1]}"


def _plain_words(session: Session, rhythm: Rhythm, kind: str, person: Person, now: datetime) -> tuple[str, str] | None:
    today = rhythm.today(now)
    if kind == WEEKLY:
        found = weekly_of(session, person, today=today, now=now)
        return compose_weekly(found, today=today) if found else None
    if kind == FOLLOW_UP:
        return _follow_up_words(session, person, today)
    agenda = agenda_of(session, person, today=today, now=now)
    if agenda.is_empty or not person.agenda:
        return None
    sent = reminders_sent(session, person, now=now) if rhythm.keeps(min(rhythm.days), today) else None
    return compose_agenda(agenda, today=today, sent=sent)


def _follow_up_words(session: Session, partner: Person, today: date) -> tuple[str, str]:
    """The list also where nothing was due: a mail that does not come must mean that something is wrong."""
    found = follow_up(session, partner, on=today)
    numbers = {line.matter for line in (*found.last, *found.next)}
    matters = {row.reference: row for row in session.scalars(select(Matter).where(Matter.reference.in_(numbers)))}
    return compose_follow_up(found, matters, today=today)


def weekdays(text: str) -> Sequence[int]:
    """The numbers of weekdays named by their first three letters."""
    return [WEEKDAYS.index(word) for word in text.split()]
