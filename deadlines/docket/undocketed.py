"""The papers that wait to be docketed: who sees which, how long each has waited, who is told when it is too long."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.findings import Finding
from deadlines.docket.mailroom import Age, MailRoom
from deadlines.docket.visible import counted, visible
from deadlines.ical.wording import day_text
from deadlines.store.tables import Incoming, Matter, Person

VEILED = "Paper of a restricted matter: ask its attorney"
ILL_AFTER = timedelta(days=1)
Papers = Select[Incoming, Matter, str, bool]
"""Papers with their matter, its attorney's address, and whether the reader sees more than that there is one."""

LETTER = """\
A paper that came in by {way} on {received} is not on the docket{matter}. It was to
be there by {due}, and has been waiting for {age}.

A date that nobody has entered warns nobody. Look at it now: {how}
Until then this comes again on every working day. What the paper is called stands on the docket only,
because it may name a client.
"""
BY_PAGE = """\
it waits under {id}.
{pages}/incoming

Docket it there, or say that its notice is on the docket already, or that it bears no date.
"""
BY_COMMAND = """\
`deadlines incoming list` shows it as {id}.
Record the notice with `deadlines add --incoming {id}`. Where it is recorded already, say so
with `deadlines incoming docketed {id} --notice NOTICE`; where it bears no date, with
`deadlines incoming dismiss {id} --reason REASON`.
"""


class IncomingView(Struct, frozen=True, kw_only=True):
    """One paper that came in. `overdue`: it waits, and the time in which it was to be docketed is over.

    `state` is `waiting`, `docketed` (then `notice` is the notice recorded from it) or `dismissed` (with a
    `reason`). Of a `veiled` one, of a restricted matter that the reader does not work on, nothing is told but how
    long it waits. `registered_by` and `settled_by` are mail addresses where they are people.
    """

    incoming: str
    title: str
    matter_id: str | None
    matter: str | None
    attorney: str | None
    at: str
    received_on: date
    registered_at: datetime
    registered_by: str
    due_at: datetime
    age: Age
    overdue: bool
    state: str
    notice: str | None
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None
    veiled: bool = False


def papers(
    session: Session, room: MailRoom, person: Person | None, *, now: datetime, everything: bool = False
) -> list[IncomingView]:
    """What waits, the oldest first, as a person sees it; with `everything` also what is settled.

    Where nobody is named, restricted matters are veiled.
    """
    query = _seen_by(person).order_by(Incoming.received_on, Incoming.registered_at, Incoming.id)
    if not everything:
        query = query.where(Incoming.state == "waiting")
    emails = _emails(session)
    return [_view(room, now, emails, *row) for row in session.execute(query)]


def paper_view(session: Session, room: MailRoom, found: Incoming, person: Person, *, now: datetime) -> IncomingView:
    """One paper as a person sees it who has just registered or settled it."""
    seen = or_(Incoming.matter_id.is_(None), visible(person))
    row = session.execute(_joined(seen).where(Incoming.id == found.id)).one()
    return _view(room, now, _emails(session), *row)


def undocketed_count(session: Session, person: Person) -> int:
    """How many papers wait, of those that stand on a person's docket."""
    query = select(func.count()).select_from(Incoming).outerjoin(Matter, Matter.id == Incoming.matter_id)
    mine = or_(Incoming.matter_id.is_(None), counted(person))
    return session.scalar(query.where(Incoming.state == "waiting", mine)) or 0


def tell_undocketed(session: Session, room: MailRoom, *, now: datetime) -> int:
    """Write of each paper that waits too long, and again on each working day; how many papers."""
    late = select(Incoming).where(Incoming.state == "waiting", Incoming.next_at <= now)
    rows = session.scalars(late.order_by(Incoming.next_at, Incoming.id)).all()
    return sum(_tell(session, room, row, now) for row in rows)


def check_undocketed(session: Session, now: datetime) -> Finding:
    """Whether every paper that came in was docketed in time."""
    late = Incoming.state == "waiting", Incoming.due_at <= now
    count, oldest = session.execute(select(func.count(), func.min(Incoming.due_at)).where(*late)).one()
    if not count or oldest is None:
        return Finding("undocketed", "well", "No paper that came in waits to be docketed for longer than it may.")
    ill = now - oldest > ILL_AFTER
    waits = "1 paper that came in waits" if count == 1 else f"{count} papers that came in wait"
    sentence = f"{waits} to be docketed past the time for it, since {oldest:%Y-%m-%d %H:%M UTC}."
    hint = (
        "`deadlines incoming list` shows them; record each with `deadlines add --incoming`, or settle it with "
        "`deadlines incoming docketed` or `deadlines incoming dismiss`."
    )
    return Finding("undocketed", "ill" if ill else "warning", sentence, hint)


def _tell(session: Session, room: MailRoom, row: Incoming, now: datetime) -> bool:
    # Of two daemons one moves it on, and writes.
    mark = update(Incoming).where(Incoming.id == row.id, Incoming.state == "waiting", Incoming.next_at == row.next_at)
    moved = mark.values(next_at=room.next_morning(now)).returning(Incoming.id)
    if session.scalar(moved.execution_options(synchronize_session=False)) is None:
        return False
    due = room.local(row.due_at)
    words = LETTER.format(
        how=(BY_PAGE if room.pages else BY_COMMAND).format(id=row.id[:8], pages=room.pages).rstrip("\n"),
        way=row.at,
        received=day_text(row.received_on),
        matter=f", matter {row.matter.reference}" if row.matter is not None else "",
        due=f"{day_text(due.date())}, {due:%H:%M} ({room.zone})",
        age=room.age(room.since(row.received_on, row.registered_at), now).words,
    )
    for person in _told(session, row):
        letters.queue(
            session,
            key=f"incoming/{row.id}/{now:%Y-%m-%dT%H:%M}/{person.id}",
            person=person,
            subject=f"NOT DOCKETED: a paper that came in on {day_text(row.received_on)}",
            text=words,
            now=now,
        )
    session.expire(row)
    return True


def _seen_by(person: Person | None) -> Papers:
    """What stands on a person's docket, and whether they see it."""
    if person is None:
        return _joined(or_(Incoming.matter_id.is_(None), Matter.restricted.is_(False)))
    unknown = Incoming.matter_id.is_(None)
    return _joined(or_(unknown, visible(person))).where(or_(unknown, counted(person)))


def _joined(seen: ColumnElement[bool]) -> Papers:
    return (
        select(Incoming, Matter, Person.email, seen.label("seen"))
        .outerjoin(Matter, Matter.id == Incoming.matter_id)
        .outerjoin(Person, Person.id == Matter.attorney_id)
    )


def _emails(session: Session) -> dict[str, str]:
    return {row.id: row.email for row in session.execute(select(Person.id, Person.email))}


def _told(session: Session, row: Incoming) -> Iterable[Person]:
    """The docket role and the matter's attorney; everybody for a paper that nobody else would hear of."""
    people: Sequence[Person] = letters.docket_people(session)
    if row.matter is not None and row.matter.attorney.active:
        people = [*people, row.matter.attorney]
    if not people and row.matter is None:
        people = session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.id)).all()
    return {person.id: person for person in people}.values()


def _view(
    room: MailRoom,
    now: datetime,
    emails: dict[str, str],
    row: Incoming,
    matter: Matter | None,
    attorney: str | None,
    seen: bool,
) -> IncomingView:
    waits = row.state == "waiting"
    until = now if waits or row.settled_at is None else row.settled_at
    return IncomingView(
        incoming=row.id,
        title=row.title if seen else VEILED,
        matter_id=row.matter_id if seen else None,
        matter=matter.reference if matter is not None and seen else None,
        attorney=attorney,
        at=row.at,
        received_on=row.received_on,
        registered_at=row.registered_at,
        registered_by=emails.get(row.registered_by, row.registered_by),
        due_at=row.due_at,
        age=room.age(room.since(row.received_on, row.registered_at), until),
        overdue=waits and row.due_at <= now,
        state=row.state,
        notice=row.notice_id if seen else None,
        settled_at=row.settled_at,
        settled_by=emails.get(row.settled_by or "", row.settled_by),
        reason=row.reason if seen else None,
        veiled=not seen,
    )
