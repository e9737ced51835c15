"""How each kind of database is opened: settings that make a commit durable and a fault visible."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError

from deadlines.errors import StoreError

WAL_IS_SOUND = (3, 51, 3)
"""The first SQLite release whose write-ahead log no longer has the reset fault."""
BUSY_SECONDS = 10.0
WRITES = "deadlines_writes"
"""Execution option of a transaction that will write: it takes SQLite's write lock at once."""
LOST = ("25006", "57P01", "57P02", "57P03")
"""PostgreSQL says read-only after a failover, or going down: the connection is of no use any more."""
SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)
MARKS = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('alembic_version', 'instance')"


SERVER = {
    "target_session_attrs": "read-write",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""A server that is gone without a word, its machine or the network, is noticed within about a minute."""
PATIENCE_OF_THE_SERVER = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""So does the server notice a program that is gone without a word: by its own settings the lock of that program would
stand for two hours, and no other daemon take its place. Not every system lets a session choose all of them."""
_CHOSEN = "DO $$ BEGIN PERFORM set_config('{}', '{}', false); EXCEPTION WHEN OTHERS THEN NULL; END $$;"


def parse_url(url: str) -> URL:
    """The address as SQLAlchemy takes it; raises StoreError for one that is no file and no PostgreSQL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(
            "The database address is not one: write sqlite:///file or postgresql://user@host/name."
        ) from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise StoreError("The database address names no file: write sqlite:///file.")
        return parsed
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"Databases of the kind {parsed.get_backend_name()} are not supported: use SQLite or PostgreSQL.")


def build_engine(url: URL, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for the address. Nothing is opened yet, and opening never creates a file.

    `busy_seconds` is how long a lock is waited for. Raises StoreError where the driver is not installed.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, busy_seconds)
    try:
        return _postgres(url, busy_seconds)
    except ModuleNotFoundError:
        raise StoreError("The driver for PostgreSQL is missing: install deadlines with the extra [postgres].") from None


def journal_mode() -> str:
    """The journal that this SQLite library can be trusted with."""
    return "wal" if sqlite3.sqlite_version_info >= WAL_IS_SOUND else "truncate"


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    path = Path(url.database or "").absolute()
    engine = create_engine(url, creator=lambda: _connect(path, busy_seconds), hide_parameters=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read transaction that turns into a write fails at once when another has committed meanwhile.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    # mode=rw: a missing file is an error, never a new empty database.
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    # One damaged letter must not make every query fail that meets it; seals and the audit trail tell of it.
    connection.text_factory = _text
    try:
        for line in SETTINGS:
            connection.execute(line)
        # The mode may be written into the file: the file of another program keeps its own.
        if connection.execute(MARKS).fetchone() == (2,):
            connection.execute(f"PRAGMA journal_mode = {journal_mode()}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _postgres(url: URL, busy_seconds: float) -> Engine:
    options = {**SERVER, **dict(url.query)}
    engine = create_engine(
        url.set(query=options), pool_pre_ping=True, pool_recycle=300, pool_timeout=10, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = {round(busy_seconds * 1000)}")
        connection.execute("".join(_CHOSEN.format(*chosen) for chosen in PATIENCE_OF_THE_SERVER.items()))
        connection.commit()

    @event.listens_for(engine, "handle_error")
    def _disconnect(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) in LOST:
            context.is_disconnect = True

    return engine


def create_file(url: URL) -> None:
    """A new empty file for SQLite, readable by its owner only; raises StoreError where there is one."""
    path = Path(url.database or "")
    for beside in (Path(f"{path}-journal"), Path(f"{path}-wal")):
        if not path.exists() and beside.exists() and beside.stat().st_size:
            # SQLite would play it back into the new file.
            raise StoreError(f"{beside} was left by a database that is gone: move it away first.")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise StoreError(
            f"{path} exists already: nothing was changed. Choose another place, or use it as it is."
        ) from None
    except OSError as fault:
        raise StoreError(f"{path} cannot be created ({fault.strerror}). Choose another place.") from None
