"""A copy taken at a page: the lines that the page shows, nothing of what it keeps back, and a line in the trail."""

import csv
import io
import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import openpyxl
import pytest
from httpx2 import Response
from sqlalchemy import select

from deadlines.docket import table
from deadlines.docket.extensions import request_extension
from deadlines.store.tables import Audit, Entry, Matter, Person
from tests.docket import desks
from tests.docket.desks import DENIAL, LAST, MAILED, SAFE
from tests.reading import events_of
from tests.web.office import CANARIES, PEOPLE, Office, Page
from tests.web.test_daybook_pages import verify

KINDS = ("xlsx", "csv", "json", "ics")
DAY = "2026-11-02"
HOSTILE = '=HYPERLINK("https://evil.example","x")'
FILTERS = (
    *("", "when=week", "when=overdue", "remedy=motion", "forum=aao", "words=A-1+reopen", "words=nowhere"),
    *(f"on={SAFE}", "only=unanswered&when=all", "only=discrepant", "words=a-1&forum=uscis&when=all"),
)


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def rows_of(answer: Response) -> list[dict[str, Any]]:
    """The lines of a table as a program reads them, by the name of the column or the key; empty is an empty text."""
    kind = answer.headers["content-disposition"].rpartition(".")[2].strip('"')
    if kind == "json":
        return list(json.loads(answer.content)["entries"])
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    lines = list(openpyxl.load_workbook(io.BytesIO(answer.content))["Docket"].iter_rows(values_only=True))
    return [
        {str(name): str(value or "")[:40] for name, value in zip(lines[0], line, strict=True)} for line in lines[1:]
    ]


def take(office: Office, who: str, kind: str, path: str = "/copy", **typed: str) -> Response:
    return office.browser(who).post(path, data={"as": kind, **typed})


def matter_copy(office: Office, who: str, kind: str, reference: str = "A-1", **typed: str) -> Response:
    return take(office, who, kind, f"/matter/{office.matter(reference)}/copy", **typed)


def trail(office: Office) -> list[tuple[str, str, str, dict[str, Any]]]:
    with office.database.read() as session:
        found = session.scalars(select(Audit).where(Audit.action.startswith("export.")).order_by(Audit.id))
        return [(row.action, row.actor, row.subject, row.detail) for row in found]


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"])
def test_the_copy_holds_what_the_page_counts_under_the_same_filters(office: Office) -> None:
    office.record("B-1", DENIAL)
    browser, counted = office.browser("Dora"), []
    for query in (*FILTERS, f"attorney={attorney(office)}"):
        page = browser.get(f"/?{query}").text
        total = int((re.findall(r"of (\d+) open dates", page) or ["0"])[0])
        form = page.partition('<details class="copy">')[2]
        asked = Page(form).fields if form else dict(parse_qsl(query))
        told = json.loads(browser.post("/copy", data={**asked, "as": "json"}).content)
        assert len(told["entries"]) + told["left_out"] == total, query
        counted.append((len(told["entries"]), told["left_out"]))
    assert len(set(counted)) > 3, counted
    assert (6, 3) in counted, "the dates of the restricted matter stand on this docket and in no copy"


def attorney(office: Office) -> str:
    with office.database.read() as session:
        return session.scalars(select(Person.id).where(Person.name == "Ana")).one()


def test_each_kind_of_table_holds_the_same_lines(office: Office) -> None:
    told = rows_of(take(office, "Ben", "json"))
    assert {(line["safe_by"], line["last_day"], line["next_on"]) for line in told} == {
        (f"{SAFE}", f"{LAST}", f"{SAFE}")
    }
    assert [list(line).count("client") for line in told] == [0] * 3
    for kind in ("csv", "xlsx"):
        rows = rows_of(take(office, "Ben", kind))
        assert [row["Entry"] for row in rows] == [line["entry"] for line in told]
        assert {row["File by"][:10] for row in rows} == {f"{SAFE}"}
        assert "Client" not in rows[0]
    named = take(office, "Ben", "json", clients="yes")
    assert {line["client"] for line in rows_of(named)} == {"Canary-Garcia"}
    assert (json.loads(named.content)["copied_on"], "not kept up to date" in named.text) == (DAY, True)


def test_one_matter_is_copied_whole_and_as_a_calendar(office: Office) -> None:
    page = office.browser("Ana").get(f"/matter/{office.matter()}").text
    lines = rows_of(matter_copy(office, "Ana", "json"))
    assert {line["entry"] for line in lines} == set(re.findall(r'<article id="(\w+)"', page))
    answer = matter_copy(office, "Ben", "ics")
    assert answer.headers["content-disposition"] == f'attachment; filename="matter-A-1-{DAY}.ics"'
    assert answer.headers["content-type"].startswith("text/calendar")
    assert {event["DTSTART"].dt for event in events_of(answer.content)} == {SAFE, LAST}
    assert "Canary" not in answer.text
    assert "Canary-Garcia" in matter_copy(office, "Ben", "ics", clients="yes").text.replace("\r\n ", "")


def test_a_copy_says_that_more_time_is_asked_for_and_not_granted(office: Office) -> None:
    until = LAST + timedelta(days=20)
    with office.database.write() as session:
        query = select(Entry).where(Entry.matter_id == office.matter(), Entry.rule == "uscis.motion.reopen")
        entry = session.scalars(query).one()
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        asked: dict[str, Any] = {"to": until, "asked_on": date(2026, 10, 30), "proof": "ECAS 1", "by": ana}
        request_extension(session, desks.desk(), entry, **asked, now=desks.LATER)
    lines = {line["entry"]: line["extension_to"] for line in rows_of(take(office, "Ben", "json"))}
    assert (lines.pop(entry.id), set(lines.values())) == (str(until), {None})
    for kind in ("csv", "xlsx"):
        [row] = [row for row in rows_of(take(office, "Ben", kind)) if "asked for" in row["Look again"]]
        assert row["Entry"] == entry.id
    for who in ("Ben", "Dora"):  # who entered the notice, and who may still verify it blind
        events = events_of(matter_copy(office, who, "ics").content)
        marked = {str(event["UID"])[:26] for event in events if "NOT GRANTED" in event["DESCRIPTION"]}
        assert marked == {entry.id}, who


def test_a_restricted_matter_is_in_no_copy_of_a_docket_and_in_none_of_who_does_not_see_it(office: Office) -> None:
    for who in PEOPLE:
        for kind in KINDS[:3]:
            answer = take(office, who, kind, clients="yes")
            assert {row.get("matter", row.get("Matter")) for row in rows_of(answer)} == {"A-1"}, (who, kind)
            assert told(answer) == []
        for kind in KINDS if who != "Ana" else ():
            answer = matter_copy(office, who, kind, "S-1", restricted="yes")
            assert (answer.status_code, told(answer)) == (404, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_restricted_matter_is_copied_alone_when_that_is_said_and_without_its_client(
    office: Office, kind: str
) -> None:
    unsaid = matter_copy(office, "Ana", kind, "S-1")
    assert (unsaid.status_code, "tick that its dates are to leave" in unsaid.text, told(unsaid)) == (409, True, [])
    said = matter_copy(office, "Ana", kind, "S-1", restricted="yes", clients="yes")
    assert said.headers["content-disposition"] == f'attachment; filename="matter-{DAY}.{kind}"'
    assert told(said)[:1] == ["S-1"], "its number, and not its client"


def told(answer: Response) -> list[str]:
    table = answer.headers.get("content-disposition", "ics").rstrip('"').endswith(KINDS[:3])
    text = str(rows_of(answer)) if table else answer.text.replace("\r\n ", "")
    return [word for word in CANARIES if word in text]


def test_who_may_still_verify_takes_a_copy_without_what_was_entered(office: Office) -> None:
    entered = ("uscis.denial", "I-140", f"{MAILED}", "23 Oct 2026", "23 October", "Working")
    for who, blind in (("Pat", True), ("Dora", True), ("Ben", False), ("Audrey", False)):
        for kind in ("json", "csv", "ics"):
            text = matter_copy(office, who, kind).text.replace("\r\n ", "")
            assert bool([word for word in entered if word in text]) is not blind, (who, kind)
        lines = [*rows_of(matter_copy(office, who, "json")), *rows_of(take(office, who, "json"))]
        assert {line["blind"] for line in lines} == {blind}
        assert {line["kind"] for line in lines} == {None if blind else "uscis.denial"}
    mine, theirs = (events_of(matter_copy(office, who, "ics").content) for who in ("Pat", "Ben"))
    assert [(one["UID"], one["DTSTART"].dt) for one in mine] == [(one["UID"], one["DTSTART"].dt) for one in theirs]
    verify(office)
    assert "I-140" in matter_copy(office, "Pat", "csv").text


def test_a_copy_stands_in_the_trail_and_needs_a_form_of_ours(office: Office) -> None:
    answer = take(office, "Audrey", "csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="docket-{DAY}.csv"'
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert matter_copy(office, "Adam", "ics", clients="yes").status_code == 200
    before = [
        ("export.csv", "audrey@firm.test", "", {"entries": 3, "clients": False, "restricted": False}),
        ("export.ics", "adam@firm.test", office.matter(), {"redaction": "full", "restricted": False}),
    ]
    assert trail(office) == before
    told = office.browser("Audrey").get("/audit").text
    assert "took dates out as a table" in told
    assert "entries: 3" in told
    assert "with the names of clients" in told
    browser = office.browser("Ben")
    for path in ("/copy", f"/matter/{office.matter()}/copy"):
        for how in ({"Sec-Fetch-Site": "cross-site"}, {"Content-Type": "text/plain"}):
            assert browser.post(path, data={"as": "csv"}, headers=how).status_code == 403
        assert (browser.get(path).status_code, browser.post(path, data={"as": "pdf"}).status_code) == (405, 422)
    assert take(office, "Ben", "ics").status_code == 422, "a calendar file is of one matter"
    assert take(office, "nobody", "csv").status_code == 303
    assert trail(office) == before


def test_a_name_like_a_formula_stays_a_text(office: Office) -> None:
    with office.database.write() as session:
        session.scalars(select(Matter).where(Matter.reference == "A-1")).one().client = HOSTILE
    rows = rows_of(take(office, "Ben", "csv", clients="yes"))
    assert {row["Client"] for row in rows} == {f"'{HOSTILE}"}
    book = openpyxl.load_workbook(io.BytesIO(take(office, "Ben", "xlsx", clients="yes").content))["Docket"]
    cells = [cell for row in book.iter_rows(min_row=2) for cell in row if cell.value == HOSTILE]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 3


def test_more_than_somebody_waits_for_is_a_sentence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST", 2)
    refused = take(office, "Ben", "xlsx")
    assert (refused.status_code, "These are 3 dates; a page copies 2 at most" in refused.text) == (409, True)
    assert trail(office) == []


def test_the_form_carries_what_was_looked_for(office: Office) -> None:
    page = office.browser("Ben").get("/?words=A-1+<x>&when=all").text
    assert '<details class="copy">' not in page, "nothing is found, and nothing is to be copied"
    form = office.browser("Ben").get("/?words=a-1&remedy=motion&when=all").text.partition('<details class="copy">')[2]
    assert Page(form).fields == {"words": "a-1", "remedy": "motion", "when": "all"}
    for reference in ("A-1", "S-1"):
        assert Page(office.browser("Ana").get(f"/matter/{office.matter(reference)}").text).problems() == []
