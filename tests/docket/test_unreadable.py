"""Rows damaged behind the program's back stop nothing but themselves, and are named."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from deadlines.daemon import sending
from deadlines.docket import figures, health
from deadlines.docket.health import check_docket
from deadlines.docket.monitor import why_not
from deadlines.docket.rounds import check_auditor
from deadlines.docket.unreadable import check_unreadable
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from deadlines.web.app import create_app
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, sweeps
from tests.docket.samples import ZONE, entry, matter, person, plan, window

pytestmark = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)


def damage(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def two_matters(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        person(session, "Dora Docket", "docket")
        for reference in ("m-1", "m-2"):
            asked = window()
            plan(session, *entry(session, matter(session, ana, reference), asked), asked, [ana])


def sentence(database: Database) -> str:
    with database.read() as session:
        finding = check_unreadable(session)
    return finding.sentence if finding.state == "ill" else ""


@pytest.mark.parametrize(
    "what",
    [
        "due_at = '2026-11-q3 14:00:00.000000'",
        "due_at = '2026-02-30 14:00:00.000000'",
        "due_at = 7",
        "severity = 'x'",
        "attempts = 'x'",
        "next_at = '2026-11-q3 14:00:00.000000'",
    ],
)
def test_one_damaged_reminder_stops_no_other_and_goes_too(database: Database, what: str) -> None:
    two_matters(database)
    assert sentence(database) == ""
    first = "(select min(id) from reminder where next_at <= '2026-11-13 14:00:00.000000' and rung = 'safe-7')"
    damage(database, f"update reminder set {what} where id = {first}")
    column = what.partition(" ")[0]
    assert f"({column})" in sentence(database)
    channel = Collector()
    daemon = sweeps(database, channel)
    daemon.watch_rows(WEEK_BEFORE)
    report = daemon.send_due(WEEK_BEFORE)
    subjects = [message.subject for message in channel.messages]
    assert (report.trouble, report.failed) == ("", 0)
    assert {reference for reference in ("m-1", "m-2") if any(reference in subject for subject in subjects)} == {
        "m-1",
        "m-2",
    }
    assert not any("LATE by 20" in subject for subject in subjects)
    [alarm] = [message for message in channel.messages if "cannot be read" in message.subject]
    assert alarm.to_email == "dora@firm.test"
    assert f"({column})" in alarm.text
    assert sentence(database) == ""
    assert daemon.send_due(WEEK_BEFORE + timedelta(minutes=1)).sent == 0


def test_without_the_hourly_look_a_damaged_one_that_is_due_is_told_of_too(database: Database) -> None:
    two_matters(database)
    damage(database, "update reminder set due_at = '2026-11-q3 14:00:00.000000' where rung = 'safe-7'")
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE)
    assert any("cannot be read" in message.subject for message in channel.messages)
    assert not any("LATE by 20" in message.subject for message in channel.messages)


def test_one_damaged_window_silences_neither_its_matter_nor_the_alarm(database: Database) -> None:
    two_matters(database)
    damage(database, "update entry set changed_at = '2026-1q-02' where id = (select min(id) from entry)")
    channel = Collector()
    daemon = sweeps(database, channel)
    daemon.watch_rows(WEEK_BEFORE)
    report = daemon.send_due(WEEK_BEFORE)
    assert (report.messages, report.trouble) == (2, "")
    assert any("entry " in message.text and "changed_at" in message.text for message in channel.messages)
    assert "changed_at" in sentence(database)


def test_what_nobody_foresaw_is_told_by_the_doctor_and_by_mail(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_matters(database)

    def fails(*_given: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sending, "fan_out", fails)
    channel = Collector()
    report = sweeps(database, channel).send_due(WEEK_BEFORE)
    assert "ZeroDivisionError" in report.trouble
    assert [message.to_email for message in channel.messages] == ["dora@firm.test"]
    with database.read() as session:
        found = {finding.id: finding for finding in check_docket(session, WEEK_BEFORE)}
        assert why_not(session, WEEK_BEFORE)
    assert (found["sending"].state, "ZeroDivisionError" in found["sending"].sentence) == ("ill", True)
    monkeypatch.undo()
    assert sweeps(database, channel).send_due(WEEK_BEFORE).sent == 2
    with database.read() as session:
        assert next(each for each in check_docket(session, WEEK_BEFORE) if each.id == "sending").state == "well"


def test_a_damaged_sign_of_life_blinds_nobody_and_is_written_anew(database: Database) -> None:
    fill(database)
    daemon = sweeps(database)
    daemon.beat(WEEK_BEFORE)
    damage(database, "update heartbeat set at = '2026-1q-01 00:00:00.000000'")
    damage(database, "update person set created_at = 'x'")
    with database.read() as session:
        found = {finding.id: finding for finding in check_docket(session, WEEK_BEFORE)}
    assert found["scheduler"].state == found["unreadable-rows"].state == "ill"
    assert found["audit"].state == "well"
    client = TestClient(create_app(database, zone=ZONE, now=lambda: WEEK_BEFORE))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["scheduler"]) == (503, "silent")
    assert "deadlines_entries" in client.get("/metrics").text
    daemon.beat(WEEK_BEFORE)
    assert not daemon.is_held(WEEK_BEFORE)
    assert client.get("/readyz").status_code == 200


def test_a_check_that_fails_is_ill_and_the_others_speak(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: Any) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr(health, "check_copies", fails)
    with database.read() as session:
        found = {finding.id: finding for finding in check_docket(session, WEEK_BEFORE)}
    assert found["copied-dates"].state == "ill"
    assert "secret" not in found["copied-dates"].sentence
    assert {"scheduler", "audit", "calendars"} <= found.keys()


def test_figures_that_cannot_be_found_are_left_out_and_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: Any) -> None:
        raise ValueError

    monkeypatch.setattr(figures, "has_passed", fails)
    said = TestClient(create_app(database, zone=ZONE, now=lambda: WEEK_BEFORE)).get("/metrics")
    assert said.status_code == 200
    assert "deadlines_figures_failed 1.0" in said.text
    assert "deadlines_audit_passed" not in said.text
    assert "deadlines_reminders_due" in said.text


def test_an_auditor_that_finishes_no_first_round_is_ill(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(Heartbeat(sweep="daemon", at=now))
    with database.read() as session:
        assert check_auditor(session, now + timedelta(hours=1)).state == "well"
        assert check_auditor(session, now + timedelta(hours=3)).state == "ill"
