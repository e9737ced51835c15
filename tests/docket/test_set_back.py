"""An entry that names an earlier version of its dates as the one in force was altered: told, and mended by a person."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text

from deadlines.daemon.keeper import Keeper, Keeping
from deadlines.daemon.recomputing import recompute
from deadlines.docket.auditor import audit_all
from deadlines.docket.copies import out_of_step
from deadlines.docket.entries import computed, new_version
from deadlines.docket.health import check_docket
from deadlines.docket.judging import Statement
from deadlines.docket.sealing import altered_dates, seal_anew, seal_stored
from deadlines.docket.views import entry_view, open_windows
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, SAFE, changed, desk, firm, recorded
from tests.docket.samples import ZONE

RULE = "uscis.motion.reopen"
EARLIER = SAFE - timedelta(days=7)
"""The safe date of version 2."""


@pytest.fixture
def entry(database: Database) -> str:
    """An entry whose second version comes a week earlier, and which names its first as in force, copies and all."""
    with database.write() as session:
        firm(session)
        entry = recorded(session)[RULE]
        seal_stored(session, actor="test", now=ENTERED)
        window = changed(session, entry, safe_by=EARLIER)
        new_version(session, desk(), entry, window, followed=True, reason="test", now=ENTERED, actor="test", moved=None)
        identifier = entry.id
    with database.engine.begin() as connection:
        assert altered(database) == []
        connection.execute(text(f"UPDATE entry SET version = 1, safe_by = '{SAFE}' WHERE id = '{identifier}'"))
    return identifier


def altered(database: Database) -> list[str]:
    with database.read() as session:
        return [found.entry for found in altered_dates(session) if found.in_force]


def test_it_is_told_wherever_the_date_is_shown(database: Database, entry: str) -> None:
    assert altered(database) == [entry]
    with database.read() as session:
        assert [line.entry for line in open_windows(session, LATER.date()) if line.altered] == [entry]
        assert entry_view(session, session.get_one(Entry, entry)).altered
        health = {finding.id: finding for finding in check_docket(session, LATER)}
    assert health["sealed-dates"].state == "ill"
    assert entry[:8] in health["sealed-dates"].sentence


def test_its_dates_are_not_copied_as_if_they_were_in_force(database: Database, entry: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE entry SET safe_by = '{EARLIER}' WHERE id = '{entry}'"))
    with database.read() as session:
        assert out_of_step(session) == []
    keeper = Keeper(database, Keeping(zone=ZONE, hour=3, folder=None, days=30, key=None, program="1"))
    assert keeper.check_seals(LATER) == 1
    with database.read() as session:
        assert session.get_one(Entry, entry).safe_by == EARLIER


def test_no_mail_leaves_for_the_version_before_and_that_of_the_last_says_so(database: Database, entry: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE reminder SET state = 'planned' WHERE state = 'superseded'"))
    channel = Collector()
    sweeps(database, channel).send_due(datetime(2026, 11, 12, 15, 0, tzinfo=ENTERED.tzinfo))
    with database.read() as session:
        sent = select(DeadlineRow.version, Reminder.state).join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
        found = session.execute(sent.where(Reminder.entry_id == entry)).all()
    assert {version for version, state in found if state == "sent"} == {2}
    mails = [mail for mail in channel.messages if "X-Deadlines-Reminders" in mail.headers]
    assert any("[INTEGRITY ALARM]" in mail.subject for mail in mails)


def test_the_auditor_plans_nothing_anew_for_the_version_before(database: Database, entry: str) -> None:
    with database.read() as session:
        how = Statement(ZONE, time(9), "smtp", lambda day: day.weekday() < 5 and day != date(2026, 11, 11))
        _, found = audit_all(session, how, now=LATER)
        first = session.scalars(select(DeadlineRow.id).where(DeadlineRow.entry_id == entry, DeadlineRow.version == 1))
        assert first.one() not in {each.deadline for each in found if each.kind in ("missing", "withdrawn")}


def test_a_person_who_signs_puts_the_last_version_in_force_again(database: Database, entry: str) -> None:
    with database.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        seal_anew(session, [session.get_one(Entry, entry)], by=ben, reason="checked", actor="cli:test", now=LATER)
    with database.read() as session:
        found = session.get_one(Entry, entry)
        assert (found.version, found.safe_by) == (2, EARLIER)
    assert altered(database) == []


def test_computed_anew_it_gets_a_version_of_its_own_and_stops_no_other(database: Database, entry: str) -> None:
    how = desk()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE deadline SET safe_by = '2026-12-20' WHERE version = 1"))
    done = recompute(database, how, lambda notice: computed(how, notice), now=LATER)
    assert done.failures == []
    with database.read() as session:
        versions = dict(session.execute(select(Entry.id, Entry.version)).all())
        assert versions.pop(entry) == 3
        assert set(versions.values()) == {2}
        assert session.get_one(Entry, entry).safe_by == SAFE


def test_what_the_database_refuses_is_a_failure_of_that_notice_alone(
    database: Database, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more notice, whose dates come earlier: it gets them, whatever is wrong with the first."""
    how = desk()
    with database.write() as session:
        recorded(session, reference="2026-0144")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE deadline SET safe_by = '2026-12-20' WHERE version = 1"))
    monkeypatch.setattr("deadlines.docket.entries.last_version", lambda _session, _entry: 0)
    done = recompute(database, how, lambda notice: computed(how, notice), now=LATER)
    assert ["contradicts itself" in failure.sentence for failure in done.failures] == [True]
    with database.read() as session:
        versions = dict(session.execute(select(Entry.id, Entry.version)).all())
    assert versions.pop(entry) == 1
    assert set(versions.values()) == {2}
