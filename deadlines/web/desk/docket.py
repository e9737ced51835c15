"""The docket page: the open dates that a person may see, the next first, a page at a time."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.board import PAGE, Board, board
from deadlines.docket.wanted import Wanted
from deadlines.web.desk.choosing import ONLY, WHEN, address_of, choices_of, wanted_of
from deadlines.web.desk.door import Door
from deadlines.web.desk.figures import Figures, Remembered
from deadlines.web.desk.visit import Visit


class DocketPages:
    """The docket for who is signed in."""

    def __init__(self, door: Door) -> None:
        self._door, self._figures = door, Remembered()

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/", self.docket, methods=["GET"])]

    async def docket(self, request: Request) -> Response:
        """The open dates that the person may see."""
        query = dict(request.query_params)
        return await self._door.show(request, lambda visit: self._docket(visit, query))

    def _docket(self, visit: Visit, query: dict[str, str]) -> Response:
        return _docket(visit, query, self._door.root, self._figures.of(visit))


def _docket(visit: Visit, query: dict[str, str], root: str, figures: Figures) -> Response:
    wanted = wanted_of(visit, query)
    found = board(visit.session, visit.person, wanted, figures.counts, today=visit.today, now=visit.now)
    return visit.page(
        "docket.html",
        board=found,
        wanted=wanted,
        when=WHEN,
        only=ONLY,
        choices=choices_of(visit),
        paging=_paging(found, wanted, root),
        undecided=figures.undecided,
    )


class Paging(Struct, frozen=True):
    """Which lines a page shows, and the addresses of the pages beside it; `every_day`: without the day asked for,
    `whatever`: without what the docket is narrowed to."""

    first: int
    last: int
    before: str | None
    after: str | None
    every_day: str
    whatever: str


def _paging(found: Board, wanted: Wanted, root: str) -> Paging:
    first = PAGE * (wanted.page - 1) + 1
    last = first + len(found.lines) - 1
    return Paging(
        first,
        last,
        before=address_of(root, "/", wanted, page=wanted.page - 1) if wanted.page > 1 else None,
        after=address_of(root, "/", wanted, page=wanted.page + 1) if last < found.total else None,
        every_day=address_of(root, "/", wanted, on=None),
        whatever=address_of(root, "/", wanted, only=None),
    )
