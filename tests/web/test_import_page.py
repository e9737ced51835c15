"""Importing a table on a page: shown first, recorded on a second word, and nothing kept in between."""

import base64
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from deadlines.docket.daybook import daybook
from deadlines.sheets import read_grid
from deadlines.store.tables import Imported, Matter, NoticeRow, Person
from deadlines.web.desk import importing
from tests.docket.samples import ZONE
from tests.sheets.books import book, part, with_part
from tests.sheets.test_reading import SHEET
from tests.web.office import CANARIES, Office, Page

HEAD = "key,matter,client,attorney,kind,form,decided_on,service\n"
GOOD = HEAD + (
    "K-1,B-1,Canary-Ito,ana@firm.test,uscis.denial,I-140,2026-10-23,mail\nK-2,B-1,,,uscis.rfe,I-485,2026-10-20,mail\n"
)
BAD = HEAD + (
    "K-1,B-1,Canary-Ito,nobody@firm.test,uscis.denial,I-140,02/03/2026,mail\n"
    "K-1,B-2,,ana@firm.test,uscis.nonsense,I-140,2026-10-23,pigeon\n"
)


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "sqlite")


def uploading(office: Office, name: str = "Ben") -> TestClient:
    browser = office.browser(name)
    del browser.headers["Content-Type"]
    return browser


def send(office: Office, text: str | bytes, name: str = "Ben", **more: str) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return uploading(office, name).post("/import", data={"do": "check", **more}, files={"file": ("t.csv", data)})


def confirm(office: Office, shown: str, name: str = "Ben", **changed: str) -> Any:
    """The button under what was shown, as a browser without scripts sends it."""
    hidden = {key: value for key, value in Page(shown).fields.items() if key in ("table", "seen", "dates", "sheet")}
    form = {**hidden, "dates": "iso", "sheet": "", "do": "record", **changed}
    return uploading(office, name).post("/import", data=form, files={"nothing": ("", b"")})


def kept(office: Office) -> tuple[int, ...]:
    with office.database.read() as session:
        tables = (Imported, NoticeRow, Matter)
        return tuple(session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)


def test_a_client_for_a_matter_that_has_none_is_told_on_the_page(office: Office) -> None:
    with office.database.write() as session:
        session.scalars(select(Matter).where(Matter.reference == "A-1")).one().client = None
    row = "K-1,A-1,{},,uscis.rfe,I-485,2026-10-20,mail\n"
    assert "names the client of the matter, which has none" in send(office, HEAD + row.format("Canary-Ito")).text
    assert "names the client" not in send(office, HEAD + row.format("")).text


def test_a_number_that_overflows_is_a_mistake_like_any_other(office: Office) -> None:
    cells = [*HEAD.strip().split(","), "fact.days"], [*GOOD.splitlines()[1].split(","), 12_345]
    data = book(cells)
    endless = with_part(data, SHEET, part(data, SHEET).replace(b"12345", b"1e999"))
    assert endless != data
    answer = send(office, endless)
    assert answer.status_code == 422
    assert "1 mistake: nothing was recorded" in answer.text
    assert "The number is too large." in answer.text


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_a_table_is_shown_first_and_recorded_on_a_second_word(office: Office) -> None:
    before = kept(office)
    shown = send(office, GOOD)
    assert shown.status_code == 200
    assert kept(office) == before == (0, 2, 2)
    for words in ("<strong>2</strong>, opening", "B-1 (new)", "K-2", "Record 2 notices"):
        assert words in shown.text, words
    assert Page(shown.text).problems() == []
    assert base64.b64decode(Page(shown.text).fields["table"]).decode() == GOOD
    done = confirm(office, shown.text)
    assert (done.status_code, done.headers["location"]) == (303, "/import?recorded=2&known=0")
    assert kept(office) == (2, 4, 3)
    assert "Recorded: 2 new notices" in office.browser("Ben").get(done.headers["location"]).text
    again = send(office, GOOD).text
    assert "There is nothing new in the table." in again
    twice = confirm(office, shown.text)
    assert (twice.status_code, kept(office)) == (409, (2, 4, 3))
    with office.database.read() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben")).one()
        lines = daybook(session, ben, on=office.now.date(), zone=ZONE).lines
        assert [(line.who, line.source) for line in lines] == [
            ("Ben", "row K-1 of a table"), ("Ben", "row K-2 of a table"),
        ]  # fmt: skip


def test_every_mistake_stands_in_a_table_with_its_row_and_column(office: Office) -> None:
    refused = send(office, BAD)
    assert refused.status_code == 422
    page = refused.text
    cells = [
        "".join(
            f'<td role="cell" data-label="{name}">{value}</td>'
            for name, value in (("Row", row), ("Column", column), ("Cell", cell))
        )
        for row, column, cell in (
            (2, "attorney", "D2"),
            (2, "decided_on", "G2"),
            (3, "key", "A3"),
            (3, "kind", "E3"),
            (3, "service", "H3"),
        )
    ]
    assert [cell for cell in cells if cell not in page] == []
    assert 'name="table"' not in page
    assert "deadlines person add" not in page
    assert re.search(r'figures, such as 11/12/2026, <a href="#dates">say below in which order</a>', page)
    assert "in which order" not in send(office, BAD, dates="mdy").text
    assert Page(page).problems() == []
    forced = uploading(office).post(
        "/import",
        data={"do": "record", "table": base64.b64encode(BAD.encode()).decode(), "dates": "iso", "seen": "x"},
        files={"nothing": ("", b"")},
    )
    assert (forced.status_code, kept(office)) == (422, (0, 2, 2))


def test_a_row_that_differs_names_no_command(office: Office) -> None:
    assert confirm(office, send(office, GOOD).text).status_code == 303
    page = send(office, GOOD.replace("I-140,2026-10-23,mail", "I-140,2026-10-23,in-person")).text
    assert "on the docket with other facts" in page
    assert "Correct what is wrong: the file or the docket." in page
    assert "deadlines amend" not in page


def test_what_is_no_such_table_is_told_beside_the_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for data, words in (
        (b"", "Choose a CSV or XLSX file"),
        (b"%PDF-1.7", "is a PDF, not a table"),
        (b"\xff\xfe\x00", "UTF-8"),
    ):
        answer = send(office, data)
        assert (answer.status_code, words in answer.text, 'href="#file"' in answer.text) == (422, True, True)
    monkeypatch.setattr(importing, "MOST_ROWS", 1)
    assert "more than" in send(office, GOOD).text
    monkeypatch.setattr(importing, "MOST_BYTES", 50)
    assert "Choose a CSV or XLSX file" in send(office, GOOD).text
    assert kept(office) == (0, 2, 2)


def test_a_workbook_and_the_order_of_dates_are_taken_as_the_form_says(office: Office) -> None:
    rows = [line.replace("2026-10-23", "10/23/2026").split(",") for line in GOOD.splitlines()[:2]]
    assert "2026" in send(office, book(rows, sheet="Mine")).text
    shown = send(office, book(rows, sheet="Mine"), dates="mdy", sheet="Mine")
    assert shown.status_code == 200
    assert confirm(office, shown.text).status_code == 422  # by another order of dates it is another table
    assert confirm(office, shown.text, dates="mdy", sheet="Mine").status_code == 303
    assert kept(office) == (1, 3, 3)


def test_what_changed_meanwhile_or_was_changed_on_the_way_is_shown_again(office: Office) -> None:
    shown = send(office, GOOD)
    other = base64.b64encode(GOOD.replace("K-2", "K-3").encode()).decode()
    answer = confirm(office, shown.text, table=other)
    assert (answer.status_code, "Look at it again" in answer.text, kept(office)) == (409, True, (0, 2, 2))
    assert confirm(office, shown.text, table="@@@").status_code == 422


def test_who_may_not_enter_imports_nothing_and_a_restricted_matter_is_nobodys_to_find(office: Office) -> None:
    assert office.browser("Audrey").get("/import").status_code == 403
    assert send(office, GOOD, "Audrey").status_code == 403
    foreign = uploading(office).post(
        "/import",
        data={"do": "check"},
        files={"file": ("t.csv", GOOD.encode())},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert foreign.status_code == 403
    hidden = send(office, HEAD + "K-9,S-1,,,uscis.denial,I-140,2026-10-23,mail\n")
    assert hidden.status_code == 422
    assert [word for word in CANARIES if word in hidden.text and word != "S-1"] == []
    assert kept(office) == (0, 2, 2)


def test_the_empty_tables_are_those_of_the_command(office: Office) -> None:
    for kind in ("csv", "xlsx"):
        answer = office.browser("Ben").get(f"/import/notices.{kind}")
        assert read_grid(answer.content).rows[0][1][:2] == ["key", "matter"]
        assert answer.headers["content-disposition"] == f'attachment; filename="notices.{kind}"'
