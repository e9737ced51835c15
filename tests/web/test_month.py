"""The calendar of a month: every date on its day, holidays, closures, and nothing of restricted matters."""

import re
from datetime import date

import pytest

from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Matter
from tests.docket import samples
from tests.web.test_desk import CANARIES, Firm


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def cells(page: str) -> dict[str, str]:
    """The cell of each day, by its ISO day."""
    found = re.findall(
        r"<td class=\"[^\"]*\">\s*<p class=\"number\"><time datetime=\"(\S+)\">(.*?)</td>", page, re.DOTALL
    )
    return dict(found)


def add(firm: Firm, reference: str = "A-1", **changes: object) -> str:
    with firm.database.write() as session:
        matter = session.get_one(Matter, firm.ids[reference])
        entry, _ = samples.entry(session, matter, samples.window(**changes))
        return entry.id


def test_each_date_stands_on_its_day(firm: Firm) -> None:
    one = add(
        firm,
        rule="both",
        title="Appeal of one day",
        protective_by=date(2026, 11, 9),
        safe_by=date(2026, 11, 30),
        last_day=date(2026, 11, 30),
    )
    page = firm.browser("Ana").get("/month?month=2026-11")
    days = cells(page.text)
    assert len(days) == 30
    assert "File by" in days["2026-11-20"]
    assert "Last day" in days["2026-11-25"]
    assert "Protective" in days["2026-11-09"]
    assert "Appeal of one day" in days["2026-11-09"]
    assert days["2026-11-30"].count("Appeal of one day") == 1
    assert f"#{one}" in days["2026-11-30"]
    # Two entries with two dates each, and one with two.
    assert "6 dates in November 2026" in page.text
    assert "0 dates in October 2026" in firm.browser("Ana").get("/month?month=2026-10").text


def test_weeks_begin_on_sunday(firm: Firm) -> None:
    page = firm.browser("Ana").get("/month?month=2026-12").text  # 1 December 2026 is a Tuesday
    first = page.split("<tbody>")[1].split("</tr>")[0]
    assert first.count('class="outside"') == 2
    assert re.findall(r'scope="col"><abbr title="(\w+)"', page)[0] == "Sunday"


def test_holidays_and_closures_are_marked(firm: Firm) -> None:
    browser = firm.browser("Ana")
    days = cells(browser.get("/month?month=2026-11").text)
    assert "Thanksgiving Day" in days["2026-11-26"]
    assert "circuit 4" in days["2026-11-27"]  # Virginia keeps the day after
    assert (
        "Closed: federal offices closed by Executive order"
        in cells(browser.get("/month?month=2025-12").text)["2025-12-26"]
    )
    assert "kept in lieu of Saturday 4 July" in cells(browser.get("/month?month=2026-07").text)["2026-07-03"]


def test_today_is_marked_and_the_months_beside_are_linked(firm: Firm) -> None:
    page = firm.browser("Ana").get("/month").text  # 1 November 2026
    assert "<strong>today</strong>" in cells(page)["2026-11-01"]
    assert page.count("<strong>today</strong>") == 1
    assert 'href="/month?month=2026-10" rel="prev"' in page
    assert 'href="/month?month=2026-12" rel="next"' in page
    assert 'href="/month?month=2027-01" rel="next"' in firm.browser("Ana").get("/month?month=2026-12").text


def test_of_a_restricted_matter_nothing_is_told(firm: Firm) -> None:
    for name in ("Ben", "Dora", "Adam"):
        tells_nothing(firm, name)


def tells_nothing(firm: Firm, name: str) -> None:
    browser = firm.browser(name)
    queries = ["", "&words=Canary", "&words=secret", "&remedy=motion", "&forum=uscis"]
    pages = [browser.get(f"/month?month=2026-11{query}").text for query in queries]
    for page in pages:
        answer = re.sub(r' (value|href)="[^"]*"', "", page)
        assert not any(word.lower() in answer.lower() for word in CANARIES)
        assert firm.ids["S-1"] not in page
    assert ("Restricted matter, Ana" in pages[0]) == (name == "Dora")
    assert all("Restricted" not in page for page in pages[1:])


def test_filters(firm: Firm) -> None:
    add(firm, rule="eoir.appeal.bia", title="Appeal to the Board", remedy="appeal", form=None)
    browser = firm.browser("Ana")
    assert "6 dates" in browser.get("/month?month=2026-11").text
    for query, count in (
        ("forum=bia", 2),
        ("forum=uscis", 4),
        ("forum=nowhere", 6),
        ("remedy=motion", 4),
        ("remedy=app", 0),
        ("words=Sons", 4),
        ("attorney=nobody", 0),
    ):
        assert f"{count} dates in" in browser.get(f"/month?month=2026-11&{query}").text, query
    page = browser.get("/month?month=2026-11&forum=bia&words=board").text
    assert 'href="/month?forum=bia&amp;words=board&amp;month=2026-12"' in page


def test_a_full_day_leads_to_the_docket_of_that_day(firm: Firm) -> None:
    for number in range(9):
        add(firm, rule=f"many.{number}", safe_by=date(2027, 3, 12), last_day=date(2027, 3, 15))
    browser = firm.browser("Ana")
    day = cells(browser.get("/month?month=2027-03").text)["2027-03-12"]
    assert day.count("<li>") == 6
    assert ">3 more<" in day
    link = re.findall(r'href="(/\?[^"]*)"', day)[0]
    assert link == "/?on=2027-03-12"
    page = browser.get(link).text
    assert "1 to 9 of 9 open dates" in page
    assert "of 2 open dates" in browser.get("/?on=2026-11-25").text
    assert "of 11 open dates" in browser.get("/?on=2026-11-31").text  # no such day


def test_months_that_make_no_sense_are_this_month(firm: Firm) -> None:
    browser = firm.browser("Ana")
    for text in ("2026-13", "2026-00", "26-1", "2026-1", "٢٠٢٦-12", "9999-12", "0000-01", "x", "2026-12-01"):
        assert "November 2026</h1>" in browser.get("/month", params={"month": text}).text, text


def test_an_altered_date_is_alarmed_and_comes_first_on_the_docket(firm: Firm) -> None:
    late = add(firm, rule="late", title="Altered one", safe_by=date(2027, 3, 12), last_day=date(2027, 3, 15))
    with firm.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE deadline SET last_day = '2027-03-19' WHERE entry_id = '{late}'")
    browser = firm.browser("Ana")
    assert "INTEGRITY ALARM" in cells(browser.get("/month?month=2027-03").text)["2027-03-19"]
    assert browser.get("/").text.index("Motion to reopen") < browser.get("/").text.index("Altered one")
    with firm.database.write() as session:  # as the nightly check of all seals leaves it
        session.merge(Heartbeat(sweep="seals", at=samples.ENTERED, detail=late))
    page = browser.get("/").text
    assert page.index("Altered one") < page.index("Motion to reopen")
    assert "INTEGRITY ALARM" in page
