"""Tells cheaply whether anybody has committed anything since the last look."""

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

Mark = tuple[int, str]
CLOSING_SECONDS = 1.0


class Changes:
    """Watches the database behind an engine, over a connection of its own that is closed with the engine's.

    SQLite counts the commits of other connections and processes (`PRAGMA data_version`); a look costs a few
    microseconds and never waits for a lock. PostgreSQL tells which transactions a reader sees
    (`pg_current_snapshot`), the same only while none has ended; a look asks the server once, so it belongs
    in a thread: `waits` says so.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.waits = engine.dialect.name != "sqlite"
        self._query = "SELECT pg_current_snapshot()::text" if self.waits else "PRAGMA data_version"
        self._connection: Any = None
        self._opened = 0
        self._lock = threading.Lock()
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def mark(self) -> Mark | None:
        """Stays the same while nothing is committed; None when that cannot be told now."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._server() if self.waits else self._file()
                    self._opened += 1
                found = self._connection.execute(self._query).fetchone()
            except (sqlite3.Error, SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as fault:
                if getattr(fault, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    self._let_go()
                return None
        # SQLite's count means something within one connection only.
        return self._opened, str(found[0])

    def close(self) -> None:
        """Let go of the connection; the next look opens another. A look that hangs is not waited for."""
        if self._lock.acquire(timeout=CLOSING_SECONDS):
            try:
                self._let_go()
            finally:
                self._lock.release()

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None

    def _file(self) -> sqlite3.Connection:
        # mode=rw: a missing file is an error, never a new database. timeout=0: a lock is never waited for.
        address = f"{Path(self._engine.url.database or '').absolute().as_uri()}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)

    def _server(self) -> Any:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.dbapi_connection
        pooled.detach()
        # One statement is one transaction here, so that each look sees the present.
        connection.autocommit = True
        return connection
