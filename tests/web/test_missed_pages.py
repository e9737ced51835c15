"""A missed date on its page: recorded with how it was found, what may still help, and a log of each day."""

from datetime import UTC, datetime

import pytest

from deadlines.store.database import Database
from tests.web.office import CANARIES, Office, Page, fields

AFTER = datetime(2026, 12, 4, 15, 0, tzinfo=UTC)


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, AFTER)


def test_a_missed_date_is_recorded_and_worked_on(office: Office) -> None:
    entry, browser = office.entry(), office.browser("Ana")
    path = f"/entry/{entry.id}/missed"
    assert path in browser.get(f"/matter/{entry.matter_id}").text
    form = fields(browser.get(path).text)
    refused = browser.post(path, data=form)
    assert refused.status_code == 422
    assert 'href="#found_on"' in refused.text
    assert 'href="#how"' in refused.text
    early = browser.post(path, data={**form, "found_on": "2026-11-02", "how": "lost"})
    assert (early.status_code, 'href="#found_on"' in early.text) == (422, True)
    done = browser.post(path, data={**form, "found_on": "2026-12-04", "how": "filed under another client"})
    page = browser.get(done.headers["location"])
    assert Page(page.text).problems() == []
    assert "It passed without filing" in page.text
    assert "filed under another client" in page.text
    assert "What may still help" in page.text
    assert "Give the insurer notice" in page.text
    assert office.entry().status == "missed"
    form = fields(page.text)
    assert browser.post(f"{path}/log", data=form).status_code == 422
    assert browser.post(f"{path}/log", data={**form, "on": "2026-12-24", "text": "x"}).status_code == 422
    assert browser.post(f"{path}/log", data={**form, "text": "asked the court for the record"}).status_code == 303
    assert "asked the court for the record" in browser.get(path).text
    matter = browser.get(f"/matter/{entry.matter_id}").text
    assert Page(matter).problems() == []
    assert "MISSED:" in matter
    history = browser.get(f"/matter/{entry.matter_id}/history").text
    assert "Wrote into the log of a missed date: on 2026-12-04: asked the court for the record" in history


def test_a_date_that_can_still_be_argued_is_filed_instead(office: Office) -> None:
    office.now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    entry, browser = office.entry(), office.browser("Ana")
    path = f"/entry/{entry.id}/missed"
    assert path not in browser.get(f"/matter/{entry.matter_id}").text
    form = {**fields(browser.get(path).text), "found_on": "2026-11-24", "how": "late"}
    assert browser.post(path, data=form).status_code == 409
    assert office.entry().status == "open"


def test_who_may_not_record_it_is_told_whom_to_tell(office: Office) -> None:
    path = f"/entry/{office.entry().id}/missed"
    assert "tell the responsible attorney" in office.browser("Audrey").get(path).text
    assert office.browser("Audrey").post(path, data={"found_on": "2026-12-04", "how": "x"}).status_code == 403
    secret = f"/entry/{office.entry(reference='S-1').id}/missed"
    for page in (secret, f"{secret}/log"):
        answer = office.browser("Dora").get(page)
        assert answer.status_code == 404
        assert not any(word in answer.text for word in CANARIES)
