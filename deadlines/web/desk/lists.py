"""Lists for who supervises: the weekly follow-up with its proofs, the load of each attorney, matters without a date."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.follow_up import WEEK, follow_up
from deadlines.docket.quiet import matter_lines
from deadlines.docket.workload import Workload, workload
from deadlines.web.desk.days import shown_day
from deadlines.web.desk.door import Door
from deadlines.web.desk.visit import Visit

WEEKS = 8
WHAT = {"protective": "protective date", "file-by": "file by", "last-day": "last day"}


def list_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    def page(path: str, make: Callable[[Visit, Mapping[str, str]], Response]) -> Route:
        async def show(request: Request) -> Response:
            return await door.show(request, lambda visit: make(visit, request.query_params))

        return Route(path, show, methods=["GET"])

    return [page("/follow-up", _follow_up), page("/workload", _workload), page("/quiet", _quiet)]


def _follow_up(visit: Visit, asked: Mapping[str, str]) -> Response:
    on = shown_day(asked, visit.today)
    found = follow_up(visit.session, visit.person, on=on)
    return visit.page("follow_up.html", found=found, what=WHAT, before=on - WEEK, after=on + WEEK)


def _workload(visit: Visit, _: Mapping[str, str]) -> Response:
    found = workload(visit.session, visit.person, weeks=WEEKS, today=visit.today)
    return visit.page("workload.html", found=found, most=_most(found))


def _most(found: Workload) -> int:
    """The heaviest week of anybody: the length of its bar is the whole cell."""
    return max((count for line in found.lines for count in line.weeks), default=0)


def _quiet(visit: Visit, _: Mapping[str, str]) -> Response:
    lines = matter_lines(visit.session, visit.person, today=visit.today, quiet=True)
    return visit.page("quiet.html", lines=lines)
