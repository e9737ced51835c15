"""The page to print: every open date that a person may see, up to some days ahead, as a table for paper."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.sheet import sheet
from deadlines.web.desk.door import Door
from deadlines.web.desk.visit import Visit
from deadlines.web.printing import stamp

DAYS, MOST = 90, 3660
MOST_LINES = 5000
"""More than a page can be made of while somebody waits; the command and the nightly file know no limit."""


class PrintPages:
    """The docket for paper."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/print", self.sheet, methods=["GET"])]

    async def sheet(self, request: Request) -> Response:
        """The open dates up to `days` ahead; ninety where no number is asked for."""
        days = days_of(request.query_params.get("days", ""))
        return await self._door.show(request, lambda visit: _sheet(visit, days))


def days_of(text: str) -> int:
    """The number of days asked for, or the usual one."""
    usable = text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and int(text) <= MOST
    return int(text) if usable else DAYS


def _sheet(visit: Visit, days: int) -> Response:
    return visit.page(
        "print.html",
        sheet=sheet(visit.session, visit.person, today=visit.today, now=visit.now, days=days, most=MOST_LINES),
        whose=visit.person.name,
        printed_at=stamp(visit.now, visit.office.zone),
        edition=visit.law.edition,
        days=days,
    )
