"""Tells in microseconds whether anybody has committed anything since the last look."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine


class Changes:
    """Watches the database behind an engine, from one thread at a time.

    SQLite counts commits of other connections and processes (`PRAGMA data_version`); a look costs a few
    microseconds and never waits for a lock. PostgreSQL has no such count: there every look says None, and
    the caller asks the database itself.
    """

    def __init__(self, engine: Engine) -> None:
        on_disk = engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")
        self._path = Path(engine.url.database or "") if on_disk else None
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    def mark(self) -> tuple[int, int] | None:
        """Stays the same while nothing is committed; None when that cannot be told now."""
        if self._path is None:
            return None
        try:
            if self._connection is None:
                self._connection = self._connect(self._path)
                self._opened += 1
            found = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as fault:
            if getattr(fault, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                self.close()
            return None
        # The count means something within one connection only.
        return self._opened, int(found[0])

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        # mode=rw: a missing file is an error, never a new database. timeout=0: a lock is never waited for.
        address = f"{path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)

    def close(self) -> None:
        """Let go of the file; the next look opens it again."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
