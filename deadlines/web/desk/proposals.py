"""What waits for a second person, and disputes: old dates beside new, why, and by which authority."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.asides import aside_of, printed_again
from deadlines.docket.blind import blind_to, reads_first, require_seen
from deadlines.docket.extension_views import extension_views
from deadlines.docket.printed import printed_of
from deadlines.docket.proposals import accept, ignore, proposal_views
from deadlines.docket.records import WAITING, Resolution, Use
from deadlines.docket.roles import require
from deadlines.docket.undecided import open_disputes, waiting_proposals
from deadlines.docket.verification import dispute_of, resolve_dispute
from deadlines.docket.views import entry_view
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, Proposal
from deadlines.web.desk.acts import MOVED_ON, about, asking_page, back, marked, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_entry, find_visible_proposal
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit

TELLS = "How the other dates were worked out tells what was entered."
WHY = "Say why in a few words: it is kept for ever."


def proposal_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def listed(request: Request) -> Response:
        done = DONE.get(request.query_params.get("done", ""), "")
        return await door.show(request, lambda visit: _list(visit, done))

    return [
        Route("/proposals", listed, methods=["GET"]),
        *asking_page(door, "/proposal/{name}/accept", _ask, _accept),
        *asking_page(door, "/proposal/{name}/ignore", _ask, _ignore),
        *asking_page(door, "/entry/{name}/resolve", _ask_resolve, _resolve),
    ]


DONE = {
    "agreed": "You agreed. Nothing moves until another person accepts it too.",
    "accepted": "Two people agreed: the dates have changed.",
    "ignored": "Decided against: the dates stay as they are.",
    "disputed": "Decided against: the dates stay as they are, and the printed deadline is in dispute again.",
}


def _list(visit: Visit, done: str) -> Response:
    disputes = [
        (entry_view(visit.session, entry), entry.matter_id) for entry in open_disputes(visit.session, visit.person)
    ]
    asked = extension_views(visit.session, person=visit.person)
    views = waiting_proposals(visit.session, visit.person)
    blind = blind_to(visit.session, visit.person, {view.notice for view in views})
    return visit.page("proposals.html", proposals=views, disputes=disputes, asked=asked, done=done, blind=blind)


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    proposal = find_visible_proposal(visit, name)
    [view] = proposal_views(visit.session, proposal=proposal)
    return visit.page(
        "proposal.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        proposal=view,
        matter_id=proposal.entry.matter_id,
        blind=reads_first(visit.session, visit.person, proposal.entry.notice),
        waits=proposal.state in WAITING,
        mine=proposal.agreed_by == visit.person.id,
        seen=_seen(proposal),
    )


def _accept(visit: Visit, name: str, form: dict[str, str]) -> Response:
    proposal = _held(visit, name, form)
    accept(visit.session, visit.desk, proposal, visit.person, now=visit.now)
    return visit.go(f"/proposals?done={proposal.state}")


def _ignore(visit: Visit, name: str, form: dict[str, str]) -> Response:
    typed = Typed(form)
    reason = typed.words("reason", WHY)
    proposal = _held(visit, name, form)
    typed.check()
    decided = proposal.entry.resolution is not None
    ignore(visit.session, visit.desk, proposal, visit.person, reason=reason, now=visit.now)
    again = decided and proposal.entry.resolution is None
    return visit.go(f"/proposals?done={'disputed' if again else 'ignored'}")


def _held(visit: Visit, name: str, form: Mapping[str, str]) -> Proposal:
    require(visit.person, "decide")
    proposal = find_visible_proposal(visit, name)
    if form.get("seen") != _seen(proposal):
        raise Conflict(MOVED_ON)
    require_seen(visit.session, visit.person, proposal.entry.notice, TELLS)
    return proposal


def _seen(proposal: Proposal) -> str:
    """What the page was made from: another one as soon as somebody agrees or decides."""
    return f"{proposal.state}.{proposal.agreed_by}.{proposal.entry.version}"


# -- disputes ----------------------------------------------------------------------------------------------------


def _ask_resolve(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "decide")
    entry = find_visible_entry(visit, name)
    printed, shown = printed_of(visit.desk, entry), about(visit, entry)
    window, decided = shown["entry"].window, entry.resolution is not None
    open_to = entry.status == "open" and not shown["entry"].blind
    return visit.page(
        "resolve.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        printed=printed,
        contested=Resolution("printed", "", "", printed).comes_before(window.last_day, window.safe_by),
        dispute=dispute_of(visit.session, visit.desk, entry) if open_to else None,
        aside=aside_of(visit.session, visit.desk, entry),
        again=printed_again(visit.session, visit.desk, entry) if decided else None,
        **{**shown, "seen": _decided(entry)},
    )


def _resolve(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "decide")
    entry, typed = find_visible_entry(visit, name), Typed(form)
    use = typed.one_of("use", ("printed", "computed"), "Choose which date holds.")
    reason = typed.words("reason", WHY)
    typed.check()
    if form.get("seen") != _decided(entry):
        raise Conflict(MOVED_ON)
    kept: Use = "printed" if use == "printed" else "computed"
    made = resolve_dispute(visit.session, visit.desk, entry, use=kept, reason=reason, by=visit.person, now=visit.now)
    kind = made.kind if made is not None else "same"
    if kept == "computed":
        return back(visit, entry, f"resolved-{kind}")
    return back(visit, entry, "resolved-printed" if kind == "same" else "resolved-back")


def _decided(entry: Entry) -> str:
    """What the page was made from: another one as soon as the entry changes or somebody decides."""
    return f"{marked(entry)}.{entry.resolved_at}"
