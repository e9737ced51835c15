"""Importing a table: uploaded, held against the docket, shown with every mistake, and recorded on a second word.

Between the two the table travels in the form and is kept nowhere; what comes back is read and checked anew, and only
what was shown is recorded.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping

import msgspec
from anyio import CapacityLimiter, to_thread
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket import template
from deadlines.docket.import_rows import Fault, ImportRow, read_rows
from deadlines.docket.importing import Plan, check, record
from deadlines.docket.roles import require
from deadlines.errors import InputError
from deadlines.law import Law, load_law
from deadlines.sheets import read_grid
from deadlines.web.desk.door import Door
from deadlines.web.desk.visit import Visit
from deadlines.web.pages import HEADERS
from deadlines.web.plain import begun, sentence
from deadlines.web.uploads import Sent

MOST_BYTES = 2_000_000
"""Bytes of a table on the page: it travels in the form. The command takes larger ones."""
MOST_ROWS = 500
"""More take longer to record than somebody waits for a page, and nobody else could record meanwhile."""
MOST_SHOWN = 200
TABLES = 2
"""Tables that are read in one moment."""
ALLOWED = 204
DATES = (
    ("iso", "2026-02-03 only"),
    ("mdy", "month first: 2/3/2026 is 3 February"),
    ("dmy", "day first: 3/2/2026 is 3 February"),
)
CARRIED = "table"
CHOOSE = (
    f"Choose a CSV or XLSX file of {MOST_BYTES // 1_000_000} megabytes at most. Whoever looks after the program "
    "imports larger ones."
)
TOO_MANY = (
    f"The table has more than {MOST_ROWS:,} rows: split it, or let whoever looks after the program import it after "
    "hours."
)
CHANGED = "The docket or the table is another than was shown. Look at it again, then record it."


class Table(Struct, frozen=True):
    """A table as it was read: its bytes, its rows, and the mistakes in them; or the sentence why there is none."""

    data: bytes = b""
    rows: list[ImportRow] = []
    faults: list[Fault] = []
    wrong: str = ""


class ImportPages:
    """The form, what the import would do, and the recording."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._reading = CapacityLimiter(TABLES)

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/import", self.form, methods=["GET"]),
            Route("/import", self.send, methods=["POST"]),
            Route("/import/notices.csv", self.csv, methods=["GET"]),
            Route("/import/notices.xlsx", self.xlsx, methods=["GET"]),
        ]

    async def form(self, request: Request) -> Response:
        """The form, or what was recorded."""
        query = request.query_params
        return await self._door.show(request, lambda visit: _form(visit, query))

    async def send(self, request: Request) -> Response:
        """A table to be looked at, or the one that was shown, to be recorded."""
        refused = await self._door.show(request, _allowed)
        if refused.status_code != ALLOWED:
            return refused
        sent = await self._door.upload(request, keeps=MOST_BYTES, text=MOST_BYTES * 3 // 2)
        if isinstance(sent, Response):
            return sent
        law = load_law() if self._door.office.desk is None else self._door.office.desk("").law
        table = await to_thread.run_sync(_read, sent, law, limiter=self._reading)
        if sent.fields.get("do") == "record" and not (table.wrong or table.faults):
            return await self._door.again(request, lambda visit: _record(visit, sent, table), sent=sent, patient=True)
        return await self._door.show(request, lambda visit: _look(visit, sent, table))

    async def csv(self, request: Request) -> Response:
        """An empty table."""
        return await self._door.show(request, lambda _: _file(template.csv_template(), "notices.csv", "text/csv"))

    async def xlsx(self, request: Request) -> Response:
        """An empty workbook with an explanation and all allowed values."""
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return await self._door.show(
            request, lambda visit: _file(template.xlsx_template(visit.law), "notices.xlsx", kind)
        )


def _allowed(visit: Visit) -> Response:
    require(visit.person, "enter")
    return Response(status_code=ALLOWED)


def _file(body: bytes, name: str, kind: str) -> Response:
    return Response(body, 200, {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}, kind)


def _read(sent: Sent, law: Law) -> Table:
    """The rows of what was sent. Takes a second or so: in a thread, and in no transaction."""
    data = _bytes(sent)
    if not data:
        return Table(wrong=CHOOSE)
    try:
        grid = read_grid(data, sheet=sent.fields.get("sheet", "").strip() or None)
        dates = next((one for one, _ in DATES if one == sent.fields.get("dates")), "iso")
        rows, faults = read_rows(grid, law, dates=dates)
    except InputError as refused:
        return Table(wrong=sentence(refused))
    return Table(data, rows, faults) if len(rows) <= MOST_ROWS else Table(wrong=TOO_MANY)


def _bytes(sent: Sent) -> bytes:
    """The table: the file that was chosen, or what the form carries of the one before."""
    if sent.content or sent.too_large:
        return sent.content
    try:
        return base64.b64decode(sent.fields.get(CARRIED, ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _form(visit: Visit, query: Mapping[str, str]) -> Response:
    require(visit.person, "enter")
    counts = [query.get(name, "") for name in ("recorded", "known")]
    done = [int(one) for one in counts if one.isascii() and one.isdigit() and len(one) < 6]
    return _page(visit, {}, Table(), None, done=done if len(done) == len(counts) else None)


def _look(visit: Visit, sent: Sent, table: Table) -> Response:
    """What recording would do; nothing is changed."""
    require(visit.person, "enter")
    plan = None if table.wrong else check(visit.session, visit.desk, table.rows, by=visit.person, today=visit.today)
    faulty = table.wrong or table.faults or (plan is not None and plan.faults)
    return _page(visit, sent.fields, table, plan, status=422 if faulty else 200)


def _record(visit: Visit, sent: Sent, table: Table) -> Response:
    """Record what was shown, whole or not at all; where it is another by now, it is shown again."""
    require(visit.person, "enter")
    plan = check(visit.session, visit.desk, table.rows, by=visit.person, today=visit.today)
    if plan.faults or sent.fields.get("seen") != _seen(table, plan):
        return _page(visit, sent.fields, table, plan, wrong=CHANGED, status=409)
    done = record(
        visit.session,
        visit.desk,
        table.rows,
        by=visit.person,
        source=hashlib.sha256(table.data).hexdigest(),
        now=visit.now,
        today=visit.today,
    )
    if done.faults:
        raise InputError(CHANGED)
    return visit.go(f"/import?recorded={done.count('new')}&known={done.count('known')}")


def _seen(table: Table, plan: Plan) -> str:
    """Another one for another table, and for anything else that would become of it."""
    return hashlib.sha256(table.data + msgspec.json.encode(plan)).hexdigest()[:32]


def _page(
    visit: Visit,
    typed: Mapping[str, str],
    table: Table,
    plan: Plan | None,
    *,
    wrong: str = "",
    done: list[int] | None = None,
    status: int = 200,
) -> Response:
    faults = sorted([*table.faults, *(plan.faults if plan is not None else [])], key=lambda one: (one.row, one.cell))
    named = {"file": table.wrong} if table.wrong else {"": wrong} if wrong else {}
    return visit.page(
        "import.html",
        status=status,
        typed=typed,
        faults=named,
        figures=typed.get("dates", "iso") == "iso" and any(one.code == "bad-date" for one in faults),
        mistakes=[(one, begun(one.message)) for one in faults],
        plan=plan,
        new=[row for row in plan.rows if row.outcome == "new"] if plan is not None else [],
        most=MOST_SHOWN,
        carried=base64.b64encode(table.data).decode() if plan is not None and not faults else "",
        seen=_seen(table, plan) if plan is not None else "",
        dates=DATES,
        kinds={kind.id: kind.title for kind in visit.law.kinds.values()},
        done=done,
        columns=template.explained(),
    )
