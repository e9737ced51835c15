"""The daybook and the slip of one entry, to be read and printed; blind for who may still verify."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.blind import waiting_of
from deadlines.docket.daybook import daybook
from deadlines.docket.roles import may
from deadlines.docket.slips import slip_of
from deadlines.errors import Conflict
from deadlines.web.desk.acts import kind_title
from deadlines.web.desk.days import shown_day
from deadlines.web.desk.door import Door
from deadlines.web.desk.found import find_visible_entry
from deadlines.web.desk.service import SERVED
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence
from deadlines.web.printing import stamp

WHAT = {"notice": "Notice", "amendment": "Amendment", "window": "Window", "paper": "Paper"}


def daybook_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def day(request: Request) -> Response:
        query = request.query_params
        return await door.show(request, lambda visit: _day(visit, query))

    async def slip(request: Request) -> Response:
        name = request.path_params["name"]
        return await door.show(request, lambda visit: _slip(visit, name))

    return [Route("/daybook", day, methods=["GET"]), Route("/entry/{name}/slip", slip, methods=["GET"])]


def _day(visit: Visit, query: Mapping[str, str]) -> Response:
    on = shown_day(query, visit.today, to_come=False)
    return visit.page(
        "daybook.html",
        book=daybook(visit.session, visit.person, on=on, zone=str(visit.office.zone)),
        what=WHAT,
        kinds={kind.id: kind.title for kind in visit.law.kinds.values()},
        verifies=may(visit.person, "verify"),
        printed_at=stamp(visit.now, visit.office.zone),
    )


def _slip(visit: Visit, name: str) -> Response:
    entry = find_visible_entry(visit, name)
    try:
        slip = slip_of(visit.session, entry, visit.person)
    except Conflict as closed:
        waits = bool(waiting_of(visit.session, [entry.notice_id]))
        return visit.page("blind.html", status=409, sentence=sentence(closed), entry=entry, waits=waits)
    return visit.page(
        "slip.html",
        slip=slip,
        entry=slip.view,
        matter_id=entry.matter_id,
        kind=kind_title(visit, slip.view.kind or ""),
        served=SERVED,
        printed_at=stamp(visit.now, visit.office.zone),
    )
