"""Dates that two people read differently are marked wherever they are listed, and a count leads to just these."""

import re
from datetime import UTC, datetime

import pytest

from deadlines.docket.table import Choice, docket_table
from deadlines.docket.table_files import sheet_of
from deadlines.docket.visible import leaving
from deadlines.store.database import Database
from deadlines.web.printing import Printer
from tests.docket.desks import DENIAL
from tests.docket.samples import ZONE
from tests.web.office import Office, Page
from tests.web.test_month import cells
from tests.web.test_verify_pages import READ

MARK = "IN DOUBT"
READ_OTHERWISE = ("2026-10-22", "I-129", "22 Oct", "date of the decision", "the form")


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(office: Office) -> Office:
    """Ana read the notice of A-1 otherwise than Ben entered it; of B-1 nobody has read anything."""
    office.record("B-1", DENIAL)
    read = {**READ, "decided_on": "2026-10-22", "form": "I-129"}
    assert office.browser("Ana").post(f"/notice/{office.notice()}/verify", data=read).status_code == 303
    return office


def rows(text: str) -> list[str]:
    return re.findall(r"<tr\b.*?</tr>", text.split("<tbody")[1].split("</tbody>")[0], re.DOTALL)


def marked(lines: list[str], of: str) -> list[bool]:
    return [MARK in line for line in lines if of in line]


def test_the_docket_says_so_beside_each_such_date(office: Office) -> None:
    page = office.browser("Pat").get("/").text
    assert marked(rows(page), "A-1") == [True] * 3
    assert marked(rows(page), "B-1") == [False] * 3
    assert "two people read the notice differently" in page
    assert Page(page).problems() == []


def test_the_count_leads_to_just_these(office: Office) -> None:
    browser = office.browser("Pat")
    [address] = re.findall(
        r'<a href="([^"]*)"><strong class="loud">3 read differently by two people', browser.get("/").text
    )
    page = browser.get(address).text
    assert len(rows(page)) == 3
    assert marked(rows(page), "A-1") == [True] * 3
    assert "1 to 3 of 3 open dates" in page
    assert "Only dates that are <strong>read differently by two people" in page
    assert 'name="only" value="discrepant"' in page
    assert '<a href="/">Show the others too</a>' in page
    assert Page(page).problems() == []
    assert len(rows(browser.get("/?only=nonsense").text)) == 6
    assert "No open date" in browser.get(f"{address}&words=B-1").text


def test_who_keeps_the_docket_finds_as_many_as_are_counted(office: Office) -> None:
    read = {**READ, "form": "I-129"}
    assert office.browser("Ana").post(f"/notice/{office.notice('S-1')}/verify", data=read).status_code == 303
    browser = office.browser("Dora")
    count = int(re.findall(r"(\d+) read differently by two people", browser.get("/").text)[0])
    found = browser.get("/?only=discrepant").text
    assert f"of {count} open dates" in found
    assert count > 3  # restricted ones too, of which nothing else is told
    assert "I-918" not in found


def test_the_count_of_what_nobody_has_taken_on_leads_to_these(database: Database) -> None:
    office = Office(database, now=datetime(2026, 11, 16, 15, tzinfo=UTC))
    browser = office.browser("Ana")
    browser.post(f"/entry/{office.entry().id}/ack", data={"": ""})
    [(address, count)] = re.findall(r'<a href="([^"]*)">(\d+) of the dates up to a week ahead', browser.get("/").text)
    assert count == "5"  # of six dates Ana has taken on one
    page = browser.get(address).text
    assert len(rows(page)) == int(count)
    assert all("not taken on" in line for line in rows(page))


def test_the_matter_says_so_in_its_table(office: Office) -> None:
    browser = office.browser("Pat")
    assert [MARK in line for line in rows(browser.get(f"/matter/{office.matter()}").text)] == [True] * 3
    assert MARK not in browser.get(f"/matter/{office.matter('B-1')}").text


def test_the_month_says_so(office: Office) -> None:
    day = cells(office.browser("Pat").get("/month?month=2026-11").text)["2026-11-20"]
    lines = re.findall(r"<li>.*?</li>", day, re.DOTALL)
    assert set(marked(lines, "A-1")) == {True}
    assert set(marked(lines, "B-1")) == {False}


def test_the_paper_says_so_and_counts_them(office: Office) -> None:
    with office.database.read() as session:
        text = Printer("Firm", ZONE, "2026.11").whole(session, None, now=office.now, days=90)
    for page in (text, office.browser("Pat").get("/print").text):
        assert marked(rows(page), "A-1") == [True] * 3
        assert marked(rows(page), "B-1") == [False] * 3
        assert '<strong class="alarm">3 in doubt</strong>: two people read the notice differently' in page


def test_the_table_that_leaves_says_so(office: Office) -> None:
    with office.database.read() as session:
        sheet = sheet_of(docket_table(session, Choice(), leaving(named=False), zone=UTC, today=office.now.date()))
    names = [column.name for column in sheet.columns]
    told = {(row[names.index("Matter")], row[names.index("Look again")]) for row in sheet.rows}
    assert told == {("A-1", "IN DOUBT: two people read the notice differently"), ("B-1", None)}


def test_no_mark_tells_what_anybody_read(office: Office) -> None:
    for path in ("/", "/?only=discrepant", "/month?month=2026-11", "/print"):
        text = office.browser("Pat").get(path).text
        assert not any(word in text for word in READ_OTHERWISE), path


def test_the_mark_goes_when_the_doubt_ends(office: Office) -> None:
    office.browser("Pat").post(f"/notice/{office.notice()}/verify", data=READ)
    for path in ("/", "/month?month=2026-11", "/print", f"/matter/{office.matter()}"):
        assert MARK not in office.browser("Pat").get(path).text, path
