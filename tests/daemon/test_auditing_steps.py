"""The auditor on steps and deputies: what somebody takes away behind the program's back is found and put back."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from deadlines.compute.milestones import Template
from deadlines.daemon.auditing import Auditor
from deadlines.docket.entries import new_version
from deadlines.docket.people import deactivate_person, set_deputies
from deadlines.docket.ticking import assign, tick, untick
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Entry, Gap, MatterMember, Milestone, Person, Reminder
from tests.daemon.parts import sweeps
from tests.daemon.test_auditing import DAY, ENTERED, HOUR, kinds, run, statement
from tests.docket import desks
from tests.docket.samples import person

MOTION = "uscis.motion.reopen"
DRAFT = Template(id="draft", title="Draft ready", before_safe_by=10, owner="attorney", remind=(1, 0))
"""Ten business days before Friday 20 November is Thursday the 5th; Veterans Day lies between."""
PRACTICE = Practice(milestones=(DRAFT,))
DESK = desks.desk(practice=PRACTICE)
AFTER_LAST_STAGE = ENTERED.replace(month=11, day=19, hour=16)
"""Two hours after the reminders of the day before the safe date."""


def auditor(database: Database, **more: Any) -> Auditor:
    return Auditor(database, structs.replace(statement(), steps={"draft": (1, 0)}, **more))


@pytest.fixture
def docket(database: Database) -> Database:
    """One denial with three windows; each has the step of a draft. Dan stands in for the attorney."""
    with database.write() as session:
        ana, _, _ = desks.firm(session)
        ana.deputy_id = person(session, "Dan Fox", "partner").id
        desks.recorded(session, practice=PRACTICE)
    return database


def step_of(session: Session) -> Milestone:
    query = select(Milestone).join(Entry, Entry.id == Milestone.entry_id).where(Entry.rule == MOTION)
    return session.scalars(query).one()


def found(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        query = select(Gap, Person.name).join(Person, Person.id == Gap.person_id).where(Gap.gone_at.is_(None))
        return sorted({(gap.kind, gap.rung.rpartition("-")[0], name) for gap, name in session.execute(query)})


def test_nothing_is_found_from_the_entry_to_after_the_last_day(docket: Database) -> None:
    daemon, judge = sweeps(docket), auditor(docket)
    for number in range(32):
        now = ENTERED + DAY * number
        daemon.send_due(now)
        judge.audit(now + HOUR)
        assert found(docket) == [], now


@pytest.mark.parametrize("after", [ENTERED + DAY, ENTERED + 10 * DAY])
def test_reminders_of_steps_that_were_taken_away_are_found_and_sent_all_the_same(docket: Database, after: Any) -> None:
    taken_away(docket, Reminder.rung.like("milestone-%") | Reminder.rung.like("overdue-%"))
    run(docket, ENTERED, after)
    judge = auditor(docket)
    judge.audit(after)
    expected = [("missing", "milestone-0", "Ana Ruiz"), ("missing", "milestone-1", "Ana Ruiz")]
    assert found(docket) == [*expected, ("missing", "overdue", "Ana Ruiz")]
    channel = run(docket, ENTERED + 11 * DAY)
    assert any("Draft ready" in message.text for message in channel.messages if message.to_email == "ana@firm.test")
    judge.audit(ENTERED + 11 * DAY)
    assert set(kinds(docket)) <= {"late"}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"state": "cancelled"}, "withdrawn"),
        ({"next_at": ENTERED + 40 * DAY, "due_at": ENTERED + 40 * DAY}, "misplaced"),
    ],
)
def test_a_step_whose_reminder_is_withdrawn_or_put_off_is_found(docket: Database, values: Any, kind: str) -> None:
    with docket.write() as session:
        session.execute(update(Reminder).where(Reminder.rung.like("milestone-0-%")).values(**values))
    auditor(docket).audit(ENTERED + DAY)
    assert found(docket) == [(kind, "milestone-0", "Ana Ruiz")]


def test_what_people_do_to_steps_is_no_gap(docket: Database) -> None:
    run(docket, ENTERED)
    with docket.write() as session:
        people = {each.name: each for each in session.scalars(select(Person))}
        ana, ben = people["Ana Ruiz"], people["Ben Ode"]
        tick(session, DESK, step_of(session), ana, now=ENTERED + DAY)
    auditor(docket).audit(ENTERED + 2 * DAY)
    assert found(docket) == []
    run(docket, *(ENTERED + DAY * number for number in range(1, 13)))
    with docket.write() as session:
        ana, ben = session.get_one(Person, ana.id), session.get_one(Person, ben.id)
        untick(session, DESK, step_of(session), ana, now=ENTERED + 12 * DAY)
    auditor(docket).audit(ENTERED + 12 * DAY + HOUR)
    assert found(docket) == []
    with docket.write() as session:
        ana, ben = session.get_one(Person, ana.id), session.get_one(Person, ben.id)
        assign(session, DESK, step_of(session), ben, ana, now=ENTERED + 13 * DAY)
    run(docket, ENTERED + 13 * DAY, ENTERED + 14 * DAY)
    auditor(docket).audit(ENTERED + 14 * DAY + HOUR)
    assert found(docket) == []


def test_steps_of_moved_dates_and_of_who_left_are_no_gap(docket: Database) -> None:
    run(docket, *(ENTERED + DAY * number for number in range(12)))
    with docket.write() as session:
        entry = session.get_one(Entry, step_of(session).entry_id)
        window = desks.changed(session, entry, safe_by=date(2026, 12, 11), last_day=date(2026, 12, 14))
        at = ENTERED + 12 * DAY
        new_version(session, DESK, entry, window, followed=True, reason="test", now=at, actor="t", moved="urgent")
    run(docket, at)
    auditor(docket).audit(at + HOUR)
    assert found(docket) == []
    with docket.write() as session:
        people = {each.name: each for each in session.scalars(select(Person))}
        heir = person(session, "Hal Orr")
        deactivate_person(session, people["Ana Ruiz"], successor=heir, actor="t", today=(at + DAY).date(), now=at + DAY)
    run(docket, at + DAY)
    auditor(docket).audit(at + DAY + HOUR)
    assert found(docket) == []


def test_a_step_of_who_may_not_be_told_of_it_is_alarmed_until_it_is_another_s(docket: Database) -> None:
    run(docket, ENTERED)
    with docket.write() as session:
        step = step_of(session)
        step.entry.matter.restricted = True
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        step.owner_id, ids = ben.id, (step.entry.matter_id, ben.id)
    auditor(docket).audit(ENTERED + DAY)
    assert found(docket) == [("untold", "overdue", "Ben Ode")]
    with docket.write() as session:
        session.add(MatterMember(matter_id=ids[0], person_id=ids[1], since=ENTERED))
    auditor(docket).audit(ENTERED + 2 * DAY)
    assert ("untold", "overdue", "Ben Ode") not in found(docket)
    with docket.write() as session:
        session.get_one(Person, ids[1]).active = False
    auditor(docket).audit(ENTERED + 3 * DAY)
    assert ("untold", "overdue", "Ben Ode") in found(docket)


def taken_away(database: Database, which: Any) -> None:
    """Takes reminders away, sent ones too, as somebody with the database's password could."""
    with database.write() as session:
        ids = session.scalars(select(Reminder.id).where(which)).all()
        session.execute(delete(Attempt).where(Attempt.reminder_id.in_(ids)))
        session.execute(delete(Reminder).where(Reminder.id.in_(ids)))


def deputy_mails(database: Database) -> Any:
    with database.read() as session:
        dan = session.scalars(select(Person.id).where(Person.name == "Dan Fox")).one()
    return Reminder.person_id == dan


def test_a_deputy_who_was_not_told_of_a_fatal_date_is_found_and_told(docket: Database) -> None:
    run(docket, *(ENTERED + DAY * number for number in range(24)))
    judge = auditor(docket)
    judge.audit(AFTER_LAST_STAGE)
    assert found(docket) == []
    taken_away(docket, deputy_mails(docket))
    judge.audit(AFTER_LAST_STAGE + HOUR)
    assert found(docket) == [("missing", "safe", "Dan Fox")]
    channel = run(docket, AFTER_LAST_STAGE + HOUR)
    assert [message.to_email for message in channel.messages if "file by" in message.subject] == ["dan@firm.test"]
    judge.audit(AFTER_LAST_STAGE + 2 * HOUR)
    assert found(docket) == []


def test_a_deputy_of_what_the_firm_calls_not_fatal_or_who_came_later_need_not_be(docket: Database) -> None:
    run(docket, *(ENTERED + DAY * number for number in range(24)))
    taken_away(docket, deputy_mails(docket))
    auditor(docket, not_fatal=("motion", "uscis.appeal.aao")).audit(AFTER_LAST_STAGE)
    assert found(docket) == []
    with docket.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana Ruiz")).one()
        set_deputies(
            session,
            ana,
            deputy="dan@firm.test",
            supervisor=None,
            actor="t",
            now=AFTER_LAST_STAGE,
            today=AFTER_LAST_STAGE.date(),
        )
    auditor(docket).audit(AFTER_LAST_STAGE + HOUR)
    assert found(docket) == []
