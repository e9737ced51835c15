"""More time: asked for, it is provisional and moves nothing; granted, the later date waits for a second person."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.extension_views import STATES
from deadlines.docket.extensions import (
    LONGEST_PROOF,
    UNKNOWN,
    grant_extension,
    longer_than_given,
    more_time_of,
    refuse_extension,
    request_extension,
    waiting_request,
)
from deadlines.docket.roles import require
from deadlines.docket.versions import current
from deadlines.store.tables import Entry, Extension
from deadlines.web.desk.acts import about, asking_page, back, require_unmoved, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_entry
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit

ASKED = {"bad-date": "wanted_on", "contradictory-dates": "asked_on"}
WHY = "Say why in a few words: it is kept for ever."


def extension_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return [
        *asking_page(door, "/entry/{name}/extension", _ask, _request),
        *asking_page(door, "/entry/{name}/extension/grant", _ask, _grant),
        *asking_page(door, "/entry/{name}/extension/refuse", _ask, _refuse),
    ]


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "file")
    entry = find_visible_entry(visit, name)
    allowed, waits = more_time_of(visit.desk, entry.rule), waiting_request(visit.session, entry)
    return visit.page(
        "extension.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal, ASKED if waits is None else {}),
        allowed=allowed,
        unknown=UNKNOWN,
        waits=waits,
        too_long=_too_long(visit, entry, waits),
        states=STATES,
        longest=LONGEST_PROOF,
        **about(visit, entry),
    )


def _too_long(visit: Visit, entry: Entry, waits: Extension | None) -> str | None:
    last_day = current(visit.session, entry).last_day
    return longer_than_given(visit.desk, entry, last_day, waits.wanted_on) if waits and last_day else None


def _request(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "file")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    to = typed.day("wanted_on", "Give the day until which more time is asked for.")
    asked_on = typed.day("asked_on", "Give the day on which it was asked for.")
    proof = typed.words("proof", "Say what proves that it was asked for.", "proof", LONGEST_PROOF)
    typed.check()
    require_unmoved(entry, form)
    made = request_extension(
        visit.session, visit.desk, entry, to=to, asked_on=asked_on, proof=proof, by=visit.person, now=visit.now
    )
    # A day that no source gives is told at once, on the page that has the sentence.
    looks_again = _too_long(visit, entry, made.extension) is not None
    return visit.go(f"/entry/{entry.id}/extension") if looks_again else back(visit, entry, "asked")


def _grant(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "decide")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    to = typed.day("granted_to", "Give the day until which more time was granted.")
    granted_on = typed.day("granted_on", "Give the day on which it was granted.")
    proof = typed.words("grant_proof", "Say what proves the grant.", "proof", LONGEST_PROOF)
    typed.check()
    require_unmoved(entry, form)
    grant_extension(
        visit.session, visit.desk, entry, to=to, granted_on=granted_on, proof=proof, by=visit.person, now=visit.now
    )
    return back(visit, entry, "granted")


def _refuse(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "decide")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    reason = typed.words("reason", WHY)
    typed.check()
    require_unmoved(entry, form)
    refuse_extension(visit.session, visit.desk, entry, reason=reason, by=visit.person, now=visit.now)
    return back(visit, entry, "refused")
