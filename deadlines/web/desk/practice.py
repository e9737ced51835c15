"""How the firm works, in words: ladders, courier days, milestones, and where they are set."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.practice.words import due_words, ladder_words, reach_words
from deadlines.web.desk.door import Door
from deadlines.web.desk.visit import Visit


class PracticePages:
    """The practice of the firm, to be read."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/practice", self.practice, methods=["GET"])]

    async def practice(self, request: Request) -> Response:
        """What is in force, and the way to change it."""
        return await self._door.show(request, _practice)


def _practice(visit: Visit) -> Response:
    house = visit.house
    practice = house.practice
    return visit.page(
        "practice.html",
        file=house.practice_file,
        settings=house.settings,
        ladders=[(reach_words(one.reach), one, *ladder_words(one)) for one in practice.ladders],
        couriers=[(reach_words(one.reach), one) for one in practice.dispatches],
        milestones=[(reach_words(one.reach), one, due_words(one)) for one in practice.milestones],
        not_fatal=practice.not_fatal,
    )
