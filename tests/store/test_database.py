"""Only `create` makes a docket; what is not ours is refused with a sentence and stays as it was."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deadlines.errors import StoreError
from deadlines.store import engine as engines
from deadlines.store import migrate
from deadlines.store.database import Database

ROOT = Path(__file__).parents[2]


def revision_set_to(url: str, revision: str) -> None:
    database = Database.open(url, any_schema=True)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})
    database.dispose()


def refused(url: str) -> str:
    with pytest.raises(StoreError) as refusal:
        Database.open(url, busy_seconds=0.2)
    assert "\n" not in refusal.value.sentence
    return refusal.value.sentence


# -- creating ----------------------------------------------------------------------------------------------


def test_a_new_docket_opens_and_is_marked_once(empty_database_url: str, now: datetime) -> None:
    made = Database.create(empty_database_url, now=now, version="1.2.3")
    with made.read() as session:
        marks = session.execute(text("SELECT created_by_version, length(instance_id) FROM instance")).all()
    made.dispose()
    assert [tuple(mark) for mark in marks] == [("1.2.3", 26)]
    Database.open(empty_database_url).dispose()


def test_create_refuses_what_exists(database_url: str, now: datetime) -> None:
    with pytest.raises(StoreError, match="already"):
        Database.create(database_url, now=now, version="test")
    Database.open(database_url).dispose()


def test_create_touches_no_file_that_is_there(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "docket.sqlite3"
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="exists already"):
        Database.create(f"sqlite:///{path}", now=now, version="test")
    assert path.read_bytes() == b""


def test_create_names_a_folder_that_is_not_there(tmp_path: Path, now: datetime) -> None:
    with pytest.raises(StoreError, match="cannot be created"):
        Database.create(f"sqlite:///{tmp_path}/gone/docket.sqlite3", now=now, version="test")
    assert list(tmp_path.iterdir()) == []


def test_create_does_not_play_back_the_journal_of_a_lost_file(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "docket.sqlite3-journal").write_bytes(b"left over")
    with pytest.raises(StoreError, match="move it away"):
        Database.create(f"sqlite:///{tmp_path}/docket.sqlite3", now=now, version="test")
    assert [path.name for path in tmp_path.iterdir()] == ["docket.sqlite3-journal"]


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "the docket, 100% of it #1.sqlite3"
    before = os.umask(0)
    try:
        Database.create(f"sqlite:///{path}", now=now, version="test").dispose()
    finally:
        os.umask(before)
    assert [made.name for made in tmp_path.glob("*.sqlite3")] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_create_leaves_nothing(
    empty_database_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = migrate.run

    def fail(*given: object, **more: object) -> None:
        run(*given, **more)  # type: ignore[arg-type]
        raise RuntimeError("the power went")

    monkeypatch.setattr(migrate, "run", fail)
    with pytest.raises(RuntimeError):
        Database.create(empty_database_url, now=now, version="test")
    monkeypatch.undo()
    Database.create(empty_database_url, now=now, version="test").dispose()


def test_a_killed_create_leaves_no_half_docket(empty_database_url: str, now: datetime) -> None:
    child = """
import datetime, os, signal, sys
from deadlines.store import migrate
from deadlines.store.database import Database
run = migrate.run
def killed(connection):
    run(connection)
    os.kill(os.getpid(), signal.SIGKILL)
migrate.run = killed
Database.create(sys.argv[1], now=datetime.datetime.now(datetime.UTC), version="t")
"""
    done = subprocess.run([sys.executable, "-c", child, empty_database_url], cwd=ROOT, timeout=60)
    assert done.returncode == -9
    assert "empty" in refused(empty_database_url)
    if empty_database_url.startswith("sqlite"):
        for left in Path(empty_database_url.removeprefix("sqlite:///")).parent.iterdir():
            left.unlink()
    Database.create(empty_database_url, now=now, version="test").dispose()


def test_a_server_with_tables_of_another_program_is_refused(empty_database_url: str, now: datetime) -> None:
    if empty_database_url.startswith("sqlite"):
        with sqlite3.connect(empty_database_url.removeprefix("sqlite:///")) as other:
            other.execute("CREATE TABLE recipes (name TEXT)")
        other.close()
    else:
        engine = engines.build_engine(engines.parse_url(empty_database_url))
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)")
        engine.dispose()
    with pytest.raises(StoreError, match="nothing was changed"):
        Database.create(empty_database_url, now=now, version="test")
    assert "another program" in refused(empty_database_url)


# -- refusing ----------------------------------------------------------------------------------------------


def test_an_empty_database_is_refused_and_stays_empty(empty_database_url: str) -> None:
    for _ in range(2):
        assert "deadlines init" in refused(empty_database_url)
    if empty_database_url.startswith("sqlite"):
        assert not Path(empty_database_url.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no database"),
        (b"", "empty file"),
        (b"hello, this is a letter", "is no database"),
        (b"\xff" * 20_000, "is no database"),
        (b"SQLite format 3\x00 and nothing more", "is no database"),
    ],
)
def test_a_file_that_is_no_docket_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "some.sqlite3"
    if content is not None:
        path.write_bytes(content)
    assert words in refused(f"sqlite:///{path}")
    assert {made: made.read_bytes() for made in tmp_path.iterdir()} == ({} if content is None else {path: content})


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "no database" in refused(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("first, last", [(16, 4096), (4096, 8192)])
def test_damaged_pages_are_told(sqlite_template: Path, tmp_path: Path, first: int, last: int) -> None:
    path = tmp_path / "docket.sqlite3"
    data = bytearray(sqlite_template.read_bytes())
    data[first:last] = b"\xff" * (last - first)
    path.write_bytes(bytes(data))
    assert "Restore a backup" in refused(f"sqlite:///{path}")
    assert path.read_bytes() == bytes(data)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_file_of_another_program_keeps_every_byte(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA journal_mode = {journal}")
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
    other.close()
    before = path.read_bytes()
    assert "belongs to another program" in refused(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert [made.name for made in tmp_path.iterdir()] == ["other.sqlite3"]


def test_an_instance_of_another_program_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE instance (host TEXT)")
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
    other.close()
    assert "belongs to another program" in refused(f"sqlite:///{path}")


def test_an_unreachable_server_is_told() -> None:
    url = "postgresql://nobody:hunter2@127.0.0.1:9/none?connect_timeout=2"
    sentence = refused(url)
    assert "server 127.0.0.1/none cannot be used" in sentence
    assert "hunter2" not in sentence


def test_a_database_that_the_server_does_not_have_is_told(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        url, words = database_url.replace("docket", "no-docket"), "There is no database"
    else:
        url, words = database_url.replace("/test_", "/no_test_"), "does not exist"
    assert words in refused(url)


@pytest.mark.parametrize(
    "url, words",
    [
        ("mysql://localhost/x", "mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://host:port/name", "write sqlite:///file"),
        ("docket.sqlite3", "write sqlite:///file"),
        ("", "write sqlite:///file"),
    ],
)
def test_an_address_that_is_none_is_refused(
    url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refused(url)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "[postgres]" in refused("postgresql://nobody@127.0.0.1:9/none")


@pytest.mark.parametrize("revision", ["9999", ""])
def test_a_schema_that_this_program_does_not_know_is_refused(database_url: str, revision: str) -> None:
    revision_set_to(database_url, revision)
    assert "newer" in refused(database_url)


def test_an_older_schema_names_the_command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "head_revision", lambda: "0099")
    assert "deadlines db upgrade" in refused(database_url)


def test_a_locked_file_is_told_from_another_process(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "docket.sqlite3"
    shutil.copy2(sqlite_template, path)
    holder = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = delete")
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        assert "locked by another program" in refused(f"sqlite:///{path}")
        assert child.stdin is not None
        child.stdin.close()
    Database.open(f"sqlite:///{path}").dispose()


def test_looking_at_the_file_keeps_the_locks_of_this_process(database: Database, tmp_path: Path) -> None:
    """POSIX drops all locks of a process on a file when it closes any handle on it."""
    if database.engine.dialect.name != "sqlite":
        assert "locked" not in refused("sqlite:////nowhere/docket.sqlite3")
        return
    path = tmp_path / "docket.sqlite3"
    taker = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    with database.write() as session:
        session.execute(text("DELETE FROM heartbeat"))
        Database.open(f"sqlite:///{path}").dispose()
        done = subprocess.run([sys.executable, "-c", taker, str(path)], capture_output=True, text=True)
    assert "database is locked" in done.stderr


# -- what doctor is told -----------------------------------------------------------------------------------


def test_doctor_is_told_how_the_database_commits(database: Database, kind_of_database: str) -> None:
    facts = database.facts()
    assert facts["schema"] == migrate.head_revision()
    if kind_of_database == "sqlite":
        assert facts["synchronous"] == "full"
        assert facts["journal_mode"] == facts["journal_mode_wanted"]
    else:
        assert facts["synchronous_commit"] == "on"


@pytest.mark.parametrize(
    "version, mode",
    [((3, 40, 1), "truncate"), ((3, 51, 2), "truncate"), ((3, 51, 3), "wal"), ((4, 0, 0), "wal")],
)
def test_the_journal_follows_the_library(
    version: tuple[int, int, int],
    mode: str,
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    path = tmp_path / "docket.sqlite3"
    shutil.copy2(sqlite_template, path)
    database = Database.open(f"sqlite:///{path}")
    facts = database.facts()
    database.dispose()
    assert (facts["journal_mode"], facts["journal_mode_wanted"], facts["synchronous"]) == (mode, mode, "full")


def test_every_connection_is_set_up(database: Database, kind_of_database: str) -> None:
    wanted = {"foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1, "busy_timeout": 10_000}
    with database.engine.connect() as first, database.engine.connect() as second:
        for connection in (first, second):
            if kind_of_database == "sqlite":
                found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
                assert found == wanted
            else:
                assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "10s"
                # The values are those of TCP; over a socket of the same machine each reads as 0.
                chosen = "SELECT name FROM pg_settings WHERE source = 'session' AND starts_with(name, 'tcp_')"
                assert sorted(connection.exec_driver_sql(chosen).scalars()) == [
                    "tcp_keepalives_count",
                    "tcp_keepalives_idle",
                    "tcp_keepalives_interval",
                    "tcp_user_timeout",
                ]
