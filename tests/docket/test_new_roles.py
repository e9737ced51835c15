"""Another name and another role: audited, counting at once, never while something is open that cannot be carried."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.auditor import audit_entries
from deadlines.docket.entries import FIRST_REASON
from deadlines.docket.judging import Statement
from deadlines.docket.new_roles import amend_name, amend_role
from deadlines.docket.people import activate_person, add_person, deactivate_person
from deadlines.docket.roles import may
from deadlines.docket.trail_words import ACTS
from deadlines.errors import Conflict, InputError
from deadlines.store.tables import Absence, Audit, Person, Reminder
from tests.docket import samples
from tests.docket.samples import ENTERED

TODAY = date(2026, 10, 27)
LATER = ENTERED + timedelta(hours=1)
LAID = Statement(samples.ZONE, samples.NINE, "smtp", lambda day: day.weekday() < 5)


def give(session: Session, person: Person, role: str, successor: Person | None = None) -> None:
    amend_role(session, person, role, successor=successor, actor="t", today=TODAY, now=LATER)


def waiting(session: Session) -> set[str]:
    return set(session.scalars(select(Reminder.person_id).where(Reminder.state == "planned")))


def acts(session: Session) -> list[tuple[str, dict[str, str]]]:
    rows = session.scalars(select(Audit).where(Audit.action.like("person.%")).order_by(Audit.id))
    return [(row.action, row.detail) for row in rows]


def test_a_name_is_corrected_and_stands_in_no_trail(session: Session, ana: Person) -> None:
    amend_name(session, ana, "  Ana   Ruiz-Ode ", actor="t", now=LATER)
    assert ana.name == "Ana Ruiz-Ode"
    assert acts(session) == [("person.name", {})]
    for odd in ("", " ", "a\x00b", "x" * 201):
        with pytest.raises(InputError):
            amend_name(session, ana, odd, actor="t", now=LATER)


def test_a_role_counts_at_once(session: Session, ana: Person) -> None:
    assert may(ana, "close")
    give(session, ana, "paralegal")
    assert not may(ana, "close")
    give(session, ana, "paralegal")
    assert acts(session) == [("person.role", {"from": "attorney", "to": "paralegal"})]
    assert {"person.role", "person.name"} <= ACTS.keys()
    with pytest.raises(InputError, match='"boss" is not a role'):
        give(session, ana, "boss")


@pytest.mark.parametrize("role", ["paralegal", "docket", "administrator", "auditor"])
def test_whoever_has_matters_stays_an_attorney(session: Session, ana: Person, role: str) -> None:
    """Also while no date is open: the next notice would open one. What is closed binds nobody."""
    case = samples.matter(session, ana)
    samples.matter(session, ana, "hidden", restricted=True)
    with pytest.raises(Conflict, match=r"attorney of matter 2026-0143 and of restricted matters, which.*hand-over"):
        give(session, ana, role)
    give(session, ana, "partner")
    case.closed_at, case.attorney_id = ENTERED, samples.person(session, "Ben").id
    for one in session.query(type(case)):
        one.closed_at = ENTERED
    give(session, ana, role)
    assert ana.role == role


def test_who_may_take_no_date_on_carries_nothing(session: Session, ana: Person) -> None:
    ben, dora = samples.person(session, "Ben", role="paralegal"), samples.person(session, "Dora", role="docket")
    made, deadline = samples.entry(session, samples.matter(session, ana), samples.window())
    samples.plan(session, made, deadline, samples.window(), [ana, dora])
    with pytest.raises(Conflict, match="waiting reminders, which the role auditor may not carry"):
        give(session, dora, "auditor")
    ana.deputy_id = ben.id
    with pytest.raises(Conflict, match=r"stands in for ana@firm\.test"):
        give(session, ben, "administrator")
    ana.deputy_id = None
    away = Absence(person_id=ana.id, deputy_id=ben.id, from_on=TODAY, until_on=TODAY, noted_at=ENTERED)
    session.add(away)
    with pytest.raises(Conflict, match=r"covers for ana@firm\.test who is away, which the role auditor may not carry"):
        give(session, ben, "auditor")
    away.from_on = away.until_on = TODAY - timedelta(days=1)
    give(session, ben, "auditor")
    assert ben.role == "auditor"


def test_what_the_new_role_may_not_carry_goes_to_a_successor(session: Session, ana: Person) -> None:
    """The only one who keeps the docket may become an auditor, and an attorney with matters an administrator."""
    ben, dora = samples.person(session, "Ben"), samples.person(session, "Dora", role="docket")
    case = samples.matter(session, ana)
    calendar = samples.subscribe(session, ana, scope="matter", matter=case)
    made, deadline = samples.entry(session, case, samples.window())
    samples.plan(session, made, deadline, samples.window(), [ana, dora])
    ben.deputy_id = dora.id
    session.add(Absence(person_id=ana.id, deputy_id=dora.id, from_on=TODAY, until_on=TODAY, noted_at=ENTERED))
    session.flush()
    with pytest.raises(InputError, match="another, active person"):
        give(session, dora, "auditor", dora)
    give(session, dora, "auditor", ben)
    assert waiting(session) == {ana.id, ben.id}
    assert session.scalars(select(Person.deputy_id).where(Person.deputy_id.is_not(None))).all() == []
    assert session.scalars(select(Absence.deputy_id)).one() == ben.id
    with pytest.raises(InputError, match="cannot be the attorney"):
        give(session, ana, "administrator", samples.person(session, "Pat", role="paralegal"))
    give(session, ana, "administrator", ben)
    assert (case.attorney_id, waiting(session), calendar.ending) == (ben.id, {ben.id}, "left")
    assert acts(session)[-1] == (
        "person.role",
        {"from": "attorney", "to": "administrator", "successor": ben.id, "matters": 1},
    )


def test_nothing_is_given_that_the_new_role_carries(session: Session, ana: Person) -> None:
    ben, case = samples.person(session, "Ben"), samples.matter(session, ana)
    give(session, ana, "partner", ben)
    assert (ana.role, case.attorney_id) == ("partner", ana.id)


def test_who_keeps_the_docket_from_now_on_is_missed_at_no_earlier_date(session: Session, ana: Person) -> None:
    """As somebody who is added to keep the docket: what was stored before was told to others."""
    ben = add_person(session, name="Ben", email="ben@firm.test", role="paralegal", actor="t", now=ENTERED)
    made, deadline = samples.entry(session, samples.matter(session, ana), samples.window())
    samples.plan(session, made, deadline, samples.window(), [ana])
    deadline.reason = FIRST_REASON
    session.flush()
    assert audit_entries(session, LAID, [made.id], now=LATER) == []
    give(session, ben, "docket")
    assert audit_entries(session, LAID, [made.id], now=LATER) == []
    deadline.created_at = LATER + timedelta(hours=1)
    session.flush()
    found = audit_entries(session, LAID, [made.id], now=LATER + timedelta(hours=2))
    assert {(one.kind, one.person) for one in found} == {("missing", ben.id)}


@pytest.mark.parametrize("successor", [True, False])
def test_who_keeps_the_docket_and_comes_back_is_missed_at_no_date_of_before(
    session: Session, ana: Person, successor: bool
) -> None:
    """Dora left with her reminders given to Ben, or before these dates were stored."""
    ben, dora = samples.person(session, "Ben"), samples.person(session, "Dora", role="docket")
    made, deadline = samples.entry(session, samples.matter(session, ana), samples.window())
    samples.plan(session, made, deadline, samples.window(), [ana, dora] if successor else [ana])
    deadline.reason = FIRST_REASON
    heir = ben if successor else None
    deactivate_person(session, dora, successor=heir, actor="t", today=TODAY, now=ENTERED + timedelta(minutes=1))
    activate_person(session, dora, actor="t", now=LATER)
    assert audit_entries(session, LAID, [made.id], now=LATER + timedelta(hours=1)) == []
    deadline.created_at = LATER
    session.flush()
    found = audit_entries(session, LAID, [made.id], now=LATER + timedelta(hours=1))
    assert {(one.kind, one.person) for one in found} == {("missing", dora.id)}
