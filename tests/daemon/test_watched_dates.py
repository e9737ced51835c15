"""The daemon goes round the seals of the dates in force: an altered one is told the same day, wherever nobody looks."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from deadlines.daemon.keeper import Keeper, Keeping
from deadlines.docket.alarms import untold
from deadlines.docket.seal_watch import watch_dates
from deadlines.docket.sealing import seal_anew, seal_stored
from deadlines.docket.trust import altered_now
from deadlines.store.database import Database
from deadlines.store.tables import Audit, DeadlineRow, Entry, Heartbeat, Person, Rendering
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, firm, recorded
from tests.docket.samples import ZONE

MINUTE = timedelta(minutes=1)


@pytest.fixture
def docket(database: Database) -> Database:
    with database.write() as session:
        firm(session)
        recorded(session)
        seal_stored(session, actor="test", now=ENTERED)
    return database


def alter(database: Database, day: str = "2026-12-20") -> str:
    """Change one date in force; whose it is."""
    with database.write() as session:
        entry = session.scalars(select(Entry.id).where(Entry.rule == "uscis.motion.reopen")).one()
        session.execute(text(f"UPDATE deadline SET safe_by = '{day}' WHERE entry_id = :id"), {"id": entry})
    return entry


def found(database: Database) -> list[str]:
    with database.read() as session:
        return altered_now(session)


def test_what_is_altered_is_told_by_mail_within_the_round_and_once_that_day(docket: Database) -> None:
    entry, channel = alter(docket), Collector()
    daemon = sweeps(docket, channel)
    assert [daemon.watch_dates(LATER + turn * MINUTE) for turn in range(2)] == [1, 1]
    daemon.tell_alarms(LATER + 2 * MINUTE)
    [mail] = channel.messages
    assert (mail.to_name, mail.subject[:15]) == ("Dora Dee", "INTEGRITY ALARM")
    assert entry[:8] in mail.text
    assert found(docket) == [entry]
    with docket.read() as session:
        rows = session.scalars(select(Audit.detail).where(Audit.action == "dates.altered")).all()
        marked = session.scalars(select(Rendering).where(Rendering.entry_id == entry)).all()
    assert rows == [{"entries": [entry]}]
    assert marked
    assert all(b"INTEGRITY ALARM" in rendering.body for rendering in marked)
    assert {rendering.sequence for rendering in marked} == {1}  # the second look changes nothing


def test_the_round_goes_on_piece_by_piece_and_begins_anew(docket: Database) -> None:
    entry = alter(docket)
    with docket.read() as session:
        owners = session.scalars(select(DeadlineRow.entry_id).order_by(DeadlineRow.id)).all()
    once = [*([owner] if owner == entry else [] for owner in owners), []]  # the last look of a round finds its end
    assert [watch_dates(docket, now=LATER, rows=1) for _ in range(2 * len(once))] == once * 2
    assert watch_dates(docket, now=LATER, rows=len(once)) == [entry]


def test_what_a_person_signs_for_is_found_no_more_until_it_is_altered_again(docket: Database) -> None:
    entry = alter(docket)
    watch_dates(docket, now=LATER)
    with docket.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        seal_anew(session, [session.get_one(Entry, entry)], by=ben, reason="checked", actor="t", now=LATER)
    assert found(docket) == []
    assert watch_dates(docket, now=LATER + MINUTE) == []
    alter(docket, "2026-12-21")
    assert watch_dates(docket, now=LATER + 2 * MINUTE) == [entry]
    assert found(docket) == [entry]
    with docket.read() as session:
        marked = session.scalars(select(Rendering).where(Rendering.entry_id == entry)).all()
        assert len({each.key for each in untold(session) if each.key.startswith("date/")}) == 2
    assert all(b"INTEGRITY ALARM" in rendering.body for rendering in marked)


def test_another_key_is_told_once_a_day_and_not_as_a_change_of_every_date(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    right, wrong = (Database.open(database_url, key=bytes([each]) * 32) for each in (1, 2))
    with right.write() as session:
        firm(session)
        recorded(session)
        seal_stored(session, actor="test", now=ENTERED)
    entries = watch_dates(wrong, now=LATER)
    Keeper(wrong, Keeping(zone=ZONE, hour=3, folder=None, days=30, key=None, program="1")).check_seals(LATER)
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert said == ["INTEGRITY ALARM: the stored dates are sealed with another key than the present one"] * 2
    with wrong.read() as session:
        [alarm] = {each.key: each.alarm for each in untold(session)}.values()
        assert set(altered_now(session)) == set(entries)
    assert "sealed with another key" in alarm.subject
    assert "Put the right file back." in alarm.text
    # Under the right one again a date that was altered is told as such.
    entry = alter(right)
    Keeper(right, Keeping(zone=ZONE, hour=3, folder=None, days=30, key=None, program="1")).check_seals(LATER)
    with right.read() as session:
        assert {each.key.partition("/")[0] for each in untold(session)} == {"key", "date"}
        assert altered_now(session) == [entry]
    right.dispose()
    wrong.dispose()


def test_the_check_of_all_seals_is_due_as_before(docket: Database) -> None:
    alter(docket)
    watch_dates(docket, now=LATER)
    with docket.read() as session:
        assert session.get_one(Heartbeat, "seals").at < ENTERED
