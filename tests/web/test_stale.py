"""A calendar that nobody keeps any more says so, with the database and without it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from deadlines.web.app import PATIENCE, create_app
from tests.reading import events_of
from tests.web.serving import NOW, ZONE, Subscribed, subscribe
from tests.web.test_last_good import break_database


@pytest.fixture
def feed(database: Database) -> Subscribed:
    return subscribe(database)


AT_NOON = 304 * 24 * 60 + 12 * 60
"""Minutes from the beginning of 2026 to the last sign of life, 1 November at 12:00 UTC."""


class Clock:
    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(database: Database, clock: Clock, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(database, zone=ZONE, kept=tmp_path / "kept", now=lambda: clock.now)) as opened:
        yield opened


def beat(database: Database, clock: Clock) -> None:
    with database.write() as session:
        session.merge(Heartbeat(sweep="daemon", at=clock.now, detail=""))


def notes(text: str) -> list[tuple[str, int, str]]:
    found = [event for event in events_of(text) if "STALE" in event["SUMMARY"]]
    return [(str(event["DTSTART"].dt), event["SEQUENCE"] - AT_NOON, str(event["UID"])) for event in found]


def test_an_hour_of_silence_is_said_and_a_sign_of_life_takes_it_back(
    database: Database, client: TestClient, feed: Subscribed, clock: Clock
) -> None:
    fresh = client.get(feed.path)
    clock.now = NOW + PATIENCE
    assert client.get(feed.path).content == fresh.content
    clock.now += timedelta(seconds=1)
    stale = client.get(feed.path, headers={"If-None-Match": fresh.headers["etag"]})
    assert stale.status_code == 200
    assert notes(stale.text) == [("2026-11-01", 0, f"{feed.id}-stale@deadlines")]
    assert stale.text.count("BEGIN:VEVENT") == fresh.text.count("BEGIN:VEVENT") + 1
    again = client.get(feed.path, headers={"If-None-Match": stale.headers["etag"]})
    assert again.status_code == 304
    beat(database, clock)
    assert client.get(feed.path).content == fresh.content


def test_the_note_goes_along_from_day_to_day_as_one_entry(client: TestClient, feed: Subscribed, clock: Clock) -> None:
    seen = []
    for days in (1, 2, 3):
        clock.now = NOW + timedelta(days=days)
        seen += notes(client.get(feed.path).text)
    uid = f"{feed.id}-stale@deadlines"
    assert seen == [("2026-11-02", 1, uid), ("2026-11-03", 2, uid), ("2026-11-04", 3, uid)]


def test_a_later_silence_is_a_later_word_of_the_same_entry(
    database: Database, client: TestClient, feed: Subscribed, clock: Clock
) -> None:
    """RFC 5545 3.8.7.4: SEQUENCE only grows."""
    seen = []
    for days, hours in ((3, 0), (3, 2), (4, 0)):
        clock.now = NOW + timedelta(days=days)
        beat(database, clock)
        clock.now += timedelta(days=days, hours=hours)
        seen += [sequence for _, sequence, _ in notes(client.get(feed.path).text)]
    assert len(seen) == 3
    assert seen == sorted(seen)


def test_it_is_also_said_while_the_database_fails(
    database: Database, client: TestClient, feed: Subscribed, clock: Clock
) -> None:
    fresh = client.get(feed.path)
    break_database(database)
    assert client.get(feed.path).content == fresh.content
    clock.now = NOW + timedelta(hours=2)
    failing = client.get(feed.path)
    assert (failing.status_code, len(notes(failing.text))) == (200, 1)


def test_after_a_restart_without_a_database_it_is_said_an_hour_later(
    database: Database, client: TestClient, feed: Subscribed, clock: Clock, tmp_path: Path
) -> None:
    fresh = client.get(feed.path)
    break_database(database)
    clock.now = NOW + timedelta(days=1)
    with TestClient(create_app(database, zone=ZONE, kept=tmp_path / "kept", now=lambda: clock.now)) as restarted:
        assert restarted.get(feed.path).content == fresh.content
        clock.now += timedelta(hours=2)
        assert len(notes(restarted.get(feed.path).text)) == 1


def test_a_docket_whose_daemon_never_ran_says_so(database: Database, feed: Subscribed, clock: Clock) -> None:
    with database.write() as session:
        session.delete(session.get_one(Heartbeat, "daemon"))
    with TestClient(create_app(database, zone=ZONE, now=lambda: clock.now + timedelta(days=60))) as client:
        assert len(notes(client.get(feed.path).text)) == 1
