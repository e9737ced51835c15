"""The docket that the tests of keeping begin with."""

from collections.abc import Iterator

import pytest

from deadlines.store.database import Database
from tests.keeping.parts import KEY, fill, with_tools


@pytest.fixture(params=["tools", "no tools"])
def keyed(
    request: pytest.FixtureRequest, database_url: str, kind_of_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A docket; PostgreSQL with pg_dump of its release and without."""
    if kind_of_database == "sqlite" and request.param == "tools":
        pytest.skip("SQLite needs no tools")
    monkeypatch.setenv("PATH", with_tools(there=request.param == "tools"))
    opened = Database.open(database_url, key=KEY)
    fill(opened)
    yield opened
    opened.dispose()
