"""What a stop gives back while a message is on its way: all that was claimed and not begun, at once."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.daemon import Scheduler
from deadlines.daemon.scheduler import GRACE
from deadlines.errors import StoreError
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Letter, Reminder
from tests.daemon.parts import WEEK_BEFORE, Collector, sweeps, until
from tests.daemon.test_letters import NOW, write
from tests.daemon.test_scheduler import start_daemon
from tests.daemon.test_sweeps import many

MINUTE = timedelta(minutes=1)


class Slow:
    """A channel whose first message stays on its way until it is let go."""

    def __init__(self) -> None:
        self.sending, self.free = threading.Event(), threading.Event()
        self.channel = Collector(self._wait)

    def _wait(self, _message: Message) -> None:
        self.sending.set()
        self.free.wait(60)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr("deadlines.daemon.scheduler.GRACE", 0.1)
    made = Slow()
    yield made
    made.free.set()


def leased(database: Database, kind: type[Reminder] | type[Letter]) -> list[Reminder | Letter]:
    with database.read() as session:
        return list(session.scalars(select(kind).where(kind.lease_until.is_not(None))))


def settled(database: Database) -> bool:
    return not leased(database, Reminder) and not leased(database, Letter)


def test_only_the_message_on_its_way_keeps_its_lease(database: Database, slow: Slow) -> None:
    many(database, 6)
    scheduler = Scheduler(sweeps(database, slow.channel), tick=0.05, only=("send",), now=lambda: WEEK_BEFORE)
    scheduler.start()
    assert slow.sending.wait(60)
    held = len(leased(database, Reminder))
    assert not scheduler.stop()
    at_hand = leased(database, Reminder)
    assert 0 < len(at_hand) < held
    other = Collector()
    assert sweeps(database, other).send_due(WEEK_BEFORE + MINUTE).sent == 5
    slow.free.set()
    assert until(lambda: settled(database))
    assert len(slow.channel.messages) == 1
    ids = [message.message_id for message in slow.channel.messages + other.messages]
    assert len(set(ids)) == len(ids) == 6
    with database.read() as session:
        assert {row.attempts for row in session.scalars(select(Reminder).where(Reminder.state == "sent"))} == {1}


def test_letters_are_given_back_too(database: Database, slow: Slow) -> None:
    write(database, 8)
    scheduler = Scheduler(sweeps(database, slow.channel), tick=0.05, only=("send",), now=lambda: NOW)
    scheduler.start()
    assert slow.sending.wait(60)
    assert not scheduler.stop()
    assert len(leased(database, Letter)) == 1
    assert sweeps(database, other := Collector()).send_due(NOW + MINUTE).letters == 7
    assert len(other.messages) == 7


def test_they_are_given_back_before_the_grace_ends(database: Database) -> None:
    """Whoever ends the process may leave it less time than that."""
    many(database, 6)
    made = Slow()
    scheduler = Scheduler(sweeps(database, made.channel), tick=0.05, only=("send",), now=lambda: WEEK_BEFORE)
    scheduler.start()
    assert made.sending.wait(60)
    held = len(leased(database, Reminder))
    stop = threading.Thread(target=scheduler.stop)
    started = time.monotonic()
    stop.start()
    try:
        assert until(lambda: len(leased(database, Reminder)) < held, GRACE - 1)
        assert leased(database, Reminder)
    finally:
        made.free.set()
        stop.join()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("hangs", [False, True], ids=["fails", "hangs"])
def test_a_database_that_cannot_take_them_back_holds_up_no_end(
    database: Database, slow: Slow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, hangs: bool
) -> None:
    many(database, 2)
    daemon = sweeps(database, slow.channel)
    scheduler = Scheduler(daemon, tick=0.05, only=("send",), now=lambda: WEEK_BEFORE)
    scheduler.start()
    assert slow.sending.wait(60)

    @contextmanager
    def broken() -> Iterator[Session]:
        if hangs:
            slow.free.wait(60)
        raise StoreError("The database is locked.")
        yield

    monkeypatch.setattr(database, "write", broken)
    started = time.monotonic()
    assert not scheduler.stop()
    assert time.monotonic() - started < 10
    assert ("goes after its lease" in caplog.text) is not hangs


def test_a_process_that_is_told_to_end_ends_in_time_and_leaves_the_rest_to_the_next(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    many(database, 4)
    sink = tmp_path / "sink"
    with start_daemon(database_url, sink, 60.0, 120.0) as child:
        assert until(sink.with_suffix(".began").exists)
        held = len(leased(database, Reminder))
        started = time.monotonic()
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
    assert time.monotonic() - started < 10
    assert 0 < len(leased(database, Reminder)) < held
    assert sweeps(database, Collector()).send_due(WEEK_BEFORE + MINUTE).sent == 3
