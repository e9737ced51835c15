"""Migrations: shipped inside the wheel, run in one transaction; a failed or killed one leaves no trace.

Revisions are numbered, `versions/0001_….py` upwards, one after the other. Alembic is imported only to migrate
or compare: opening a database costs no more than a look at the names of the files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from deadlines.errors import StoreError
from deadlines.store.engine import WRITES
from deadlines.store.tables import Base
from deadlines.store.types import Day, Instant, KeptDay, KeptJson, KeptList, Whole

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGE = Path(__file__).resolve().parent.parent
PLAIN_TYPES = {
    Instant: "sa.DateTime(timezone=True)",
    Day: "sa.Date()",
    KeptDay: "sa.Date()",
    KeptJson: "sa.JSON()",
    KeptList: "sa.JSON()",
    Whole: "sa.Integer()",
}
LOCK = 7301846
"""The advisory lock that one migration holds on PostgreSQL; any number that nobody else takes."""


def scripts() -> Path:
    """The folder of the migrations: inside an installed package, or beside it in a checkout."""
    shipped = PACKAGE / "_migrations"
    return shipped if (shipped / "env.py").is_file() else PACKAGE.parent / "migrations"


def known_revisions(folder: Path | None = None) -> list[str]:
    """Every revision this program knows, the first one first."""
    files = ((folder or scripts()) / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def head_revision(folder: Path | None = None) -> str:
    """The revision this program writes and reads."""
    return known_revisions(folder)[-1]


def current_revision(engine: Engine) -> str | None:
    """The revision the database stands at; None before the first."""
    with engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The same over an open connection."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(engine: Engine, revision: str = "head", *, folder: Path | None = None) -> None:
    """Bring the schema to a revision, all or nothing, under the database's write lock."""
    with exclusive(engine) as connection:
        run(connection, revision, folder=folder)


@contextmanager
def exclusive(engine: Engine) -> Iterator[Connection]:
    """One transaction that nobody else writes beside, and in which SQLite may rebuild tables.

    To change a table SQLite copies it and drops the old one; while it enforces keys, that would take along
    or refuse whatever refers to it. So keys are checked once, at the end.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        try:
            if on_sqlite:
                _driver(connection).execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                if not on_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                yield connection
                if on_sqlite:
                    _check_keys(connection)
        finally:
            if on_sqlite:
                connection.detach()  # closed at the end, never used for anything else


def run(connection: Connection, revision: str = "head", *, folder: Path | None = None) -> None:
    """Run the migrations within the caller's transaction."""
    from alembic import command

    command.upgrade(_config(folder, connection), revision)


def differences(engine: Engine) -> list[Any]:
    """What the tables of the code have that the database lacks, and the other way round."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def new_revision(engine: Engine, message: str, revision: str, *, folder: Path | None = None) -> None:
    """Write a new migration from what the tables of the code have and the database lacks. For developers."""
    from alembic import command

    with engine.connect() as connection:
        config = _config(folder, connection)
        command.revision(config, message=message, rev_id=revision, autogenerate=True)


def plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """How autogenerate writes a type: a migration is history and names nothing of today's code."""
    plain = next((words for ours, words in PLAIN_TYPES.items() if isinstance(item, ours)), None)
    return plain if kind == "type" and plain is not None else False


def _config(folder: Path | None, connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder or scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _check_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(f"A row of the table {broken[0]} would refer to nothing: nothing was changed.")
