"""The page of papers that came in and are not docketed yet, the oldest first: registered and dismissed here."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.compute.dates import parse_day
from deadlines.docket.incoming import WAYS, dismiss, find_seen_incoming, register
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.roles import require
from deadlines.docket.undocketed import papers
from deadlines.errors import Conflict, DeadlinesError, InputError, NotFound
from deadlines.store.tables import Matter
from deadlines.web.desk.door import Door
from deadlines.web.desk.found import matter_called
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence

FIELDS = ("title", "matter", "received_on", "at")
NO_MATTER = "There is no such matter, or it is not yours to see."
UNKNOWN_YET = f"{NO_MATTER} Leave the field empty if you do not know it."


class IncomingPages:
    """What came in, and what becomes of it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/incoming", self.waiting, methods=["GET"]),
            Route("/incoming", self.register, methods=["POST"]),
            Route("/incoming/{paper}/dismiss", self.dismiss, methods=["POST"]),
        ]

    async def waiting(self, request: Request) -> Response:
        """What waits to be docketed."""
        everything = "all" in request.query_params
        return await self._door.show(request, lambda visit: _page(visit, {}, {}, everything=everything))

    async def register(self, request: Request) -> Response:
        """A paper that came in (POST only)."""
        return await self._door.change(request, _register)

    async def dismiss(self, request: Request) -> Response:
        """A paper that bears no date (POST only)."""
        identifier = request.path_params["paper"]
        return await self._door.change(request, lambda visit, form: _dismiss(visit, identifier, form))


def room_of(visit: Visit) -> MailRoom:
    """The firm's hours. Raises NotFound where the server was not told."""
    if visit.office.room is None:
        raise NotFound("This server keeps no list of papers.")
    return visit.office.room


def _page(
    visit: Visit, typed: Mapping[str, str], errors: Mapping[str, str], *, everything: bool = False, status: int = 200
) -> Response:
    return visit.page(
        "incoming.html",
        status=status,
        papers=papers(visit.session, room_of(visit), visit.person, now=visit.now, everything=everything),
        everything=everything,
        ways=WAYS,
        typed={name: typed.get(name, "") for name in FIELDS},
        errors=errors,
    )


def _register(visit: Visit, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    errors: dict[str, str] = {}
    matter = _matter(visit, form.get("matter", ""), errors)
    try:
        received_on = parse_day(form["received_on"]) if form.get("received_on", "").strip() else None
    except InputError as wrong:
        errors["received_on"] = sentence(wrong)
    way = next((known for known in WAYS if known == form.get("at")), None)
    if way is None:
        errors["at"] = "Choose how it came in."
    if errors or way is None:
        return _page(visit, form, errors, status=422)
    attempt = visit.session.begin_nested()
    try:
        register(
            visit.session,
            room_of(visit),
            form.get("title", ""),
            matter=matter,
            received_on=received_on,
            at=way,
            by=visit.person,
            now=visit.now,
            actor=visit.person.email,
        )
    except DeadlinesError as refused:
        attempt.rollback()
        field = "received_on" if refused.code == "bad-date" else "title"
        return _page(visit, form, {field: sentence(refused)}, status=refused.http_status)
    attempt.commit()
    return visit.go("/incoming")


def _matter(visit: Visit, reference: str, errors: dict[str, str]) -> Matter | None:
    if not reference.strip():
        return None
    found = matter_called(visit, reference)
    if found is None:
        errors["matter"] = UNKNOWN_YET
    return found


def _dismiss(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    found = find_seen_incoming(visit.session, identifier, visit.person)
    reason = form.get("reason", "").strip()
    if not reason:
        raise Conflict("Say why the paper bears no date: go back and give a reason.")
    dismiss(visit.session, found, reason=reason, by=visit.person, now=visit.now, actor=visit.person.email)
    return visit.go("/incoming")
