"""`/healthz` and `/readyz`."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from deadlines.web.app import create_app
from tests.web.serving import NOW, ZONE


@pytest.fixture
def client(database: Database) -> TestClient:
    return TestClient(create_app(database, zone=ZONE, now=lambda: NOW))


def beat(database: Database, seconds_ago: float) -> None:
    with database.write() as session:
        session.merge(Heartbeat(sweep="daemon", at=NOW - timedelta(seconds=seconds_ago), detail=""))


def test_healthz_says_only_that_the_process_answers(client: TestClient, database: Database) -> None:
    with database.write() as session:
        session.execute(text('ALTER TABLE "heartbeat" RENAME TO "gone"'))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert client.head("/healthz").status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "seconds, status, word", [(0, 200, "ok"), (179, 200, "ok"), (181, 503, "silent"), (-400, 503, "silent")]
)
def test_readyz_wants_a_sign_of_life_within_three_intervals(
    client: TestClient, database: Database, seconds: float, status: int, word: str
) -> None:
    beat(database, seconds)
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert answer.json() == {"database": "ok", "scheduler": word}


def test_readyz_knows_a_scheduler_that_never_ran(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["scheduler"]) == (503, "never ran")


def test_readyz_tells_of_a_database_that_cannot_be_read(client: TestClient, database: Database) -> None:
    beat(database, 0)
    with database.write() as session:
        session.execute(text('ALTER TABLE "heartbeat" RENAME TO "gone"'))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unreadable", "scheduler": "unknown"}


def test_nothing_redirects(client: TestClient) -> None:
    for path in ("/healthz/", "/readyz/", "/f", "/nothing/"):
        assert client.get(path, follow_redirects=False).status_code == 404
