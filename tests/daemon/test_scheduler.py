import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import time_machine

from deadlines.daemon import Scheduler, SendReport
from deadlines.docket.figures import figures
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, states, sweeps, until

ROOT = Path(__file__).parents[2]


def wait(event: threading.Event) -> None:
    event.wait(60)


def test_the_sweeps_run_and_stop(database: Database) -> None:
    fill(database)
    channel = Collector()
    scheduler = Scheduler(sweeps(database, channel), tick=0.05, beat=0.05, now=lambda: WEEK_BEFORE)
    scheduler.start()
    assert until(lambda: states(database)["safe-7"] == "sent")
    assert scheduler.quiet() is None
    assert scheduler.stop()
    assert len(channel.messages) == 1


def test_a_failing_sweep_is_run_again(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    fill(database)
    channel = Collector()
    daemon = sweeps(database, channel)
    real, fail = daemon.send_due, [RuntimeError("unforeseen")] * 3

    def flaky(now: datetime) -> SendReport:
        if fail:
            raise fail.pop()
        return real(now)

    daemon.send_due = flaky  # type: ignore[method-assign]
    scheduler = Scheduler(daemon, tick=0.05, beat=0.05, now=lambda: WEEK_BEFORE)
    scheduler.start()
    assert until(lambda: channel.messages)
    scheduler.stop()
    assert caplog.text.count("failed in an unforeseen way") == 3


def test_a_sweep_that_hangs_is_noticed(database: Database) -> None:
    fill(database)
    hang, faults = threading.Event(), list[str]()
    channel = Collector(lambda _: wait(hang))
    scheduler = Scheduler(
        sweeps(database, channel),
        tick=0.05,
        beat=0.05,
        patience=0.6,
        now=lambda: WEEK_BEFORE,
        on_fault=faults.append,
    )
    scheduler.start()
    assert until(lambda: faults)
    hang.set()
    scheduler.stop()
    assert "`send` has been silent" in faults[0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_scheduler_thread_is_noticed(database: Database) -> None:
    faults: list[str] = []
    scheduler = Scheduler(
        sweeps(database),
        tick=0.05,
        beat=0.05,
        patience=0.6,
        now=lambda: WEEK_BEFORE,
        on_fault=faults.append,
    )
    scheduler.start()
    inner = scheduler._scheduler
    inner._process_jobs = lambda: (_ for _ in ()).throw(SystemExit)
    inner.wakeup()
    assert until(lambda: not inner._thread.is_alive())
    assert inner.running  # it says so, and that is why nobody asks it
    assert until(lambda: faults)
    scheduler.stop()


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=68)], ids=["back", "far ahead, then back"])
def test_a_clock_that_goes_back_an_hour_does_not_silence_the_sweeps(
    database: Database, caplog: pytest.LogCaptureFixture, ahead: timedelta
) -> None:
    faults: list[str] = []
    with time_machine.travel(WEEK_BEFORE, tick=True) as traveller:
        daemon = sweeps(database)
        scheduler = Scheduler(daemon, tick=0.2, beat=0.2, patience=6.0, on_fault=faults.append)
        scheduler.start()
        try:
            assert until(lambda: daemon.alive_at["send"])
            with caplog.at_level(logging.ERROR):
                if ahead:
                    traveller.shift(ahead)
                    before = daemon.alive_at["send"]
                    assert until(lambda: daemon.alive_at["send"] > before + 0.3)
                    assert until(lambda: "the clock went ahead by 24" in caplog.text)  # seconds: the watch saw it
                traveller.shift(timedelta(hours=-1))
                time.sleep(4.0)
                assert until(lambda: "the clock went back by 3" in caplog.text)
            assert faults == []
            assert scheduler.quiet() is None
        finally:
            scheduler.stop()


def start_daemon(url: str, sink: Path, seconds: float, patience: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.daemon.runner",
            "daemon",
            url,
            str(sink),
            WEEK_BEFORE.isoformat(),
            str(seconds),
            str(patience),
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_message_finish_and_ends_well(
    database: Database, database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    fill(database, entries=2)
    sink = tmp_path / "sink"
    with start_daemon(database_url, sink, 1.0, 30.0) as child:
        assert until(sink.with_suffix(".began").exists)
        child.send_signal(number)
        assert child.wait(60) == 0
    assert len(sink.read_text().splitlines()) == 1
    assert set(states(database).values()) == {"covered", "sent", "planned"}


def test_a_hung_daemon_ends_itself_with_a_failure(database: Database, database_url: str, tmp_path: Path) -> None:
    fill(database)
    with start_daemon(database_url, tmp_path / "sink", 600.0, 1.0) as child:
        assert child.wait(60) == 70
        assert child.stderr is not None
        assert "so that it is started again" in child.stderr.read()


def test_instants_of_the_sweeps_come_from_the_clock_that_was_given(database: Database) -> None:
    seen: list[datetime] = []
    daemon = sweeps(database, flush=lambda _session, now: seen.append(now))
    scheduler = Scheduler(daemon, tick=5, beat=5, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    scheduler.start()
    assert until(lambda: seen)
    scheduler.stop()
    assert set(seen) == {datetime(2026, 1, 1, tzinfo=UTC)}


def test_a_message_on_its_way_does_not_keep_the_end_unsaid(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database)
    sending, hang = threading.Event(), threading.Event()

    def slow(_message: object) -> None:
        sending.set()
        wait(hang)

    monkeypatch.setattr("deadlines.daemon.scheduler.GRACE", 0.1)
    scheduler = Scheduler(sweeps(database, Collector(slow)), tick=0.05, beat=60, now=lambda: WEEK_BEFORE)
    scheduler.start()
    assert sending.wait(60)
    ended = scheduler.stop()
    with database.read() as session:
        detail = session.get_one(Heartbeat, "daemon").detail
    hang.set()
    assert not ended
    assert msgspec.json.decode(detail)["stopped"] is True


def test_the_end_waits_for_no_database(scheduler_that_hangs: Scheduler) -> None:
    """Ten seconds are all that a stop may take, also while the database is locked by somebody else."""
    started = time.monotonic()
    scheduler_that_hangs.stop()
    assert time.monotonic() - started < 10


@pytest.fixture
def scheduler_that_hangs(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    free = threading.Event()
    daemon = sweeps(database, Collector())
    scheduler = Scheduler(daemon, only=("beat",))
    scheduler.start()
    monkeypatch.setattr(daemon, "beat", lambda *_args, **_more: free.wait(60))
    yield scheduler
    free.set()


class Standby:
    """A daemon that stands by until the other one ends."""

    leads = False

    @property
    def stands_by(self) -> bool:
        return not self.leads

    def lead(self) -> bool:
        return self.leads

    def close(self) -> None:
        """Nothing is held."""


class Pinged:
    """A monitor that notes when it is asked."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    def ping(self, now: datetime) -> str:
        self.at.append(now)
        return ""


def test_one_that_takes_over_is_counted_and_asks_the_auditor_before_the_monitor(database: Database) -> None:
    sweeps(database).beat(WEEK_BEFORE)
    leader, monitor = Standby(), Pinged()
    daemon = sweeps(database, monitor=monitor)
    scheduler = Scheduler(daemon, tick=0.05, beat=0.05, now=lambda: WEEK_BEFORE, leader=leader)
    scheduler.start()
    try:
        assert until(lambda: {"send", "beat", "keeping"} <= set(daemon.alive_at))
        assert until(lambda: daemon.stood_by)
        assert takeovers(database) == 0
        leader.leads = True
        assert until(lambda: takeovers(database) == 1)
        assert until(lambda: not daemon.stood_by)
    finally:
        scheduler.stop()
    assert monitor.at == []
    sweeps(database).beat(WEEK_BEFORE)  # started anew, it took over from nobody
    assert takeovers(database) == 1


def takeovers(database: Database) -> float:
    with database.read() as session:
        [found] = [each for each in figures(session, WEEK_BEFORE) if each.name == "scheduler_takeovers"]
    return found.values[""]
