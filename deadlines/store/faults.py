"""What a driver says when a database fails, as one sentence: what is wrong, where, and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from deadlines.errors import StoreError, Unreachable

LOCKED = "is locked by another program for too long; nothing was changed. Try again when it has ended."
SQLITE = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: "cannot be written to. Check who owns it and its folder.",
    sqlite3.SQLITE_IOERR: "cannot be used: the disk fails. Check the disk and the system's log.",
    sqlite3.SQLITE_CORRUPT: "cannot be used: it is damaged. Restore a backup.",
    sqlite3.SQLITE_FULL: "cannot be written to: the disk is full. Make room.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that it is there and who owns it and its folder.",
    sqlite3.SQLITE_NOTADB: "is no database. Restore a backup, or correct database.url.",
}
"""By the first byte of SQLite's result code."""
POSTGRES = {
    "55P03": LOCKED,  # lock_not_available
    "40P01": LOCKED,  # deadlock_detected
    "25006": "takes no writing now: it is a standby. Try again when it has taken over.",
    "42501": "does not let this account do that. Give the account its rights.",
    "53100": "cannot be written to: its disk is full. Make room.",
}
UNREACHABLE = ("08", "28", "3D", "53", "57P")
"""The first characters of the SQLSTATEs of a connection that is refused, lost or ended."""
LONGEST = 200


def name_of(url: URL) -> str:
    """The database for people: a path, or host and name without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.host or 'local'}/{url.database}"


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Turn the database's own faults within the block into StoreError.

    What the block itself refuses passes through, and so does what the data or the statement is to blame for.
    """
    try:
        yield
    except DBAPIError as fault:
        sentence = _of_sqlite(fault) if url.get_backend_name() == "sqlite" else _of_postgres(fault)
        if sentence is None:
            raise
        error = StoreError if sentence in (*SQLITE.values(), *POSTGRES.values()) else Unreachable
        kind = "" if url.get_backend_name() == "sqlite" else "The database server "
        raise error(f"{kind}{name_of(url)} {sentence}") from fault
    except PoolTimeout as fault:
        raise StoreError("All connections to the database are in use. Try again.") from fault


def _of_sqlite(fault: DBAPIError) -> str | None:
    code = getattr(fault.orig, "sqlite_errorcode", None)
    return SQLITE.get(code & 0xFF) if isinstance(code, int) else None


def _of_postgres(fault: DBAPIError) -> str | None:
    state = getattr(fault.orig, "sqlstate", None)
    if state in POSTGRES:
        return POSTGRES[state]
    if fault.connection_invalidated or (state or "08").startswith(UNREACHABLE):
        said = " ".join(str(fault.orig).split())
        said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
        return f"cannot be used: {said}. Check that it runs and that database.url is right."
    return None
