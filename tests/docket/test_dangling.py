"""A row that names another which is not there is on no list: doctor, a mail, the auditor and a few words tell of it."""

import contextlib
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import select

from deadlines.docket.auditor import audit_all
from deadlines.docket.dangling import check_missing, dangling, watch_missing
from deadlines.docket.gaps import name_gaps, settle, standing
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Matter, Reminder
from tests.daemon.parts import WEEK_BEFORE, Collector, sweeps
from tests.daemon.test_auditing import statement
from tests.docket.samples import entry, matter, person, plan, window

pytestmark = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)

KEYS = ("entry.matter_id", "entry.notice_id", "matter.attorney_id", "person.id")


def from_outside(database: Database, change: str) -> None:
    """A program of somebody's own on the file: SQLite minds keys only where it is asked to."""
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as connection:
        connection.execute(change)
        connection.commit()


def two_matters(database: Database) -> None:
    with database.write() as session:
        for name, reference in (("Ana Ruiz", "m-1"), ("Ben Ode", "m-2")):
            attorney = person(session, name)
            asked = window()
            plan(session, *entry(session, matter(session, attorney, reference), asked), asked, [attorney])
        person(session, "Dora Docket", "docket")


def cut_off(database: Database, key: str) -> str:
    """Change a key of the first matter to one that no id can be, as somebody with SQL can; the id of its entry."""
    table, column = key.split(".")
    with database.read() as session:
        of = session.scalars(select(Matter).where(Matter.reference == "m-1")).one()
        found = session.scalars(select(Entry).where(Entry.matter_id == of.id)).one()
        ids = {"entry": found.id, "matter": of.id, "person": of.attorney_id}
    from_outside(database, f"update {table} set {column} = '9' || substr({column}, 2) where id = '{ids[table]}'")
    return found.id


@pytest.mark.parametrize("key", KEYS)
def test_it_is_told_by_the_doctor_and_by_mail_with_its_dates_and_not_as_health(database: Database, key: str) -> None:
    two_matters(database)
    assert watch_missing(database, now=WEEK_BEFORE) == []
    concerned = cut_off(database, key)
    channel = Collector()
    daemon = sweeps(database, channel)
    assert daemon.watch_rows(WEEK_BEFORE) > 0
    daemon.tell_alarms(WEEK_BEFORE)
    alarms = [message for message in channel.messages if message.subject.endswith("belong to nothing")]
    assert "dora@firm.test" in {message.to_email for message in alarms}
    assert f"entry {concerned[:8]}: file by 2026-11-20, last day 2026-11-25" in alarms[0].text
    with database.read() as session:
        finding = check_missing(session)
        assert finding.state == "ill"
        assert f"({key.partition('.')[2] if key != 'person.id' else 'attorney_id'})" in finding.sentence


def test_what_was_put_right_is_told_no_more(database: Database) -> None:
    two_matters(database)
    concerned = cut_off(database, "entry.matter_id")
    watch_missing(database, now=WEEK_BEFORE)
    with database.write() as session:
        first = session.scalars(select(Matter).where(Matter.reference == "m-1")).one()
        session.get_one(Entry, concerned).matter_id = first.id
    assert watch_missing(database, now=WEEK_BEFORE) == []
    with database.read() as session:
        assert check_missing(session).state == "well"
        assert dangling(session) == []


@pytest.mark.parametrize("key", ["entry.matter_id", "entry.notice_id", "matter.attorney_id"])
def test_the_auditor_names_the_entry_and_judges_all_others(database: Database, key: str) -> None:
    two_matters(database)
    concerned = cut_off(database, key)
    with database.read() as session:
        checked, found = audit_all(session, statement(), now=WEEK_BEFORE - timedelta(days=10))
        assert checked == 2
        assert [(each.kind, each.entry) for each in found if each.kind == "adrift"] == [("adrift", concerned)]
        assert concerned in {named.entry for named in name_gaps(session, found)}
    with database.write() as session:
        settle(session, statement(), [concerned], now=WEEK_BEFORE, round_at=WEEK_BEFORE)
    with database.read() as session:
        assert [gap.kind for gap in standing(session)] == ["adrift"]


def test_its_reminders_go_in_a_few_words_and_hold_up_no_other(database: Database) -> None:
    two_matters(database)
    concerned = cut_off(database, "entry.matter_id")
    channel = Collector()
    report = sweeps(database, channel).send_due(WEEK_BEFORE)
    assert (report.messages, report.trouble) == (2, "")
    [plain] = [message for message in channel.messages if "m-2" not in message.subject]
    assert concerned[:8] in plain.subject
    assert "2026-11-25" in plain.text
    with database.read() as session:
        assert not session.scalars(select(Reminder.id).where(Reminder.state == "leased")).all()


def test_a_reminder_whose_person_is_gone_is_not_left_claimed_in_silence(database: Database) -> None:
    two_matters(database)
    cut_off(database, "person.id")
    channel = Collector()
    report = sweeps(database, channel).send_due(WEEK_BEFORE)
    assert report.messages == 1
    assert report.failed == 1
    assert report.trouble != ""
    with database.read() as session:
        assert not session.scalars(select(Reminder.id).where(Reminder.state == "leased")).all()
