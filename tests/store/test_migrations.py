"""A migration that fails, or is killed, leaves the old schema whole, and the next try succeeds."""

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from deadlines.store import migrate
from deadlines.store.database import Database

ROOT = Path(__file__).parents[2]
REVISION = """
import os, signal
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("first_half", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("nickname", sa.String(40)))
    op.execute("UPDATE person SET nickname = name")
    {middle}
    op.create_table("second_half", sa.Column("id", sa.Integer(), primary_key=True))
"""
RAISE = 'raise RuntimeError("the disk is full")'
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
CHILD = """
import sys
from pathlib import Path
from deadlines.store import migrate
from deadlines.store.database import Database
migrate.upgrade(Database.open(sys.argv[1]).engine, folder=Path(sys.argv[2]))
"""


def folder_with(tmp_path: Path, middle: str) -> Path:
    folder = tmp_path / "migrations"
    shutil.copytree(
        ROOT / "migrations", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "versions" / "0002_half.py").write_text(REVISION.format(middle=middle))
    return folder


def run_child(url: str, folder: Path) -> int:
    return subprocess.run(
        [sys.executable, "-c", CHILD, url, str(folder)],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


def state(url: str) -> tuple[str | None, set[str], set[str]]:
    database = Database.open(url, any_schema=True)
    try:
        look = inspect(database.engine)
        columns = {column["name"] for column in look.get_columns("person")}
        return migrate.current_revision(database.engine), set(look.get_table_names()), columns
    finally:
        database.dispose()


@pytest.mark.parametrize(
    ("middle", "status"), [(RAISE, 1), (KILL, -signal.SIGKILL)], ids=["raises", "killed"]
)
def test_half_a_migration_leaves_nothing_and_the_retry_succeeds(
    database_url: str, tmp_path: Path, middle: str, status: int
) -> None:
    before = state(database_url)
    assert run_child(database_url, folder_with(tmp_path, middle)) == status
    assert state(database_url) == before
    Database.open(database_url).dispose()

    assert run_child(database_url, folder_with(tmp_path, "pass")) == 0
    revision, tables, columns = state(database_url)
    assert revision == "0002"
    assert {"first_half", "second_half"} <= tables
    assert "nickname" in columns


def test_a_migration_with_nothing_to_do_changes_nothing(database: Database) -> None:
    migrate.upgrade(database.engine)
    assert migrate.current_revision(database.engine) == migrate.head_revision()


def test_migrations_run_from_an_installed_wheel(tmp_path: Path) -> None:
    """The wheel carries its migrations: created and upgraded with nothing of the checkout on the path."""
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    code = (
        "import datetime, deadlines.store.migrate as m; from deadlines.store.database import Database;"
        f"d = Database.create('sqlite:///{tmp_path / 'w.sqlite3'}', now=datetime.datetime.now(datetime.UTC), version='w');"
        "print(m.scripts(), d.facts()['schema'])"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert f"{tmp_path / 'site'}/deadlines/_migrations" in ran.stdout


def test_the_marker_row_is_written_once(database: Database) -> None:
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM instance")).scalar_one() == 1
