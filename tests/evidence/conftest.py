"""What these tests begin with: an open session, on one database."""

from typing import Any

import pytest

from deadlines.store.database import Database


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """One database, unless a test asks for both: what is told is worked out in Python."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


@pytest.fixture
def session(database: Database) -> Any:
    with database.write() as opened:
        yield opened
