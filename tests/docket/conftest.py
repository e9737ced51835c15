"""What most tests of the desk begin with: an open session, one attorney, one matter."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from deadlines.store.database import Database
from deadlines.store.tables import Matter, Person
from tests.docket import desks, samples


@pytest.fixture
def session(database: Database) -> Any:
    with database.write() as opened:
        yield opened


@pytest.fixture
def law_as_put_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    desks.give_what_waits(monkeypatch)


@pytest.fixture
def ana(session: Session) -> Person:
    return samples.person(session)


@pytest.fixture
def matter(session: Session, ana: Person) -> Matter:
    return samples.matter(session, ana)
