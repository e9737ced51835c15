"""The docket page: the open dates that a person may see, the next first, a page at a time."""

from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.board import PAGE, Board, Wanted, When, board
from deadlines.docket.roles import ATTORNEYS
from deadlines.store.tables import Person
from deadlines.web.desk.door import Door, Visit

WHEN: dict[When, str] = {"all": "all open", "overdue": "overdue", "today": "today", "week": "the next seven days"}


class DocketPages:
    """The docket for who is signed in."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/", self.docket, methods=["GET"])]

    async def docket(self, request: Request) -> Response:
        """The open dates that the person may see."""
        wanted = wanted_of(dict(request.query_params))
        return await self._door.show(request, lambda visit: _docket(visit, wanted, self._door.root))


def _docket(visit: Visit, wanted: Wanted, root: str) -> Response:
    found = board(visit.session, visit.person, wanted, today=visit.today, now=visit.now)
    people = visit.session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.name)).all()
    return visit.page(
        "docket.html",
        board=found,
        wanted=wanted,
        when=WHEN,
        attorneys=[one for one in people if one.role in ATTORNEYS],
        paging=_paging(found, wanted, root),
    )


def wanted_of(query: dict[str, str]) -> Wanted:
    """What a person looks for, by the address of the page; what makes no sense is left out."""
    page = query.get("page", "1")
    when: When = next((known for known in WHEN if known == query.get("when")), "all")
    return Wanted(
        attorney=_plain(query, "attorney"),
        remedy=_plain(query, "remedy"),
        words=_plain(query, "words") or "",
        when=when,
        page=min(int(page), 10_000) if page.isascii() and page.isdigit() and int(page[:6]) > 0 else 1,
    )


def _plain(query: dict[str, str], name: str) -> str | None:
    """What was asked for, as text that a database takes."""
    return "".join(c for c in query.get(name, "")[:100] if c.isprintable()) or None


class Paging(Struct, frozen=True):
    """Which lines a page shows, and the addresses of the pages beside it."""

    first: int
    last: int
    before: str | None
    after: str | None


def _paging(found: Board, wanted: Wanted, root: str) -> Paging:
    first = PAGE * (wanted.page - 1) + 1
    last = first + len(found.lines) - 1

    def address(page: int) -> str:
        asked = {"when": wanted.when, "attorney": wanted.attorney, "remedy": wanted.remedy, "words": wanted.words}
        return f"{root}/?" + urlencode({name: word for name, word in {**asked, "page": page}.items() if word})

    return Paging(
        first,
        last,
        before=address(wanted.page - 1) if wanted.page > 1 else None,
        after=address(wanted.page + 1) if last < found.total else None,
    )
