"""The audit trail on a page: who did what and when, for who may read it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.roles import require
from deadlines.docket.trail import Sought, actions, trail
from deadlines.docket.trail_words import words_of
from deadlines.docket.visible import visible
from deadlines.errors import InputError
from deadlines.store import audit
from deadlines.store.tables import Audit, Matter, Person
from deadlines.web.desk.days import chosen_day
from deadlines.web.desk.door import Door, Visit

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
    session = visit.session
    found = trail(session, visit.person, _sought(visit, query), zone=visit.office.zone)
    checked = query.get("check") == "1"
    people = session.scalars(select(Person).order_by(func.lower(Person.name))).all()
    names = sorted(((words_of(one), one) for one in actions(session)), key=lambda pair: pair[0])
    return visit.page(
        "audit.html",
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


def _sought(visit: Visit, query: Mapping[str, str]) -> Sought:
    start = _midnight(visit, query["day"]) if query.get("day") else None
    before = query.get("before", "")
    return Sought(
        person=visit.session.get(Person, query["person"]) if query.get("person") else None,
        action=query.get("action", ""),
        start=start,
        end=_midnight(visit, query["day"], 1) if start is not None else None,
        matter=_matter(visit, query["matter"]) if query.get("matter", "").strip() else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )


def _midnight(visit: Visit, day: str, later: int = 0) -> datetime:
    on = chosen_day(day)
    return datetime.combine(on + timedelta(days=later), time(), visit.office.zone).astimezone(UTC)


def _matter(visit: Visit, reference: str) -> Matter:
    query = select(Matter).where(Matter.reference == reference.strip(), visible(visit.person))
    found = visit.session.scalar(query)
    if found is None:
        raise InputError("There is no such matter, or it is not yours to see: look at its number.")
    return found
