"""A matter before its first notice: opened with the answer to its dates, and looked at again while none is known."""

from collections.abc import Mapping

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.answerable import attorneys
from deadlines.docket.incoming import WAYS
from deadlines.docket.intake import CLIENT_LENGTH, REFERENCE_LENGTH
from deadlines.docket.opening import Answer, open_answered
from deadlines.docket.reviews import none_known, standing_review
from deadlines.docket.roles import require
from deadlines.docket.visible import is_visible
from deadlines.store.tables import Incoming, Person
from deadlines.web.desk.acts import asking_page, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_matter
from deadlines.web.desk.incoming import room_of
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit

FIELD_OF = {
    "dates-unanswered": "paper",
    "matter-exists": "reference",
    "bad-date": "none_until",
    "not-an-attorney": "attorney",
}


def opening_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return [
        *asking_page(door, "/open", _ask_open, _open),
        *asking_page(door, "/matter/{name}/look", _ask_look, _look),
    ]


def _ask_open(visit: Visit, _: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "enter")
    unknown = select(Incoming).where(Incoming.state == "waiting", Incoming.matter_id.is_(None))
    return visit.page(
        "open.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal, FIELD_OF),
        attorneys=[(one.id, visit.who(one.id)) for one in attorneys(visit.session)],
        papers=[(one.id, f"{one.title}, {one.received_on}") for one in visit.session.scalars(unknown)],
        ways=[(way, way) for way in WAYS],
        longest={"reference": REFERENCE_LENGTH, "client": CLIENT_LENGTH},
    )


def _open(visit: Visit, _: str, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    typed = Typed(form)
    reference = typed.words("reference", "Give the firm's number.", "matter number", REFERENCE_LENGTH)
    attorney = _attorney(visit, typed)
    answer = Answer(
        paper=typed.text("paper") or None,
        received_on=typed.day_or_none("received_on"),
        at=next((way for way in WAYS if way == form.get("at")), "mail"),
        incoming=typed.text("incoming") or None,
        none_until=typed.day_or_none("none_until"),
    )
    typed.check()
    opened = open_answered(
        visit.session,
        room_of(visit),
        reference,
        answer,
        client=typed.text("client") or None,
        attorney=attorney,
        restricted=typed.ticked("restricted"),
        by=visit.person,
        now=visit.now,
        actor=visit.person.email,
    )
    if not is_visible(visit.session, opened.matter.id, visit.person):
        return visit.go("/recorded/matter")
    return visit.go(f"/matter/{opened.matter.id}?done=opened")


def _attorney(visit: Visit, typed: Typed) -> Person:
    found = visit.session.get(Person, typed.text("attorney"))
    if found is None:
        typed.fault("attorney", "Choose who answers for the matter.")
    return found or visit.person


def _ask_look(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "enter")
    matter = find_matter(visit, name)
    return visit.page(
        "look.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal, {"bad-date": "again_on"}),
        matter=matter,
        review=standing_review(visit.session, matter),
    )


def _look(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    matter, typed = find_matter(visit, name), Typed(form)
    again_on = typed.day("again_on", "Say on which day you look again.")
    typed.check()
    none_known(
        visit.session,
        room_of(visit),
        matter,
        again_on=again_on,
        by=visit.person,
        now=visit.now,
        actor=visit.person.email,
    )
    return visit.go(f"/matter/{matter.id}?done=looked")
