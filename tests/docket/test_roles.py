"""What each role may do, held against the table that people read, and what each sees."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.restricting import restrict_matter
from deadlines.docket.roles import ACTS, ROLES, Act, may, require
from deadlines.docket.teams import join_matter
from deadlines.docket.visible import counted, visible
from deadlines.errors import Forbidden
from deadlines.store.tables import Matter, Person
from tests.docket import samples

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
CHANGES = [act for act in ACTS if not act.startswith("read")]


def documented() -> dict[tuple[str, str], bool]:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("| Act |"))
    roles = [cell.strip() for cell in lines[head].strip("|").split("|")][1:]
    found: dict[tuple[str, str], bool] = {}
    for line in lines[head + 2 :]:
        if not line.startswith("|"):
            break
        act, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        found |= {(role, act.partition(":")[0]): cell == "yes" for role, cell in zip(roles, cells, strict=True)}
    return found


def somebody(role: str, **more: object) -> Person:
    return Person(name="Eve", email="eve@firm.test", role=role, **{"active": True, **more})


def test_the_document_and_the_program_agree_on_every_cell() -> None:
    assert documented() == {(role, act): may(somebody(role), act) for role in ROLES for act in ACTS}


@pytest.mark.parametrize("act", CHANGES)
def test_an_auditor_changes_nothing(act: Act) -> None:
    with pytest.raises(Forbidden, match=r"eve@firm\.test has the role auditor and may not .*these roles may: "):
        require(somebody("auditor"), act)


def test_who_has_left_or_has_an_unknown_role_may_do_nothing() -> None:
    for person in (somebody("partner", active=False), somebody("boss")):
        assert not any(may(person, act) for act in ACTS)


def test_no_role_opens_a_restricted_matter(session: Session, matter: Matter) -> None:
    secret = samples.matter(session, matter.attorney, "S-1")
    restrict_matter(session, secret, actor="t", now=samples.ENTERED)
    people = {role: samples.person(session, role.title(), role=role) for role in ROLES}

    def seen(condition: object) -> set[str]:
        return set(session.scalars(select(Matter.reference).where(condition)))  # type: ignore[arg-type]

    for role, person in people.items():
        assert seen(visible(person)) == {"2026-0143"}, role
        assert ("S-1" in seen(counted(person))) is (role == "docket"), role
    assert seen(visible(matter.attorney)) == {"2026-0143", "S-1"}
    join_matter(session, secret, people["auditor"], actor="t", now=samples.ENTERED)
    session.flush()
    assert seen(visible(people["auditor"])) == {"2026-0143", "S-1"}
