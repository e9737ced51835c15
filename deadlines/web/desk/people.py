"""The people of the firm: who is there, who stands in for whom; and what an administrator does about them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.config.checks import is_mail_address
from deadlines.docket import letters, logins, people
from deadlines.docket.absences import closed_to, come_back, coming, note_absence
from deadlines.docket.answerable import able
from deadlines.docket.factors import has_factor
from deadlines.docket.new_roles import amend_name, amend_role
from deadlines.docket.open_work import counted
from deadlines.docket.roles import ATTORNEYS, MAY, ROLES, WORDS, may, require
from deadlines.docket.visible import visible
from deadlines.errors import InputError, NotFound
from deadlines.store.tables import Absence, Audit, Login, Matter, Person, SecondFactor
from deadlines.web.desk.acts import status_of
from deadlines.web.desk.days import chosen_day
from deadlines.web.desk.door import UNKNOWN, Door, Refusal
from deadlines.web.desk.typed import Typed, faults_of
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
}
"""What to do on a person's page about a refusal, by its code."""
FIELD_OF = {"no-cover": "cover", "still-answers": "successor", "too-much-open": "heir"}
"""The field of a person's page that a refusal belongs to, by its code."""
ONLY_FIELD = {"address": "email", "name": "name"}
"""The field of the forms that have but one, to which each refusal belongs."""
NOTHING: Mapping[str, str] = MappingProxyType({})
LINK_MADE = """\
{by} has made a link on which a new password for your account of the docket can be chosen. It works once, for a day.

If you did not ask for it, tell whoever keeps the docket at once.
"""


class PeoplePages:
    """Everybody reads the list; who manages people changes it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/people", self.people, methods=["GET"]),
            Route("/people", self.add, methods=["POST"]),
            Route("/people/{person}", self.person, methods=["GET"]),
            Route("/people/{person}/address", self.amend, methods=["POST"]),
            Route("/people/{person}/name", self.name, methods=["POST"]),
            Route("/people/{person}/role", self.role, methods=["POST"]),
            Route("/people/{person}/deputies", self.deputies, methods=["POST"]),
            Route("/people/{person}/link", self.link, methods=["POST"]),
            Route("/people/{person}/absent", self.absent, methods=["POST"]),
            Route("/people/{person}/here", self.here, methods=["POST"]),
            Route("/people/{person}/leave", self.leave, methods=["POST"]),
            Route("/people/{person}/back", self.back, methods=["POST"]),
        ]

    async def people(self, request: Request) -> Response:
        """The list."""
        everybody = request.query_params.get("all") == "1"
        return await self._door.show(request, lambda visit: _people(visit, everybody=everybody))

    async def add(self, request: Request) -> Response:
        """Somebody new."""
        return await self._door.change(request, _add, lambda visit, form, no: _people(visit, typed=form, refusal=no))

    async def person(self, request: Request) -> Response:
        """One person, with what can be changed."""
        identifier, done = request.path_params["person"], request.query_params.get("done", "")
        return await self._door.show(request, lambda visit: _person(visit, identifier, done=done))

    async def amend(self, request: Request) -> Response:
        """Another mail address."""
        return await self._change(request, _amend)

    async def name(self, request: Request) -> Response:
        """Another name."""
        return await self._change(request, _name)

    async def role(self, request: Request) -> Response:
        """Another role."""
        return await self._change(request, _role)

    async def deputies(self, request: Request) -> Response:
        """Who is asked when the person does not answer."""
        return await self._change(request, _deputies)

    async def link(self, request: Request) -> Response:
        """A one-time link on which the person chooses a password; shown once."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: _link(visit, identifier))

    async def absent(self, request: Request) -> Response:
        """The person will be away."""
        return await self._change(request, _absent)

    async def here(self, request: Request) -> Response:
        """The person is here again, earlier than was noted."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: _here(visit, identifier))

    async def leave(self, request: Request) -> Response:
        """The person leaves."""
        return await self._change(request, _leave)

    async def back(self, request: Request) -> Response:
        """The person is back."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: _back(visit, identifier))

    async def _change(self, request: Request, make: Callable[[Visit, str, dict[str, str]], Response]) -> Response:
        """A change of one person; where it is refused, the person's page says why."""
        identifier, act = request.path_params["person"], request.url.path.rpartition("/")[2]
        return await self._door.change(
            request,
            lambda visit, form: make(visit, identifier, form),
            lambda visit, form, refusal: _person(visit, identifier, typed=form, refusal=refusal, act=act),
        )


def _people(
    visit: Visit,
    *,
    everybody: bool = False,
    typed: Mapping[str, str] = NOTHING,
    refusal: Refusal | None = None,
) -> Response:
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


def _person(
    visit: Visit,
    identifier: str,
    *,
    done: str = "",
    typed: Mapping[str, str] = NOTHING,
    refusal: Refusal | None = None,
    act: str = "",
) -> Response:
    """A person's page; after a refusal with what was `typed` into the form of that `act`."""
    person = _managed(visit, identifier)
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
        heirs=_named([other for other in others if not has_matters or other.role in ATTORNEYS]),
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


def _closed(visit: Visit, row: Absence) -> str:
    """Which restricted matters who covers cannot open: by number those that the reader sees, of the others how many."""
    found = closed_to(visit.session, row.deputy, row.person)
    seen = select(Matter.reference).where(Matter.reference.in_(found), visible(visit.person))
    named = list(visit.session.scalars(seen.order_by(Matter.reference)))
    hidden = len(found) - len(named)
    words = [f"restricted {'matter' if len(named) == 1 else 'matters'} {', '.join(named)}"] if named else []
    words += [counted(hidden, "other restricted matter" if named else "restricted matter")] if hidden else []
    return " and ".join(words)


def _managed(visit: Visit, identifier: str) -> Person:
    """The person of that id, for who manages people."""
    require(visit.person, "manage-people")
    person = visit.session.get(Person, identifier)
    if person is None:
        raise NotFound(UNKNOWN[1])
    return person


def _add(visit: Visit, form: dict[str, str]) -> Response:
    require(visit.person, "manage-people")
    email = _mail_address(form.get("email", ""))
    name, role = form.get("name", ""), form.get("role", "")
    made = people.add_person(visit.session, name=name, email=email, role=role, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{made.id}?done=added")


def _amend(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person, email = _managed(visit, identifier), _mail_address(form.get("email", ""))
    people.amend_address(visit.session, person, email, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=address")


def _name(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person = _managed(visit, identifier)
    amend_name(visit.session, person, form.get("name", ""), actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=name")


def _role(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person = _managed(visit, identifier)
    if person.id == visit.person.id:
        raise InputError("Nobody changes their own role: let another administrator do it.")
    heir = people.active_person(visit.session, form["heir"]) if form.get("heir") else None
    given = amend_role(
        visit.session,
        person,
        form.get("role", ""),
        successor=heir,
        actor=visit.person.email,
        today=visit.today,
        now=visit.now,
        pages=visit.desk.pages,
    )
    return visit.go(f"/people/{person.id}?done={'role-given' if given else 'role'}")


def _deputies(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person = _managed(visit, identifier)
    people.set_deputies(
        visit.session,
        person,
        deputy=form.get("deputy") or "-",
        supervisor=form.get("supervisor") or "-",
        actor=visit.person.email,
        now=visit.now,
    )
    return visit.go(f"/people/{person.id}?done=deputies")


def _link(visit: Visit, identifier: str) -> Response:
    person = _managed(visit, identifier)
    if not person.active:
        raise InputError(f"{person.email} has left the firm and does not sign in.")
    code = logins.invite(visit.session, person, actor=visit.person.email, now=visit.now)
    login = visit.session.get_one(Login, person.id)
    if login.password is not None and person.id != visit.person.id:
        # Whoever opens the link first is that person from then on: they are told.
        letters.queue(
            visit.session,
            key=f"link/{person.id}/{visit.now.isoformat(timespec='seconds')}",
            person=person,
            subject="A link to a new password for the docket was made",
            text=LINK_MADE.format(by=visit.person.name),
            now=visit.now,
        )
    link = f"{visit.office.address}/welcome/{code}"
    return visit.page("person_link.html", person=person, link=link, until=login.link_until)


def _absent(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person, typed = _managed(visit, identifier), Typed(form)
    deputy = people.active_person(visit.session, form["cover"]) if form.get("cover") else None
    from_on, until_on = typed.take("from", chosen_day, date.min), typed.take("until", chosen_day, date.min)
    typed.check()
    note_absence(
        visit.session,
        person,
        from_on=from_on,
        until_on=until_on,
        deputy=deputy,
        today=visit.today,
        actor=visit.person.email,
        now=visit.now,
    )
    return visit.go(f"/people/{person.id}?done=absent")


def _here(visit: Visit, identifier: str) -> Response:
    person = _managed(visit, identifier)
    come_back(visit.session, person, today=visit.today, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=here")


def _leave(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person = _managed(visit, identifier)
    if person.id == visit.person.id:
        raise InputError("Nobody takes themselves off: let another administrator do it.")
    successor = people.active_person(visit.session, form["successor"]) if form.get("successor") else None
    people.deactivate_person(
        visit.session,
        person,
        successor=successor,
        actor=visit.person.email,
        now=visit.now,
        today=visit.today,
        pages=visit.desk.pages,
    )
    return visit.go(f"/people/{person.id}?done=left")


def _back(visit: Visit, identifier: str) -> Response:
    person = _managed(visit, identifier)
    people.activate_person(visit.session, person, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=back")


def _mail_address(text: str) -> str:
    email = text.strip()
    if not is_mail_address(email):
        raise InputError(f'"{email[:100]}" is not a mail address; write it as ana@firm.example.')
    return email
