"""Pages say that people were told only where the firm's mail can leave; elsewhere they say who has to tell them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from deadlines import wiring
from deadlines.config import load_settings
from deadlines.docket.looks import refusal
from deadlines.docket.telling import Leaves
from deadlines.store.database import Database
from deadlines.store.tables import NoticeRow
from deadlines.web.app import create_app
from deadlines.wiring_channels import build_channels
from tests.docket import desks
from tests.houses import house_in
from tests.web.office import Office, Page, fields
from tests.web.test_verify_pages import READ

AFTER = datetime(2026, 12, 7, 15, 0, tzinfo=UTC)
"""Every date of the denial has passed."""
NOBODY = "obody can be told, because the firm has set up no way to write to people: tell "
FOLDER = "written to, but the program&#39;s letters go only into a folder: tell them yourself as well"
WAYS: tuple[tuple[Leaves, str], ...] = (("nowhere", NOBODY), ("folder", FOLDER))


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def says(page: str, leaves: Leaves) -> None:
    for way, words in WAYS:
        assert (words in page) == (way == leaves), (way, leaves)
    assert ("written to" in page) == (leaves != "nowhere")
    assert Page(page).problems() == []


@pytest.mark.parametrize("leaves", ["mail", "nowhere", "folder"])
def test_after_a_second_look_that_differs(office: Office, leaves: Leaves) -> None:
    office.leaves = leaves
    browser, path = office.browser("Ana"), f"/notice/{office.notice()}/verify"
    says(browser.get(path).text, leaves)
    done = browser.post(path, data={**READ, "form": "I-129"})
    says(browser.get(done.headers["location"]).text, leaves)


@pytest.mark.parametrize("leaves", ["mail", "nowhere", "folder"])
def test_after_a_missed_date(database: Database, leaves: Leaves) -> None:
    office = Office(database, AFTER)
    office.leaves = leaves
    browser, path = office.browser("Ana"), f"/entry/{office.entry().id}/missed"
    page = browser.get(path).text
    says(page, leaves)
    done = browser.post(path, data={**fields(page), "found_on": "2026-12-04", "how": "lost"})
    page = browser.get(done.headers["location"]).text
    says(page, leaves)
    assert ("word of mouth as well" in page) == (leaves == "mail")


@pytest.mark.parametrize("leaves", ["mail", "nowhere", "folder"])
def test_where_a_matter_is_handed_over(office: Office, leaves: Leaves) -> None:
    office.leaves = leaves
    browser, path = office.browser("Pat"), f"/matter/{office.matter()}/hand-over"
    page = browser.get(path).text
    says(page, leaves)
    [pat] = re.findall(r'<option value="(\w+)">Pat', page)
    done = browser.post(path, data={**fields(page), "person": pat})
    says(browser.get(done.headers["location"]).text, leaves)


def test_the_command_line_says_the_same(office: Office) -> None:
    with office.database.read() as session:
        row = session.get_one(NoticeRow, office.notice())
        assert NOBODY in refusal(row, ["form"], "nowhere")
        assert "who entered it are written to." in refusal(row, ["form"], "mail")


@pytest.mark.parametrize(
    "mail, way",
    [
        ('host = "mail.firm.example"\nsender = "docket@firm.example"', "mail"),
        ("", "nowhere"),
        ('channel = "folder"', "folder"),
        ('channel = "console"', "console"),
    ],
)
def test_where_letters_go_is_known_from_the_settings(tmp_path: Path, mail: str, way: Leaves) -> None:
    file = tmp_path / "deadlines.toml"
    file.write_text(f"[mail]\n{mail}\n")
    assert wiring.build_desk(load_settings(str(file), environ={}), "web").leaves == way


def test_a_test_message_that_was_not_taken_says_why(office: Office, tmp_path: Path) -> None:
    """As in a firm that is set up by the README: no mail server is named."""
    file = tmp_path / "deadlines.toml"
    file.write_text("[firm]\n")
    settings = load_settings(str(file), environ={})
    house = replace(house_in(tmp_path), channels=lambda: build_channels(settings), mail="smtp")
    app = create_app(
        office.database,
        zone="America/New_York",
        now=lambda: office.now,
        desk=lambda who: desks.desk(actor=who),
        house=lambda: house,
    )
    browser = office.browser("Ben", app)
    sent = {**fields(browser.get("/me").text), "channel": "mail"}
    page = browser.post("/me/test", data=sent)
    assert page.status_code == 200
    assert "The test message was NOT taken. No mail server is configured. Tell whoever" in page.text
    assert "Look at the address" not in page.text
    assert "mail.host" not in page.text
    assert Page(page.text).problems() == []
    again = browser.post("/me/test", data=sent)  # the browser's own "send again" repeats nothing
    assert "This test was made already" in browser.get(again.headers["location"]).text
