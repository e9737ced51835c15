"""What a service manager hears, by a socket of its kind."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from deadlines.daemon import Scheduler
from deadlines.daemon.scheduler import INTERVALS, OWN
from deadlines.daemon.service import ServiceManager
from deadlines.store.database import Database
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, sweeps, until

BEFORE = WEEK_BEFORE - timedelta(days=60)
"""When nothing is due yet."""


class Second:
    """Another daemon works."""

    stands_by = True

    def lead(self) -> bool:
        return False

    def close(self) -> None:
        pass


class Manager:
    """The other end: what was heard, in order."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        while True:
            try:
                self.heard.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "n") if request.param == "path" else f"@deadlines-{os.getpid()}")
    yield made
    made.close()


def environment(manager: Manager, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": manager.address, "PATH": "/bin", **more}


def test_it_hears_ready_alive_and_ending(manager: Manager) -> None:
    environ = environment(manager, WATCHDOG_USEC="120000000", WATCHDOG_PID="77")
    told = ServiceManager.of(environ, 77)
    assert environ == {"PATH": "/bin"}  # what this process starts cannot speak for it
    assert told.every == 40.0
    told.ready()
    told.alive()
    told.ill("quiet")
    told.ending()
    assert manager.listen() == ["READY=1\nSTATUS=at work", "WATCHDOG=1", "STATUS=quiet", "STOPPING=1\nSTATUS=ending"]


@pytest.mark.parametrize(
    "more", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "9", "WATCHDOG_PID": "78"}]
)
def test_it_wants_no_signs_of_life_that_it_did_not_ask_for(manager: Manager, more: dict[str, str]) -> None:
    assert ServiceManager.of(environment(manager, **more), 77).every is None


def test_without_a_manager_nothing_is_said() -> None:
    nobody = ServiceManager.of({"WATCHDOG_USEC": "120000000"}, 77)
    nobody.ready()
    assert nobody.every is None
    ServiceManager("/nowhere/at/all").ready()


def test_a_daemon_that_is_well_gives_signs_of_life(database: Database, manager: Manager) -> None:
    fill(database)
    told = ServiceManager(manager.address, 0.05)
    scheduler = Scheduler(sweeps(database), tick=0.05, beat=0.05, now=lambda: WEEK_BEFORE, manager=told)
    scheduler.start()
    scheduler.manager.ready()
    assert until(lambda: manager.listen().count("WATCHDOG=1") > 3)
    scheduler.stop()
    assert "STOPPING=1\nSTATUS=ending" in manager.listen()[-2:]  # a sign of life may cross it


def test_one_that_is_ill_gives_none(database: Database, manager: Manager) -> None:
    faults: list[str] = []
    told = ServiceManager(manager.address, 0.05)
    daemon = sweeps(database)
    scheduler = Scheduler(
        daemon, tick=600, beat=600, patience=0.3, now=lambda: WEEK_BEFORE, manager=told, on_fault=faults.append
    )
    scheduler.start()
    assert until(lambda: faults)
    heard = manager.listen().copy()
    assert heard[-1].startswith("STATUS=The sweep `")
    assert not until(lambda: len(manager.listen()) > len(heard), 0.5)
    scheduler.stop()


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_a_database_that_was_replaced_is_a_fault(database: Database, tmp_path: Path) -> None:
    faults: list[str] = []
    # So patient that on a busy machine no sweep counts as silent meanwhile; it looks at the file every two seconds.
    scheduler = Scheduler(
        sweeps(database), tick=0.05, beat=0.05, patience=6, now=lambda: WEEK_BEFORE, on_fault=faults.append
    )
    scheduler.start()
    try:
        assert not until(lambda: faults, 0.7)
        path = tmp_path / "docket.sqlite3"
        path.rename(tmp_path / "old")
        assert until(lambda: faults)
        assert faults[0].endswith("is gone while the program used it.")
        path.write_bytes((tmp_path / "old").read_bytes())
        assert "was replaced" in (database.replaced() or "")
    finally:
        scheduler.stop()


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_a_server_is_never_replaced(database: Database) -> None:
    assert database.replaced() is None


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_a_web_server_alone_notices_it_too(database: Database, tmp_path: Path) -> None:
    faults: list[str] = []
    scheduler = Scheduler(sweeps(database), patience=0.3, only=("fetches",), on_fault=faults.append)
    scheduler.start()
    (tmp_path / "docket.sqlite3").rename(tmp_path / "old")
    assert until(lambda: faults)
    scheduler.stop()


@pytest.mark.parametrize("only", [(), OWN], ids=["daemon", "web server alone"])
def test_a_database_that_was_upgraded_is_a_fault_and_nothing_is_sent_any_more(
    database: Database, only: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setitem(INTERVALS, "schema", 0.05)
    faults, channel = list[str](), Collector()
    daemon = sweeps(database, channel)
    # So patient that on a busy machine no sweep counts as silent meanwhile.
    scheduler = Scheduler(daemon, tick=600, beat=600, patience=6, only=only, now=lambda: BEFORE, on_fault=faults.append)
    scheduler.start()
    try:
        assert not until(lambda: faults, 0.7)
        with database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert until(lambda: faults)
        assert "has the schema 9999 by now, and this program is of the schema" in faults[0]
        daemon.send_due(WEEK_BEFORE)
        assert channel.messages == []
    finally:
        scheduler.stop()


def test_a_daemon_that_stands_by_notices_an_upgrade_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INTERVALS, "schema", 0.05)
    faults: list[str] = []
    scheduler = Scheduler(sweeps(database), patience=6, leader=Second(), on_fault=faults.append)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    scheduler.start()
    try:
        assert until(lambda: faults)
    finally:
        scheduler.stop()


def test_the_migrations_of_a_newer_program_in_the_place_of_its_own_do_not_hide_an_upgrade(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.other_schema() is None
    monkeypatch.setattr("deadlines.store.migrate.known_revisions", lambda: ["9999"])
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "9999" in (database.other_schema() or "")
