"""The pages for people who sign in: one small module for each, behind one door (`door.py`).

Each page is one question or one change in the database, in a thread. A change needs a form sent from our own pages
by somebody who is signed in; no link changes anything.
"""

from starlette.routing import Route

from deadlines.web.desk.amend import amend_routes
from deadlines.web.desk.closing import closing_routes
from deadlines.web.desk.docket import DocketPages
from deadlines.web.desk.door import Door, Office
from deadlines.web.desk.evening import evening_routes
from deadlines.web.desk.extensions import extension_routes
from deadlines.web.desk.filing import filing_routes
from deadlines.web.desk.lists import list_routes
from deadlines.web.desk.matter import MatterPages
from deadlines.web.desk.missed import missed_routes
from deadlines.web.desk.proposals import proposal_routes
from deadlines.web.desk.verify import verify_routes

__all__ = ["Door", "Office", "desk_routes"]


def desk_routes(door: Door) -> list[Route]:
    """The addresses of all pages behind the door."""
    return [
        *DocketPages(door).routes(),
        *MatterPages(door).routes(),
        *closing_routes(door),
        *amend_routes(door),
        *proposal_routes(door),
        *filing_routes(door),
        *verify_routes(door),
        *evening_routes(door),
        *extension_routes(door),
        *missed_routes(door),
        *list_routes(door),
    ]
