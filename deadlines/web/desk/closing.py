"""Waive, strike and reopen: each page shows what is closed or taken back and what that ends, and asks why."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.at_stake import at_stake
from deadlines.docket.blind import blind_to
from deadlines.docket.closing import CLOSED, reopen_entry, strike_notice, waive_entry
from deadlines.docket.past_days import passed_on
from deadlines.docket.roles import require
from deadlines.docket.versions import current
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, NoticeRow
from deadlines.web.desk.acts import (
    HAND_OVER,
    MOVED_ON,
    about,
    asking_page,
    back,
    kind_title,
    marked,
    nexts_of,
    require_unmoved,
    status_of,
)
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_visible_entry, find_visible_notice
from deadlines.web.desk.typed import faults_of, reason_of
from deadlines.web.desk.visit import Visit


def closing_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return [
        *asking_page(door, "/entry/{name}/waive", _ask_waive, _waive),
        *asking_page(door, "/entry/{name}/reopen", _ask_reopen, _reopen),
        *asking_page(door, "/notice/{name}/strike", _ask_strike, _strike),
    ]


def _ask_waive(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "close")
    entry = find_visible_entry(visit, name)
    return visit.page(
        "waive.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        stake=at_stake(visit.session, entry),
        passed=_passed(visit, entry),
        closed=entry.status in CLOSED,
        nexts=nexts_of(visit, entry, ("not-filed",)),
        **about(visit, entry),
    )


def _waive(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "close")
    entry = find_visible_entry(visit, name)
    reason = reason_of(form)
    require_unmoved(entry, form)
    waive_entry(visit.session, visit.desk, entry, reason=reason, by=visit.person, now=visit.now)
    return back(visit, entry, "waived")


def _ask_reopen(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "close")
    entry = find_visible_entry(visit, name)
    return visit.page(
        "reopen.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal, ways=HAND_OVER),
        closed=entry.status in CLOSED,
        **about(visit, entry),
    )


def _reopen(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "close")
    entry = find_visible_entry(visit, name)
    reason = reason_of(form)
    require_unmoved(entry, form)
    reopen_entry(visit.session, visit.desk, entry, reason=reason, by=visit.person, now=visit.now)
    return back(visit, entry, "reopened")


def _ask_strike(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "close")
    notice = find_visible_notice(visit, name)
    entries = _entries(visit, notice)
    return visit.page(
        "strike.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        notice=notice,
        kind=kind_title(visit, notice.kind),
        blind=bool(blind_to(visit.session, visit.person, [notice.id])),
        matter=notice.matter,
        entries=[(entry, at_stake(visit.session, entry), _passed(visit, entry)) for entry in entries],
        seen=",".join(marked(entry) for entry in entries),
    )


def _strike(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "close")
    notice = find_visible_notice(visit, name)
    reason = reason_of(form)
    if form.get("seen") != ",".join(marked(entry) for entry in _entries(visit, notice)):
        raise Conflict(MOVED_ON)
    struck = strike_notice(visit.session, visit.desk, notice, reason=reason, by=visit.person, now=visit.now)
    return visit.go(f"/matter/{notice.matter_id}?done=struck&of={struck[0].id}#{struck[0].id}")


def _passed(visit: Visit, entry: Entry) -> date | None:
    """The last day of an open date, where it has passed: closing it now hides nothing of that."""
    return passed_on(entry.status, current(visit.session, entry).last_day, visit.today)


def _entries(visit: Visit, notice: NoticeRow) -> list[Entry]:
    """What a strike would close."""
    query = select(Entry).where(Entry.notice_id == notice.id, Entry.status.not_in(CLOSED))
    return list(visit.session.scalars(query.order_by(Entry.created_at, Entry.id)))
