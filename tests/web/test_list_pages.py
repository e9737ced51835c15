"""Follow-up, workload and matters without a date on pages; and every page of the desk is one that everybody can use."""

from datetime import UTC, datetime

import pytest

from deadlines.store.database import Database
from tests.web.office import CANARIES, Office, Page, fields

AFTER = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
"""Friday 27 November 2026: the safe dates of the week before have gone by, and the last days as well."""


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, AFTER)


def test_the_follow_up_demands_a_proof_for_each_filing(office: Office) -> None:
    browser = office.browser("Dora")
    page = browser.get("/follow-up").text
    assert "NO PROOF" in page
    assert "without proof" in page
    assert "restricted" in page
    path = f"/entry/{office.entry().id}/waive"
    form = {**fields(office.browser("Ana").get(path).text), "reason": "client files anew"}
    assert office.browser("Ana").post(path, data=form).status_code == 303
    assert "client files anew" in browser.get("/follow-up").text
    earlier = browser.get("/follow-up?on=2026-11-18").text
    assert "The week to come: 6" in earlier
    for odd in ("soon", "0001-01-01", "9999-12-31"):
        assert browser.get(f"/follow-up?on={odd}").status_code == 422
    assert browser.get("/follow-up?on=2026-12-24").status_code == 200
    assert browser.get("/follow-up?on=").status_code == 200


def test_the_workload_counts_what_is_on_a_persons_docket(office: Office) -> None:
    office.now = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
    row = office.browser("Dora").get("/workload").text
    assert '<th scope="row">Ana</th>\n<td>0</td>\n<td>6<meter' in row
    assert '<th scope="row">Ana</th>\n<td>0</td>\n<td>3<meter' in office.browser("Pat").get("/workload").text


def test_matters_without_a_date_to_come_are_looked_at(office: Office) -> None:
    browser = office.browser("Pat")
    page = browser.get("/quiet").text
    assert "Matters without a date to come: 1" in page
    assert f"/matter/{office.matter()}" in page
    assert "1 matter without a date to come" in browser.get("/").text


def test_every_page_is_one_that_everybody_can_use_and_tells_nothing_of_restricted_matters(office: Office) -> None:
    entry, notice = office.entry().id, office.notice()
    read = {"kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23", "method": "mail"}
    office.browser("Dora").post(f"/notice/{notice}/verify", data=read)  # who may still verify it may not amend it
    acts = ("waive", "reopen", "file", "filed", "dispatched", "initial", "extension", "missed", "resolve")
    paths = ["/", "/verify", "/proposals", "/evening", "/evening/history", "/follow-up", "/workload", "/quiet"]
    paths += [f"/entry/{entry}/{act}" for act in acts]
    paths += [f"/notice/{notice}/{act}" for act in ("strike", "amend", "verify", "verified")]
    paths += [f"/matter/{office.matter()}", f"/matter/{office.matter()}/history"]
    paths += [f"/matter/{office.matter()}/{act}" for act in ("close", "reopen", "assign", "unassign", "hand-over")]
    paths += [f"/matter/{office.matter()}/{act}" for act in ("restrict", "unrestrict")]
    for name in ("Pat", "Audrey"):
        browser = office.browser(name)
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code in ((200,) if name == "Pat" else (200, 403)), path
            assert Page(answer.text).problems() == [], path
            assert not any(word in answer.text for word in CANARIES), path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert answer.headers["cache-control"] == "no-store"
