"""Amend a notice: the old facts beside the new, and which dates move which way, before anything is recorded."""

from collections.abc import Mapping
from datetime import date

from msgspec import UNSET, Struct
from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from deadlines.compute import Notice
from deadlines.docket.amending import Amended, Amendment, amend_notice, amended
from deadlines.docket.blind import require_seen
from deadlines.docket.doubts import odd_days
from deadlines.docket.entries import computed
from deadlines.docket.legible import notice_of
from deadlines.docket.roles import require
from deadlines.errors import Conflict
from deadlines.law.matrix import Fact
from deadlines.store.tables import Entry, NoticeRow
from deadlines.web.desk.acts import MOVED_ON, asking_page, kind_title, marked, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_notice
from deadlines.web.desk.service import METHODS
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit

WHY = "Say why in a few words: it is kept for ever."
FACT = "fact-"
"""What the name of a fact's field begins with."""
DAYS = {
    "service_on": "Day of service",
    "received_on": "Day it provably arrived",
    "printed_deadline": "Deadline that the notice prints",
}


def amend_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return asking_page(door, "/notice/{name}/amend", _ask, _record)


class Line(Struct, frozen=True, kw_only=True):
    """One field of a notice: its name in the form, its question, its choices, what was entered."""

    name: str
    label: str
    hint: str
    options: list[tuple[str, str]]
    kind: str
    was: str


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "enter")
    row = find_visible_notice(visit, name)
    require_seen(visit.session, visit.person, row)
    return _page(visit, row, typed or _as_entered(row), faults=faults_of(refusal), status=status_of(refusal))


def _record(visit: Visit, name: str, form: dict[str, str]) -> Response:
    """The first button shows what would move, the second records what was shown."""
    require(visit.person, "enter")
    row = find_visible_notice(visit, name)
    require_seen(visit.session, visit.person, row)
    changes, reason = _read(visit, row, form)
    if form.get("step") != "record":
        found, odd = _tried(visit, row, changes, reason)
        return _page(visit, row, form, preview=found, odd=odd)
    if form.get("seen") != _seen(visit, row):
        raise Conflict(MOVED_ON)
    amend_notice(visit.session, visit.desk, row, changes, reason=reason, by=visit.person, now=visit.now)
    return visit.go(f"/matter/{row.matter_id}?done=amended")


def _page(
    visit: Visit,
    row: NoticeRow,
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
    preview: Amended | None = None,
    odd: list[str] | None = None,
) -> Response:
    later = visit.session.scalars(select(NoticeRow.id).where(NoticeRow.amends_id == row.id)).first()
    lines = _lines(visit, row)
    return visit.page(
        "amend.html",
        status=status,
        notice=row,
        kind=kind_title(visit, row.kind),
        matter=row.matter,
        later=later,
        lines=lines,
        others=_others(visit, lines),
        methods=METHODS,
        was_method=_notice(row).service.method,
        typed=typed,
        changed=[line for line in lines if typed.get(line.name, "").strip() != line.was],
        faults=faults or {},
        preview=preview,
        odd=odd or [],
        seen=_seen(visit, row),
    )


def _tried(visit: Visit, row: NoticeRow, changes: Amendment, reason: str) -> tuple[Amended, list[str]]:
    """What the amendment would do: it is done, looked at, and undone."""
    odd = odd_days(amended(_notice(row), changes), visit.today)
    with visit.session.begin_nested() as trial:
        found = amend_notice(visit.session, visit.desk, row, changes, reason=reason, by=visit.person, now=visit.now)
        trial.rollback()
    return found, odd


def _read(visit: Visit, row: NoticeRow, form: Mapping[str, str]) -> tuple[Amendment, str]:
    """What is to be corrected; raises Faulty where a field cannot be used, or nothing was changed."""
    typed, was = Typed(form), _as_entered(row)
    method = next((one for one, _ in METHODS if one == typed.text("method")), None)
    if method is None:
        typed.fault("method", "Say how the decision was served.")
    days: dict[str, date | None] = {name: typed.day_or_none(name) for name in DAYS}
    facts = {
        field.removeprefix(FACT): typed.text(field) or None
        for field in form
        if field.startswith(FACT) and typed.text(field) != was.get(field, "")
    }
    if typed.text("more"):
        facts[typed.text("more")] = typed.text("more_value") or None
        if not typed.text("more_value"):
            typed.fault("more_value", "Say what the fact is, or choose no fact.")
    reason = typed.words("reason", WHY)
    typed.check()
    before = _notice(row)
    changed = {name: day for name, day in days.items() if (day.isoformat() if day else "") != was[name]}
    served = method if method is not None and method != before.service.method else UNSET
    return Amendment(facts=facts, method=served, **changed), reason


def _notice(row: NoticeRow) -> Notice:
    return notice_of(row)


def _as_entered(row: NoticeRow) -> dict[str, str]:
    """The fields of the form as the notice has them now."""
    notice = _notice(row)
    days = {
        "service_on": notice.service.on,
        "received_on": notice.received_on,
        "printed_deadline": notice.printed_deadline,
    }
    found = {name: day.isoformat() if day else "" for name, day in days.items()}
    return {"method": notice.service.method, **found, **{FACT + name: value for name, value in notice.facts.items()}}


def _lines(visit: Visit, row: NoticeRow) -> list[Line]:
    """The fields beside the way of service: days, the facts that were entered, and those that are asked for."""
    was, notice = _as_entered(row), _notice(row)
    asked = [ask.fact for ask in computed(visit.desk, notice).asks]
    days = [
        Line(name=name, label=label, hint="", options=[], kind="date", was=was[name]) for name, label in DAYS.items()
    ]
    facts = visit.desk.law.facts
    names = dict.fromkeys([*notice.facts, *(name for name in asked if name in facts)])
    return days + [_line(name, facts.get(name), was.get(FACT + name, "")) for name in names]


def _line(name: str, fact: Fact | None, was: str) -> Line:
    one_of = fact is not None and fact.type == "word"
    return Line(
        name=FACT + name,
        label=name.replace("_", " ").capitalize(),
        hint=fact.question if fact is not None else "",
        options=[(choice, choice.replace("-", " ")) for choice in fact.choices] if fact is not None and one_of else [],
        kind="date" if fact is not None and fact.type == "date" else "text",
        was=was,
    )


def _others(visit: Visit, lines: list[Line]) -> list[tuple[str, str]]:
    """The facts that have no field yet, by name."""
    shown = {line.name.removeprefix(FACT) for line in lines}
    return [(name, name.replace("_", " ")) for name in sorted(visit.desk.law.facts) if name not in shown]


def _seen(visit: Visit, row: NoticeRow) -> str:
    """What the page was made from: another one as soon as a date of the notice changes."""
    entries = visit.session.scalars(select(Entry).where(Entry.notice_id == row.id).order_by(Entry.id))
    return ",".join(marked(entry) for entry in entries)
