"""The database as the doors use it: opened only if it is ours and of this schema, read or written in one go.

`create` is the only thing that ever makes a database. A missing, empty, foreign, older or newer one is
refused with a sentence.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, event, insert, inspect
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from deadlines.errors import StoreError, Unreachable
from deadlines.store import migrate
from deadlines.store.engine import BUSY_SECONDS, WRITES, build_engine, create_file, journal_mode, parse_url
from deadlines.store.faults import name_of, told
from deadlines.store.identity import MARKS, file_of, recognise, require_file, require_schema
from deadlines.store.seal import IN_SESSION, Seal
from deadlines.store.tables import Instance, new_id

log = logging.getLogger(__name__)

ANOTHER_MACHINE = (
    "For another machine on this database copy the configuration, the key file and the password files from the first "
    "one and do not run `init`: another key would make every stored date look altered. For a new docket give an empty "
    "database."
)
SYNCHRONOUS = {0: "off", 1: "normal", 2: "full", 3: "extra"}


class Database:
    """One opened database. `engine` is for those who know what they do; others read and write.

    `key`: seals the stored dates, see `store.seal`.
    """

    def __init__(
        self, engine: Engine, key: bytes | None = None, *, seal: Seal | None = None, recognised: bool = True
    ) -> None:
        self.engine, self.seal, self._recognised = engine, seal or Seal(key), recognised
        self._file = file_of(engine.url)
        # As this program began: an upgrade puts the migrations of a newer one in the place of its own.
        self._schema = migrate.head_revision()
        self._writing = engine.execution_options(**{WRITES: True})

    @classmethod
    def open(
        cls,
        url: str,
        *,
        busy_seconds: float = BUSY_SECONDS,
        any_schema: bool = False,
        key: bytes | None = None,
        patient: bool = False,
    ) -> "Database":
        """Open what `create` made. `any_schema` is for the migration only.

        `patient`: a server that does not answer now is looked at when it is first used, for a program that serves
        what it has meanwhile.

        Raises StoreError for a database that is missing, empty, foreign, locked, unreachable, or of
        another schema than this program's.
        """
        parsed = parse_url(url)
        require_file(parsed)
        database = cls(build_engine(parsed, busy_seconds=busy_seconds), key, recognised=False)
        try:
            database._recognise(any_schema=any_schema)
        except Unreachable as fault:
            if not patient:
                database.dispose()
                raise
            log.error("%s It is asked again and again.", fault.sentence)
        except BaseException:
            database.dispose()
            raise
        return database

    def _recognise(self, *, any_schema: bool = False) -> None:
        url = self.engine.url
        with told(url), self.engine.connect() as connection:
            recognise(connection, name_of(url))
            if not any_schema:
                require_schema(connection, name_of(url))
        self._recognised = True

    @classmethod
    def create(cls, url: str, *, now: datetime, version: str, key: bytes | None = None) -> "Database":
        """Make the database: schema, and the row that marks it as ours, all or nothing.

        Raises StoreError where there is one.
        """
        parsed = parse_url(url)
        engine = build_engine(parsed)
        file = Path(parsed.database or "") if engine.dialect.name == "sqlite" else None
        if file:
            create_file(parsed)
        try:
            with told(parsed):
                _fill(engine, parsed, now, version)
        except BaseException:
            engine.dispose()
            if file:
                _remove(file)
            raise
        engine.dispose()
        return cls.open(url, key=key)

    @classmethod
    def of_file(cls, file: Path, seal: Seal) -> "Database":
        """A SQLite file of any schema, such as a copy, without a look at whose it is."""
        return cls(build_engine(parse_url(f"sqlite:///{file}")), seal=seal)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; whatever it changed is thrown away."""
        if not self._recognised:
            self._recognise()
        with told(self.engine.url), self.session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, undone by any error. Raises StoreError when locked."""
        if not self._recognised:
            self._recognise()
        with told(self.engine.url), self.session(self._writing) as session, session.begin():
            session.connection()
            yield session

    def session(self, bind: Engine | Connection) -> Session:
        """A session over an engine or a connection that knows this database's seal."""
        return Session(bind, expire_on_commit=False, info={IN_SESSION: self.seal})

    def replaced(self) -> str | None:
        """Why what is written may be lost: a database file is gone or another since it was opened; else None."""
        found = file_of(self.engine.url)
        if found == self._file:
            return None
        what = "is gone" if found is None else "was replaced by another file"
        return f"The database {name_of(self.engine.url)} {what} while the program used it."

    def other_schema(self) -> str | None:
        """Why this program must not work on: the schema is another than its own by now; else None. Raises StoreError.

        A database that has none any more is no docket; whoever reads it is told so.
        """
        with told(self.engine.url), self.engine.connect() as connection:
            found = migrate.revision_of(connection)
        if found is None or found == self._schema:
            return None
        name = name_of(self.engine.url)
        return f"The database {name} has the schema {found} by now, and this program is of the schema {self._schema}."

    def facts(self) -> dict[str, str]:
        """What `doctor` tells: kind and version of the database, how it commits, and its schema."""
        schema = str(migrate.current_revision(self.engine))
        with told(self.engine.url):
            found = self._of_sqlite() if self.engine.dialect.name == "sqlite" else self._of_postgres()
        return {**found, "schema": schema}

    def _of_sqlite(self) -> dict[str, str]:
        with self.engine.connect() as connection:
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return {
            "kind": "SQLite",
            "version": sqlite3.sqlite_version,
            "journal_mode": str(journal),
            "journal_mode_wanted": journal_mode(),
            "synchronous": SYNCHRONOUS[level],
        }

    def _of_postgres(self) -> dict[str, str]:
        with self.engine.connect() as connection:
            found = {
                name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
                for name in ("server_version", "fsync", "synchronous_commit", "data_checksums")
            }
        return {"kind": "PostgreSQL", "version": found.pop("server_version"), **found}

    def dispose(self) -> None:
        """Close every connection; one that a thread still uses, when the thread gives it back."""
        event.listen(self.engine.pool, "checkin", _close)
        self.engine.dispose()


def _fill(engine: Engine, url: URL, now: datetime, version: str) -> None:
    with migrate.exclusive(engine) as connection:
        tables = set(inspect(connection).get_table_names())
        if tables >= MARKS:
            raise StoreError(f"{name_of(url)} holds a docket already: nothing was changed.", advice=ANOTHER_MACHINE)
        if tables:
            raise StoreError(f"{name_of(url)} holds tables already: nothing was changed. Give an empty database.")
        migrate.run(connection)
        row = {"id": 1, "instance_id": new_id(), "created_at": now, "created_by_version": version}
        connection.execute(insert(Instance).values(row))


def _close(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.invalidate()


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
