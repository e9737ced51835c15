"""While the audit trail does not hold, whatever shows a date says so: pages, paper, tables, calendars, API, mail."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from deadlines.docket.agendas import renewed
from deadlines.docket.export import matter_calendar
from deadlines.docket.table import Choice, docket_table
from deadlines.docket.table_files import sheet_of
from deadlines.docket.trail_watch import watch_trail
from deadlines.docket.visible import leaving
from deadlines.store.database import Database
from deadlines.store.tables import Letter, Matter, Person
from deadlines.web.app import create_app
from deadlines.web.printing import Printer
from tests.daemon.parts import WEEK_BEFORE, Collector, sweeps
from tests.daemon.test_agendas import RHYTHM
from tests.docket.samples import ZONE
from tests.docket.test_trail_watch import behind_its_back, sign
from tests.reading import events_of
from tests.web.api_firm import ApiFirm
from tests.web.office import Office, Page
from tests.web.serving import NOW, subscribe

WORDS = "Do not rely on any date"


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def doubted(database: Database, now: datetime) -> None:
    behind_its_back(database, "UPDATE audit SET actor = 'nobody' WHERE id = 1")
    watch_trail(database, now=now)


def test_pages_paper_and_what_leaves_the_house(database: Database) -> None:
    office = Office(database)
    pages = ("/", "/month?month=2026-11", "/print", f"/matter/{office.matter()}", "/audit", "/verify")
    said = {path: WORDS in office.browser("Pat").get(path).text for path in pages}
    assert said == dict.fromkeys(pages, False)
    doubted(database, office.now)
    for path in pages:
        page = office.browser("Pat").get(path).text
        assert WORDS in page, path
        assert Page(page).problems() == []
    with database.read() as session:
        assert WORDS in Printer("Firm", ZONE, "2026.11").whole(session, None, now=office.now, days=90)
        sheet = sheet_of(docket_table(session, Choice(), leaving(named=False), zone=UTC, today=office.now.date()))
        column = [column.name for column in sheet.columns].index("Look again")
        assert all(WORDS in str(row[column]) for row in sheet.rows)
        matter = session.scalars(select(Matter).where(Matter.reference == "A-1")).one()
        assert WORDS in matter_calendar(session, matter, day="today").decode().replace("\r\n ", "")
    for path, kind in (("/copy", "csv"), ("/copy", "json"), (f"/matter/{office.matter()}/copy", "ics")):
        assert WORDS in office.browser("Pat").post(path, data={"as": kind}).text.replace("\r\n ", ""), kind


def test_calendars(database: Database) -> None:
    feed = subscribe(database)
    with TestClient(create_app(database, zone=ZONE, now=lambda: NOW)) as client:
        before = client.get(feed.path)
        doubted(database, NOW)
        found = client.get(feed.path, headers={"If-None-Match": before.headers["etag"]})
        assert found.status_code == 200
        [note] = [event for event in events_of(found.text) if "INTEGRITY ALARM" in event["SUMMARY"]]
        assert (str(note["DTSTART"].dt), str(note["UID"])) == ("2026-11-01", f"{feed.id}-doubt@deadlines")
        assert WORDS in note["DESCRIPTION"]
        assert client.get(feed.path, headers={"If-None-Match": found.headers["etag"]}).status_code == 304
        with database.write() as session:
            session.add(Person(name="Ben Ode", email="ben@firm.test", role="attorney", created_at=NOW))
        sign(database)
        assert client.get(feed.path).content == before.content


def test_the_api(database: Database) -> None:
    firm = ApiFirm(database)
    program = firm.program()
    entry = f"/entries/{firm.entries['A-1']}"
    asked = ("/docket", entry, "/health")
    assert [program.data(path)["in_doubt"] for path in asked] == [None, None, None]
    doubted(database, firm.now)
    assert all(WORDS in program.data(path)["in_doubt"] for path in asked)
    assert program.data("/health")["state"] == "ill"


def test_reminders_and_agendas(database: Database) -> None:
    office = Office(database, now=WEEK_BEFORE)
    doubted(database, WEEK_BEFORE)
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE)
    mails = [mail for mail in channel.messages if "X-Deadlines-Reminders" in mail.headers]
    assert mails
    assert all(mail.subject.startswith("[INTEGRITY ALARM] ") and WORDS in mail.text for mail in mails)
    monday = WEEK_BEFORE + timedelta(days=3)
    with database.read() as session:
        subject, text = agenda(session, monday)
    assert subject.startswith("[INTEGRITY ALARM] Your docket")
    assert WORDS in text
    assert office.now == WEEK_BEFORE


def agenda(session: Session, now: datetime) -> tuple[str, str]:
    ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
    key = f"agenda/{RHYTHM.today(now)}/{ana.id}"
    return renewed(session, Letter(key=key, person_id=ana.id, subject="", text=""), RHYTHM, now) or ("", "")
