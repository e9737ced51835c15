"""The people of the firm: who is there, who stands in for whom; and what an administrator does about them."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.web.desk import people_acts
from deadlines.web.desk.door import Door
from deadlines.web.desk.people_shown import people_page, person_page
from deadlines.web.desk.visit import Visit


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
            Route("/people/{person}/name", self.name, methods=["POST"]),
            Route("/people/{person}/role", self.role, methods=["POST"]),
            Route("/people/{person}/deputies", self.deputies, methods=["POST"]),
            Route("/people/{person}/link", self.link, methods=["POST"]),
            Route("/people/{person}/absent", self.absent, methods=["POST"]),
            Route("/people/{person}/here", self.here, methods=["POST"]),
            Route("/people/{person}/leave", self.leave, methods=["POST"]),
            Route("/people/{person}/back", self.back, methods=["POST"]),
        ]

    async def people(self, request: Request) -> Response:
        """The list."""
        everybody = request.query_params.get("all") == "1"
        return await self._door.show(request, lambda visit: people_page(visit, everybody=everybody))

    async def add(self, request: Request) -> Response:
        """Somebody new."""
        return await self._door.change(
            request, people_acts.add, lambda visit, form, no: people_page(visit, typed=form, refusal=no)
        )

    async def person(self, request: Request) -> Response:
        """One person, with what can be changed."""
        identifier, done = request.path_params["person"], request.query_params.get("done", "")
        return await self._door.show(request, lambda visit: person_page(visit, identifier, done=done))

    async def amend(self, request: Request) -> Response:
        """Another mail address."""
        return await self._change(request, people_acts.amend)

    async def name(self, request: Request) -> Response:
        """Another name."""
        return await self._change(request, people_acts.name)

    async def role(self, request: Request) -> Response:
        """Another role."""
        return await self._change(request, people_acts.role)

    async def deputies(self, request: Request) -> Response:
        """Who is asked when the person does not answer."""
        return await self._change(request, people_acts.deputies)

    async def link(self, request: Request) -> Response:
        """A one-time link on which the person chooses a password; shown once."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: people_acts.link(visit, identifier))

    async def absent(self, request: Request) -> Response:
        """The person will be away."""
        return await self._change(request, people_acts.absent)

    async def here(self, request: Request) -> Response:
        """The person is here again, earlier than was noted."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: people_acts.here(visit, identifier))

    async def leave(self, request: Request) -> Response:
        """The person leaves."""
        return await self._change(request, people_acts.leave)

    async def back(self, request: Request) -> Response:
        """The person is back."""
        identifier = request.path_params["person"]
        return await self._door.change(request, lambda visit, _: people_acts.back(visit, identifier))

    async def _change(self, request: Request, make: Callable[[Visit, str, dict[str, str]], Response]) -> Response:
        """A change of one person; where it is refused, the person's page says why."""
        identifier, act = request.path_params["person"], request.url.path.rpartition("/")[2]
        return await self._door.change(
            request,
            lambda visit, form: make(visit, identifier, form),
            lambda visit, form, refusal: person_page(visit, identifier, typed=form, refusal=refusal, act=act),
        )
