"""The audit trail on a page: who did what and when, for who may read it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.roles import require
from deadlines.docket.trail import Sought, Trail, actions, trail
from deadlines.docket.trail_words import words_of
from deadlines.errors import InputError
from deadlines.store import audit
from deadlines.store.tables import Audit, Matter, Person
from deadlines.web.desk.days import chosen_day
from deadlines.web.desk.door import Door
from deadlines.web.desk.found import matter_called
from deadlines.web.desk.typed import Typed
from deadlines.web.desk.visit import Visit

ASKED = ("person", "action", "day", "matter", "before", "check")


class AuditPages:
    """The trail, newest first."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/audit", self.audit, methods=["GET"])]

    async def audit(self, request: Request) -> Response:
        """A page of the trail, and on demand whether its chain holds."""
        query = {key: request.query_params.get(key, "")[:200] for key in ASKED}
        return await self._door.show(request, lambda visit: _audit(visit, query))


def _audit(visit: Visit, query: Mapping[str, str]) -> Response:
    require(visit.person, "read-audit")
    session, typed = visit.session, Typed(query)
    sought = _sought(visit, typed)
    found = trail(session, visit.person, sought, zone=visit.office.zone) if not typed.faults else Trail([], None)
    checked = query.get("check") == "1"
    people = session.scalars(select(Person).order_by(func.lower(Person.name))).all()
    names = sorted(((words_of(one), one) for one in actions(session)), key=lambda pair: pair[0])
    return visit.page(
        "audit.html",
        status=422 if typed.faults else 200,
        faults=typed.faults,
        trail=found,
        query=query,
        people=people,
        actions=names,
        total=session.scalar(select(func.count()).select_from(Audit)) or 0,
        head=audit.head(session),
        checked=checked,
        broken=audit.verify(session) if checked else None,
        older=_address(visit, query, found.older),
        newest=_address(visit, query, None),
    )


def _address(visit: Visit, query: Mapping[str, str], before: int | None) -> str:
    asked = {**query, "before": str(before or ""), "check": ""}
    kept = {key: word for key, word in asked.items() if word}
    return f"/audit?{urlencode(kept)}"


def _sought(visit: Visit, typed: Typed) -> Sought:
    """What is looked for; what cannot be is noted beside its field."""
    day, person, before = None, typed.text("person"), typed.text("before")
    if typed.text("day"):
        day = typed.take("day", chosen_day, visit.today)
    return Sought(
        person=visit.session.get(Person, person) if person else None,
        action=typed.text("action"),
        start=_midnight(visit, day) if day is not None else None,
        end=_midnight(visit, day + timedelta(days=1)) if day is not None else None,
        matter=typed.take("matter", lambda text: _matter(visit, text), None) if typed.text("matter") else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )


def _midnight(visit: Visit, on: date) -> datetime:
    return datetime.combine(on, time(), visit.office.zone).astimezone(UTC)


def _matter(visit: Visit, reference: str) -> Matter | None:
    found = matter_called(visit, reference)
    if found is None:
        raise InputError("There is no such matter, or it is not yours to see: look at its number.")
    return found
