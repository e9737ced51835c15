"""Taking a copy: the lines of the docket or of one matter as a file, for who is looking at them.

The file is made first and noted in the audit trail after, in a transaction of its own: making it takes its time.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.export import matter_calendar
from deadlines.docket.table import matter_table, reader_table
from deadlines.docket.table_files import TABLES
from deadlines.docket.taking import Taken, note_taken, taken_calendar, taken_table
from deadlines.errors import Conflict
from deadlines.store.tables import Matter
from deadlines.web.desk.choosing import wanted_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_matter
from deadlines.web.desk.typed import Typed
from deadlines.web.desk.visit import Visit
from deadlines.web.pages import HEADERS
from deadlines.web.plain import sentence

NOTED = 204
KINDS = {**TABLES, "ics": "text/calendar; charset=utf-8"}
NO_KIND = "Choose what the copy is to be: Excel, CSV or JSON, or of one matter a calendar file."
RESTRICTED = (
    "This matter is restricted (8 USC 1367). Go back and tick that its dates are to leave the docket all the same."
)
LONGEST_NAME = 40
UNUSUAL = re.compile(r"[^A-Za-z0-9]+")

Take = Callable[[Visit, Mapping[str, str]], tuple[Taken, str]]
"""Makes the file, and its name without the day."""


def taking_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def docket(request: Request) -> Response:
        return await _answer(door, request, _docket)

    async def matter(request: Request) -> Response:
        identifier = request.path_params["matter"]
        return await _answer(door, request, lambda visit, form: _matter(visit, identifier, form))

    return [Route("/copy", docket, methods=["POST"]), Route("/matter/{matter}/copy", matter, methods=["POST"])]


async def _answer(door: Door, request: Request, take: Take) -> Response:
    """The file, once it stands in the audit trail that it left."""
    found: list[Taken] = []

    def make(visit: Visit, form: dict[str, str]) -> Response:
        taken, name = take(visit, form)
        found.append(taken)
        return _file(taken, f"{name}-{visit.today}")

    page = await door.ask(request, make, _refused)
    if not found:
        return page
    noted = await door.again(request, lambda visit: _note(visit, found[0]))
    return page if noted.status_code == NOTED else noted


def _docket(visit: Visit, form: Mapping[str, str]) -> tuple[Taken, str]:
    """The open dates that the docket shows for the same filters, whatever page of them is looked at."""
    kind, clients = _asked(form, TABLES)
    wanted, zone = wanted_of(visit, form), visit.office.zone
    copy = reader_table(
        visit.session, visit.person, wanted, clients=clients, zone=zone, today=visit.today, now=visit.now
    )
    return taken_table(copy, kind, None, visit.today), "docket"


def _matter(visit: Visit, identifier: str, form: Mapping[str, str]) -> tuple[Taken, str]:
    """Every date that the matter's page shows, or its calendar file."""
    matter = find_matter(visit, identifier)
    kind, clients = _asked(form, KINDS)
    if matter.restricted and not Typed(form).ticked("restricted"):
        raise Conflict(RESTRICTED)
    if kind == "ics":
        return _calendar(visit, matter, clients=clients), _name_of(matter)
    zone, today = visit.office.zone, visit.today
    copy = matter_table(visit.session, visit.person, matter, clients=clients, zone=zone, today=today)
    return taken_table(copy, kind, matter, today), _name_of(matter)


def _name_of(matter: Matter) -> str:
    """A name that every system takes; without the number of a restricted matter, because a folder is read by others."""
    number = "" if matter.restricted else UNUSUAL.sub("-", matter.reference)[:LONGEST_NAME].strip("-")
    return f"matter-{number}" if number else "matter"


def _calendar(visit: Visit, matter: Matter, *, clients: bool) -> Taken:
    redaction: Any = "full" if clients else "matter"
    more: Any = {"redaction": redaction, "zone": visit.office.zone, "reader": visit.person}
    return taken_calendar(matter_calendar(visit.session, matter, day=str(visit.today), **more), matter, redaction)


def _asked(form: Mapping[str, str], kinds: Mapping[str, str]) -> tuple[str, bool]:
    """As what, and whether clients are named."""
    typed = Typed(form)
    kind = typed.one_of("as", kinds, NO_KIND)
    typed.check()
    return kind, typed.ticked("clients")


def _file(taken: Taken, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.{taken.kind}"'}
    return Response(taken.body, 200, headers, KINDS[taken.kind])


def _note(visit: Visit, taken: Taken) -> Response:
    note_taken(visit.session, taken, actor=visit.person.email, now=visit.now)
    return Response(status_code=NOTED)


def _refused(visit: Visit, _: dict[str, str], refusal: Refusal) -> Response:
    return visit.notice(refusal.http_status, "No copy was made", sentence(refusal))
