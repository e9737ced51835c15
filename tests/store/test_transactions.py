"""Reading and writing: all or nothing, one writer at a time, and faults told as sentences."""

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from deadlines.errors import StoreError
from deadlines.store.database import Database
from deadlines.store.tables import Person

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def person(name: str = "Ana", email: str = "ana@firm.test", at: datetime = CREATED) -> Person:
    return Person(name=name, email=email, role="attorney", active=True, created_at=at)


def people(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Person.name).order_by(Person.name)))


@pytest.mark.parametrize(
    "given",
    [
        datetime(2026, 3, 8, 2, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 11, 23, 15, 0, 0, 123456, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_instants_come_back_aware_in_utc_and_exact(database: Database, given: datetime) -> None:
    row = person(at=given)
    with database.write() as session:
        session.add(row)
    with database.read() as session:
        found = session.scalars(select(Person.created_at)).one()
        assert (found, found.tzinfo) == (given, UTC)
        later = select(Person.id).where(Person.created_at >= given)
        assert session.scalars(later).one() == row.id
        assert session.scalars(select(Person.id).where(Person.created_at > given)).all() == []


def test_a_naive_instant_is_refused(database: Database) -> None:
    row = person(at=datetime(2026, 3, 8, 2, 30))
    with pytest.raises((ValueError, SQLAlchemyError), match="time zone"), database.write() as session:
        session.add(row)
    assert people(database) == []


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    def half() -> None:
        with database.write() as session:
            session.add(person())
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        half()
    assert people(database) == []


def test_a_reading_session_keeps_nothing(database: Database) -> None:
    with database.read() as session:
        session.add(person())
        session.flush()
    assert people(database) == []


def test_what_was_written_or_read_can_be_used_afterwards(database: Database) -> None:
    row = person()
    with database.write() as session:
        session.add(row)
    with database.read() as session:
        found = session.scalars(select(Person)).one()
    assert (row.name, found.name) == ("Ana", "Ana")


def test_a_broken_rule_of_the_tables_is_no_fault_of_the_database(database: Database) -> None:
    with database.write() as session:
        session.add(person())
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(person("Other"))
    assert people(database) == ["Ana"]


def test_keys_are_enforced(database: Database) -> None:
    orphan = "INSERT INTO attempt (reminder_id, at, outcome, detail) VALUES (4711, '2026-01-01', 'x', '')"
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(orphan))


def test_a_wrong_statement_is_no_fault_of_the_database(database: Database) -> None:
    with pytest.raises((OperationalError, ProgrammingError)), database.read() as session:
        session.execute(text("SELECT nothing FROM nowhere"))


def test_a_failed_statement_does_not_tell_its_values(database: Database) -> None:
    with database.write() as session:
        session.add(person())
    with pytest.raises(IntegrityError) as failed, database.write() as session:
        session.add(person("CANARY Garcia"))
    assert "CANARY" not in str(failed.value)


def test_the_second_writer_waits_and_then_writes(database: Database) -> None:
    """Writers come one after the other: the second sees what the first wrote."""
    inside = threading.Event()

    def slow() -> None:
        with database.write() as session:
            session.execute(text("LOCK TABLE person") if on_postgres else text("SELECT 1"))
            inside.set()
            time.sleep(0.3)
            session.add(person("First", "first@firm.test"))

    on_postgres = database.engine.dialect.name == "postgresql"
    worker = threading.Thread(target=slow)
    worker.start()
    assert inside.wait(60)
    with database.write() as session:
        session.execute(text("LOCK TABLE person") if on_postgres else text("SELECT 1"))
        seen = session.scalars(select(Person.name)).all()
        session.add(person("Second", "second@firm.test"))
    worker.join()
    assert seen == ["First"]
    assert people(database) == ["First", "Second"]


def test_a_writer_reads_first_and_does_not_fail_for_it(database_url: str) -> None:
    """The lock is taken at the start: a transaction that read before it writes is never stale."""
    database = Database.open(database_url)
    with database.write() as session:
        session.add(person())

    def count(times: int) -> None:
        for _ in range(times):
            with database.write() as session:
                row = session.scalars(select(Person).with_for_update()).one()
                row.name += "a"

    workers = [threading.Thread(target=count, args=(10,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert people(database) == ["Ana" + 40 * "a"]
    database.dispose()


def test_a_lock_that_does_not_end_is_told(database_url: str) -> None:
    holder, waiter = Database.open(database_url), Database.open(database_url, busy_seconds=0.2)
    on_postgres = holder.engine.dialect.name == "postgresql"
    with holder.write() as held:
        if on_postgres:
            held.execute(text("LOCK TABLE person"))
        started = time.monotonic()
        with pytest.raises(StoreError, match="locked by another program"), waiter.write() as session:
            session.add(person())
        assert 0.1 < time.monotonic() - started < 5
    with waiter.write() as session:
        session.add(person())
    assert people(waiter) == ["Ana"]
    holder.dispose()
    waiter.dispose()


def test_a_reader_that_stays_keeps_a_commit_waiting_and_is_told(database_url: str) -> None:
    reader, writer = Database.open(database_url), Database.open(database_url, busy_seconds=0.2)
    rolls_back = writer.facts().get("journal_mode") == "truncate"
    with reader.read() as reading:
        reading.execute(text("SELECT count(*) FROM person")).scalar_one()
        if rolls_back:
            with pytest.raises(StoreError, match="locked by another program"), writer.write() as session:
                session.add(person())
        else:
            with writer.write() as session:
                session.add(person())
    assert people(writer) == ([] if rolls_back else ["Ana"])
    with writer.write() as session:
        session.add(person("Bo", "bo@firm.test"))
    assert "Bo" in people(writer)
    reader.dispose()
    writer.dispose()


def test_a_file_that_vanishes_is_told_and_not_made_anew(database: Database, database_url: str) -> None:
    if database.engine.dialect.name != "sqlite":
        end_all_connections(database_url)
        assert people(database) == []
        return
    database.dispose()
    from pathlib import Path

    path = Path(database_url.removeprefix("sqlite:///"))
    path.unlink()
    with pytest.raises(StoreError, match="cannot be opened"), database.read() as session:
        session.execute(text("SELECT 1"))
    assert not path.exists()


def test_no_connection_outlives_a_closed_database(database_url: str) -> None:
    """Threads may outlive the door that opened the database; each connection is closed when they are done."""
    database = Database.open(database_url)
    with database.write() as session:
        used = session.connection().connection.driver_connection
        database.dispose()
        session.add(person())
    with database.read() as session:
        late = session.connection().connection.driver_connection
        assert session.scalars(select(Person.name)).all() == ["Ana"]
    for connection in (used, late):
        assert connection is not None
        with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
            connection.cursor().execute("SELECT 1")


def end_all_connections(url: str) -> None:
    other = Database.open(url)
    with other.write() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def test_a_connection_that_is_lost_or_read_only_is_told_once(database: Database, database_url: str) -> None:
    """After a failover the old connections answer, and take no writing: they must not stay in the pool."""
    if database.engine.dialect.name == "sqlite":
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as other:
            other.execute("PRAGMA user_version = 1")
        other.close()
        assert people(database) == []
        return
    with database.write() as session:
        session.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(StoreError, match="standby"), database.write() as session:
        session.add(person())
    with database.write() as session:
        session.add(person())
    with database.read() as session:
        session.execute(text("SELECT 1"))
        end_all_connections(database_url)
        with pytest.raises(OperationalError, match="terminating connection"):
            session.execute(text("SELECT 1"))
    assert people(database) == ["Ana"]
