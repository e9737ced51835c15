import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.findings import Finding
from deadlines.docket.health import check_docket
from deadlines.docket.moves import Because, move
from deadlines.docket.silence import tell_silence
from deadlines.docket.subscriptions import Fetches, record_fetches
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Contact, Heartbeat, Letter, Matter, Person, Subscription
from tests.docket.desks import changed, desk, recorded
from tests.docket.samples import docket, entry, matter, person, subscribe, window
from tests.docket.test_silence import MADE, subscribed

DUE = timedelta(days=365)
"""Long enough for every reminder of the samples to be due."""


def found(database: Database, now: datetime) -> dict[str, Finding]:
    with database.read() as session:
        return {finding.id: finding for finding in check_docket(session, now)}


def beat(session: Session, at: datetime, sweep: str = "daemon", **detail: Any) -> None:
    session.merge(Heartbeat(sweep=sweep, at=at, detail=json.dumps(detail)))


def test_an_empty_docket_warns_only_of_what_is_not_set_up(database: Database, now: datetime) -> None:
    states = {name: finding.state for name, finding in found(database, now).items()}
    assert states.pop("scheduler") == "warning"
    assert states.pop("docket-role") == "warning"
    assert states.pop("sealed-dates") == "warning"  # no key is configured
    assert set(states.values()) == {"well"}


@pytest.mark.parametrize("entered", [False, True])
def test_a_machine_that_starts_in_1970_is_not_well(database: Database, now: datetime, entered: bool) -> None:
    if entered:
        with database.write() as session:
            audit.record(session, at=now, actor="test", action="note", subject="x", detail={})
    assert found(database, now - timedelta(seconds=30))["clock-behind"].state == "well"
    early = datetime(1970, 1, 2, tzinfo=now.tzinfo)
    with database.write() as session:
        beat(session, early)
    states = found(database, early + timedelta(seconds=20))
    assert states["scheduler"].state == "well"
    assert states["clock-behind"].state == "ill"
    assert "2026-11-23" in states["clock-behind"].sentence


def test_a_docket_that_fares_well(database: Database, now: datetime) -> None:
    with database.write() as session:
        dora = person(session, "Dora Docket", "docket")
        for row in docket(session, people=[person(session), dora]):
            row.due_at = now + timedelta(hours=1)
        for each in session.scalars(select(Person)):
            proof = Contact(person_id=each.id, channel="smtp", address=each.email, added_at=now, proved_at=now)
            session.add(proof)
        beat(session, now - timedelta(seconds=20))
        beat(session, now, "send", trouble="")
        beat(session, now, "recompute", failed=0, checked=1)
    states = {name: finding.state for name, finding in found(database, now).items()}
    assert states.pop("sealed-dates") == "warning"  # no key is configured
    assert set(states.values()) == {"well"}


@pytest.mark.parametrize(
    "age, state, part",
    [
        (timedelta(seconds=20), "well", "20 seconds ago"),
        (timedelta(minutes=5), "well", "300 seconds ago"),
        (timedelta(minutes=6), "ill", "silent since"),
        (-timedelta(seconds=30), "well", "0 seconds ago"),
        (-timedelta(minutes=5), "ill", "lies in the future"),
    ],
)
def test_the_age_of_the_last_sign_of_life(
    database: Database, now: datetime, age: timedelta, state: str, part: str
) -> None:
    with database.write() as session:
        beat(session, now - age)
    finding = found(database, now)["scheduler"]
    assert (finding.state, part in finding.sentence) == (state, True)


def test_a_scheduler_that_was_stopped_is_ill(database: Database, now: datetime) -> None:
    with database.write() as session:
        beat(session, now, stopped=True)
    assert found(database, now)["scheduler"].state == "ill"


def test_without_a_scheduler_waiting_reminders_are_ill(database: Database, now: datetime) -> None:
    with database.write() as session:
        docket(session)
    assert found(database, now)["scheduler"].state == "ill"


def test_two_schedulers_are_told(database: Database, now: datetime) -> None:
    with database.write() as session:
        beat(session, now, other="elsewhere:1:abc")
    assert found(database, now)["one-scheduler"].state == "warning"


def test_a_detail_that_cannot_be_read_is_no_fault(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(Heartbeat(sweep="daemon", at=now, detail="not json"))
        session.add(Heartbeat(sweep="send", at=now, detail="[]"))
    states = found(database, now)
    assert (states["scheduler"].state, states["sending"].state) == ("well", "well")


def test_trouble_in_sending_is_told(database: Database, now: datetime) -> None:
    with database.write() as session:
        beat(session, now, "send", trouble="The mail server is not there.")
    finding = found(database, now)["sending"]
    assert finding.state == "warning"
    assert "The mail server is not there." in finding.sentence


@pytest.mark.parametrize(
    "late, state",
    [
        (timedelta(minutes=9), "well"),
        (timedelta(minutes=11), "warning"),
        (timedelta(minutes=59), "warning"),
        (timedelta(minutes=61), "ill"),
    ],
)
def test_overdue_reminders(database: Database, now: datetime, late: timedelta, state: str) -> None:
    with database.write() as session:
        rows = docket(session)
        for row in rows:
            row.due_at = now + timedelta(days=1)
        rows[0].due_at = now - late
    finding = found(database, now)["reminders-overdue"]
    assert finding.state == state
    assert state == "well" or "1 reminders are overdue" in finding.sentence


def test_what_was_sent_is_not_overdue(database: Database, now: datetime) -> None:
    with database.write() as session:
        for row in docket(session):
            row.state = "sent"
    assert found(database, now + DUE)["reminders-overdue"].state == "well"


def test_refused_reminders_are_told_while_the_entry_is_open(database: Database, now: datetime) -> None:
    with database.write() as session:
        docket(session)[0].state = "dead"
    assert found(database, now)["reminders-refused"].state == "ill"


def test_notices_that_cannot_be_computed_again_are_told(database: Database, now: datetime) -> None:
    with database.write() as session:
        beat(session, now, "recompute", failed=3, checked=9)
    finding = found(database, now)["stored-dates"]
    assert (finding.state, "3 notices" in finding.sentence) == ("warning", True)


def test_dates_that_wait_for_two_people_are_told(database: Database, now: datetime) -> None:
    with database.write() as session:
        entry = recorded(session)["uscis.motion.reopen"]
        later = changed(session, entry, last_day=date(2026, 12, 4))
        move(session, desk(), entry, later, Because(entry.notice, "another edition"), now=now)
    finding = found(database, now)["proposals"]
    assert (finding.state, "1 other date waits" in finding.sentence) == ("warning", True)


def test_an_address_that_mail_cannot_reach_is_ill(database: Database, now: datetime) -> None:
    with database.write() as session:
        person(session, "Ana Ruiz", email="ana")
    assert found(database, now)["addresses"].state == "ill"


def test_open_windows_of_somebody_who_left_are_ill(database: Database, now: datetime) -> None:
    with database.write() as session:
        of = matter(session, person(session, active=False))
        entry(session, of, window(), status="satisfied")
    told = found(database, now)["attorneys"]
    assert (told.state, told.sentence) == ("warning", "1 matter that is not closed belongs to people who left.")
    with database.write() as session:
        session.query(Matter).one().closed_at = now
    assert found(database, now)["attorneys"].state == "well"
    with database.write() as session:
        of = matter(session, person(session, "Ben Ode", active=False), "2026-0144")
        entry(session, of, window())
    assert found(database, now)["attorneys"].state == "ill"


def test_no_finding_names_a_client(database: Database, now: datetime) -> None:
    with database.write() as session:
        for row in docket(session):
            row.state = "dead"
        beat(session, now, "send", trouble="The mail server put the message off: 451.")
    text = str(found(database, now + DUE))
    assert "Canary" not in text
    assert "ana@firm.test" not in text


def test_ways_that_nobody_proved_are_counted_without_names(database: Database, now: datetime) -> None:
    with database.write() as session:
        ana = person(session)
        session.add(Contact(person_id=ana.id, channel="slack", address="https://h/S3CRET", added_at=now, proved_at=now))
    paths = found(database, now)["paths"]
    assert (paths.state, "1 by mail." in paths.sentence) == ("warning", True)
    later = found(database, now + timedelta(days=181))["paths"]
    assert "1 by mail and 1 by slack." in later.sentence
    assert "ana" not in later.sentence + later.hint
    assert "S3CRET" not in later.sentence


def test_a_channel_that_is_down_is_ill(database: Database, now: datetime) -> None:
    with database.write() as session:
        beat(session, now, "channel-slack", since=now.isoformat(), why="Slack cannot be reached.")
    channels = found(database, now)["channels"]
    assert channels.state == "ill"
    assert "slack since 2026-11-23 15:00 UTC: Slack cannot be reached." in channels.sentence


def test_refused_letters_are_told_for_a_while(database: Database, now: datetime) -> None:
    with database.write() as session:
        ana, gil = person(session), person(session, "Gil Hay", active=False)
        for number, of in enumerate((ana, ana, gil)):
            letters.queue(session, key=f"test/{number}", person=of, subject="Subject", text="Text", now=now)
        for row in session.scalars(select(Letter)):
            row.state = "dead"
    assert found(database, now)["letters-refused"] == Finding(
        "letters-refused",
        "warning",
        "2 letters were refused for good in the last 30 days.",
        "Tell the people by other means; then `deadlines person amend` the address, or mend the mail server.",
    )
    assert found(database, now + timedelta(days=31))["letters-refused"].state == "well"


def test_silent_calendars_are_told_until_they_are_fetched_again(database: Database, now: datetime) -> None:
    with database.write() as session:
        subscribed(session, person(session))
        assert tell_silence(session, now=now, zone="UTC", up_since=MADE) == 1
    finding = found(database, now)["calendars"]
    assert (finding.state, finding.sentence) == (
        "warning",
        "1 calendar is no longer fetched, one since 2026-11-02 20:00 UTC.",
    )
    with database.write() as session:
        row = session.scalars(select(Subscription)).one()
        record_fetches(session, {row.id: Fetches(1, now + timedelta(hours=1), "x")})
    assert found(database, now + timedelta(hours=2))["calendars"].state == "well"


def test_an_address_older_than_a_year_is_named_unless_it_ends_by_itself(database: Database, now: datetime) -> None:
    with database.write() as session:
        one, other = (subscribe(session, person(session, name)) for name in ("Ana Ruiz", "Ben Ode"))
        one.created_at = other.created_at = now - timedelta(days=364)
        other.expires_at = now + timedelta(days=30)
    assert found(database, now)["calendar-addresses"].state == "well"
    finding = found(database, now + timedelta(days=2))["calendar-addresses"]
    assert (finding.state, finding.sentence) == ("warning", "1 calendar address is older than a year.")
