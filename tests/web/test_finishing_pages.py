"""Closing a matter and opening it again on pages, and through the API."""

import pytest

from deadlines.docket.closing import waive_entry
from deadlines.docket.verification import verify_notice
from deadlines.store.tables import Entry, Matter, NoticeRow, Person
from tests.docket.desks import DENIAL, LATER, desk, look
from tests.web.office import CANARIES, Office, Page, fields


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def finish(office: Office) -> None:
    """Verified by Ana, then everything waived."""
    with office.database.write() as session:
        ana = session.query(Person).filter_by(name="Ana").one()
        row = session.get_one(NoticeRow, office.notice())
        followed = session.query(Entry).filter_by(notice_id=row.id, status="open").all()
        verify_notice(session, desk(), row, look(followed[0]), by=ana, now=LATER)
        for entry in followed:
            waive_entry(session, desk(), entry, reason="client leaves", by=ana, now=LATER)


def test_a_matter_is_closed_with_a_reason_and_a_notice_opens_it_again(office: Office) -> None:
    browser, matter = office.browser("Ana"), office.matter()
    unfinished = browser.get(f"/matter/{matter}/close").text
    assert "What is unfinished" in unfinished
    assert "Motion to reopen" in unfinished
    assert '<form method="post">' not in unfinished
    refused = browser.post(f"/matter/{matter}/close", data={"reason": "approved"})
    assert refused.status_code == 409
    finish(office)
    form = fields(browser.get(f"/matter/{matter}/close").text)
    assert browser.post(f"/matter/{matter}/close", data={**form, "reason": ""}).status_code == 422
    done = browser.post(f"/matter/{matter}/close", data={**form, "reason": "approved, file archived"})
    assert (done.status_code, done.headers["location"]) == (303, f"/matter/{matter}?done=closed")
    page = browser.get(done.headers["location"]).text
    assert "approved, file archived" in page
    assert f"/matter/{matter}/reopen" in page
    assert Page(page).problems() == []
    assert "without a date to come: 0" in browser.get("/quiet").text
    add = {
        "matter": "A-1", "kind": DENIAL.kind, "form": "I-485", "decided_on": "2026-10-26", "service": "mail",
        "do": "preview",
    }  # fmt: skip
    shown = browser.post("/add", data=add).text
    assert "Closed matter:" in shown
    again = browser.post("/add", data={**add, "digest": Page(shown).fields["digest"], "do": "record"})
    assert again.headers["location"] == f"/matter/{matter}?done=recorded-again"
    assert "OPEN AGAIN" in browser.get(again.headers["location"]).text
    with office.database.read() as session:
        assert session.get_one(Matter, matter).closed_at is None


def test_it_is_opened_again_with_a_reason_and_only_by_who_may(office: Office) -> None:
    finish(office)
    matter = office.matter()
    assert office.browser("Ben").get(f"/matter/{matter}/close").status_code == 403
    assert office.browser("Ben").post(f"/matter/{matter}/close", data={"reason": "x"}).status_code == 403
    hidden = office.browser("Pat").get(f"/matter/{office.matter('S-1')}/close")
    assert (hidden.status_code, [word for word in CANARIES if word in hidden.text]) == (404, [])
    browser = office.browser("Dora")
    assert browser.post(f"/matter/{matter}/close", data={"reason": "approved"}).status_code == 303
    page = browser.get(f"/matter/{matter}/reopen").text
    assert "by Dora: approved" in page
    assert Page(page).problems() == []
    assert browser.post(f"/matter/{matter}/reopen", data={"reason": "client is back"}).status_code == 303
    assert browser.get(f"/matter/{matter}/reopen").text.count("It is not closed") == 1
    assert "Opened the closed matter again: client is back" in browser.get(f"/matter/{matter}/history").text
