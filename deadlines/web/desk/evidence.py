"""How the docket was kept, for the insurer: a form, and what it downloads."""

from collections.abc import Mapping
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.roles import require
from deadlines.evidence import Evidence, Wanted, files_of, gather, record_export, zipped
from deadlines.web.desk.acts import status_of
from deadlines.web.desk.days import chosen_day
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit
from deadlines.web.pages import HEADERS

NOTED = 204


class EvidencePages:
    """The evidence, for who may read the audit trail."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/evidence", self.form, methods=["GET"]),
            Route("/evidence", self.pack, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """For which days, and whether with names."""
        return await self._door.show(request, lambda visit: _form(visit, {}))

    async def pack(self, request: Request) -> Response:
        """The archive. That it left is noted in a transaction of its own, because making it takes its time."""
        found: list[tuple[Evidence, dict[str, bytes]]] = []
        page = await self._door.ask(request, lambda visit, form: _pack(visit, form, found), _form)
        if not found:
            return page
        noted = await self._door.again(request, lambda visit: _note(visit, *found[0]))
        return page if noted.status_code == NOTED else noted


def _form(visit: Visit, typed: Mapping[str, str], refusal: Refusal | None = None) -> Response:
    require(visit.person, "read-audit")
    today = visit.today
    at_first = {"from": date(today.year - 1, today.month, 1).isoformat(), "until": today.isoformat()}
    shown, faults = typed or at_first, faults_of(refusal)
    return visit.page("evidence_form.html", status=status_of(refusal), typed=shown, faults=faults)


def _pack(visit: Visit, form: dict[str, str], found: list[tuple[Evidence, dict[str, bytes]]]) -> Response:
    require(visit.person, "read-audit")
    typed = Typed(form)
    from_on, until_on = typed.take("from", chosen_day, date.min), typed.take("until", chosen_day, date.min)
    typed.check()
    wanted = Wanted(from_on=from_on, until_on=until_on, names=typed.ticked("names"))
    evidence = gather(visit.session, visit.desk, visit.house, wanted, made_by=visit.person.email, now=visit.now)
    files = files_of(evidence)
    found.append((evidence, files))
    name = f"evidence-{wanted.from_on}-{wanted.until_on}.zip"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(zipped(files), 200, headers, "application/zip")


def _note(visit: Visit, evidence: Evidence, files: dict[str, bytes]) -> Response:
    record_export(visit.session, evidence, files, actor=visit.person.email)
    return Response(status_code=NOTED)
