"""What the docket said of a matter on an earlier day, and why."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.believed import believed, end_of_day, kept_blind
from deadlines.docket.extension_views import STATES
from deadlines.docket.looks import words_of as fields_of
from deadlines.docket.reminder_words import words_of
from deadlines.errors import InputError
from deadlines.store.tables import Matter
from deadlines.web.desk.acts import status_of
from deadlines.web.desk.days import chosen_day
from deadlines.web.desk.door import Door
from deadlines.web.desk.found import find_matter
from deadlines.web.desk.service import SERVED
from deadlines.web.desk.typed import faults_of
from deadlines.web.desk.visit import Visit


class BelievedPages:
    """A matter as it stood when a day ended."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/matter/{matter}/on", self.on, methods=["GET"])]

    async def on(self, request: Request) -> Response:
        """The matter on the day that is asked for."""
        identifier, day = request.path_params["matter"], request.query_params.get("date", "")
        return await self._door.show(request, lambda visit: _on(visit, identifier, day))


def _on(visit: Visit, identifier: str, day: str) -> Response:
    matter = find_matter(visit, identifier)
    try:
        return _believed(visit, matter, chosen_day(day))
    except InputError as refusal:
        faults = faults_of(refusal, {"bad-date": "on"})
        return visit.page(
            "look_back.html", status=status_of(refusal), matter=matter, matter_id=matter.id, on=day[:40], faults=faults
        )


def _believed(visit: Visit, matter: Matter, on: date) -> Response:
    at = end_of_day(on, str(visit.office.zone), visit.now)
    found = believed(visit.session, matter, visit.house.load, on=on, at=at, now=visit.now)
    return visit.page(
        "believed.html",
        found=kept_blind(visit.session, found, visit.person),
        matter_id=matter.id,
        on=on.isoformat(),
        kinds={kind.id: kind.title for kind in visit.law.kinds.values()},
        served=SERVED,
        asked_words=STATES,
        fields_of=fields_of,
        reminder_of=lambda rung: words_of(rung, {}),
    )
