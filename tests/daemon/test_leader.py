"""One daemon works on a database: a second one on a file is refused, on a server it stands by and takes over."""

import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from deadlines.errors import ServeError
from deadlines.store.database import Database
from deadlines.store.leader import Alone, FileLeader, Leader, ServerLeader, is_led, leader_of
from tests.daemon.parts import until

HOLD = "import sys, time\nfrom pathlib import Path\nfrom deadlines.store.leader import FileLeader\n"
HOLD += "held = FileLeader(Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(60)\n"


def test_a_second_daemon_on_a_file_is_refused_by_name_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite3.daemon"
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ServeError, match=rf"process {other.pid}\); stop that one first"):
            FileLeader(path)
        other.kill()  # as nobody would wish it: the lock goes with the process
        other.wait()
        FileLeader(path).close()
    finally:
        other.kill()
        other.wait()
        if other.stdout is not None:
            other.stdout.close()


def test_a_file_is_free_after_its_leader_has_gone(tmp_path: Path) -> None:
    first = FileLeader(tmp_path / "x")
    assert first.lead()
    first.close()
    first.close()
    assert not first.lead()
    second = FileLeader(tmp_path / "x")
    assert second.lead()
    second.close()


def test_a_full_disk_keeps_no_daemon_from_the_lock() -> None:
    leader = FileLeader(Path("/dev/full"))
    assert leader.lead()
    with pytest.raises(ServeError, match="Another daemon works on this database; stop"):
        FileLeader(Path("/dev/full"))
    leader.close()


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_on_a_server_the_second_stands_by_takes_over_and_says_so(
    database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    other = Database.open(database_url)
    first, second = leader_of(database.engine), leader_of(other.engine)
    assert isinstance(first, ServerLeader)
    assert [first.lead(), second.lead(), first.lead(), second.lead()] == [True, False, True, False]
    assert [record.levelname for record in caplog.records] == ["INFO"]
    first.close()
    assert wait_for(second)  # the server frees the lock when it has seen the connection end
    assert second.lead()
    [told] = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert told == "this daemon stood by and works on this database from now on"
    assert not first.lead()
    other.dispose()
    assert wait_for(first)


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_a_lost_connection_loses_the_place_and_it_is_taken_again(database: Database, database_url: str) -> None:
    leader = leader_of(database.engine)
    assert leader.lead()
    other = Database.open(database_url)
    with other.engine.connect() as connection:
        kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        connection.execute(text(kill + "(SELECT oid FROM pg_database WHERE datname = current_database())"))
    assert not leader.lead()
    assert wait_for(leader)
    leader.close()
    other.dispose()


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_a_file_has_its_lock_beside_it(database: Database, tmp_path: Path) -> None:
    leader = leader_of(database.engine)
    assert leader.lead()
    assert (tmp_path / "docket.sqlite3.daemon").exists()
    with pytest.raises(ServeError):
        leader_of(database.engine)
    leader.close()


def test_nobody_else_reaches_a_database_in_memory() -> None:
    alone = Alone()
    alone.close()
    assert alone.lead()


def wait_for(leader: Leader) -> bool:
    """The server frees the lock of an ended connection in a moment of its own."""
    for _ in range(100):
        if leader.lead():
            return True
        time.sleep(0.05)
    return False


def test_a_lock_file_that_was_taken_away_lets_no_second_one_begin(tmp_path: Path) -> None:
    path = tmp_path / "x"
    first = FileLeader(path)
    path.unlink()
    assert first.lead()  # it is made anew, and held
    with pytest.raises(ServeError):
        FileLeader(path)
    path.unlink()
    second = FileLeader(path)  # faster than the first one noticed
    assert not first.lead()
    assert second.lead()
    second.close()
    assert first.lead()
    first.close()


def test_whether_anybody_leads_is_seen_from_outside(database: Database, database_url: str) -> None:
    assert not is_led(database.engine)
    other = Database.open(database_url)
    leader = leader_of(other.engine)
    assert leader.lead()
    assert is_led(database.engine)
    leader.close()
    assert until(lambda: not is_led(database.engine))  # a server lets go when it has seen that the connection ended
    other.dispose()
