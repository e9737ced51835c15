"""Which of several daemons on one database works: one does, the others stand by.

Nothing is lost or doubled when two work at once, because every message is claimed; one at a time keeps the
signs of life and the checks readable.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import threading
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from deadlines.errors import ServeError

log = logging.getLogger(__name__)

LOCK = "deadlines daemon"
CLOSING_SECONDS = 1.0


class Leader(Protocol):
    """Tells a daemon whether it is the one that works."""

    @property
    def stands_by(self) -> bool:
        """Whether another daemon worked when it was last looked."""

    def lead(self) -> bool:
        """Whether this process works now; takes the place where it is free. Never waits, never raises."""

    def close(self) -> None:
        """Give the place away."""


def leader_of(engine: Engine) -> Leader:
    """The one for this database. Raises ServeError for a database file on which another daemon works already.

    A database file is of one machine, so that a second daemon there is a mistake; on a server the second one
    stands by.
    """
    if engine.dialect.name != "sqlite":
        return ServerLeader(engine)
    path = engine.url.database
    return FileLeader(Path(f"{path}.daemon")) if path else Alone()


class Alone:
    """A database in memory: nobody else can reach it."""

    stands_by = False

    def lead(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Nothing is held."""


class FileLeader:
    """Holds a lock on a file beside the database until the process ends, however it ends."""

    stands_by = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = _opened(path)
        if not _locked(self._file):
            raise ServeError(f"Another daemon works on this database{self._whose()}; stop that one first.")
        self._sign()

    def lead(self) -> bool:
        """As long as it is not closed, and nobody took the file away so that another could begin."""
        if self._file is None:
            return False
        return _is_at(self._path, self._file) or self._again()

    def _again(self) -> bool:
        """Take the place by a new file where the old one was deleted; False where another was faster."""
        log.error("the lock file %s was taken away; it is made anew", self._path)
        try:
            fresh = _opened(self._path)
        except ServeError as fault:
            log.error("%s", fault.sentence)
            return False
        if not _locked(fresh):
            fresh.close()
            return False
        if self._file is not None:
            self._file.close()
        self._file = fresh
        self._sign()
        return True

    def _sign(self) -> None:
        # The lock is what counts: on a full or failing disk the daemon works without its number in the file.
        with contextlib.suppress(OSError):
            if self._file is not None:
                os.truncate(self._file.fileno(), 0)
                os.write(self._file.fileno(), str(os.getpid()).encode())

    def close(self) -> None:
        """Another may begin; the file stays."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _whose(self) -> str:
        if self._file is None:
            return ""
        self._file.seek(0)
        number = self._file.read(20).strip()
        self._file.close()
        return f" (process {number})" if number.isdigit() else ""


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise ServeError(f"{path}: cannot be written ({error.strerror}); the daemon needs it.") from None


TRIES, PAUSE = 3, 0.2


def _locked(file: IO[str]) -> bool:
    """Whether the lock was taken. Tried again shortly: `doctor` holds it for a moment to see whether it is free."""
    for attempt in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt < TRIES - 1:
                threading.Event().wait(PAUSE)
        else:
            return True
    return False


def _is_at(path: Path, file: IO[str]) -> bool:
    try:
        there, ours = path.stat(), os.fstat(file.fileno())
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def is_led(engine: Engine) -> bool:
    """Whether some daemon holds the place now. Raises what the database raises."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            return bool(
                connection.scalar(text(HOLDERS), {"high": _key() >> 32 & 0xFFFFFFFF, "low": _key() & 0xFFFFFFFF})
            )
    try:
        with Path(f"{engine.url.database}.daemon").open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


HOLDERS = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
 WHERE locktype = 'advisory' AND granted AND datname = current_database()
   AND classid::bigint = :high AND objid::bigint = :low AND objsubid = 1
"""


def _key() -> int:
    return int.from_bytes(hashlib.sha256(LOCK.encode()).digest()[:8], "big", signed=True)


class ServerLeader:
    """Holds an advisory lock of PostgreSQL over a connection of its own; the server frees it when that ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key = _key()
        self._connection: Any = None
        self._lock = threading.Lock()
        self.stands_by = False
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def lead(self) -> bool:
        """Whether the lock is held; a lost connection has lost it."""
        with self._lock:
            try:
                held = self._still_held() if self._connection is not None else self._take()
            except SQLAlchemyError:
                self._let_go()
                return False  # the database fails: whether another one works is not known
            self._tell(held)
        return held

    def _tell(self, held: bool) -> None:
        """Once for each change: the sweeps ask all at once. The first to work at all is no change."""
        if held and self.stands_by:
            log.warning("this daemon stood by and works on this database from now on")
        elif not held and not self.stands_by:
            log.info("another daemon works on this database; this one stands by")
        self.stands_by = not held

    def close(self) -> None:
        """Give the lock back with the connection. A look that hangs is not waited for: the server frees the lock."""
        if self._lock.acquire(timeout=CLOSING_SECONDS):
            try:
                self._let_go()
            finally:
                self._lock.release()

    def _still_held(self) -> bool:
        self._connection.execute(text("SELECT 1"))
        return True

    def _take(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
        if taken:
            self._connection = connection
        else:
            connection.close()
        return bool(taken)

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.invalidate()
                connection.close()
