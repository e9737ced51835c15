"""A sweep that fails at every turn, or comes to no end, is told by doctor and by mail; one fault alone is not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from deadlines.daemon import Scheduler, SendReport, Sweeps, scheduler
from deadlines.docket.findings import Finding
from deadlines.docket.health import check_docket
from deadlines.docket.turns import WHAT
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Instance
from tests.daemon.parts import WEEK_BEFORE, Collector, sweeps, until
from tests.docket.samples import person

MINUTE = timedelta(minutes=1)
TURNS = [WEEK_BEFORE + 15 * number * MINUTE for number in range(4)]


@pytest.fixture
def channel(database: Database) -> Collector:
    with database.write() as session:
        person(session, "Dora Docket", "docket")
    return Collector()


@pytest.fixture
def daemon(database: Database, channel: Collector) -> Sweeps:
    made = sweeps(database, channel)
    made.turns.begin("recompute", 900, WEEK_BEFORE)
    return made


def found(database: Database, name: str, now: datetime) -> Finding:
    with database.read() as session:
        return next(each for each in check_docket(session, now) if each.id == name)


def subjects(daemon: Sweeps, channel: Collector, now: datetime) -> list[str]:
    daemon.tell_alarms(now)
    return [message.subject for message in channel.messages if "stands still" in message.subject]


def fails(daemon: Sweeps, *turns: datetime) -> None:
    for at in turns:
        daemon.sign_of_life("recompute")
        daemon.turns.failed("recompute", ZeroDivisionError("a secret"), at)
        daemon.beat(at)


def test_every_sweep_that_may_stand_still_has_words() -> None:
    assert set(scheduler.TURNS) - set(scheduler.OWN) == set(WHAT)


def test_a_sweep_that_has_nothing_to_do_shows_at_each_turn_that_it_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "INTERVALS", dict.fromkeys(scheduler.INTERVALS, 0.1))
    daemon = sweeps(database)
    running = Scheduler(daemon, tick=0.1, beat=0.1, now=lambda: WEEK_BEFORE)
    running.start()
    try:
        began = dict(daemon.alive_at)
        assert set(began) == set(scheduler.TURNS) | {"send"}
        assert until(lambda: all(daemon.alive_at[name] > at + 1 for name, at in began.items()))
    finally:
        running.stop()


def test_three_in_a_row_are_ill_and_told_once_a_day(database: Database, daemon: Sweeps, channel: Collector) -> None:
    fails(daemon, *TURNS[:2])
    assert found(database, "sweeps", TURNS[1]).state == "well"
    assert subjects(daemon, channel, TURNS[1]) == []
    fails(daemon, TURNS[2])
    sentence = found(database, "sweeps", TURNS[2]).sentence
    assert found(database, "sweeps", TURNS[2]).state == "ill"
    assert "`recompute` has failed 3 times in a row since 2026-11-13 14:00 UTC (ZeroDivisionError)" in sentence
    fails(daemon, TURNS[3])
    [told] = subjects(daemon, channel, TURNS[3])
    assert told.endswith("the nightly check of the stored dates")
    assert not any("secret" in message.text for message in channel.messages)
    fails(daemon, TURNS[3] + timedelta(days=1))
    assert len(subjects(daemon, channel, TURNS[3] + timedelta(days=1))) == 2


def test_one_that_works_again_is_well(database: Database, daemon: Sweeps) -> None:
    fails(daemon, *TURNS[:3])
    daemon.turns.worked("recompute", TURNS[3])
    daemon.beat(TURNS[3])
    assert found(database, "sweeps", TURNS[3]).state == "well"
    fails(daemon, TURNS[3] + 15 * MINUTE)
    assert found(database, "sweeps", TURNS[3]).state == "well"


def test_a_database_that_was_away_for_a_moment_alarms_nobody(
    database: Database, daemon: Sweeps, channel: Collector
) -> None:
    daemon.turns.begin("hooks", 15, WEEK_BEFORE)
    daemon.sign_of_life("hooks")
    for seconds in (15, 30, 45, 60):
        daemon.turns.failed("hooks", OSError(), WEEK_BEFORE + timedelta(seconds=seconds))
    daemon.beat(WEEK_BEFORE + MINUTE)
    assert subjects(daemon, channel, WEEK_BEFORE + MINUTE) == []
    daemon.beat(WEEK_BEFORE + 6 * MINUTE)
    assert len(subjects(daemon, channel, WEEK_BEFORE + 6 * MINUTE)) == 1


def test_one_that_comes_to_no_end_is_ill_and_one_that_shows_life_is_not(database: Database, daemon: Sweeps) -> None:
    daemon.sign_of_life("recompute")
    daemon.alive_at["recompute"] -= 29 * 60
    daemon.beat(TURNS[2])
    assert found(database, "sweeps", TURNS[2]).state == "well"
    daemon.alive_at["recompute"] -= 2 * 60
    daemon.beat(TURNS[2])
    assert "come to no end since 2026-11-13 13:5" in found(database, "sweeps", TURNS[2]).sentence


def test_the_scheduler_counts_what_fails_and_begins_anew_with_what_works(database: Database, daemon: Sweeps) -> None:
    broken = True
    real = daemon.send_due

    def sometimes(now: datetime) -> SendReport:
        if broken:
            raise ZeroDivisionError
        return real(now)

    def failures() -> int:
        return daemon.turns.at(WEEK_BEFORE, daemon.alive_at)["send"].failures

    daemon.send_due = sometimes  # type: ignore[method-assign]
    running = Scheduler(daemon, tick=0.05, beat=0.05, now=lambda: WEEK_BEFORE, only=("send", "beat"))
    running.start()
    try:
        assert until(lambda: failures() >= 3)
        broken = False
        assert until(lambda: failures() == 0)
        assert until(lambda: '"send"' in written(database))
    finally:
        running.stop()


def written(database: Database) -> str:
    with database.read() as session:
        row = session.get(Heartbeat, "sweeps")
        return row.detail if row is not None else ""


@pytest.mark.parametrize("hours, state", [(26, "well"), (27, "warning")])
def test_a_nightly_check_that_was_left_out_is_told(database: Database, hours: int, state: str) -> None:
    with database.write() as session:
        made = session.scalars(select(Instance)).one()
        made.created_at = WEEK_BEFORE
        session.add(Heartbeat(sweep="daemon", at=WEEK_BEFORE, detail="{}"))
    now = WEEK_BEFORE + timedelta(hours=hours)
    assert found(database, "stored-dates", now).state == state
    with database.write() as session:
        session.add(Heartbeat(sweep="recompute", at=WEEK_BEFORE + timedelta(hours=1), detail="{}"))
    assert found(database, "stored-dates", now).state == "well"
    assert found(database, "stored-dates", now + timedelta(hours=1)).state == state
