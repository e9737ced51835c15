"""Nobody is named for dates who could not act on them, and `doctor` tells of whoever was; on both databases."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.absences import note_absence
from deadlines.docket.handing import hand_over
from deadlines.docket.health import check_docket, check_emergency
from deadlines.docket.intake import open_matter
from deadlines.docket.people import deactivate_person, set_deputies
from deadlines.docket.ticking import assign
from deadlines.errors import Conflict, InputError
from deadlines.store.tables import Absence, Matter, Milestone, Person
from tests.docket import samples
from tests.docket.desks import desk
from tests.docket.samples import ENTERED

TODAY = date(2026, 10, 27)
Naming = Callable[[Session, Person, Person], None]


def opened(session: Session, _ana: Person, other: Person) -> None:
    open_matter(session, "2026-0200", client=None, attorney=other, actor="t", now=ENTERED)


def handed(session: Session, ana: Person, other: Person) -> None:
    hand_over(session, samples.matter(session, ana), other, actor="t", now=ENTERED)


def heir_of_matters(session: Session, ana: Person, other: Person) -> None:
    samples.matter(session, ana)
    deactivate_person(session, ana, successor=other, actor="t", today=ENTERED.date(), now=ENTERED)


def heir(session: Session, ana: Person, other: Person) -> None:
    deactivate_person(session, ana, successor=other, actor="t", today=ENTERED.date(), now=ENTERED)


def deputy(session: Session, ana: Person, other: Person) -> None:
    set_deputies(session, ana, deputy=other.email, supervisor=None, actor="t", now=ENTERED, today=ENTERED.date())


def supervisor(session: Session, ana: Person, other: Person) -> None:
    set_deputies(session, ana, deputy=None, supervisor=other.email, actor="t", now=ENTERED, today=ENTERED.date())


def cover(session: Session, ana: Person, other: Person) -> None:
    days = {"from_on": TODAY, "until_on": TODAY + timedelta(days=9), "today": TODAY}
    note_absence(session, ana, deputy=other, actor="t", now=ENTERED, **days)


def step(session: Session, ana: Person, other: Person) -> None:
    made, _ = samples.entry(session, samples.matter(session, ana), samples.window())
    row = Milestone(
        entry_id=made.id, template="draft", title="Draft", owner_id=ana.id, due_on=TODAY, created_at=ENTERED
    )
    session.add(row)
    session.flush()
    assign(session, desk(), row, other, ana, now=ENTERED)


@pytest.mark.parametrize("naming", [opened, handed, heir_of_matters])
@pytest.mark.parametrize("role", ["auditor", "administrator", "docket", "paralegal", "attorney", "partner"])
def test_the_attorney_of_a_matter_is_an_attorney_or_a_partner(
    session: Session, ana: Person, naming: Naming, role: str
) -> None:
    other = samples.person(session, "Otto", role=role)
    if role in ("attorney", "partner"):
        naming(session, ana, other)
        assert session.scalars(select(Matter.attorney_id)).one() == other.id
        return
    said = f"otto@firm.test has the role {role} and cannot be the attorney of a matter; name somebody"
    with pytest.raises(InputError, match=said):
        naming(session, ana, other)


@pytest.mark.parametrize("naming", [heir, deputy, supervisor, cover, step])
@pytest.mark.parametrize("role", ["auditor", "administrator", "docket", "paralegal", "attorney", "partner"])
def test_who_stands_in_may_take_dates_on(session: Session, ana: Person, naming: Naming, role: str) -> None:
    other = samples.person(session, "Otto", role=role)
    if role not in ("auditor", "administrator"):
        naming(session, ana, other)
        return
    with pytest.raises(InputError, match=f"has the role {role}, may take no date on, and cannot be the "):
        naming(session, ana, other)


@pytest.mark.parametrize("naming", [opened, handed, deputy, cover])
def test_who_has_left_is_named_for_nothing(session: Session, ana: Person, naming: Naming) -> None:
    with pytest.raises(Conflict, match="left the firm"):
        naming(session, ana, samples.person(session, "Otto", active=False))


def test_the_own_deputy_covers_only_where_they_may(session: Session, ana: Person) -> None:
    """One named before the rule, or whose role was another then."""
    ana.deputy_id = samples.person(session, "Otto", role="auditor").id
    with pytest.raises(InputError, match="cannot be the cover"):
        note_absence(session, ana, from_on=TODAY, until_on=TODAY, deputy=None, today=TODAY, actor="t", now=ENTERED)


def told(session: Session) -> dict[str, str]:
    session.flush()
    return {one.id: one.state for one in check_docket(session, ENTERED)}


def test_doctor_warns_of_who_could_not_act(session: Session, ana: Person) -> None:
    otto = samples.person(session, "Otto", role="auditor")
    samples.entry(session, samples.matter(session, ana), samples.window())
    assert (told(session)["attorneys"], told(session)["deputies"]) == ("well", "well")
    samples.entry(session, samples.matter(session, otto, "old"), samples.window(), status="satisfied")
    assert told(session)["attorneys"] == "well"
    samples.entry(session, samples.matter(session, otto, "new"), samples.window())
    assert told(session)["attorneys"] == "warning"
    ana.supervisor_id = otto.id
    assert told(session)["deputies"] == "warning"
    ana.active = False
    assert told(session)["deputies"] == "well"


def test_doctor_warns_of_a_cover_who_could_not_act_until_the_absence_is_over(session: Session, ana: Person) -> None:
    otto = samples.person(session, "Otto", role="auditor")
    gone = Absence(person_id=ana.id, deputy_id=otto.id, from_on=TODAY, until_on=TODAY, noted_at=ENTERED)
    session.add(gone)
    assert told(session)["deputies"] == "warning"
    gone.from_on = gone.until_on = TODAY - timedelta(days=1)
    assert told(session)["deputies"] == "well"


def test_doctor_warns_of_a_cover_who_has_left(session: Session, ana: Person) -> None:
    ben = samples.person(session, "Ben")
    session.add(Absence(person_id=ana.id, deputy_id=ben.id, from_on=TODAY, until_on=TODAY, noted_at=ENTERED))
    assert told(session)["deputies"] == "well"
    ben.active = False
    assert told(session)["deputies"] == "warning"


def test_doctor_warns_of_an_emergency_contact_who_could_not_act(session: Session, ana: Person) -> None:
    samples.person(session, "Otto", role="administrator")
    states = [check_emergency(session, email).state for email in (ana.email, "otto@firm.test", "nobody@firm.test")]
    assert states == ["well", "warning", "ill"]
