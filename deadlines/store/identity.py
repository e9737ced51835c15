"""Is this database ours, and of this program's schema? Each refusal is a sentence, and changes nothing."""

from pathlib import Path

from sqlalchemy import URL, Connection, inspect, select

from deadlines.errors import NoDocket, StoreError
from deadlines.store import migrate
from deadlines.store.tables import Instance

MARKS = {"instance", "alembic_version"}


def require_file(url: URL) -> None:
    """Refuse a SQLite file that cannot be a database, by a look from outside.

    The file is not opened here: closing it again would take away the locks that this process may hold on it.
    """
    if url.get_backend_name() != "sqlite":
        return
    path = Path(url.database or "")
    if not path.is_file():
        raise NoDocket(f"There is no database at {path}. Run `deadlines init`, or correct database.url.")
    if path.stat().st_size == 0:
        raise NoDocket(
            f"{path} is an empty file: it is no docket. Restore a backup; or move it away and run "
            "`deadlines init`; or correct database.url."
        )


def file_of(url: URL) -> tuple[int, int] | None:
    """Which file a SQLite address names at this moment, by device and number; None where there is none."""
    if url.get_backend_name() != "sqlite":
        return None
    try:
        found = Path(url.database or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def recognise(connection: Connection, name: str) -> None:
    """Refuse a database that `deadlines init` did not make."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        raise NoDocket(
            f"{name} is empty: it is no docket. Run `deadlines init` for a new one, or correct database.url."
        )
    if not tables >= MARKS or not _has_instance(connection):
        raise StoreError(f"{name} belongs to another program: nothing was changed. Correct database.url.")


def _has_instance(connection: Connection) -> bool:
    table = Instance.__table__
    columns = {column["name"] for column in inspect(connection).get_columns(Instance.__tablename__)}
    return columns >= set(table.columns.keys()) and connection.scalar(select(Instance.id).limit(1)) is not None


def require_schema(connection: Connection, name: str) -> None:
    """Refuse a schema that is older or newer than this program's."""
    found, head = migrate.revision_of(connection), migrate.head_revision()
    if found == head:
        return
    if found in migrate.known_revisions():
        raise StoreError(
            f"{name} has the older schema {found}; this program needs {head}. Stop the service, make a copy "
            "of the database, and run `deadlines db upgrade`."
        )
    raise StoreError(
        f"{name} has the schema {found or 'of no number'}, which this program ({head}) does not know: "
        "it is newer. Install the newer program."
    )
