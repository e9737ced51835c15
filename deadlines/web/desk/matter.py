"""The page of one matter: the window map of each notice, the working of each date, and taking a date on."""

from datetime import date

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.roles import require
from deadlines.docket.views import MatterView, find_entry, matter_view
from deadlines.docket.visible import visible
from deadlines.errors import NotFound
from deadlines.store.tables import Entry, Matter
from deadlines.web.desk.door import UNKNOWN, Door, Visit
from deadlines.web.window_map import draw


class MatterPages:
    """One matter, and what is done to its dates."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/matter/{matter}", self.matter, methods=["GET"]),
            Route("/entry/{entry}/ack", self.take_on, methods=["POST"]),
        ]

    async def matter(self, request: Request) -> Response:
        """One matter with the window map of each notice."""
        identifier = request.path_params["matter"]
        return await self._door.show(request, lambda visit: _matter(visit, identifier))

    async def take_on(self, request: Request) -> Response:
        """Somebody takes a date on (POST only), and is back where they were."""
        identifier = request.path_params["entry"]
        return await self._door.change(request, lambda visit, _: _take_on(visit, identifier))


def find_matter(visit: Visit, identifier: str) -> Matter:
    """A matter that the visitor may see; raises NotFound for any other."""
    query = select(Matter).where(Matter.id == identifier, visible(visit.person))
    found = visit.session.scalar(query)
    if found is None:
        raise NotFound(UNKNOWN[1])
    return found


def find_visible_entry(visit: Visit, identifier: str) -> Entry:
    """An entry of a matter that the visitor may see; raises NotFound for any other."""
    entry = find_entry(visit.session, identifier)
    find_matter(visit, entry.matter_id)
    return entry


def _matter(visit: Visit, identifier: str) -> Response:
    found = matter_view(visit.session, find_matter(visit, identifier).reference)
    return visit.page("matter.html", matter=found, notices=_notices(found, visit.today))


def _take_on(visit: Visit, identifier: str) -> Response:
    entry, office = find_visible_entry(visit, identifier), visit.office
    require(visit.person, "acknowledge")
    acknowledge(visit.session, entry, visit.person, now=visit.now, lasts=office.ack_lasts, zone=str(office.zone))
    return visit.go(f"/matter/{entry.matter_id}#{entry.id}")


def _notices(matter: MatterView, today: date) -> list[dict[str, object]]:
    """The entries of a matter by notice, the latest notice first, each with its map."""
    ids = list(dict.fromkeys(entry.notice for entry in matter.entries))
    groups = [[entry for entry in matter.entries if entry.notice == identifier] for identifier in ids]
    latest_first = sorted(groups, key=lambda entries: entries[0].decided_on, reverse=True)
    return [{"head": entries[0], "entries": entries, "map": draw(entries, today)} for entries in latest_first]
