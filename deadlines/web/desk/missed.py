"""Missed: how it was found; then what may still help, what to do, and what was done day by day."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.closing import LONGEST_HOW
from deadlines.docket.missed import LONGEST_TEXT, log_diligence, miss_entry
from deadlines.docket.rescues import missed_view, rescues_of
from deadlines.docket.roles import require
from deadlines.web.desk.acts import about, asking_page, require_unmoved, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_entry
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit


def missed_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return [
        *asking_page(door, "/entry/{name}/missed", _ask, _miss),
        *asking_page(door, "/entry/{name}/missed/log", _ask, _log),
    ]


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    entry = find_visible_entry(visit, name)
    missed = entry.status == "missed"
    return visit.page(
        "missed.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal, {"bad-date": "on" if missed else "found_on"}),
        missed=missed_view(visit.session, visit.desk, entry) if missed else None,
        rescues=[] if missed else rescues_of(visit.session, visit.desk, entry),
        longest={"how": LONGEST_HOW, "text": LONGEST_TEXT},
        **about(visit, entry),
    )


def _miss(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "file")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    found_on = typed.day("found_on", "Give the day on which it was found.")
    how = typed.words("how", "Say how it came about, as far as it is known.", "text", LONGEST_HOW)
    typed.check()
    require_unmoved(entry, form)
    miss_entry(visit.session, visit.desk, entry, found_on=found_on, how=how, by=visit.person, now=visit.now)
    return visit.go(f"/entry/{entry.id}/missed")


def _log(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "file")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    on = typed.day_or_none("on")
    text = typed.words("text", "Say what was done.", "text", LONGEST_TEXT)
    typed.check()
    log_diligence(visit.session, visit.desk, entry, text=text, on=on, by=visit.person, now=visit.now)
    return visit.go(f"/entry/{entry.id}/missed#log")
