"""The people of the firm: who is there, who stands in for whom; and what an administrator does about them."""

from datetime import datetime

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.config.checks import is_mail_address
from deadlines.docket import letters, logins, people
from deadlines.docket.roles import ROLES, may, require
from deadlines.errors import InputError, NotFound
from deadlines.store.tables import Audit, Login, Person
from deadlines.web.desk.door import UNKNOWN, Door, Visit

DONE = {
    "added": "Added. Make a link now, on which the person chooses a password.",
    "address": "The mail address is corrected; what it refused before goes out anew.",
    "deputies": "Who stands in is noted.",
    "left": "The person has left: calendars end, and what was theirs went to the successor.",
    "back": "The person is back. Matters, calendars and chats are given anew.",
}
"""What was done, by the word at the end of the address."""
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
            Route("/people/{person}/deputies", self.deputies, methods=["POST"]),
            Route("/people/{person}/link", self.link, methods=["POST"]),
            Route("/people/{person}/leave", self.leave, methods=["POST"]),
            Route("/people/{person}/back", self.back, methods=["POST"]),
        ]

    async def people(self, request: Request) -> Response:
        """The list."""
        everybody = request.query_params.get("all") == "1"
        return await self._door.show(request, lambda visit: _people(visit, everybody=everybody))

    async def add(self, request: Request) -> Response:
        """Somebody new."""
        return await self._door.change(request, _add)

    async def person(self, request: Request) -> Response:
        """One person, with what can be changed."""
        identifier, done = request.path_params["person"], request.query_params.get("done", "")
        return await self._door.show(request, lambda visit: _person(visit, identifier, done))

    async def amend(self, request: Request) -> Response:
        """Another mail address."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, form: _amend(visit, identifier, form))

    async def deputies(self, request: Request) -> Response:
        """Who is asked when the person does not answer."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, form: _deputies(visit, identifier, form))

    async def link(self, request: Request) -> Response:
        """A one-time link on which the person chooses a password; shown once."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: _link(visit, identifier))

    async def leave(self, request: Request) -> Response:
        """The person leaves."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, form: _leave(visit, identifier, form))

    async def back(self, request: Request) -> Response:
        """The person is back."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: _back(visit, identifier))


def _people(visit: Visit, *, everybody: bool) -> Response:
    found = people.list_people(visit.session, inactive=everybody)
    names = {row.id: row.name for row in visit.session.execute(select(Person.id, Person.name))}
    manages = may(visit.person, "manage-people")
    return visit.page(
        "people.html",
        people=found,
        names=names,
        manages=manages,
        seen=_signed_in(visit) if manages else {},
        chosen=_with_password(visit) if manages else set(),
        everybody=everybody,
        roles=ROLES,
    )


def _signed_in(visit: Visit) -> dict[str, datetime]:
    """When each person signed in last."""
    query = select(Audit.subject, func.max(Audit.at)).where(Audit.action == "login.sign-in").group_by(Audit.subject)
    return {row[0]: row[1] for row in visit.session.execute(query)}


def _with_password(visit: Visit) -> set[str]:
    return set(visit.session.scalars(select(Login.person_id).where(Login.password.is_not(None))))


def _person(visit: Visit, identifier: str, done: str) -> Response:
    person = _managed(visit, identifier)
    others = [other for other in people.list_people(visit.session) if other.id != person.id]
    login = visit.session.get(Login, person.id)
    return visit.page(
        "person.html",
        person=person,
        others=others,
        seen=_signed_in(visit).get(person.id),
        chosen_at=login.chosen_at if login is not None else None,
        done=DONE.get(done, ""),
        itself=person.id == visit.person.id,
    )


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


def _leave(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    person = _managed(visit, identifier)
    if person.id == visit.person.id:
        raise InputError("Nobody takes themselves off: let another administrator do it.")
    successor = people.active_person(visit.session, form["successor"]) if form.get("successor") else None
    people.deactivate_person(visit.session, person, successor=successor, actor=visit.person.email, now=visit.now)
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
