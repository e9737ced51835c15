"""What somebody recorded for a matter that they do not see afterwards: told in words that name no matter."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.errors import NotFound
from deadlines.web.desk.door import UNKNOWN, Door
from deadlines.web.desk.visit import Visit

WORDS = {
    "notice": (
        "The notice is recorded",
        "It is on the docket of its matter, which is restricted now (8 USC 1367): only who works on it sees it.",
        "Its attorney is reminded. A second person who works on it must verify the dates.",
    ),
    "matter": (
        "The matter is open",
        "It is restricted (8 USC 1367), and you do not work on it: only who does sees it.",
    ),
    "change": (
        "The change is recorded",
        "The matter is restricted (8 USC 1367), and you do not work on it: only who does sees it.",
    ),
}
"""A heading and sentences, by the last word of the address."""


def unseen_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def recorded(request: Request) -> Response:
        return await door.show(request, lambda visit: _recorded(visit, request.path_params["what"]))

    return [Route("/recorded/{what}", recorded, methods=["GET"])]


def _recorded(visit: Visit, what: str) -> Response:
    if what not in WORDS:
        raise NotFound(UNKNOWN[1])
    return visit.notice(200, *WORDS[what])
