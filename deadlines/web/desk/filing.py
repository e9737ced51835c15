"""File: the day on which the forum received it and the proof; what the law counts as filed; what opens next."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.beside import beside_words, filed_alternatives
from deadlines.docket.closed import recheck_entry
from deadlines.docket.closing import CLOSED
from deadlines.docket.dispatching import dispatch_entry, record_filing
from deadlines.docket.initials import SOURCE_LENGTH, initial_entry, refusal_to_initial
from deadlines.docket.proof import LONGEST_NUMBER, LONGEST_PROOF, receipt_number, tracking_number
from deadlines.docket.records import Copy, Dispatched, Proof
from deadlines.docket.roles import require
from deadlines.docket.trust import window_of
from deadlines.docket.versions import current
from deadlines.store.tables import Entry
from deadlines.web.desk.acts import about, asking_page, back, nexts_of, posting, require_unmoved, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_entry
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit
from deadlines.web.uploads import Sent

FIELDS = {
    "bad-date": "on",
    "contradictory-dates": "on",
    "before-dispatch": "on",
    "too-early": "anyway",
    "alternative-filed": "anyway",
    "bad-receipt": "receipt",
    "no-proof": "receipt",
}
ANYWAY = {
    "too-early": "The window had not opened on that day, and a filing may be rejected. Tick the box if it was "
    "accepted.",
    "alternative-filed": "Another remedy of this notice was filed, and the law allows one of the two, not both. Tick "
    "the box if this one was filed as well; if the other was not, reopen the other.",
}
WAYS = {
    "before-dispatch": "Tick the box below if it was filed another way.",
    "no-proof": "Fill in one of the fields below.",
}
"""What to do on the page about a refusal, by its code."""


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
        *asking_page(door, "/entry/{name}/dispatched", _ask_dispatched, _dispatched),
        *asking_page(door, "/entry/{name}/initial", _ask_initial, _initial),
        posting(door, "/entry/{name}/recheck", _recheck),
    ]


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "file")
    entry = find_visible_entry(visit, name)
    faults = faults_of(refusal, FIELDS, WAYS)
    if refusal is not None and refusal.code in ANYWAY:
        faults = {"anyway": ANYWAY[refusal.code]}
    return visit.page(
        "file.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults,
        beside=_beside(visit, entry),
        anyway=refusal is not None and refusal.code in (*ANYWAY, "before-dispatch"),
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
    made = record_filing(
        visit.session,
        visit.desk,
        entry,
        on=on,
        proof=proof,
        by=visit.person,
        now=visit.now,
        anyway=typed.ticked("anyway"),
    )
    return back(visit, entry, "dispatched") if isinstance(made, Dispatched) else visit.go(f"/entry/{entry.id}/filed")


def _proof(typed: Typed, copy: Copy | None) -> Proof:
    """The proof; a fault beside the field where there is none of any kind, or one cannot be used."""
    if copy is not None and not copy.size:
        typed.fault("copy", "The file is empty: it proves nothing.")
    receipt = typed.take("receipt", receipt_number, "") if typed.text("receipt") else None
    tracking = typed.take("tracking", tracking_number, "") if typed.text("tracking") else None
    text = typed.words("text", "", "proof", LONGEST_PROOF) if typed.text("text") else None
    if not (receipt or tracking or text or copy or typed.faults):
        typed.fault("receipt", "Give one proof at least: a number, the stamped copy, or another proof in words.")
    return Proof(receipt=receipt, tracking=tracking, text=text, copy=copy)


def _filed(visit: Visit, name: str) -> Response:
    """What was recorded, loudly where it may be too late, and what comes next."""
    entry = find_visible_entry(visit, name)
    nexts = nexts_of(visit, entry, ("filed", "denied", "granted", "any", "ended"))
    return visit.page("filed.html", nexts=nexts, **about(visit, entry))


# -- sent, initialed, re-checked ---------------------------------------------------------------------------------


def _ask_dispatched(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "file")
    entry = find_visible_entry(visit, name)
    faults = faults_of(refusal, FIELDS)
    return visit.page("dispatched.html", status=status_of(refusal), typed=typed, faults=faults, **about(visit, entry))


def _dispatched(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "file")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    on = typed.day("on", "Give the day on which it left the office.")
    tracking = typed.words("tracking", "Give the tracking number.", "tracking number", LONGEST_NUMBER)
    typed.check()
    require_unmoved(entry, form)
    dispatch_entry(visit.session, visit.desk, entry, on=on, tracking=tracking, by=visit.person, now=visit.now)
    return back(visit, entry, "dispatched")


def _ask_initial(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "initial")
    entry = find_visible_entry(visit, name)
    return visit.page(
        "initial.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        refused=_why_not_initial(visit, entry),
        **about(visit, entry),
    )


def _why_not_initial(visit: Visit, entry: Entry) -> str | None:
    """Why the visitor cannot initial now, in words that tell nothing to who may still verify the notice."""
    refused = refusal_to_initial(visit.session, entry, visit.person)
    if refused is None:
        return None
    return "Which deadline holds has to be decided first." if refused.code == "disputed" else refused.fact


def _initial(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "initial")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    source = typed.words("source", "Say what you had before you.", "source", SOURCE_LENGTH)
    typed.check()
    require_unmoved(entry, form)
    initial_entry(visit.session, visit.desk, entry, by=visit.person, now=visit.now, source=source)
    return back(visit, entry, "initialed")


def _recheck(visit: Visit, name: str, form: dict[str, str]) -> Response:
    """A second person looked at the closing and its proof, and found it right."""
    require(visit.person, "file")
    entry = find_visible_entry(visit, name)
    require_unmoved(entry, form)
    recheck_entry(visit.session, visit.desk, entry, by=visit.person, now=visit.now)
    return back(visit, entry, "rechecked")
