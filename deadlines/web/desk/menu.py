"""The menu above every page, in the order in which it is shown."""

from typing import Any

from deadlines.docket.roles import Act, may
from deadlines.store.tables import Person

MENU = (
    ("/", "Docket"),
    ("/month", "Month"),
    ("/incoming", "Incoming"),
    ("/add", "Add a notice"),
    ("/verify", "To verify"),
    ("/proposals", "To decide"),
    ("/daybook", "Daybook"),
    ("/evening", "Evening"),
    ("/follow-up", "Follow-up"),
    ("/workload", "Workload"),
    ("/print", "Print"),
    ("/feeds", "Calendars"),
    ("/law", "Law"),
    ("/practice", "Ladders"),
    ("/people", "People"),
    ("/evidence", "Evidence"),
    ("/audit", "Audit"),
    ("/me", "Me"),
    ("/account", "Your sign-in"),
)
"""Path and name of each page that can be reached from everywhere."""
NEEDS: dict[str, Act] = {"/add": "enter", "/evidence": "read-audit", "/audit": "read-audit"}
"""What somebody must be allowed to do for a page to stand in their menu; every other one stands in everybody's."""


def frame_of(person: Person, root: str, here: str = "") -> dict[str, Any]:
    """What every page of somebody who is signed in has around it: their name and their menu. `here` is its path."""
    return {"reader": person, "menu": menu_of(person), "root": root, "here": here}


def menu_of(person: Person) -> list[tuple[str, str]]:
    """The pages that are somebody's to open."""
    return [(path, name) for path, name in MENU if path not in NEEDS or may(person, NEEDS[path])]
