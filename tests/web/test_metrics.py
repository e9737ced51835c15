"""`/metrics`, read by the parser of Prometheus' own library."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.testclient import TestClient

from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Reminder
from deadlines.web.app import create_app
from tests.docket import samples
from tests.web.serving import NOW, ZONE, subscribe

Values = dict[tuple[str, str], float]


def values(page: str) -> Values:
    """Each sample by its name and its label."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def page(client: TestClient) -> Values:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/plain")
    return values(answer.text)


def test_what_the_docket_and_the_feeds_show(database: Database) -> None:
    feed = subscribe(database)
    with database.write() as session:
        dora = samples.person(session, "Dora", role="docket")
        of, asked = samples.matter(session, dora, "D-1"), samples.window()
        entry, deadline = samples.entry(session, of, asked)
        samples.plan(session, entry, deadline, asked, [dora])
        session.merge(Heartbeat(sweep="send", at=NOW - timedelta(seconds=40), detail=""))
        session.query(Reminder).update({"state": "dead"})
    client = TestClient(create_app(database, zone=ZONE, now=lambda: NOW))
    client.get(feed.path)
    client.get("/f/dlf_x/deadlines.ics")
    seen = page(client)
    assert seen["deadlines_database_up", ""] == 1
    assert seen["deadlines_entries", "open"] == 2
    assert seen["deadlines_reminders_refused", ""] > 0
    assert seen["deadlines_reminders_due", ""] == 0
    assert seen["deadlines_heartbeat_age_seconds", "send"] == 40
    assert (seen["deadlines_calendars", ""], seen["deadlines_calendars_silent", ""]) == (1, 0)
    assert (seen["deadlines_feed_answers_total", "200"], seen["deadlines_feed_answers_total", "404"]) == (1, 1)


@pytest.mark.parametrize("state", ["planned", "leased", "uncertain"])
def test_what_rests_between_two_tries_is_due_and_unsent(database: Database, state: str) -> None:
    with database.write() as session:
        dora = samples.person(session, "Dora", role="docket")
        of, asked = samples.matter(session, dora, "D-1"), samples.window()
        entry, deadline = samples.entry(session, of, asked)
        first, *_ = samples.plan(session, entry, deadline, asked, [dora])
        session.query(Reminder).update({"due_at": NOW + timedelta(days=9), "next_at": NOW + timedelta(days=9)})
        first.due_at, first.next_at = NOW - timedelta(hours=2), NOW + timedelta(minutes=15)
        first.state = state
    seen = page(TestClient(create_app(database, zone=ZONE, now=lambda: NOW)))
    assert seen["deadlines_reminders_due", ""] == 1
    assert seen["deadlines_reminders_oldest_due_seconds", ""] == 7200


def test_a_database_that_fails_is_a_figure_and_no_error(database: Database) -> None:
    client = TestClient(create_app(database, zone=ZONE, now=lambda: NOW))
    assert page(client)["deadlines_database_up", ""] == 1
    with database.write() as session:
        session.execute(text('ALTER TABLE "entry" RENAME TO "entry_gone"'))
    assert page(client)["deadlines_database_up", ""] == 0


def test_no_name_and_no_secret(database: Database) -> None:
    feed = subscribe(database)
    client = TestClient(create_app(database, zone=ZONE, name="Canary Law", now=lambda: NOW))
    client.get(feed.path)
    said = client.get("/metrics").text
    for word in (feed.token, feed.hint, "Canary", "2026-0143", "Ana", "firm.test"):
        assert word not in said
