"""Only `create` makes a docket; what is not ours is refused with a sentence and stays as it was."""

import sqlite3
import stat
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from deadlines.errors import StoreError
from deadlines.store import audit, migrate
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Person


def person(name: str = "Ana", email: str = "ana@firm.test") -> Person:
    return Person(
        name=name, email=email, role="attorney", active=True, created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


def test_models_and_migrations_agree(database: Database) -> None:
    assert migrate.differences(database.engine) == []


def test_create_refuses_what_exists(database_url: str, now: datetime) -> None:
    with pytest.raises(StoreError, match="already"):
        Database.create(database_url, now=now, version="test")
    Database.open(database_url).dispose()


def test_a_new_docket_opens(empty_database_url: str, now: datetime) -> None:
    Database.create(empty_database_url, now=now, version="test").dispose()
    Database.open(empty_database_url).dispose()


def test_an_empty_database_is_refused_and_stays_empty(empty_database_url: str) -> None:
    with pytest.raises(StoreError, match=r"empty|no database"):
        Database.open(empty_database_url)
    with pytest.raises(StoreError, match=r"empty|no database"):
        Database.open(empty_database_url)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "There is no database"), (b"", "empty file"), (b"hello, this is a letter", "is no database")],
)
def test_a_file_that_is_no_docket_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "some.sqlite3"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=words):
        Database.open(f"sqlite:///{path}")
    assert (path.read_bytes() if path.exists() else None) == content


def test_a_damaged_header_is_refused(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "docket.sqlite3"
    Database.create(f"sqlite:///{path}", now=now, version="test").dispose()
    data = bytearray(path.read_bytes())
    data[16:4096] = b"\xff" * (4096 - 16)
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="cannot be used"):
        Database.open(f"sqlite:///{path}")


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match="belongs to another program"):
        Database.open(f"sqlite:///{path}")


def test_an_unreachable_server_is_told() -> None:
    with pytest.raises(StoreError, match="server 127.0.0.1/none cannot be used"):
        Database.open("postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")


def test_other_kinds_of_database_are_refused() -> None:
    with pytest.raises(StoreError, match="mysql"):
        Database.open("mysql://localhost/x")


@pytest.mark.parametrize(("revision", "words"), [("9999", "newer"), ("", "newer")])
def test_a_newer_schema_is_refused(database_url: str, revision: str, words: str) -> None:
    database = Database.open(database_url)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})
    database.dispose()
    with pytest.raises(StoreError, match=words):
        Database.open(database_url)


def test_an_older_schema_names_the_command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "head_revision", lambda: "0002")
    with pytest.raises(StoreError, match="deadlines db upgrade"):
        Database.open(database_url)


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "docket.sqlite3"
    Database.create(f"sqlite:///{path}", now=now, version="test").dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_create_leaves_no_file(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(migrate, "upgrade", fail)
    with pytest.raises(RuntimeError):
        Database.create(f"sqlite:///{tmp_path / 'x.sqlite3'}", now=now, version="test")
    assert list(tmp_path.iterdir()) == []


def test_instants_come_back_aware_and_in_utc(database: Database) -> None:
    given = datetime(2026, 3, 8, 2, 30, tzinfo=timezone(timedelta(hours=-5)))
    row = person()
    row.created_at = given
    with database.write() as session:
        session.add(row)
    with database.read() as session:
        found = session.get(Person, row.id)
        assert found is not None
        assert (found.created_at, found.created_at.tzinfo) == (given, UTC)


def test_a_naive_instant_is_refused(database: Database) -> None:
    row = person()
    row.created_at = datetime(2026, 3, 8, 2, 30)
    with pytest.raises((ValueError, SQLAlchemyError), match="time zone"), database.write() as session:
        session.add(row)


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(person())
        session.flush()
        raise RuntimeError("stop")
    with database.read() as session:
        assert session.query(Person).count() == 0


def test_a_reading_session_keeps_nothing(database: Database) -> None:
    with database.read() as session:
        session.add(person())
        session.flush()
    with database.read() as session:
        assert session.query(Person).count() == 0


def test_the_second_writer_waits_and_then_writes(database: Database) -> None:
    inside, done = threading.Event(), threading.Event()

    def slow() -> None:
        with database.write() as session:
            session.add(person("Slow", "slow@firm.test"))
            session.flush()
            inside.set()
            time.sleep(0.3)
        done.set()

    worker = threading.Thread(target=slow)
    worker.start()
    assert inside.wait(5)
    with database.write() as session:
        session.add(person("Second", "second@firm.test"))
    worker.join()
    assert done.is_set()
    with database.read() as session:
        assert session.query(Person).count() == 2


def test_a_lock_that_does_not_end_is_told(tmp_path: Path, now: datetime) -> None:
    url = f"sqlite:///{tmp_path / 'docket.sqlite3'}"
    Database.create(url, now=now, version="test").dispose()
    database = Database.open(url, busy_seconds=0.2)
    holder = sqlite3.connect(tmp_path / "docket.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked by another program"), database.write() as session:
        session.add(person())
    with pytest.raises(StoreError, match="locked by another program"):
        Database.open(url, busy_seconds=0.2)
    holder.execute("ROLLBACK")
    holder.close()
    with database.write() as session:
        session.add(person())
    database.dispose()


def test_doctor_is_told_how_the_database_commits(database: Database, kind_of_database: str) -> None:
    facts = database.facts()
    assert facts["schema"] == migrate.head_revision()
    if kind_of_database == "sqlite":
        assert facts["synchronous"] == "full"
        assert facts["journal_mode"] == facts["journal_mode_wanted"]
    else:
        assert facts["synchronous_commit"] == "on"


def fill_audit(database: Database, now: datetime, rows: int = 5) -> None:
    for number in range(rows):
        with database.write() as session:
            audit.record(
                session, at=now, actor="a", action="b", subject=str(number), detail={"n": number, "d": now}
            )


def test_the_audit_chain_verifies(database: Database, now: datetime) -> None:
    fill_audit(database, now)
    with database.read() as session:
        assert audit.verify(session) is None


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET actor = 'x' WHERE id = 3", "DELETE FROM audit WHERE id = 3"]
)
def test_the_audit_trail_cannot_be_changed(database: Database, now: datetime, change: str) -> None:
    fill_audit(database, now)
    with pytest.raises(SQLAlchemyError, match="cannot be changed"), database.write() as session:
        session.execute(text(change))


@pytest.mark.parametrize(
    ("change", "broken"),
    [("UPDATE audit SET actor = 'x' WHERE id = 3", 3), ("DELETE FROM audit WHERE id = 3", 4)],
)
def test_a_change_behind_the_triggers_is_found(
    database: Database, kind_of_database: str, now: datetime, change: str, broken: int
) -> None:
    fill_audit(database, now)
    with database.write() as session:
        if kind_of_database == "sqlite":
            session.execute(text("DROP TRIGGER audit_no_update"))
            session.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            session.execute(text("DROP TRIGGER audit_no_change ON audit"))
        session.execute(text(change))
    with database.read() as session:
        assert audit.verify(session) == broken


def test_two_writers_append_to_one_chain(database: Database, now: datetime) -> None:
    workers = [threading.Thread(target=fill_audit, args=(database, now, 10)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.read() as session:
        assert session.query(Audit).count() == 30
        assert audit.verify(session) is None
