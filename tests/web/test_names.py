"""People stand on the pages by their names, with the mail address only where two have the same name."""

import re
from datetime import timedelta

import pytest

from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.closing import waive_entry
from deadlines.docket.incoming import register
from deadlines.docket.initials import initial_entry
from deadlines.docket.verification import verify_notice
from deadlines.store.database import Database
from deadlines.store.tables import Entry, NoticeRow, Person
from tests.docket.desks import DENIAL, LATER, desk, look
from tests.docket.samples import ZONE, person
from tests.web.office import ROOM, Office


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(database: Database) -> Office:
    """The dates of A-1 are verified by Dora, initialed and taken on by Ana, and one of them is waived."""
    made = Office(database)
    with database.write() as session:
        ana, dora = (session.query(Person).filter_by(name=name).one() for name in ("Ana", "Dora"))
        row = session.get_one(NoticeRow, made.notice())
        entries = session.query(Entry).filter_by(notice_id=row.id, status="open").order_by(Entry.rule).all()
        pat = session.query(Person).filter_by(name="Pat").one()
        verify_notice(session, desk(), row, look(entries[0]), by=pat, now=LATER)
        initial_entry(session, desk(), entries[0], by=ana, source="the notice", now=LATER)
        acknowledge(session, entries[1], ana, now=LATER, lasts=timedelta(days=3), zone=ZONE)
        waive_entry(session, desk(), entries[2], reason="client files anew", by=ana, now=LATER)
        register(session, ROOM, "RFE", matter=None, received_on=None, at="mail", by=dora, now=LATER, actor="t")
    return made


def addresses(text: str) -> list[str]:
    return re.findall(r"[a-z]+@firm\.test", text)


def pages(office: Office) -> list[str]:
    entry = office.entry("uscis.motion.reconsider").id
    return [
        *("/", "/month", "/incoming", "/evening", "/follow-up", "/workload", "/quiet", "/verify", "/print", "/open"),
        *("/daybook?on=2026-10-27", f"/matter/{office.matter()}", f"/matter/{office.matter()}/history"),
        *(f"/entry/{entry}/{act}" for act in ("waive", "file", "dispatched", "initial", "extension", "slip")),
        f"/notice/{office.notice()}/amend",
        f"/notice/{office.notice()}/strike",
        f"/notice/{office.notice()}/verify",
        f"/matter/{office.matter()}/on?date=2026-11-01",
    ]


def test_no_mail_address_stands_where_a_name_says_who(office: Office) -> None:
    browser = office.browser("Ana")
    told = {path: addresses(browser.get(path).text) for path in pages(office)}
    assert {path: found for path, found in told.items() if found} == {}
    matter = browser.get(f"/matter/{office.matter()}").text
    for words in ("<dd>Ana</dd>", "Entered by Ben", "verified by Pat", "initialed by Ana on", "by Ana until"):
        assert words in matter, words
    assert "registered by Dora" in browser.get("/incoming").text
    assert ">Ana</td>" in browser.get("/evening?on=2026-11-02").text


def test_of_two_with_the_same_name_the_address_tells_which(office: Office) -> None:
    office.record("A-2", DENIAL)
    with office.database.write() as session:
        person(session, "Ana", "attorney", email="ana.ito@firm.test")
    browser, both = office.browser("Pat"), "Ana (ana@firm.test)"
    for path in ("/", f"/matter/{office.matter()}", "/print", "/workload", "/evening?on=2026-11-02", "/verify"):
        page = browser.get(path).text
        assert both in page, path
        assert "Ana (ana.ito@firm.test)" not in page or path == "/", path
    assert "ben@firm.test" not in browser.get(f"/matter/{office.matter()}").text
