"""It is on the docket already: a paper that waits is settled by a notice that was recorded without it."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.blind import blind_to
from deadlines.docket.incoming import docketed, find_seen_incoming, require_waiting
from deadlines.docket.notices import find_seen_notice, standing_notices
from deadlines.docket.roles import require
from deadlines.errors import InputError, NotFound
from deadlines.ical.wording import day_text
from deadlines.store.tables import Incoming, Matter, NoticeRow
from deadlines.web.desk.acts import HAND_OVER, asking_page, kind_title, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import matter_called
from deadlines.web.desk.incoming import NO_MATTER
from deadlines.web.desk.typed import Faulty, Typed, faults_of
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence

UNREAD = "A notice that is not shown to you yet"
CHOOSE = "Choose the notice that was recorded from the paper."


class Choice(Struct, frozen=True):
    """A notice that the paper may be settled by; of one that is kept from its reader `words` tell nothing."""

    notice: str
    words: str
    entered_by: str
    entered_at: datetime


def docketed_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return asking_page(door, "/incoming/{name}/docketed", _ask, _settle)


def _ask(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    require(visit.person, "enter")
    paper = find_seen_incoming(visit.session, name, visit.person)
    if refusal is None:
        require_waiting(paper)
    matter, faults = _matter(visit, paper, typed), faults_of(refusal, ways=HAND_OVER)
    if matter is None and typed.get("matter"):
        faults["matter"] = NO_MATTER
    return visit.page(
        "docketed.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults,
        paper=paper,
        matter=matter,
        choices=_choices(visit, matter) if matter is not None else [],
    )


def _matter(visit: Visit, paper: Incoming, typed: Mapping[str, str]) -> Matter | None:
    """The matter whose notices are shown: that of the paper, or the one whose number was typed."""
    return paper.matter or matter_called(visit, typed.get("matter", ""))


def _choices(visit: Visit, matter: Matter) -> list[Choice]:
    rows = standing_notices(visit.session, matter.id)
    blind = blind_to(visit.session, visit.person, [row.id for row in rows])
    return [
        Choice(row.id, UNREAD if row.id in blind else _words(visit, row), visit.who(row.entered_by), row.entered_at)
        for row in rows
    ]


def _words(visit: Visit, row: NoticeRow) -> str:
    form = f", Form {row.form}" if row.form else ""
    return f"{kind_title(visit, row.kind)}{form}, dated {day_text(row.decided_on)}"


def _settle(visit: Visit, name: str, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    paper = find_seen_incoming(visit.session, name, visit.person)
    notice = _notice(visit, paper, Typed(form), form)
    docketed(visit.session, paper, notice, who=visit.person.id, now=visit.now, actor=visit.person.email)
    return visit.go(f"/matter/{notice.matter_id}?done=paper-settled")


def _notice(visit: Visit, paper: Incoming, typed: Typed, form: Mapping[str, str]) -> NoticeRow:
    """The notice that was chosen, or whose id was given; raises Faulty where there is none."""
    if typed.text("id"):
        try:
            return find_seen_notice(visit.session, typed.text("id"), visit.person)
        except (InputError, NotFound) as wrong:
            raise Faulty(sentence(wrong), {"id": sentence(wrong)}) from None
    matter = _matter(visit, paper, form)
    rows = standing_notices(visit.session, matter.id) if matter is not None else []
    found = next((row for row in rows if row.id == typed.text("notice")), None)
    if found is None:
        raise Faulty(CHOOSE, {"notice" if rows else "matter": CHOOSE})
    return found
