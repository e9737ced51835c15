"""A database that neither answers nor fails: readers get the last good calendar within seconds, strangers their 404."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient

from deadlines.docket import subscriptions
from deadlines.docket.subscriptions import Choice
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Subscription
from deadlines.web.app import create_app
from deadlines.web.asking import Asking
from tests.docket import samples
from tests.web.serving import NOW, ZONE, Subscribed, subscribe
from tests.web.test_last_good import break_database

PATIENCE = 1.0
"""Seconds, in place of those that a person's program waits."""


@pytest.fixture
def feed(database: Database) -> Subscribed:
    return subscribe(database)


@pytest.fixture
def client(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(Asking.__init__, "__kwdefaults__", {"threads": 2, "seconds": PATIENCE})
    return TestClient(create_app(database, zone=ZONE, kept=tmp_path / "kept", now=lambda: NOW + timedelta(minutes=1)))


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Questions to the database end when this is set, and not before."""
    free = threading.Event()
    head = audit.head

    def hanging(session: Any) -> str:
        free.wait(60)
        return head(session)

    monkeypatch.setattr("deadlines.store.audit.head", hanging)
    yield free
    free.set()


def change(database: Database) -> None:
    with database.write() as session:
        samples.told(session)


def test_a_hanging_database_holds_up_nobody(
    database: Database, feed: Subscribed, client: TestClient, hang: threading.Event
) -> None:
    hang.set()
    good = client.get(feed.path)
    change(database)
    hang.clear()
    started = time.monotonic()
    answers = [client.get(feed.path) for _ in range(12)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, good.content)] * 12
    # Two of them waited; while those hang, the others were answered at once.
    assert time.monotonic() - started < 12 * PATIENCE
    assert client.get("/f/dlf_no/deadlines.ics").status_code == 404
    hang.set()
    deadline = time.monotonic() + 10
    with database.write() as session:
        subscriptions_end(session, feed.id)
    while client.get(feed.path).status_code != 410 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert client.get(feed.path).status_code == 410


def subscriptions_end(session: Any, identifier: str) -> None:
    from deadlines.docket.endings import end_subscription

    end_subscription(session, session.get_one(Subscription, identifier), "leaked", actor="t", now=NOW)


def test_a_question_that_ends_in_time_is_answered_and_its_fault_is_raised() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    async def ask() -> list[object]:
        asking = Asking(threads=1, seconds=5)
        found: list[object] = [await asking(int, "7")]
        with pytest.raises(ZeroDivisionError):
            await asking(fails)
        return [*found, await asking(int, "8")]

    assert anyio.run(ask) == [7, 8]


def test_an_address_that_nobody_has_read_yet_says_that_it_is_not_ready(
    database: Database, feed: Subscribed, client: TestClient
) -> None:
    client.get(feed.path)
    with database.write() as session:
        person = session.get_one(Subscription, feed.id).person
        _, token = subscriptions.add_subscription(session, person, "new", choice=Choice(), actor="t", now=NOW)
    with database.write() as session:
        client.app.state.watch(session, NOW)  # type: ignore[attr-defined]
    break_database(database)
    answer = client.get(f"/f/{token}/deadlines.ics")
    assert answer.status_code == 200
    assert answer.text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:CALENDAR NOT READY" in answer.text
    assert "NOT READY" not in client.get(feed.path).text
    assert client.get("/f/dlf_no/deadlines.ics").status_code == 404


def test_after_a_restart_that_kept_no_copy_an_address_that_was_read_before_says_that_it_is_not_ready(
    database: Database, feed: Subscribed, client: TestClient
) -> None:
    assert client.get(feed.path).status_code == 200
    with database.write() as session:
        client.app.state.flush(session, NOW)  # type: ignore[attr-defined]
        session.flush()
        assert session.get_one(Subscription, feed.id).fetches == 1
    restarted = TestClient(create_app(database, zone=ZONE, kept=None, now=lambda: NOW))
    for served in (client, restarted):
        with database.read() as session:
            served.app.state.watch(session, NOW)  # type: ignore[attr-defined]
    break_database(database)
    answer = restarted.get(feed.path)
    assert (answer.status_code, answer.text.count("BEGIN:VEVENT")) == (200, 1)
    assert "SUMMARY:CALENDAR NOT READY" in answer.text
    assert "NOT READY" not in client.get(feed.path).text
    assert restarted.get("/f/dlf_no/deadlines.ics").status_code == 404


def test_what_is_committed_besides_the_docket_makes_no_calendar_anew(
    database: Database, feed: Subscribed, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = client.get(feed.path)
    monkeypatch.setattr("deadlines.web.feeds.feed_state", lambda *_args, **_more: 1 / 0)
    with database.write() as session:
        client.app.state.flush(session, NOW)  # type: ignore[attr-defined]
    same = client.get(feed.path, headers={"If-None-Match": good.headers["etag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    "peer, forwarded, place",
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("::1", "", "::1"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
    ],
)
def test_a_stranger_is_known_by_what_the_proxy_of_this_machine_says(peer: str, forwarded: str, place: str) -> None:
    from deadlines.web.strangers import place_of

    assert place_of(peer, forwarded) == place


def test_no_more_threads_hang_than_twice_the_places() -> None:
    free, running = threading.Event(), []

    def hangs() -> None:
        running.append(1)
        free.wait(60)

    async def ask() -> int:
        asking = Asking(threads=2, seconds=0.3)
        refused = 0

        async def one() -> None:
            nonlocal refused
            try:
                await asking(hangs)
            except TimeoutError:
                refused += 1

        for _ in range(3):
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(one)
        return refused

    try:
        assert anyio.run(ask) == 60
        assert len(running) <= 4
    finally:
        free.set()
