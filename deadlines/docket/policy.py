"""The part of the firm's docket policy that lies in the docket: who does what, and who stands in for whom."""

from collections.abc import Iterator

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.roles import ATTORNEYS, DOCKET_ROLE, PARTNER_ROLE
from deadlines.store.tables import Person


class Chapter(Struct, frozen=True):
    """A heading and its sentences. What is not set begins with `NOT SET`."""

    title: str
    sentences: list[str]


def people_chapter(session: Session, *, emergency: str, partner: str) -> Chapter:
    """Who keeps the docket, who stands in for each attorney, who is asked last, who follows up."""
    query = select(Person).where(Person.active.is_(True)).order_by(Person.name, Person.email)
    people = list(session.scalars(query))
    return Chapter("People", list(_people(people, emergency.strip().lower(), partner.strip().lower())))


def is_here(session: Session, email: str) -> bool:
    """Whether an address that the settings name is that of an active person."""
    known = select(Person.id).where(Person.email == email.strip().lower(), Person.active.is_(True))
    return session.scalar(known) is not None


def _people(people: list[Person], emergency: str, partner: str) -> Iterator[str]:
    names = {person.id: f"{person.name} <{person.email}>" for person in people}
    emails = {person.email: names[person.id] for person in people}
    keepers = [person for person in people if person.role == DOCKET_ROLE]
    if keepers:
        yield f"The docket is kept by {', '.join(names[person.id] for person in keepers)}."
    else:
        yield "NOT SET: nobody has the role docket."
    partners = [names[person.id] for person in people if person.role == PARTNER_ROLE]
    if partners:
        yield f"Partners: {', '.join(partners)}."
    for person in people:
        if person.role not in ATTORNEYS and person not in keepers:
            continue
        deputy, supervisor = names.get(person.deputy_id or ""), names.get(person.supervisor_id or "")
        asked = f"deputy {deputy}" if deputy else "NOT SET: no deputy"
        yield f"{person.name}: {asked}{f', supervisor {supervisor}' if supervisor else ''}."
    yield from _named("is asked last when nobody answers", "reminders.emergency", emergency, emails)
    yield from _named("follows up what was filed", "follow_up.partner", partner, emails)


def _named(what: str, option: str, email: str, emails: dict[str, str]) -> Iterator[str]:
    if email in emails:
        yield f"{emails[email]} {what}."
    else:
        named = f" names {email}, who is no active person of the firm" if email else ""
        yield f"NOT SET: nobody {what} ({option}{named})."
