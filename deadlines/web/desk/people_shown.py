"""The list of people and the page of one, as they are shown to who reads and to who manages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, select
from starlette.responses import Response

from deadlines.docket import people
from deadlines.docket.absences import away_now, closed_to, coming
from deadlines.docket.answerable import able
from deadlines.docket.factors import has_factor
from deadlines.docket.open_work import counted
from deadlines.docket.roles import ATTORNEYS, MAY, ROLES, WORDS, may, require
from deadlines.docket.visible import visible
from deadlines.errors import NotFound
from deadlines.ical.wording import day_text
from deadlines.store.tables import Absence, Audit, Login, Matter, Person, SecondFactor
from deadlines.web.desk.acts import status_of
from deadlines.web.desk.door import UNKNOWN, Refusal
from deadlines.web.desk.typed import faults_of
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence

DONE = {
    "added": "Added. Make a link now, on which the person chooses a password.",
    "address": "The mail address is corrected; what it refused before goes out anew.",
    "name": "The name is corrected.",
    "role": "The person has another role; its rights count at once.",
    "role-given": "The person has another role; its rights count at once, and what was open went to the successor.",
    "deputies": "Who stands in is noted.",
    "absent": "The absence is noted: reminders go at once to who covers as well.",
    "here": "The person is here again.",
    "left": "The person has left: calendars end, and what was theirs went to the successor.",
    "back": "The person is back. Matters, calendars and chats are given anew.",
}
"""What was done, by the word at the end of the address."""
WAYS = {
    "no-cover": "Choose below who covers.",
    "still-answers": "Choose a successor below, to whom all of it goes.",
    "too-much-open": "Choose below who takes it over.",
    "successor-away": "On their own page that person is here again, and the absence is noted anew.",
}
"""What to do on a person's page about a refusal, by its code."""
FIELD_OF = {"no-cover": "cover", "still-answers": "successor", "too-much-open": "heir", "successor-away": "successor"}
"""The field of a person's page that a refusal belongs to, by its code."""
ONLY_FIELD = {"address": "email", "name": "name"}
"""The field of the forms that have but one, to which each refusal belongs."""
NOTHING: Mapping[str, str] = MappingProxyType({})


def people_page(
    visit: Visit,
    *,
    everybody: bool = False,
    typed: Mapping[str, str] = NOTHING,
    refusal: Refusal | None = None,
) -> Response:
    """Everybody, and for who manages people a form for somebody new, after a refusal with what was `typed`."""
    found = people.list_people(visit.session, inactive=everybody)
    names = {row.id: row.name for row in visit.session.execute(select(Person.id, Person.name))}
    manages = may(visit.person, "manage-people")
    return visit.page(
        "people.html",
        status=status_of(refusal),
        refused=sentence(refusal) if refusal else "",
        typed=typed,
        people=found,
        names=names,
        manages=manages,
        seen=_signed_in(visit) if manages else {},
        chosen=_with_password(visit) if manages else set(),
        factors=_with_factor(visit) if manages else set(),
        away=_away(visit),
        everybody=everybody,
        roles=ROLES,
        acts=[(role, [words for act, words in WORDS.items() if act in MAY[role]]) for role in ROLES],
    )


def _signed_in(visit: Visit) -> dict[str, datetime]:
    """When each person signed in last."""
    query = select(Audit.subject, func.max(Audit.at)).where(Audit.action == "login.sign-in").group_by(Audit.subject)
    return {row[0]: row[1] for row in visit.session.execute(query)}


def _with_password(visit: Visit) -> set[str]:
    return set(visit.session.scalars(select(Login.person_id).where(Login.password.is_not(None))))


def _with_factor(visit: Visit) -> set[str]:
    query = select(SecondFactor.person_id).where(SecondFactor.confirmed_at.is_not(None))
    return set(visit.session.scalars(query))


def _away(visit: Visit) -> dict[str, Absence]:
    """Who is away today."""
    return {row.person_id: row for row in coming(visit.session, visit.today) if row.from_on <= visit.today}


def person_page(
    visit: Visit,
    identifier: str,
    *,
    done: str = "",
    typed: Mapping[str, str] = NOTHING,
    refusal: Refusal | None = None,
    act: str = "",
) -> Response:
    """A person's page; after a refusal with what was `typed` into the form of that `act`."""
    person = managed(visit, identifier)
    others = [other for other in able(visit.session) if other.id != person.id]
    has_matters = visit.session.scalar(select(Matter.id).where(Matter.attorney_id == person.id).limit(1)) is not None
    login = visit.session.get(Login, person.id)
    return visit.page(
        "person.html",
        status=status_of(refusal),
        faults=_faults(refusal, act),
        act=act,
        typed={**_as_it_is(visit, person), **typed},
        person=person,
        others=_named(others),
        heirs=_heirs(visit, [other for other in others if not has_matters or other.role in ATTORNEYS]),
        seen=_signed_in(visit).get(person.id),
        chosen_at=login.chosen_at if login is not None else None,
        factor=has_factor(visit.session, person),
        absences=[(row, _closed(visit, row)) for row in coming(visit.session, visit.today) if row.person is person],
        done=DONE.get(done, ""),
        roles=[(role, role) for role in ROLES],
        itself=person.id == visit.person.id,
        partner=visit.desk.partner if visit.office.desk is not None else "",
    )


def _faults(refusal: Refusal | None, act: str) -> dict[str, str]:
    fields = {refusal.code: ONLY_FIELD[act]} if refusal is not None and act in ONLY_FIELD else FIELD_OF
    fields = {**fields, "successor-away": "heir"} if act == "role" else fields
    return faults_of(refusal, fields, WAYS)


def _as_it_is(visit: Visit, person: Person) -> dict[str, str]:
    """What stands in the forms before anything is typed."""
    deputies = {"deputy": person.deputy_id, "supervisor": person.supervisor_id}
    emails = {name: visit.session.get_one(Person, one).email for name, one in deputies.items() if one}
    return {
        **emails,
        "from": visit.today.isoformat(),
        "name": person.name,
        "role": person.role,
        "email": person.email,
    }


def _named(found: Sequence[Person]) -> list[tuple[str, str]]:
    return [(one.email, f"{one.name}, {one.role}") for one in found]


def _heirs(visit: Visit, found: Sequence[Person]) -> list[tuple[str, str]]:
    return [(email, words + away_until(visit, one)) for one, (email, words) in zip(found, _named(found), strict=True)]


def away_until(visit: Visit, person: Person) -> str:
    """Beside the name of who might take something over: until when they are away."""
    row = away_now(visit.session, person, visit.today)
    return f", away until {day_text(row.until_on)}" if row is not None else ""


def _closed(visit: Visit, row: Absence) -> str:
    """Which restricted matters who covers cannot open: by number those that the reader sees, of the others how many."""
    found = closed_to(visit.session, row.deputy, row.person)
    seen = select(Matter.reference).where(Matter.reference.in_(found), visible(visit.person))
    named = list(visit.session.scalars(seen.order_by(Matter.reference)))
    hidden = len(found) - len(named)
    words = [f"restricted {'matter' if len(named) == 1 else 'matters'} {', '.join(named)}"] if named else []
    words += [counted(hidden, "other restricted matter" if named else "restricted matter")] if hidden else []
    return " and ".join(words)


def managed(visit: Visit, identifier: str) -> Person:
    """The person of that id, for who manages people."""
    require(visit.person, "manage-people")
    person = visit.session.get(Person, identifier)
    if person is None:
        raise NotFound(UNKNOWN[1])
    return person
