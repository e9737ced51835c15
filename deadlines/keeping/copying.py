"""The copy itself: SQLite by its backup interface, PostgreSQL by pg_dump where it can, else by an export of our own."""

import logging
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from deadlines.errors import BackupError
from deadlines.keeping.facts import KEPT_FOR_EVER, Facts, counts_of, facts_of
from deadlines.keeping.manifest import Form
from deadlines.keeping.places import new_file
from deadlines.keeping.restore import scratch_facts
from deadlines.keeping.rows import write_rows
from deadlines.store import audit
from deadlines.store.database import Database

log = logging.getLogger(__name__)

PAGES = 4096
"""Pages of SQLite that are copied in one step, 16 MB; writers come in between."""
Progress = Callable[[int, int], None]


def copy_sqlite(database: Database, file: Path, progress: Progress) -> Facts:
    """Copy a SQLite database while others write; what the copy holds. Raises BackupError where it is not good."""
    with database.read() as session:
        head, counts = audit.head(session), counts_of(session.connection())
    new_file(file)
    _copy(database, file, progress)
    facts = scratch_facts(file, database.seal)
    copy = Database.of_file(file, database.seal)
    try:
        with copy.read() as session:
            known = audit.holds(session, head)
    finally:
        copy.dispose()
    short = [name for name in KEPT_FOR_EVER if facts.counts.get(name, 0) < counts.get(name, 0)]
    if short or not known:
        raise BackupError(f"The copy is not whole ({short[0] if short else 'audit'}): nothing was kept. Try again.")
    _as_well_as_the_source(database, facts)
    return facts


def _copy(database: Database, file: Path, progress: Progress) -> None:
    source = database.engine.raw_connection()
    target = sqlite3.connect(file)
    try:
        driver = source.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise BackupError("The database is no SQLite file.")
        driver.backup(target, pages=PAGES, progress=lambda _status, left, total: progress(total - left, total))
        # One file and nothing beside it, whatever the source's journal is.
        target.execute("PRAGMA journal_mode = DELETE")
        wrong = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as fault:
        raise BackupError(f"The database cannot be copied ({fault}). Make room, or see `deadlines doctor`.") from None
    finally:
        target.close()
        source.close()
    if wrong != "ok":
        raise BackupError(f"The copy is damaged ({wrong[:100]}), and so may be the database: see `deadlines doctor`.")


def _as_well_as_the_source(database: Database, copy: Facts) -> None:
    """A docket that is already in doubt is backed up all the same; a copy that is worse than it is none."""
    if copy.audit_broken is None and not copy.altered:
        return
    with database.read() as session:
        source = facts_of(session)
    worse = copy.audit_broken is not None and verify_again(database) is None
    if worse or (copy.altered or 0) > (source.altered or 0):
        raise BackupError("The copy is damaged where the database is not: nothing was kept. Check the disk.")


def verify_again(database: Database) -> int | None:
    """Where the audit trail of the database itself is broken."""
    with database.read() as session:
        return audit.verify(session)


def copy_server(database: Database, folder: Path, progress: Progress) -> tuple[Form, Path, Facts]:
    """Copy a PostgreSQL database as it is at one moment; in which form, the file, and what it holds."""
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with database.session(engine) as session:
        facts, connection = facts_of(session), session.connection()
        form, file = _dump(engine.url, connection, folder) or _export(connection, folder, progress)
    return form, file, facts


def _export(connection: Connection, folder: Path, progress: Progress) -> tuple[Form, Path]:
    file = folder / "rows.copy.gz"
    new_file(file)
    try:
        write_rows(connection, file, progress)
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error) as fault:
        raise BackupError(f"The database cannot be copied ({type(fault).__name__}).") from fault
    return "copy", file


def address_without_password(url: URL) -> str:
    """The address for pg_dump: its words are seen by everybody on the machine, so the password goes another way."""
    # URL.set() takes None for "as it was", and the password would be rendered as asterisks and used as such.
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string(hide_password=False)


def _dump(url: URL, connection: Connection, folder: Path) -> tuple[Form, Path] | None:
    """By pg_dump, of the very moment that the connection sees; None where it is missing or older than the server."""
    if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        return None
    file = folder / "archive.dump"
    new_file(file)
    moment = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    words = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}"]
    words += [f"--file={file}", f"--dbname={address_without_password(url)}"]
    environ = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    done = subprocess.run(words, env=environ, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        log.warning("pg_dump cannot copy this server; its rows are written as COPY gives them: %s", said)
        file.unlink(missing_ok=True)
        return None
    return "pg_dump", file
