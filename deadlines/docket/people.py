"""The people of the firm: who subscribes, is reminded and answers for matters. Nobody is deleted."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from deadlines.docket import invitations, letters, logins, tokens, webhooks
from deadlines.docket.absences import end_absences
from deadlines.docket.acknowledging import end_answers, end_lost_answers
from deadlines.docket.answerable import require_able
from deadlines.docket.endings import end_of_person
from deadlines.docket.handed import ask_attorneys
from deadlines.docket.handing import hand_all_over
from deadlines.docket.leaving import hold_matters
from deadlines.docket.open_work import open_work
from deadlines.docket.outbox import revive
from deadlines.docket.roles import ROLES
from deadlines.docket.teams import leave_everything, matters_of
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store import audit
from deadlines.store.tables import Contact, Matter, NoticeRow, Person

LONGEST_NAME = 200
LISTED = "`deadlines person list` shows it."


def add_person(session: Session, *, name: str, email: str, role: str, actor: str, now: datetime) -> Person:
    """Add someone. The address is kept in lower case and names the person everywhere.

    Raises InputError for an unusable name or role, Conflict where the address is taken.
    """
    name = plain_name(name)
    require_role(role)
    if session.scalar(select(Person.id).where(Person.email == email.lower())) is not None:
        raise Conflict(f"{email.lower()} is in the list of people already.", advice=LISTED)
    person = Person(name=name, email=email.lower(), role=role, active=True, created_at=now)
    session.add(person)
    session.flush()
    _record(session, person, "person.add", actor, now, {"role": role})
    return person


def plain_name(name: str) -> str:
    """The name as it is kept; raises InputError for an unusable one."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"A person needs a name of 1 to {LONGEST_NAME} plain characters.")
    return name


def require_role(role: str) -> None:
    """Raises InputError for what is no role."""
    if role not in ROLES:
        raise InputError(f'"{role}" is not a role; choose {", ".join(ROLES)}.')


def find_person(session: Session, email: str) -> Person:
    """The person with that mail address; raises NotFound."""
    person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    if person is None:
        raise NotFound(f"Nobody has the address {email}.", advice="`deadlines person add` adds people.")
    return person


def active_person(session: Session, email: str) -> Person:
    """The same, of somebody who is here: only they decide and sign. Raises NotFound and Conflict."""
    person = find_person(session, email)
    if not person.active:
        raise Conflict(f"{person.email} has left the firm; name an active person.", advice="That is done with --by.")
    return person


def list_people(session: Session, *, inactive: bool = False) -> Sequence[Person]:
    """The people by name; those who have left only where `inactive`."""
    query = select(Person).order_by(func.lower(Person.name), Person.email)
    return session.scalars(query if inactive else query.where(Person.active.is_(True))).all()


def amend_address(session: Session, person: Person, email: str, *, actor: str, now: datetime) -> int:
    """Correct someone's mail address; how many refused reminders go out anew, and with them refused letters.

    Every coming date that the person's own calendar was told of is told anew, at the new address. What they entered
    stays theirs under the new address, so that they do not verify it.

    Raises Conflict when it is taken.
    """
    other = session.scalar(select(Person.id).where(Person.email == email.lower(), Person.id != person.id))
    if other is not None:
        raise Conflict(f"{email.lower()} is in the list of people already.", advice=LISTED)
    entered = update(NoticeRow).where(NoticeRow.entered_by == person.email)
    session.execute(entered.values(entered_by=email.lower()))
    person.email = email.lower()
    _record(session, person, "person.amend", actor, now, {})
    session.flush()
    letters.revive(session, person, now)
    invitations.tell_anew(session, person, now)
    return revive(session, now=now, after=timedelta(0), person=person)


def set_deputies(
    session: Session,
    person: Person,
    *,
    deputy: str | None,
    supervisor: str | None,
    actor: str,
    now: datetime,
    today: date,
) -> None:
    """Name who is asked when somebody does not answer, by mail address; `-` takes a name away, None leaves it.

    What who stood in before had taken on and may answer for no more is open again, and asked anew of its attorneys.
    `today`: the firm's day.

    Raises NotFound, Conflict for somebody who has left, InputError for the person, and for who may take no date on.
    """
    before = {person.deputy_id, person.supervisor_id} - {None}
    for name, email in (("deputy_id", deputy), ("supervisor_id", supervisor)):
        if email is None:
            continue
        other = None if email.strip() == "-" else active_person(session, email)
        if other is person:
            raise InputError("Nobody stands in for themselves: name another person.")
        if other is not None:
            require_able(other, name.removesuffix("_id"))
        setattr(person, name, other.id if other is not None else None)
    detail = {"deputy": person.deputy_id, "supervisor": person.supervisor_id}
    session.flush()
    of = Matter.attorney_id == person.id
    for former in session.scalars(select(Person).where(Person.id.in_(before - set(detail.values())))).all():
        ask_attorneys(session, end_lost_answers(session, former, today=today, now=now, of=of), now)
    _record(session, person, "person.deputies", actor, now, detail)


def deactivate_person(
    session: Session,
    person: Person,
    *,
    successor: Person | None,
    actor: str,
    today: date,
    now: datetime,
    pages: str = "",
) -> int:
    """Someone leaves: browsers, feeds and tokens end, chat addresses are forgotten, what waits goes to the successor.

    Absences end, and what they took on is open again and asked anew of its attorneys. `today` is the firm's day.

    Returns how many matters were handed over. Raises Conflict while something open has nobody to go to, and names it:
    no window may be left without a person, nor a matter that is not closed, of which the next notice opens one.
    For the successor as `hand_all_over`.
    """
    if not person.active:
        raise Conflict(f"{person.email} is inactive already.")
    hold_matters(session, lambda: matters_of(session, person))  # before anything of this is written down
    left = open_work(session, person, today)
    if successor is None and left:
        raise Conflict(
            f"{person.email} {left.words()}, and cannot leave without a successor.",
            advice=f"`deadlines person deactivate {person.email} --successor ADDRESS` hands all of it over, "
            "`deadlines matter hand-over MATTER ADDRESS` one matter.",
            code="still-answers",
        )
    handed = 0
    end_absences(session, person, today)
    opened = end_answers(session, person, now)
    if successor is not None:
        handed = hand_all_over(session, person, successor, actor=actor, today=today, now=now, pages=pages)
    ask_attorneys(session, opened, now)
    leave_everything(session, person, now=now)
    logins.end_of_person(session, person)
    end_of_person(session, person, actor=actor, now=now)
    tokens.end_of_person(session, person, actor=actor, now=now)
    webhooks.end_of_person(session, person, actor=actor, now=now)
    session.execute(delete(Contact).where(Contact.person_id == person.id))
    person.active = False
    detail = {"successor": successor.id if successor else None, "matters": handed}
    _record(session, person, "person.deactivate", actor, now, detail)
    return handed


def activate_person(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """Somebody who had left is back and signs in anew; matters, calendars, tokens and chats are given anew. Raises
    Conflict for who is here."""
    if person.active:
        raise Conflict(f"{person.email} is active already.")
    logins.end_of_person(session, person)  # also what came about in the moment of leaving
    person.active = True
    _record(session, person, "person.activate", actor, now, {})


def _record(session: Session, person: Person, action: str, actor: str, now: datetime, detail: dict[str, Any]) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=person.id, detail=detail)
