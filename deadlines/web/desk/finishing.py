"""Closing a matter and opening it again: shown first with what is unfinished, asked why."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.finishing import close_matter, obstacles, reopen_matter
from deadlines.docket.roles import require
from deadlines.web.desk.acts import HAND_OVER, asking_page, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_matter
from deadlines.web.desk.typed import faults_of, reason_of
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import begun


def finishing_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return [
        *asking_page(door, "/matter/{name}/close", _ask_close, _close),
        *asking_page(door, "/matter/{name}/reopen", _ask_reopen, _reopen),
    ]


def _ask_close(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    return _ask(visit, "matter_close.html", name, typed, refusal)


def _ask_reopen(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    return _ask(visit, "matter_reopen.html", name, typed, refusal)


def _ask(visit: Visit, template: str, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "close")
    matter = find_matter(visit, name)
    return visit.page(
        template,
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal, ways=HAND_OVER),
        matter=matter,
        left=[begun(one) for one in obstacles(visit.session, matter, visit.person)],
    )


def _close(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "close")
    matter, reason = find_matter(visit, name), reason_of(form)
    close_matter(visit.session, matter, reason=reason, by=visit.person, now=visit.now, actor=visit.person.email)
    return visit.go(f"/matter/{matter.id}?done=closed")


def _reopen(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "close")
    matter, reason = find_matter(visit, name), reason_of(form)
    reopen_matter(visit.session, matter, reason=reason, by=visit.person, now=visit.now, actor=visit.person.email)
    return visit.go(f"/matter/{matter.id}?done=open-again")
