"""A migration that fails, or is killed, leaves the old schema whole, and the next try succeeds."""

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from deadlines.config import load_settings
from deadlines.docket.sealing import altered_dates
from deadlines.errors import StoreError
from deadlines.keeping import read_manifest
from deadlines.store import audit, migrate
from deadlines.store.database import Database
from deadlines.store.engine import build_engine, parse_url
from deadlines.store.leader import Leader, is_led, leader_of
from deadlines.store.tables import Audit, DeadlineRow, Entry, Matter, NoticeRow, Person, Proposal, Subscription
from deadlines.upkeep import upgrade_database
from tests.commands import program
from tests.daemon.parts import until

ROOT = Path(__file__).parents[2]
LAST = migrate.head_revision()
NEXT = f"{int(LAST) + 1:04}"
HEAD = f"""
import os, signal, time
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{LAST}"
branch_labels = None
depends_on = None


def upgrade():
"""
HALVES = """
    op.create_table("first_half", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("nickname", sa.String(40)))
    op.execute("UPDATE person SET nickname = name")
    {middle}
    op.create_table("second_half", sa.Column("id", sa.Integer(), primary_key=True))
    {end}
"""
REBUILD = """
    with op.batch_alter_table("person") as person:
        person.alter_column("name", type_=sa.String(400), existing_type=sa.String(200))
"""
ORPHAN = """
    op.execute("DELETE FROM person")
"""
RAISE = 'raise RuntimeError("the disk is full")'
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
CHILD = """
import sys
from pathlib import Path
from deadlines.store import migrate
from deadlines.store.database import Database
migrate.upgrade(Database.open(sys.argv[1], any_schema=True).engine, folder=Path(sys.argv[2]))
"""


def folder_with(tmp_path: Path, body: str) -> Path:
    folder = tmp_path / "migrations"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "migrations", folder, dirs_exist_ok=True, ignore=ignored)
    (folder / "versions" / f"{NEXT}_scratch.py").write_text(HEAD + body)
    return folder


def halves(middle: str = "pass", end: str = "pass") -> str:
    return HALVES.format(middle=middle, end=end)


def child(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-c", CHILD, url, str(folder)]
    return subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)


def state(url: str) -> tuple[str | None, set[str], set[str]]:
    database = Database.open(url, any_schema=True)
    try:
        look = inspect(database.engine)
        columns = {column["name"] for column in look.get_columns("person")}
        return migrate.current_revision(database.engine), set(look.get_table_names()), columns
    finally:
        database.dispose()


def fill(database: Database) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with database.write() as session:
        ana = Person(name="Ana", email="ana@firm.test", role="attorney", created_at=at)
        session.add(ana)
        session.flush()
        session.add(Matter(reference="2026-0143", client="C", attorney_id=ana.id, created_at=at))
        audit.record(session, at=at, actor="a", action="b", subject="c", detail={})


@pytest.mark.parametrize(
    "body, status",
    [
        (halves(middle=RAISE), 1),
        (halves(end=RAISE), 1),
        (halves(middle=KILL), -signal.SIGKILL),
        (halves(end=KILL), -signal.SIGKILL),
    ],
    ids=["raises", "raises-last", "killed", "killed-last"],
)
def test_half_a_migration_leaves_nothing_and_the_retry_succeeds(
    database_url: str, tmp_path: Path, body: str, status: int
) -> None:
    before = state(database_url)
    assert child(database_url, folder_with(tmp_path, body)).wait(60) == status
    assert state(database_url) == before
    Database.open(database_url).dispose()

    assert child(database_url, folder_with(tmp_path, halves())).wait(60) == 0
    revision, tables, columns = state(database_url)
    assert revision == NEXT
    assert {"first_half", "second_half"} <= tables
    assert "nickname" in columns


def test_two_migrations_at_once_come_one_after_the_other(database_url: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, halves(middle="time.sleep(1)"))
    both = [child(database_url, folder), child(database_url, folder)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert state(database_url)[0] == NEXT


def test_a_table_that_others_refer_to_can_be_rebuilt(database: Database, tmp_path: Path) -> None:
    """SQLite drops the old table on the way, and would refuse or take along what refers to it."""
    fill(database)
    migrate.upgrade(database.engine, folder=folder_with(tmp_path, REBUILD))
    with database.read() as session:
        matter = session.scalars(select(Matter)).one()
        assert matter.attorney.name == "Ana"
        assert audit.verify(session) is None
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.write() as session:
        session.execute(text("DELETE FROM person"))


def test_a_migration_that_orphans_a_row_is_refused_whole(database: Database, tmp_path: Path) -> None:
    fill(database)
    with pytest.raises(Exception, match=r"refer|foreign key") as refused:
        migrate.upgrade(database.engine, folder=folder_with(tmp_path, ORPHAN))
    assert database.engine.dialect.name == "postgresql" or isinstance(refused.value, StoreError)
    with database.read() as session:
        assert session.scalars(select(Person.name)).one() == "Ana"
    assert migrate.current_revision(database.engine) == LAST


def test_a_database_of_the_other_release_is_refused_both_ways(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_with(tmp_path, halves())
    with monkeypatch.context() as later:
        later.setattr(migrate, "scripts", lambda: folder)
        with pytest.raises(StoreError, match=rf"older schema {LAST}; this program needs {NEXT}.*deadlines db upgrade"):
            Database.open(database_url)
        migrating = Database.open(database_url, any_schema=True)
        migrate.upgrade(migrating.engine)
        migrating.dispose()
        Database.open(database_url).dispose()
    with pytest.raises(StoreError, match=rf"schema {NEXT}.*newer"):
        Database.open(database_url)


def test_a_migration_with_nothing_to_do_changes_nothing(database: Database) -> None:
    migrate.upgrade(database.engine)
    assert migrate.current_revision(database.engine) == migrate.head_revision()


def test_the_revisions_are_numbered_as_alembic_orders_them() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    ordered = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert migrate.known_revisions() == ordered[::-1]
    assert ordered[::-1] == [f"{number:04}" for number in range(1, len(ordered) + 1)]


def test_opening_needs_no_alembic(sqlite_template: Path) -> None:
    """It takes longer to import than everything else together, and every command opens the database."""
    code = (
        "import sys; from deadlines.store.database import Database;"
        f"Database.open('sqlite:///{sqlite_template}').dispose(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_a_new_revision_says_the_house_rule(database: Database, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, halves())
    (folder / "versions" / f"{NEXT}_scratch.py").unlink()
    with database.write() as session:
        session.execute(text("DROP TABLE attempt"))
    migrate.new_revision(database.engine, "Attempts again", NEXT, folder=folder)
    [made] = (folder / "versions").glob(f"{NEXT}_*.py")
    text_of = made.read_text()
    assert "must not break the previous version" in text_of
    assert "deadlines" not in text_of.replace('"deadline', "")
    assert f"down_revision = '{LAST}'" in text_of.replace('"', "'")
    migrate.upgrade(database.engine, folder=folder)
    assert migrate.differences(database.engine) == []


def run(code: str, site: Path, folder: Path) -> str:
    environ = {**os.environ, "PYTHONPATH": str(site)}
    words = [sys.executable, "-P", "-c", code]
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_migrations_run_from_an_installed_wheel(tmp_path: Path) -> None:
    """The wheel carries its migrations: created and upgraded with nothing of the checkout on the path."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    site = tmp_path / "site"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    code = f"""
import datetime
import deadlines
from deadlines.store import migrate
from deadlines.store.database import Database
now = datetime.datetime.now(datetime.UTC)
made = Database.create("sqlite:///{tmp_path}/w.sqlite3", now=now, version="w")
found = made.facts()["schema"], migrate.differences(made.engine)
print(deadlines.__file__, migrate.scripts(), *found, sep="|")
made.dispose()
"""
    assert run(code, site, tmp_path).strip().split("|") == [
        str(site / "deadlines" / "__init__.py"),
        str(site / "deadlines" / "_migrations"),
        migrate.head_revision(),
        "[]",
    ]
    (site / "deadlines" / "_migrations" / "versions" / f"{NEXT}_scratch.py").write_text(HEAD + halves())
    code = f"""
from deadlines.store import migrate
from deadlines.store.database import Database
opened = Database.open("sqlite:///{tmp_path}/w.sqlite3", any_schema=True)
migrate.upgrade(opened.engine)
print(migrate.current_revision(opened.engine))
opened.dispose()
"""
    assert run(code, site, tmp_path).strip() == NEXT


def test_a_docket_of_the_first_schema_keeps_its_rows_and_may_be_closed_and_verified(empty_database_url: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    engine = build_engine(parse_url(empty_database_url))
    migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_ROWS:
            connection.execute(text(statement), {"at": at, "no": False})
    migrate.upgrade(engine)
    with Session(engine) as session:
        entry = session.scalars(select(Entry)).one()
        assert (entry.notice.kind, entry.notice.amends_id, entry.matter.reference) == (
            "uscis.denial",
            None,
            "2026-0143",
        )
        assert (entry.closing, entry.verified_at, entry.resolution) == (None, None, None)
        assert session.scalars(select(Proposal)).all() == []
        session.add(NoticeRow(**{**AMENDED, "amends_id": "nobody"}, entered_at=at))
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            session.flush()
    engine.dispose()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("revision", migrate.known_revisions()[-1:])
def test_ended_at_any_statement_of_a_revision_nothing_is_left_and_the_next_try_succeeds(
    empty_database_url: str, revision: str
) -> None:
    """The newest; `make chaos` ends every revision at every statement."""
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    if revision != "0001":
        engine = build_engine(parse_url(empty_database_url))
        first_docket(engine)
        migrate.upgrade(engine, f"{int(revision) - 1:04}")
        engine.dispose()
    words = [sys.executable, "-m", "tests.store.migrating", empty_database_url, revision]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    print(f"{revision}: {done.stdout.strip()} statements")
    assert int(done.stdout) >= 5  # one of its own, and the four of every upgrade


def first_docket(engine: Engine) -> None:
    """A docket as the first release left it."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in (*FIRST_ROWS, *MORE_ROWS):
            connection.execute(text(statement), {"at": at, "no": False, "window": WINDOW})


def test_the_command_upgrades_a_docket_of_the_first_release_after_a_backup(
    empty_database_url: str, tmp_path: Path
) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    engine = build_engine(parse_url(empty_database_url))
    first_docket(engine)
    engine.dispose()
    where = {"DEADLINES_DATABASE_URL": empty_database_url, "DEADLINES_KEEPING_FOLDER": str(tmp_path / "backups")}
    told = program.data("db", "upgrade", folder=tmp_path, **where)
    assert (told["before"], told["after"]) == ("0001", LAST)
    file = Path(told["backup"])
    manifest = read_manifest(file)
    assert (manifest.facts.schema, manifest.facts.counts["entry"], manifest.facts.altered) == ("0001", 1, None)
    database = Database.open(empty_database_url)
    with database.read() as session:
        entry = session.scalars(select(Entry)).one()
        assert (entry.remedy, entry.title, entry.matter.client) == ("motion", "Motion", "C")
        row = session.scalars(select(DeadlineRow)).one()
        assert (row.safe_by, row.last_day, row.window["remedy"]) == (date(2026, 2, 1), date(2026, 2, 4), "motion")
        assert row.digest == database.seal.of(row, entry.rule)
        assert altered_dates(session) == []
        scopes = {each.id: each.scope for each in session.scalars(select(Subscription))}
        assert scopes == {"s1": "own", "s2": "firm"}
        assert session.scalars(select(Audit.action)).all() == ["dates.sealed"]
    database.dispose()
    new = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    program.good("db", "restore", str(file), "--into", new, folder=tmp_path)
    assert program.run("list", folder=tmp_path, DEADLINES_DATABASE_URL=new).returncode == 6
    assert program.data("db", "upgrade", folder=tmp_path, DEADLINES_DATABASE_URL=new)["after"] == LAST
    program.good("list", "--past", folder=tmp_path, DEADLINES_DATABASE_URL=new)


def test_without_a_backup_nothing_is_upgraded(empty_database_url: str, tmp_path: Path) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    engine = build_engine(parse_url(empty_database_url))
    first_docket(engine)
    (tmp_path / "a-file").touch()
    where = {"DEADLINES_DATABASE_URL": empty_database_url, "DEADLINES_KEEPING_FOLDER": str(tmp_path / "a-file")}
    done = program.run("db", "upgrade", folder=tmp_path, **where)
    assert done.returncode == 11
    assert "a-file: the folder for backups cannot be used" in done.stderr
    assert migrate.current_revision(engine) == "0001"
    engine.dispose()


def test_while_a_daemon_works_on_it_nothing_is_upgraded(empty_database_url: str, tmp_path: Path) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    engine = build_engine(parse_url(empty_database_url))
    first_docket(engine)
    leader = leader_of(engine)
    assert leader.lead()
    where = {"DEADLINES_DATABASE_URL": empty_database_url, "DEADLINES_KEEPING_FOLDER": str(tmp_path / "backups")}
    done = program.run("db", "upgrade", folder=tmp_path, **where)
    assert done.returncode == 6
    assert "a daemon works on this database. Stop daemons and web servers on every machine first" in done.stderr
    assert migrate.current_revision(engine) == "0001"
    assert not (tmp_path / "backups").exists()
    leader.close()
    assert until(lambda: not is_led(engine))  # a server lets go when it has seen that the connection ended
    engine.dispose()
    assert program.data("db", "upgrade", folder=tmp_path, **where)["after"] == LAST


def test_a_daemon_that_begins_while_the_backup_is_made_stops_the_upgrade(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    engine = build_engine(parse_url(empty_database_url))
    first_docket(engine)
    leaders: list[Leader] = []

    def slow(*_: object) -> tuple[Path, None]:
        leaders.append(leader_of(engine))
        assert leaders[0].lead()
        return tmp_path, None

    monkeypatch.setattr("deadlines.upkeep.back_up", slow)
    given = {"DEADLINES_DATABASE_URL": empty_database_url, "DEADLINES_KEEPING_FOLDER": str(tmp_path / "backups")}
    with pytest.raises(StoreError, match="a daemon works on this database"):
        upgrade_database(load_settings(environ=given, folder=tmp_path))
    assert migrate.current_revision(engine) == "0001"
    leaders[0].close()
    engine.dispose()


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_a_file_is_backed_up_beside_itself_where_no_folder_is_named(empty_database_url: str, tmp_path: Path) -> None:
    Path(empty_database_url.removeprefix("sqlite:///")).touch()
    engine = build_engine(parse_url(empty_database_url))
    first_docket(engine)
    engine.dispose()
    told = program.data("db", "upgrade", folder=tmp_path, DEADLINES_DATABASE_URL=empty_database_url)
    assert Path(told["backup"]).parent == tmp_path / "new.sqlite3.before-upgrade"


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_a_server_without_a_folder_for_backups_is_upgraded_only_on_a_word(
    empty_database_url: str, tmp_path: Path
) -> None:
    engine = build_engine(parse_url(empty_database_url))
    first_docket(engine)
    where = {"DEADLINES_DATABASE_URL": empty_database_url}
    done = program.run("db", "upgrade", folder=tmp_path, **where)
    assert done.returncode == 11
    assert "keeping.folder" in done.stderr
    assert "--without-backup" in done.stderr
    assert migrate.current_revision(engine) == "0001"
    told = program.data("db", "upgrade", "--without-backup", folder=tmp_path, **where)
    assert (told["after"], told["backup"]) == (LAST, None)
    assert migrate.current_revision(engine) == LAST
    engine.dispose()


WINDOW = '{"remedy": "motion", "title": "Motion"}'
MORE_ROWS = (
    "INSERT INTO instance VALUES (1, 'i', :at, '0.1.0')",
    "INSERT INTO person VALUES ('d', 'Dora', 'dora@firm.test', 'docket', true, :at)",
    """INSERT INTO deadline VALUES ('v', 'e', 1, '2026.11', 'due', NULL, NULL, '2026-02-01', '2026-02-04', NULL,
       :window, 'entered', 'ana', :at)""",
    "INSERT INTO subscription VALUES ('s1', 'p', 'A', 'matter', 'h1', 'h', :at, NULL, NULL, NULL, 0)",
    "INSERT INTO subscription VALUES ('s2', 'd', 'B', 'matter', 'h2', 'h', :at, NULL, NULL, NULL, 0)",
)
FIRST_ROWS = (
    "INSERT INTO person VALUES ('p', 'Ana', 'ana@firm.test', 'attorney', true, :at)",
    "INSERT INTO matter VALUES ('m', '2026-0143', 'C', :no, 'p', :at)",
    "INSERT INTO notice VALUES ('n', 'm', 'uscis.denial', 'I-485', '2026-01-02', '{}', 'ana', :at)",
    "INSERT INTO entry VALUES ('e', 'n', 'm', 'r', 'Motion', 'I-290B', 'open', 1, :at, :at)",
)
AMENDED = {
    "matter_id": "m",
    "kind": "uscis.denial",
    "decided_on": date(2026, 1, 2),
    "facts": {},
    "entered_by": "ana",
}
