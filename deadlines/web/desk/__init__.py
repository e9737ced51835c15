"""The pages for people who sign in: one small module for each, behind one door (`door.py`).

Each page is one question or one change in the database, in a thread. A change needs a form sent from our own pages
by somebody who is signed in; no link changes anything.
"""

from starlette.routing import Route

from deadlines.web.desk.add import AddPages
from deadlines.web.desk.amend import amend_routes
from deadlines.web.desk.audit import AuditPages
from deadlines.web.desk.believed import BelievedPages
from deadlines.web.desk.closing import closing_routes
from deadlines.web.desk.daybook import daybook_routes
from deadlines.web.desk.docket import DocketPages
from deadlines.web.desk.docketed import docketed_routes
from deadlines.web.desk.door import Door
from deadlines.web.desk.evening import evening_routes
from deadlines.web.desk.evidence import EvidencePages
from deadlines.web.desk.extensions import extension_routes
from deadlines.web.desk.feeds import FeedPages
from deadlines.web.desk.filing import filing_routes
from deadlines.web.desk.finishing import finishing_routes
from deadlines.web.desk.importing import ImportPages
from deadlines.web.desk.incoming import IncomingPages
from deadlines.web.desk.law import LawPages
from deadlines.web.desk.lists import list_routes
from deadlines.web.desk.matter import MatterPages
from deadlines.web.desk.me import MePages
from deadlines.web.desk.missed import missed_routes
from deadlines.web.desk.month import MonthPages
from deadlines.web.desk.opening import opening_routes
from deadlines.web.desk.people import PeoplePages
from deadlines.web.desk.practice import PracticePages
from deadlines.web.desk.printing import PrintPages
from deadlines.web.desk.proposals import proposal_routes
from deadlines.web.desk.staffing import staffing_routes
from deadlines.web.desk.taking import taking_routes
from deadlines.web.desk.unseen import unseen_routes
from deadlines.web.desk.verify import verify_routes
from deadlines.web.desk.visit import Office

__all__ = ["Door", "Office", "desk_routes"]


def desk_routes(door: Door) -> list[Route]:
    """The addresses of all pages behind the door."""
    pages = (
        *(DocketPages, MonthPages, IncomingPages, AddPages, ImportPages, PrintPages, MatterPages, BelievedPages),
        *(FeedPages, LawPages, PracticePages, PeoplePages, EvidencePages, AuditPages, MePages),
    )
    acts = (
        *(closing_routes, amend_routes, proposal_routes, filing_routes, verify_routes),
        *(
            evening_routes,
            extension_routes,
            missed_routes,
            list_routes,
            opening_routes,
            docketed_routes,
            daybook_routes,
            finishing_routes,
            staffing_routes,
            taking_routes,
            unseen_routes,
        ),
    )
    shown = [route for page in pages for route in page(door).routes()]
    return [*shown, *(route for routes in acts for route in routes(door))]
