"""The pages for people who sign in: one small module for each, behind one door (`door.py`).

Each page is one question or one change in the database, in a thread. A change needs a form sent from our own pages
by somebody who is signed in; no link changes anything.
"""

from starlette.routing import Route

from deadlines.web.desk.add import AddPages
from deadlines.web.desk.docket import DocketPages
from deadlines.web.desk.door import Door, Office
from deadlines.web.desk.incoming import IncomingPages
from deadlines.web.desk.matter import MatterPages
from deadlines.web.desk.month import MonthPages
from deadlines.web.desk.printing import PrintPages

__all__ = ["Door", "Office", "desk_routes"]


def desk_routes(door: Door) -> list[Route]:
    """The addresses of all pages behind the door."""
    pages = (DocketPages, MonthPages, IncomingPages, AddPages, PrintPages, MatterPages)
    return [route for page in pages for route in page(door).routes()]
