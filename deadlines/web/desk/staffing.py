"""Who works on a matter and sees it: put on it and taken off, handed over, restricted, and the restriction lifted."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.answerable import attorneys
from deadlines.docket.endings import off_matter
from deadlines.docket.handing import hand_over
from deadlines.docket.people import list_people
from deadlines.docket.restricting import follow_discreet, restrict_matter, unrestrict_matter
from deadlines.docket.roles import Act, require
from deadlines.docket.teams import join_matter, members
from deadlines.docket.visible import is_visible
from deadlines.errors import Conflict
from deadlines.store.tables import Matter, Person
from deadlines.web.desk.acts import MOVED_ON, asking_page, status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.found import find_matter
from deadlines.web.desk.people_shown import away_until
from deadlines.web.desk.typed import Typed, faults_of, reason_of
from deadlines.web.desk.visit import Visit

WHO = "Choose a person."


def staffing_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""
    return [
        *asking_page(door, "/matter/{name}/assign", _ask_assign, _assign),
        *asking_page(door, "/matter/{name}/unassign", _ask_unassign, _unassign),
        *asking_page(door, "/matter/{name}/hand-over", _ask_hand_over, _hand_over),
        *asking_page(door, "/matter/{name}/restrict", _ask_restrict, _restrict),
        *asking_page(door, "/matter/{name}/unrestrict", _ask_unrestrict, _unrestrict),
    ]


def _ask_assign(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    matter = _matter(visit, name, "staff")
    return _page(visit, "matter_assign.html", matter, typed, refusal, _others(visit, matter))


def _assign(visit: Visit, name: str, form: dict[str, str]) -> Response:
    matter = _matter(visit, name, "staff")
    person = _chosen(visit, form, _others(visit, matter))
    join_matter(visit.session, matter, person, actor=visit.person.email, now=visit.now)
    return _done(visit, matter, "assigned")


def _ask_unassign(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    matter = _matter(visit, name, "staff")
    return _page(visit, "matter_unassign.html", matter, typed, refusal, members(visit.session, matter))


def _unassign(visit: Visit, name: str, form: dict[str, str]) -> Response:
    matter = _matter(visit, name, "staff")
    person = _chosen(visit, form, members(visit.session, matter))
    who = visit.person.email
    off_matter(visit.session, visit.desk, matter, person, actor=who, today=visit.today, now=visit.now)
    return _done(visit, matter, "unassigned")


def _ask_hand_over(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    matter = _matter(visit, name, "staff")
    return _page(visit, "matter_hand_over.html", matter, typed, refusal, _heirs(visit, matter))


def _hand_over(visit: Visit, name: str, form: dict[str, str]) -> Response:
    matter = _matter(visit, name, "staff")
    if form.get("seen") != matter.attorney_id:
        raise Conflict(MOVED_ON)
    person = _chosen(visit, form, _heirs(visit, matter))
    hand_over(visit.session, matter, person, actor=visit.person.email, now=visit.now, pages=visit.desk.pages)
    return _done(visit, matter, "handed-over")


def _ask_restrict(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    return _page(visit, "matter_restrict.html", _matter(visit, name, "enter"), typed, refusal)


def _restrict(visit: Visit, name: str, form: dict[str, str]) -> Response:
    matter, reason = _matter(visit, name, "enter"), reason_of(form)
    restrict_matter(visit.session, matter, reason=reason, actor=visit.person.email, now=visit.now)
    follow_discreet(visit.session, visit.desk, matter, now=visit.now)
    return _done(visit, matter, "restricted")


def _ask_unrestrict(visit: Visit, name: str, typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    return _page(visit, "matter_unrestrict.html", _matter(visit, name, "unrestrict"), typed, refusal)


def _unrestrict(visit: Visit, name: str, form: dict[str, str]) -> Response:
    matter, reason = _matter(visit, name, "unrestrict"), reason_of(form)
    unrestrict_matter(visit.session, matter, visit.person, reason, now=visit.now)
    follow_discreet(visit.session, visit.desk, matter, now=visit.now)
    return _done(visit, matter, "unrestricted")


def _matter(visit: Visit, name: str, act: Act) -> Matter:
    """The matter, for who may do that to it; who does not see it is told that there is none."""
    require(visit.person, act)
    return find_matter(visit, name)


def _others(visit: Visit, matter: Matter) -> list[Person]:
    """Who does not work on it."""
    on_it = {matter.attorney_id, *(one.id for one in members(visit.session, matter))}
    return [one for one in list_people(visit.session) if one.id not in on_it]


def _heirs(visit: Visit, matter: Matter) -> list[Person]:
    """Who may be its attorney instead."""
    return [one for one in attorneys(visit.session) if one.id != matter.attorney_id]


def _chosen(visit: Visit, form: Mapping[str, str], offered: Sequence[Person]) -> Person:
    typed = Typed(form)
    identifier = typed.one_of("person", {one.id for one in offered}, WHO)
    typed.check()
    return visit.session.scalars(select(Person).where(Person.id == identifier)).one()


def _page(
    visit: Visit,
    template: str,
    matter: Matter,
    typed: Mapping[str, str],
    refusal: Refusal | None,
    people: Sequence[Person] = (),
) -> Response:
    return visit.page(
        template,
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        matter=matter,
        people=[(one.id, f"{visit.who(one.id)}, {one.role}{away_until(visit, one)}") for one in people],
    )


def _done(visit: Visit, matter: Matter, done: str) -> Response:
    """On to the matter, if the visitor still sees it."""
    visit.session.flush()
    if not is_visible(visit.session, matter.id, visit.person):
        return visit.go("/recorded/change")
    return visit.go(f"/matter/{matter.id}?done={done}")
