"""File: the day on which the forum received it and the proof; what the law counts as filed; what opens next."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.beside import beside_words, filed_alternatives
from deadlines.docket.closing import CLOSED, LONGEST_PROOF, file_entry
from deadlines.docket.roles import require
from deadlines.docket.trust import window_of
from deadlines.docket.versions import current
from deadlines.store.tables import Entry
from deadlines.web.desk.acts import about, nexts_of, require_unmoved, status_of
from deadlines.web.desk.door import Door, Refusal, Visit
from deadlines.web.desk.found import find_visible_entry
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.uploads import Seen, Sent

FIELDS = {"bad-date": "on", "contradictory-dates": "on", "too-early": "anyway", "alternative-filed": "anyway"}
ANYWAY = {
    "too-early": "The window had not opened on that day, and a filing may be rejected. Tick the box if it was "
    "accepted.",
    "alternative-filed": "Another remedy of this notice was filed, and the law allows one of the two, not both. Tick "
    "the box if this one was filed as well; if the other was not, reopen the other.",
}


def filing_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def ask(request: Request) -> Response:
        name = request.path_params["name"]
        return await door.show(request, lambda visit: _ask(visit, name, request.query_params, None))

    async def record(request: Request) -> Response:
        name = request.path_params["name"]
        return await door.change_with_file(
            request,
            lambda visit, sent: _file(visit, name, sent),
            lambda visit, form, refusal: _ask(visit, name, form, refusal),
        )

    async def filed(request: Request) -> Response:
        name = request.path_params["name"]
        return await door.show(request, lambda visit: _filed(visit, name))

    return [
        Route("/entry/{name}/file", ask, methods=["GET"]),
        Route("/entry/{name}/file", record, methods=["POST"]),
        Route("/entry/{name}/filed", filed, methods=["GET"]),
    ]


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "file")
    entry = find_visible_entry(visit, name)
    faults = faults_of(refusal, FIELDS)
    if refusal is not None and refusal.code in ANYWAY:
        faults = {"anyway": ANYWAY[refusal.code]}
    return visit.page(
        "file.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults,
        beside=_beside(visit, entry),
        closed=entry.status in CLOSED,
        **about(visit, entry),
    )


def _beside(visit: Visit, entry: Entry) -> list[str]:
    """What was filed already where the law allows one of the two."""
    window = window_of(entry, current(visit.session, entry))
    return [beside_words(found) for found in filed_alternatives(visit.session, entry, window)]


def _file(visit: Visit, name: str, sent: Sent) -> Response:
    require(visit.person, "file")
    entry, typed = find_visible_entry(visit, name), Typed(sent.fields)
    on = typed.day("on", "Give the day on which the forum received it.")
    if sent.too_large:
        typed.fault("copy", "The file is larger than 50 MB: give a smaller scan, or none and the receipt number.")
    proof = _proof(typed, sent.file)
    typed.check()
    require_unmoved(entry, sent.fields)
    file_entry(
        visit.session,
        visit.desk,
        entry,
        on=on,
        proof=proof,
        by=visit.person,
        now=visit.now,
        anyway=typed.ticked("anyway"),
    )
    return visit.go(f"/entry/{entry.id}/filed")


def _proof(typed: Typed, copy: Seen | None) -> str:
    """The proof in one line; a fault where there is none of any kind."""
    parts = [
        f"receipt {typed.text('receipt')}" if typed.text("receipt") else "",
        f"tracking {typed.text('tracking')}" if typed.text("tracking") else "",
        f"copy {copy.name}, {copy.size} bytes, SHA-256 {copy.sha256}" if copy is not None else "",
    ]
    found = "; ".join(part for part in parts if part)
    if not found:
        typed.fault("receipt", "Give one proof at least: a receipt number, a tracking number, or the stamped copy.")
    if len(found) > LONGEST_PROOF:
        typed.fault("receipt", f"The proof is longer than {LONGEST_PROOF} characters: shorten the numbers.")
    return found


def _filed(visit: Visit, name: str) -> Response:
    """What was recorded, loudly where it may be too late, and what comes next."""
    entry = find_visible_entry(visit, name)
    nexts = nexts_of(visit, entry, ("filed", "denied", "granted", "any", "ended"))
    return visit.page("filed.html", nexts=nexts, **about(visit, entry))
