"""Whoever closes, sets aside, reopens or verifies an entry in the database by hand is found out by the audit trail."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deadlines.docket import untrailed
from deadlines.docket.alarms import untold
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.health import check_docket
from deadlines.docket.monitor import _in_doubt
from deadlines.docket.untrailed import read_round, watch_acts
from deadlines.errors import Conflict
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person, Reminder
from tests.docket.desks import LATER, desk, firm, recorded, verify

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
CLOSED = "UPDATE entry SET status = 'waived' WHERE id = :id"
CLOSED_WELL = """UPDATE entry SET status = 'waived', closed_by = (SELECT id FROM person LIMIT 1),
    closing = '{"event":"waived","was":"open","version": 1,"reason":"so"}' WHERE id = :id"""
SILENCED = "UPDATE reminder SET state = 'cancelled' WHERE entry_id = :id"
ASIDE = "UPDATE entry SET status = 'information' WHERE id = :id"
VERIFIED = "UPDATE entry SET verified_at = created_at, verified_by = (SELECT min(id) FROM person) WHERE id = :id"


@pytest.fixture
def docket(database: Database) -> Database:
    with database.write() as session:
        firm(session)
        recorded(session)
    return database


def first(session: Session) -> Entry:
    found = session.scalars(select(Entry).where(Entry.rule == "uscis.motion.reopen")).one_or_none()
    assert found is not None
    return found


def by_hand(database: Database, *changes: str) -> str:
    """What somebody with the database's password can do."""
    with database.write() as session:
        entry = first(session).id
        for change in changes:
            session.execute(text(change), {"id": entry})
    return entry


def said(database: Database) -> tuple[str, str]:
    with database.read() as session:
        found = next(each for each in check_docket(session, LATER) if each.id == "closed-without-trail")
    return found.state, found.sentence


def alarms(database: Database) -> int:
    with database.read() as session:
        return len({item.key for item in untold(session) if item.key.startswith("acts/")})


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


@pytest.mark.parametrize(
    "changes, what",
    [
        ([CLOSED], "closed"),
        ([CLOSED, SILENCED], "closed"),
        ([CLOSED_WELL, SILENCED], "closed"),
        ([ASIDE, SILENCED], "set aside"),
        ([VERIFIED], "verified"),
    ],
)
def test_what_was_done_by_hand_is_named_and_told_once_a_day(docket: Database, changes: list[str], what: str) -> None:
    assert (said(docket)[0], watch_acts(docket, now=LATER)) == ("well", [])
    entry = by_hand(docket, *changes)
    assert said(docket) == ("ill", f"The audit trail tells nothing of it: {entry[:8]} ({what}).")
    assert watch_acts(docket, now=LATER + QUARTER - timedelta(seconds=1)) == []  # it rests between two rounds
    for number in range(1, 4):
        assert watch_acts(docket, now=LATER + number * QUARTER) == [entry]
    assert alarms(docket) == 1
    assert watch_acts(docket, now=LATER + DAY) == [entry]
    assert alarms(docket) == 2
    with docket.read() as session:
        assert _in_doubt(session) == "entries were closed or verified past the program"


@pytest.mark.parametrize("changes", [[CLOSED, SILENCED], [CLOSED_WELL, SILENCED], [ASIDE, SILENCED], [VERIFIED]])
def test_reopened_it_is_open_unverified_and_reminded_of_again(docket: Database, changes: list[str]) -> None:
    by_hand(docket, *changes)
    with docket.write() as session:
        reopen_entry(session, desk(), first(session), reason="done by hand", by=person(session, "Ben Ode"), now=LATER)
    assert said(docket)[0] == "well"
    with docket.read() as session:
        entry = first(session)
        assert (entry.status, entry.closing, entry.verified_at, entry.version) == ("open", None, None, 2)
        states = session.scalars(select(Reminder.state).where(Reminder.entry_id == entry.id)).all()
        assert "planned" in states
    assert watch_acts(docket, now=LATER) == []


def test_what_the_program_did_itself_stands_in_the_trail(docket: Database) -> None:
    with docket.write() as session:
        ben = person(session, "Ben Ode")
        entries = session.scalars(select(Entry).order_by(Entry.rule)).all()
        verify(session, entries[0], ben)
        waive_entry(session, desk(), first(session), reason="the client decided so", by=ben, now=LATER)
    assert (said(docket)[0], watch_acts(docket, now=LATER)) == ("well", [])
    with docket.write() as session:
        reopen_entry(session, desk(), first(session), reason="a mistake", by=person(session, "Ben Ode"), now=LATER)
    assert (said(docket)[0], watch_acts(docket, now=LATER + QUARTER)) == ("well", [])
    with docket.write() as session, pytest.raises(Conflict, match="nothing to reopen"):
        reopen_entry(session, desk(), first(session), reason="again", by=person(session, "Ben Ode"), now=LATER)


def test_what_was_closed_rightly_and_then_changed_by_hand_is_named(docket: Database) -> None:
    with docket.write() as session:
        ben = person(session, "Ben Ode")
        waive_entry(session, desk(), first(session), reason="the client decided so", by=ben, now=LATER)
    by_hand(docket, "UPDATE entry SET status = 'satisfied' WHERE id = :id")
    assert "(closed)" in said(docket)[1]
    by_hand(docket, "UPDATE entry SET status = 'open' WHERE id = :id")
    assert "(reopened)" in said(docket)[1]


def test_the_round_goes_on_where_it_was_and_ends(docket: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrailed, "PAGE", 1)
    monkeypatch.setattr(untrailed, "TURN", 0.0)
    entry = by_hand(docket, CLOSED)
    with docket.read() as session:
        count = len(session.scalars(select(Entry.id)).all())
    for turn in range(count):
        watch_acts(docket, now=LATER + timedelta(minutes=turn))
        with docket.read() as session:
            assert read_round(session).finished_at is None
    assert watch_acts(docket, now=LATER + timedelta(minutes=count)) == [entry]
    with docket.read() as session:
        assert read_round(session).finished_at == LATER + timedelta(minutes=count)
