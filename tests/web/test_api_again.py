"""An answer that is kept beside its idempotency key is given again only to who still sees what it is about."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from deadlines.docket.handing import hand_over
from deadlines.docket.incoming import register
from deadlines.docket.new_roles import amend_role
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Matter, Person
from deadlines.web.api.again import SEEN
from deadlines.web.api.operations import OPERATIONS
from tests.docket import samples
from tests.web.api_firm import NOTICE, ROOM, ApiFirm, Program, problem_of

Change = tuple[str, dict[str, Any]]
"""The path and the body of a change."""


@pytest.fixture
def firm(database: Database) -> ApiFirm:
    return ApiFirm(database)


def opened(firm: ApiFirm, program: Program) -> Change:
    about = {"client": "Canary-Ito", "attorney": "ana@firm.test", "restricted": True, "none_until": "2026-11-16"}
    return "/matters", {"reference": "S-2", **about}


def closed(firm: ApiFirm, program: Program) -> Change:
    program.made(f"/entries/{firm.entries['S-1']}/waive", {"reason": "x"}, 200)
    return f"/matters/{firm.matters['S-1']}/close", {"reason": "done"}


def reopened(firm: ApiFirm, program: Program) -> Change:
    path, body = closed(firm, program)
    program.made(path, body, 200)
    return f"/matters/{firm.matters['S-1']}/reopen", {"reason": "again"}


def noticed(firm: ApiFirm, program: Program) -> Change:
    return "/notices", {**NOTICE, "matter": firm.matters["S-1"]}


def settled(firm: ApiFirm, program: Program) -> Change:
    path, body = noticed(firm, program)
    notice = program.made(path, body)["notice"]
    with firm.database.write() as session:
        ana, found = session.get_one(Person, firm.people["Ana"]), session.get_one(Matter, firm.matters["S-1"])
        on = date(2026, 11, 2)
        paper = register(
            session, ROOM, "Canary", matter=found, received_on=on, at="mail", by=ana, now=firm.now, actor=ana.email
        )
        return f"/incoming/{paper.id}/docketed", {"notice": notice}


def taken_on(firm: ApiFirm, program: Program) -> Change:
    return f"/entries/{firm.entries['S-1']}/acknowledge", {}


def filed(firm: ApiFirm, program: Program) -> Change:
    return f"/entries/{firm.entries['S-1']}/file", {"on": "2026-11-02", "proof": "x"}


def waived(firm: ApiFirm, program: Program) -> Change:
    return f"/entries/{firm.entries['S-1']}/waive", {"reason": "x"}


def handed_over(firm: ApiFirm) -> None:
    """Every restricted matter goes to Cas: Ana works on none of them any more."""
    with firm.database.write() as session:
        cas = samples.person(session, "Cas", "attorney")
        for matter in session.scalars(select(Matter).where(Matter.restricted)).all():
            hand_over(session, matter, cas, actor="t", now=firm.now)


def acts(firm: ApiFirm) -> int:
    with firm.database.read() as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0


@pytest.mark.parametrize("change", [opened, closed, reopened, noticed, settled, taken_on, filed, waived])
def test_who_sees_a_matter_no_more_is_not_answered_again_about_it(
    firm: ApiFirm, change: Callable[[ApiFirm, Program], Change]
) -> None:
    program = firm.program()
    path, body = change(firm, program)
    first = program.post(path, body, Idempotency_Key="k")
    assert first.is_success, first.text
    assert program.post(path, body, Idempotency_Key="k").content == first.content
    handed_over(firm)
    before = acts(firm)
    again = program.post(path, body, Idempotency_Key="k")
    assert problem_of(again, 404)["code"] == "not-found"
    assert "location" not in again.headers
    for word in ("Canary", "S-1", "S-2", "I-918", "Motion", firm.matters["S-1"], firm.entries["S-1"]):
        assert word not in again.text
    if "/entries/" in path or path.endswith(("/close", "/reopen")):
        assert again.content == program.get(path.rpartition("/")[0]).content
    assert acts(firm) == before


def test_who_still_sees_it_is_answered_as_the_first_time_whoever_has_it_now(firm: ApiFirm) -> None:
    program = firm.program()
    path, body = f"/entries/{firm.entries['A-1']}/waive", {"reason": "x"}
    first = program.post(path, body, Idempotency_Key="k")
    with firm.database.write() as session:
        cas = samples.person(session, "Cas", "attorney")
        hand_over(session, session.get_one(Matter, firm.matters["A-1"]), cas, actor="t", now=firm.now)
    assert program.post(path, body, Idempotency_Key="k").content == first.content


def test_another_role_is_not_answered_again_what_it_may_not_do(firm: ApiFirm) -> None:
    program = firm.program("Ben")
    body = {**NOTICE, "matter": firm.matters["A-1"]}
    assert program.post("/notices", body, Idempotency_Key="k").status_code == 201
    with firm.database.write() as session:
        ben = session.get_one(Person, firm.people["Ben"])
        amend_role(session, ben, "administrator", actor="t", today=firm.now.date(), now=firm.now)
    assert problem_of(program.post("/notices", body, Idempotency_Key="k"), 403)["code"] == "forbidden"


def test_every_change_names_what_it_is_about() -> None:
    """By the ids of its path or body, or by the address of what it made; another name would be looked up nowhere."""
    for operation in OPERATIONS:
        named = {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}
        assert named <= set(SEEN), operation.name
        fields = getattr(operation.body, "__struct_fields__", ())
        assert not operation.changing or named or operation.status == 201 or set(SEEN) & set(fields), operation.name


def protected(firm: ApiFirm) -> Change:
    """The denial of a self-petition, which restricts the matter that it is of."""
    return "/notices", {**NOTICE, "form": "I-360", "facts": {"basis": "vawa"}, "matter": firm.matters["A-1"]}


def another(firm: ApiFirm) -> Change:
    return opened(firm, firm.program())


@pytest.mark.parametrize("change", [protected, another])
def test_a_change_that_hides_what_it_made_from_its_maker_is_answered_again(
    firm: ApiFirm, change: Callable[[ApiFirm], Change]
) -> None:
    """The answer may have been lost on the way: a program that asks again must not take it for not done."""
    program = firm.program("Dora")
    path, body = change(firm)
    first = program.post(path, body, Idempotency_Key="k")
    assert first.status_code == 201, first.text
    assert program.get(first.headers["location"].removeprefix("/api/v1")).status_code == 404
    again = program.post(path, body, Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, first.content)
