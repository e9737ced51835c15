"""The database as the doors use it: opened only if it is ours and of this schema, read or written in one go.

`create` is the only thing that ever makes a database. A missing, empty, foreign, older or newer one is
refused with a sentence.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, select
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from deadlines.errors import StoreError
from deadlines.store import migrate
from deadlines.store.engine import BUSY_SECONDS, WRITES, build_engine, create_file, journal_mode, parse_url
from deadlines.store.tables import Instance, new_id

LOCKED = ("database is locked", "database table is locked")


class Database:
    """One opened database. `engine` is for those who know what they do; others read and write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = BUSY_SECONDS, any_schema: bool = False) -> "Database":
        """Open what `create` made. `any_schema` is for the migration only.

        Raises StoreError for a database that is missing, empty, foreign, locked, unreachable, or of
        another schema than this program's.
        """
        parsed = parse_url(url)
        _look_at_file(parsed)
        database = cls(build_engine(parsed, busy_seconds=busy_seconds))
        try:
            with _told(parsed):
                database._recognise(parsed, any_schema)
        except BaseException:
            database.dispose()
            raise
        return database

    @classmethod
    def create(cls, url: str, *, now: datetime, version: str) -> "Database":
        """Make the database: schema, and the row that marks it as ours. Raises StoreError where there is one."""
        parsed = parse_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite:
            create_file(parsed)
        database = cls(build_engine(parsed))
        try:
            with _told(parsed):
                if not sqlite and inspect(database.engine).get_table_names():
                    raise StoreError("The database holds tables already: nothing was changed. Give an empty one.")
                migrate.upgrade(database.engine)
            with database.write() as session:
                session.add(Instance(id=1, instance_id=new_id(), created_at=now, created_by_version=version))
        except BaseException:
            database.dispose()
            if sqlite:
                _remove(Path(parsed.database or ""))
            raise
        return database

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; whatever it changed is thrown away."""
        with _told(self.engine.url), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, undone by any error. Raises StoreError when locked."""
        engine = self.engine.execution_options(**{WRITES: True})
        with _told(self.engine.url), Session(engine, expire_on_commit=False) as session, session.begin():
            session.connection()
            yield session

    def facts(self) -> dict[str, str]:
        """What `doctor` tells: kind and version of the database, how it commits, and its schema."""
        with _told(self.engine.url), self.engine.connect() as connection:
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
            if connection.dialect.name == "sqlite":
                journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
                level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
                return {
                    "kind": "SQLite",
                    "version": sqlite3.sqlite_version,
                    "journal_mode": str(journal),
                    "journal_mode_wanted": journal_mode(),
                    "synchronous": {0: "off", 1: "normal", 2: "full", 3: "extra"}[level],
                    "schema": revision,
                }
            found = {
                name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
                for name in ("server_version", "fsync", "synchronous_commit", "data_checksums")
            }
        return {"kind": "PostgreSQL", "version": found.pop("server_version"), **found, "schema": revision}

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _recognise(self, url: URL, any_schema: bool) -> None:
        name = _name(url)
        tables = set(inspect(self.engine).get_table_names())
        if not tables:
            raise StoreError(f"{name} is empty: it is no docket. Run `deadlines init`, or correct database.url.")
        if not {"instance", "alembic_version"} <= tables:
            raise StoreError(f"{name} belongs to another program: nothing was changed. Correct database.url.")
        with Session(self.engine) as session:
            if session.scalars(select(Instance.id)).first() is None:
                raise StoreError(f"{name} was never finished by `deadlines init`. Restore a backup or make a new one.")
        if not any_schema:
            _same_schema(name, migrate.current_revision(self.engine))


def _same_schema(name: str, found: str | None) -> None:
    head = migrate.head_revision()
    if found == head:
        return
    if found in migrate.known_revisions():
        raise StoreError(f"{name} has the older schema {found}; this program needs {head}. Run `deadlines db upgrade`.")
    raise StoreError(
        f"{name} has the schema {found}, which this program ({head}) does not know: it is newer. "
        "Install the newer program."
    )


def _look_at_file(url: URL) -> None:
    """A file that cannot be ours is told by a look, before anything opens it."""
    if url.get_backend_name() != "sqlite":
        return
    path = Path(url.database or "")
    if not path.is_file():
        raise StoreError(f"There is no database at {path}. Run `deadlines init`, or correct database.url.")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as fault:
        raise StoreError(f"{path} cannot be read ({fault.strerror}). Check who owns it.") from None
    if not head:
        raise StoreError(f"{path} is an empty file: it is no docket. Restore a backup, or correct database.url.")
    if head != b"SQLite format 3\x00":
        raise StoreError(f"{path} is no database. Restore a backup, or correct database.url.")


@contextmanager
def _told(url: URL) -> Iterator[None]:
    """The driver's faults as sentences. What the block itself refuses passes through, and so does what
    the data or the statement is to blame for."""
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except DatabaseError as fault:
        raise StoreError(_sentence(url, fault)) from fault


def _sentence(url: URL, fault: DatabaseError) -> str:
    name, said = _name(url), str(fault.orig).strip().partition("\n")[0]
    if any(words in said for words in LOCKED):
        return f"{name} is locked by another program for too long; nothing was changed. Try again when it has ended."
    if url.get_backend_name() == "sqlite":
        return f"{name} cannot be used: {said}. Check the disk, or restore a backup."
    return f"The database server {name} cannot be used: {_first_words(said)}. Check that it runs and that database.url is right."


def _first_words(said: str) -> str:
    return said if len(said) <= 200 else said[:200] + "…"


def _name(url: URL) -> str:
    """The database for people: a path, or host and name without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.host or 'local'}/{url.database}"


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


