"""The clock against itself: every step by hand, with clocks that are handed over."""

from datetime import UTC, datetime, timedelta

import pytest

from deadlines.docket.alarms import untold
from deadlines.docket.timekeeping import Reading, check_clock, confirm, is_held, judge, watch_clock
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.docket.samples import person

T0 = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BELIEVED = Reading(T0, "a", 1000.0)


def later(passed: timedelta, step: timedelta = timedelta(), boot: str = "a", synced: bool | None = None) -> Reading:
    """What the clocks say after some time, with the clock set by a step meanwhile; anew from 5 s after a start."""
    uptime = 1000.0 + passed.total_seconds() if boot == "a" else 5.0
    return Reading(T0 + passed + step, boot, uptime, synced)


@pytest.mark.parametrize(
    "passed, step, kind, holds",
    [
        (MINUTE, timedelta(), "well", False),
        (MINUTE, timedelta(seconds=59), "well", False),
        (MINUTE, -timedelta(seconds=59), "well", False),
        (MINUTE, timedelta(seconds=61), "ahead", False),
        (MINUTE, -timedelta(seconds=61), "back", False),
        (MINUTE, -HOUR, "back", False),
        (MINUTE, DAY, "ahead", False),
        (MINUTE, DAY + 2 * MINUTE, "ahead", True),
        (MINUTE, -DAY - 2 * MINUTE, "back", True),
        (MINUTE, 730 * DAY, "ahead", True),
        (30 * DAY, timedelta(), "well", False),  # asleep or stopped for a month, and the clock went on
    ],
)
def test_on_a_running_machine_a_step_is_known_exactly(
    passed: timedelta, step: timedelta, kind: str, holds: bool
) -> None:
    found = judge(BELIEVED, later(passed, step))
    assert (found.kind, found.holds) == (kind, holds)
    assert kind == "well" or abs(found.seconds - step.total_seconds()) <= 1


@pytest.mark.parametrize("synced", [True, False, None])
def test_no_time_service_excuses_a_step_that_is_known(synced: bool | None) -> None:
    assert judge(BELIEVED, later(MINUTE, 2 * DAY, synced=synced)).holds


@pytest.mark.parametrize(
    "away, synced, kind, holds",
    [
        (MINUTE, None, "well", False),
        (20 * HOUR, None, "well", False),
        (63 * HOUR, None, "away", False),  # Friday evening to Monday morning
        (89 * HOUR, False, "away", False),  # with a Monday that is a holiday
        (5 * DAY, None, "away", True),
        (5 * DAY, False, "away", True),
        (5 * DAY, True, "away", False),
        (399 * DAY, True, "away", False),
        (730 * DAY, True, "away", True),
        (-HOUR, None, "back", False),
        (-2 * DAY, True, "back", True),
        (-20000 * DAY, None, "back", True),  # 1970
    ],
)
def test_after_a_restart_somebody_vouches_for_a_long_absence(
    away: timedelta, synced: bool | None, kind: str, holds: bool
) -> None:
    found = judge(BELIEVED, later(away, boot="b", synced=synced))
    assert (found.kind, found.holds) == (kind, holds)


def watched(database: Database, *readings: Reading) -> None:
    for reading in readings:
        with database.write() as session:
            watch_clock(session, reading)


def held(database: Database, reading: Reading) -> bool:
    with database.read() as session:
        return is_held(session, reading)


def state(database: Database, reading: Reading) -> str:
    with database.read() as session:
        return check_clock(session, reading).state


def subjects(database: Database) -> list[str]:
    with database.read() as session:
        return [item.alarm.subject for item in untold(session)]


@pytest.fixture
def watching(database: Database) -> Database:
    with database.write() as session:
        person(session, "Dora Dee", "docket")
        watch_clock(session, BELIEVED)
    return database


@pytest.mark.parametrize("step", [730 * DAY, -730 * DAY])
def test_a_clock_two_years_away_holds_until_it_is_right_again(watching: Database, step: timedelta) -> None:
    wrong = [later(number * MINUTE, step) for number in range(1, 4)]
    assert held(watching, wrong[0])  # before anybody has written anything down
    watched(watching, *wrong)
    assert held(watching, wrong[-1])
    assert state(watching, wrong[-1]) == "ill"
    assert len(subjects(watching)) == 1
    assert subjects(watching)[0].startswith("No reminders are sent")
    right = later(10 * MINUTE)
    assert not held(watching, right)
    watched(watching, right)
    assert state(watching, right) == "warning"  # it is still told, for a week
    assert state(watching, later(8 * DAY)) == "well"


def test_a_person_confirms_what_was_no_mistake(watching: Database) -> None:
    new = later(730 * DAY, boot="b")
    watched(watching, new)
    assert held(watching, new)
    with watching.write() as session:
        step = confirm(session, new, actor="cli:ben")
    assert (step.kind, step.holds) == ("away", True)
    soon = Reading(new.at + MINUTE, "b", new.uptime + 60)
    watched(watching, soon)
    assert not held(watching, soon)
    assert state(watching, soon) == "warning"


def test_a_time_service_that_sets_the_clock_ends_the_hold(watching: Database) -> None:
    watched(watching, later(-20000 * DAY, boot="b"))
    right = Reading(T0 + HOUR, "b", 90.0, True)
    assert not held(watching, right)
    watched(watching, right)
    assert not held(watching, right)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_small_step_is_told_and_holds_nothing(watching: Database, step: timedelta) -> None:
    watched(watching, later(MINUTE, step))
    assert subjects(watching) == ["The clock of the docket's machine made a step"]
    after = later(2 * MINUTE, step)
    watched(watching, after)
    assert not held(watching, after)
    assert state(watching, after) == "warning"
    assert len(subjects(watching)) == 1


def test_a_docket_from_before_goes_by_its_last_sign_of_life(database: Database) -> None:
    assert not held(database, later(730 * DAY))
    with database.write() as session:
        session.merge(Heartbeat(sweep="daemon", at=T0, detail=""))
    assert held(database, later(730 * DAY))
    assert not held(database, later(HOUR))


@pytest.mark.parametrize("synced, expected", [(True, "well"), (None, "well"), (False, "warning")])
def test_the_doctor_asks_for_a_time_service(watching: Database, synced: bool | None, expected: str) -> None:
    assert state(watching, later(MINUTE, synced=synced)) == expected


def test_what_is_written_wrongly_is_not_believed_but_its_moment_is(watching: Database) -> None:
    with watching.write() as session:
        session.get_one(Heartbeat, "clock").detail = "{"
    assert held(watching, later(730 * DAY))
    assert not held(watching, later(MINUTE))
