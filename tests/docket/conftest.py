"""What most tests of the desk begin with: an open session, one attorney, one matter."""

from typing import Any

import pytest
from sqlalchemy.orm import Session, object_session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket import proposals
from deadlines.docket.intake import Desk
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Matter, Person
from tests.docket import samples


@pytest.fixture
def session(database: Database) -> Any:
    with database.write() as opened:
        yield opened


@pytest.fixture
def law_as_put_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law in force gives what waits: for dates that a test has made up."""

    def of_now(_: Desk, entry: Entry) -> Window | None:
        session = object_session(entry)
        waiting = proposals.waiting_for(session, entry) if session is not None else None
        return decoding.convert(waiting.window, Window) if waiting is not None else None

    monkeypatch.setattr(proposals, "of_now", of_now)


@pytest.fixture
def ana(session: Session) -> Person:
    return samples.person(session)


@pytest.fixture
def matter(session: Session, ana: Person) -> Matter:
    return samples.matter(session, ana)
