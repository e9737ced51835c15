"""Verify: a second person reads the notice off the paper, blindly; only then both entries are compared."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.compute import Notice, Service
from deadlines.compute.contract import normal_form
from deadlines.docket.legible import notice_of
from deadlines.docket.looks import FIELDS, looks_of, must_be_struck, to_be_read
from deadlines.docket.roles import may, require
from deadlines.docket.signable import needs_attorney
from deadlines.docket.undecided import open_disputes
from deadlines.docket.unverified import MOST, unverified
from deadlines.docket.verification import verifiable, verify_notice
from deadlines.docket.views import matter_view
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, NoticeRow
from deadlines.web.desk.acts import asking_page, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_notice
from deadlines.web.desk.service import METHODS
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence


def verify_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def listed(request: Request) -> Response:
        return await door.show(request, _list)

    async def verified(request: Request) -> Response:
        name = request.path_params["name"]
        return await door.show(request, lambda visit: _answer(visit, name))

    return [
        Route("/verify", listed, methods=["GET"]),
        *asking_page(door, "/notice/{name}/verify", _ask, _verify),
        Route("/notice/{name}/verified", verified, methods=["GET"]),
    ]


def _list(visit: Visit) -> Response:
    found = unverified(visit.session, visit.person)
    return visit.page(
        "verify_list.html",
        waiting=[one for one in found if one.is_open],
        lawyers=[one for one in found if one.for_others],
        held=[one for one in found if one.held],
        read=[one for one in found if one.read],
        mine=[one for one in found if one.mine],
        full=sum(one.dates for one in found) >= MOST,
        most=MOST,
    )


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    """The blind form. Of what was entered nothing stands on it, not even how the notice is called."""
    require(visit.person, "verify")
    row = find_visible_notice(visit, name)
    return visit.page(
        "verify.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        barred=_barred(visit, row),
        disputed=_disputed(visit, row),
        matter=row.matter,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        needed=to_be_read(visit.desk, _notice(row)),
        kinds=_kinds(visit),
        methods=METHODS,
    )


def _barred(visit: Visit, row: NoticeRow) -> str:
    """Why this person cannot verify the notice now; empty where they can."""
    try:
        verifiable(visit.session, row, by=visit.person)
    except Conflict as refusal:
        return sentence(refusal)
    return ""


def _disputed(visit: Visit, row: NoticeRow) -> list[str]:
    """The open entries of the notice whose dispute this person can decide."""
    found = open_disputes(visit.session, visit.person) if may(visit.person, "decide") else []
    return [entry.id for entry in found if entry.notice_id == row.id]


def _verify(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "verify")
    row = find_visible_notice(visit, name)
    verifiable(visit.session, row, by=visit.person)
    look = _read(visit, row, form)
    verify_notice(visit.session, visit.desk, row, look, by=visit.person, now=visit.now)
    return visit.go(f"/notice/{row.id}/verified")


def _read(visit: Visit, row: NoticeRow, form: Mapping[str, str]) -> Notice:
    """What was read off the paper; raises Faulty where something is missing or cannot be read."""
    typed, entered = Typed(form), _notice(row)
    needed = to_be_read(visit.desk, entered)
    if "kind" not in needed:  # there is no paper whose kind or service could be read
        decided_on = typed.day("decided_on", "Read the date off the paper.")
        typed.check()
        return msgspec.structs.replace(entered, decided_on=decided_on, facts={})
    kind = typed.one_of("kind", visit.desk.law.kinds, "Choose what kind of notice you hold.")
    form_read = normal_form(typed.text("form"))
    if "form" in needed and form_read is None and not typed.ticked("no_form"):
        typed.fault("form", "Read the form off the notice, such as I-485, or tick that it names none.")
    decided_on = typed.day("decided_on", "Read the date off the notice.")
    method = next((one for one, _ in METHODS if one == typed.text("method")), None)
    if method is None:
        typed.fault("method", "Say how it was served.")
    service_on = typed.day_or_none("service_on")
    received_on, printed = typed.day_or_none("received_on"), typed.day_or_none("printed_deadline")
    typed.check()
    return Notice(
        kind=kind,
        decided_on=decided_on,
        form=form_read,
        service=Service(method or "unknown", service_on),
        received_on=received_on,
        printed_deadline=printed,
    )


def _answer(visit: Visit, name: str) -> Response:
    """What came of it: the fields that differ, never their values; or what is signed for, with its working."""
    require(visit.person, "verify")
    row = find_visible_notice(visit, name)
    view = matter_view(visit.session, row.matter.reference, notice=row.id, reader=visit.person)
    differs = _differing(visit, row)
    return visit.page(
        "verified.html",
        matter=row.matter,
        notice=row.id,
        differs=[FIELDS[name] for name in differs],
        struck=must_be_struck(differs),
        verified=[entry for entry in view.entries if entry.verified_by == visit.person.email],
        left=[
            (entry, needs_attorney(entry.window))
            for entry in view.entries
            if entry.status == "open" and entry.verified_by is None
        ],
    )


def _differing(visit: Visit, row: NoticeRow) -> list[str]:
    """The names of the fields in which the visitor read an open entry's notice otherwise."""
    entries = visit.session.scalars(select(Entry).where(Entry.notice_id == row.id, Entry.status == "open"))
    mine = [look for entry in entries for look in looks_of(entry) if look.by == visit.person.id]
    return mine[-1].differs if mine else []


def _notice(row: NoticeRow) -> Notice:
    return notice_of(row)


def _kinds(visit: Visit) -> list[tuple[str, str]]:
    """Every kind of notice, by its title."""
    kinds: Any = visit.desk.law.kinds.values()
    return sorted(((kind.id, kind.title) for kind in kinds), key=lambda kind: kind[1].lower())
