"""What the auditor's alarm says after an outage, and when it is raised; of three windows and their steps."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from deadlines.daemon.auditing import Auditor
from deadlines.docket.timekeeping import Reading
from deadlines.store.database import Database
from deadlines.store.tables import Matter
from tests.daemon.parts import sweeps
from tests.daemon.test_auditing import DAY, ENTERED, HOUR, alarms
from tests.daemon.test_auditing_steps import PRACTICE, auditor
from tests.docket import desks

WENT = datetime(2026, 11, 4, 22, 0, tzinfo=UTC)
"""Wednesday evening; on Thursday the drafts are due, on Friday is the 14th day before the safe date."""
BACK = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
"""Thursday two weeks later, an hour after the reminder of the day before the safe date."""
SOON = BACK + timedelta(seconds=91)


@pytest.fixture
def docket(database: Database) -> Database:
    with database.write() as session:
        desks.firm(session)
        desks.recorded(session, practice=PRACTICE)
    daemon = sweeps(database)
    for number in range(9):
        daemon.send_due(ENTERED + DAY * number)
    for at in (WENT, BACK):
        sweeps(database, clocks=clocks).beat(at)
    return database


def clocks(now: datetime) -> Reading:
    """Of a machine that was on all the while, with a clock that is right."""
    return Reading(now, "one start", (now - ENTERED).total_seconds())


def judge(database: Database) -> Auditor:
    return auditor(database)


def test_nobody_is_alarmed_while_what_is_due_is_leaving_unless_it_takes_an_hour(docket: Database) -> None:
    judge(docket).audit(SOON)
    assert alarms(docket) == []
    judge(docket).audit(BACK + timedelta(minutes=40))
    assert alarms(docket) == []
    judge(docket).audit(BACK + timedelta(minutes=61))
    assert len(alarms(docket)) == 1


def test_what_has_left_by_then_is_told_as_late_and_nothing_as_unsent(docket: Database) -> None:
    judge(docket).audit(SOON)
    sweeps(docket).send_due(BACK + timedelta(minutes=2))
    judge(docket).audit(BACK + timedelta(minutes=20))
    [text] = alarms(docket)
    assert "went more than an hour late" in text
    assert "has not gone" not in text


def test_what_was_found_before_is_not_logged_again(docket: Database, caplog: pytest.LogCaptureFixture) -> None:
    sweeps(docket).send_due(BACK + timedelta(minutes=2))
    for minutes, found in ((20, True), (40, False), (60, False)):
        caplog.clear()
        judge(docket).audit(BACK + timedelta(minutes=minutes))
        assert any("went more than an hour late" in record.getMessage() for record in caplog.records) is found


def test_it_tells_of_the_outage_what_is_urgent_first_and_in_words(docket: Database) -> None:
    judge(docket).audit(BACK + 2 * HOUR)
    [text] = alarms(docket)
    away = "The program was away from Wed 4 Nov 2026 22:00 UTC to Thu 19 Nov 2026 15:00 UTC"
    assert away in text
    lines = [line.partition("the reminder of ")[2] for line in text.splitlines() if "the reminder of " in line]
    assert len(lines) == 25
    assert all(line.startswith("the day before the safe date to ") for line in lines[:6])
    assert lines[6].startswith(("14 days before the safe date to ", "7 days before", "3 days before"))
    assert lines[24].startswith("step 'Draft ready', on its day to ana@firm.test, due 2026-11-05")
    assert "in all 30: 30 unsent" in text  # four stages of three windows to two people, and two of each draft
    assert not any("milestone-" in line or "overdue-" in line for line in lines)


def test_of_a_restricted_matter_no_step_is_named(docket: Database) -> None:
    with docket.write() as session:
        session.execute(update(Matter).values(restricted=True))
    judge(docket).audit(BACK + 2 * HOUR)
    [text] = alarms(docket)
    assert "the reminder of a step, on its day to" in text
    assert "Draft ready" not in text
