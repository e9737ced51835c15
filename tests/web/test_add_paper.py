"""A PDF on the page for a notice: what it says is offered beside the fields, and taken by a person or not at all."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from deadlines.pdf.reading import MOST_BYTES
from deadlines.store.database import Database
from deadlines.store.tables import NoticeRow
from tests.papers import samples
from tests.web.test_add import browser, counted
from tests.web.test_desk import Firm


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"  # nothing is asked of it that other tests do not ask


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def read(firm: Firm, content: bytes, name: str = "Ana", **fields: str) -> str:
    client = browser(firm, name)
    del client.headers["Content-Type"]
    # In the order of a browser: the fields that stand after the file follow it.
    parts: list[tuple[str, Any]] = [
        ("file", ("denial.pdf", content, "application/pdf")),
        *((name, (None, value)) for name, value in fields.items()),
    ]
    answer = client.post("/add/read", files=parts)
    return f"{answer.status_code} {answer.text}"


def offered(page: str) -> list[str]:
    return re.findall(r'name="take" value="([^"]*)"', page)


def hidden(page: str) -> str:
    return html.unescape(re.findall(r'name="paper" value="([^"]*)"', page)[0])


def test_what_a_paper_says_is_offered_and_fills_nothing(firm: Firm) -> None:
    before = counted(firm)
    page = read(firm, samples.pdf(samples.DENIAL), matter="B-7", client="Okafor")
    assert page.startswith("200")
    assert "form=I-140" in offered(page)
    assert "decided_on=2026-10-23" in offered(page)
    assert "Page 1, line 6: <q>October 23, 2026</q>" in page
    assert 'name="decided_on" type="text" value=""' in page
    assert 'name="form" type="text" value=""' in page
    assert 'value="Okafor"' in page
    assert "A123-456-789" not in page
    assert 'name="digest"' not in page
    after = counted(firm)
    assert (after[:3], after[3]) == (before[:3], before[3] + 1)  # she signed in


def test_a_proposal_is_taken_by_its_button_and_only_one_that_was_offered(firm: Firm) -> None:
    carried = hidden(read(firm, samples.pdf(samples.DENIAL)))
    client = browser(firm)
    page = client.post("/add", data={"paper": carried, "matter": "B-7", "take": "decided_on=2026-10-23"}).text
    assert 'name="decided_on" type="text" value="2026-10-23"' in page
    assert "as it stands in the field" in page
    for made_up in ("decided_on=2020-01-01", "matter=A-1", "do=record", "attorney=x"):
        page = client.post("/add", data={"paper": carried, "matter": "B-7", "take": made_up}).text
        assert 'name="decided_on" type="text" value=""' in page
        assert 'name="matter" type="text" value="B-7"' in page
    with firm.database.read() as session:
        assert session.scalar(select(func.count()).select_from(NoticeRow)) == 2


def test_what_cannot_be_read_is_said_beside_the_file(firm: Firm) -> None:
    for content, words in (
        (b"hello", "no PDF that can be read"),
        (b"", "Choose a PDF"),
        (samples.pdf([["Nothing of note"]]), "Nothing was found"),
        (b"%PDF-" + b"x" * MOST_BYTES, "20 megabytes"),
    ):
        page = read(firm, content, client="Okafor")
        assert page.startswith("422")
        assert words in page.split('id="fault-file"')[1].split("</p>")[0], words
        assert "Nothing was taken from the PDF" in page
        assert "Nothing was recorded" not in page
        assert 'value="Okafor"' in page


def test_who_reads_a_paper_or_takes_a_proposal_is_refused_nothing(firm: Firm) -> None:
    page = read(firm, samples.pdf(samples.DENIAL), matter="B-7")  # a new matter, whose attorney nobody chose yet
    assert page.startswith("200")
    assert "The PDF was read" in page
    client, carried = browser(firm), hidden(page)
    taken = client.post("/add", data={"paper": carried, "matter": "B-7", "take": "decided_on=2026-10-23"}).text
    for shown in (page, taken):
        assert "Nothing was recorded" not in shown
        assert "choose its attorney" not in shown
        assert 'id="wrong"' not in shown
    # Where a preview was asked for it is said, and what cannot be read stands beside its field at any time.
    asked = client.post("/add", data={"paper": carried, "matter": "B-7", "do": "preview"}).text
    assert "choose its attorney" in asked.split('id="wrong"')[1].split("</div>")[0]
    page = read(firm, samples.pdf(samples.DENIAL), decided_on="02/03/2026")
    assert "could be" in page.split('id="fault-decided_on"')[1].split("</p>")[0]
    assert "Nothing was recorded" not in page


def test_only_our_form_of_who_may_enter_brings_a_file(firm: Firm) -> None:
    assert read(firm, samples.pdf(samples.DENIAL), name="Adam").startswith("403")
    client = browser(firm)
    assert client.post("/add/read", data={"matter": "x"}).status_code == 403
    del client.headers["Content-Type"]
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/add/read", files={"file": ("a.pdf", b"x")}, headers=foreign).status_code == 403


def test_hostile_words_of_a_form_are_shown_as_words(firm: Firm) -> None:
    client = browser(firm)
    line = '[{"field":"form","value":"<script>","page":1,"line_number":1,"line":"<b>x</b>\\"\'"}]'
    page = client.post("/add", data={"paper": line, "matter": "B-7"}).text
    assert "<b>x</b>" not in page
    assert "<script>" not in page
    for broken in ("{", "[1]", '[{"field":1}]', "x" * 9000):
        assert client.post("/add", data={"paper": broken, "matter": "B-7"}).status_code == 200
