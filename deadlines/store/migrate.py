"""Migrations: shipped inside the wheel, run in one transaction, so that a failed or killed one leaves no trace."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from deadlines.store.engine import WRITES
from deadlines.store.tables import Base

PACKAGE = Path(__file__).resolve().parent.parent


def scripts() -> Path:
    """The folder of the migrations: inside an installed package, or beside it in a checkout."""
    shipped = PACKAGE / "_migrations"
    return shipped if (shipped / "env.py").is_file() else PACKAGE.parent / "migrations"


def upgrade(engine: Engine, revision: str = "head", *, folder: Path | None = None) -> None:
    """Bring the schema to a revision, all or nothing, under the database's write lock."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7301846)")
        command.upgrade(_config(folder, connection), revision)


def head_revision(folder: Path | None = None) -> str:
    """The revision this program writes and reads."""
    head = ScriptDirectory.from_config(_config(folder)).get_current_head()
    if head is None:
        raise RuntimeError("the migrations folder holds no revision")
    return head


def known_revisions() -> set[str]:
    """Every revision this program knows."""
    return {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}


def current_revision(engine: Engine) -> str | None:
    """The revision the database stands at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[Any]:
    """What the tables of the code have that the database lacks, and the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def new_revision(engine: Engine, message: str, revision: str) -> None:
    """Write a new migration from what the tables of the code have and the database lacks. For developers."""
    with engine.connect() as connection:
        config = _config(None, connection)
        config.set_main_option("version_locations", str(scripts() / "versions").replace("%", "%%"))
        command.revision(config, message=message, rev_id=revision, autogenerate=True)


def _config(folder: Path | None, connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder or scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
