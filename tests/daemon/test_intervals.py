"""When the sweeps run by a clock that leaps: only the last missed run counts, and they go on after a leap back."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler

from deadlines import clock
from deadlines.daemon import Scheduler
from deadlines.daemon.intervals import Every
from deadlines.docket.timekeeping import Reading
from deadlines.store.database import Database
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, states, sweeps, until

FIRST = datetime(2026, 11, 13, 14, 0, tzinfo=UTC)
LEAP = timedelta(days=3653, seconds=12)


def job(seconds: float) -> Job:
    def nothing() -> None:
        """What the job does."""

    made = BackgroundScheduler(timezone="UTC").add_job(nothing, Every(seconds), next_run_time=FIRST)
    made.next_run_time = FIRST
    return made


def reading(now: datetime) -> Reading:
    """A machine whose clock can be set, while its other clock goes on."""
    return Reading(now, "a", clock.elapsed(), True)


@pytest.mark.parametrize("seconds", [0.05, 5.0, 900.0])
def test_ten_years_ahead_are_two_runs_at_most(seconds: float) -> None:
    started = time.thread_time()  # of the processor: to count them all would take seconds
    times = job(seconds)._get_run_times(FIRST + LEAP)
    assert time.thread_time() - started < 0.2
    assert len(times) == 2
    assert times[0] == FIRST
    assert timedelta() <= FIRST + LEAP - times[-1] < timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "now, runs, following",
    [(0, [0], 30), (29, [0], 30), (30, [0, 30], 60), (59, [0, 30], 60), (95, [0, 90], 120), (-86400, [], 30)],
)
def test_the_rhythm_stays(now: int, runs: list[int], following: int) -> None:
    """Seconds after the first run: what is missed, and when the sweep runs then."""
    at = FIRST + timedelta(seconds=now)
    each = job(30)
    assert each._get_run_times(at) == [FIRST + timedelta(seconds=run) for run in runs]
    last = FIRST + timedelta(seconds=runs[-1] if runs else 0)
    assert each.trigger.get_next_fire_time(last, at) == FIRST + timedelta(seconds=following)


def test_without_a_run_before_it_is_now() -> None:
    assert Every(30).get_next_fire_time(None, FIRST) == FIRST
    assert str(Every(30)) == "every 0:00:30"


STEPS = [pytest.param(timedelta(days=800), id="800 days", marks=pytest.mark.long), pytest.param(LEAP, id="ten years")]


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_leaps_ahead_is_told_of_and_the_end_comes_soon(database: Database, step: timedelta) -> None:
    channel = Collector()
    with time_machine.travel(WEEK_BEFORE, tick=True) as traveller:
        daemon = sweeps(database, channel, clocks=reading)
        scheduler = Scheduler(daemon, tick=30, beat=60)
        scheduler.start()
        try:
            assert until(lambda: {"send", "beat", "hooks"} <= set(daemon.alive_at))
            time.sleep(0.5)
            traveller.shift(step)
            fill(database)
            assert until(lambda: channel.messages)
        finally:
            started = time.monotonic()
            scheduler.stop()
    assert time.monotonic() - started < 10
    assert [message.subject[:24] for message in channel.messages] == ["No reminders are sent: t"]
    assert set(states(database).values()) == {"planned"}


def test_a_clock_that_goes_back_a_day_lets_the_sweeps_go_on(database: Database) -> None:
    with time_machine.travel(WEEK_BEFORE, tick=True) as traveller:
        daemon = sweeps(database, clocks=reading)
        scheduler = Scheduler(daemon, tick=0.5, beat=60)
        scheduler.start()
        try:
            assert until(lambda: daemon.alive_at["send"])
            traveller.shift(timedelta(days=-1))
            before = time.monotonic()
            assert until(lambda: daemon.alive_at["send"] > before + 7)
            assert daemon.alive_at["beat"] > before
        finally:
            scheduler.stop()


def test_a_watchdog_that_looks_once_more_at_the_end_finds_no_jobs(database: Database) -> None:
    scheduler = Scheduler(sweeps(database), only=("beat",))
    scheduler.start()
    scheduler.stop()
    assert scheduler._behind() == 0.0
    scheduler._heed(800 * 86400.0)
