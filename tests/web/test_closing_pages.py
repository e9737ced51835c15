"""Waive, strike, reopen and amend on pages: shown first, asked why, recorded once, by who may."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from deadlines.compute.milestones import Template
from deadlines.docket.reminders import PENDING
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, NoticeRow, Proposal, Reminder
from tests.docket.desks import DENIAL, stored
from tests.docket.samples import version
from tests.web.office import CANARIES, Office, Page, fields


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def test_a_remedy_is_waived_with_a_reason_and_is_taken_back(office: Office) -> None:
    browser, entry = office.browser("Ana"), office.entry()
    asked = browser.get(f"/entry/{entry.id}/waive")
    assert asked.status_code == 200
    assert "reminders still to be sent are withdrawn" in asked.text
    assert office.entry().status == "open"
    form = {**fields(asked.text), "reason": "client files anew"}
    done = browser.post(f"/entry/{entry.id}/waive", data=form)
    assert (done.status_code, done.headers["location"]) == (
        303,
        f"/matter/{entry.matter_id}?done=waived&of={entry.id}#{entry.id}",
    )
    with office.database.read() as session:
        found = session.get_one(Entry, entry.id)
        assert (found.status, found.closing and found.closing["reason"]) == ("waived", "client files anew")
        assert session.scalars(select(Reminder).where(Reminder.entry_id == entry.id, PENDING)).all() == []
    page = browser.get(done.headers["location"]).text
    assert '<p class="done" role="status"' in page
    assert "Waived: Motion to reopen" in page
    assert "client files anew" in page
    again = browser.get(f"/entry/{entry.id}/reopen")
    form = {**fields(again.text), "reason": "the client changed her mind"}
    assert browser.post(f"/entry/{entry.id}/reopen", data=form).status_code == 303
    assert office.entry().status == "open"
    told = browser.get(f"/matter/{entry.matter_id}/history").text
    assert told.index("Took the closing back: the client changed her mind") < told.index(
        "Waived the remedy: client files anew"
    )


def test_without_a_reason_nothing_is_recorded_and_what_was_typed_stays(office: Office) -> None:
    browser, entry = office.browser("Ana"), office.entry()
    path = f"/entry/{entry.id}/waive"
    form = {**fields(browser.get(path).text), "reason": "  "}
    refused = browser.post(path, data=form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert 'href="#reason"' in refused.text
    assert 'aria-describedby="reason-hint reason-fault"' in refused.text
    assert Page(refused.text).problems() == []
    long = browser.post(path, data={**form, "reason": "<b>" + "x" * 250})
    assert long.status_code == 422
    assert "&lt;b&gt;" + "x" * 250 in long.text
    assert office.entry().status == "open"


def test_nobody_confirms_what_was_not_shown(office: Office) -> None:
    browser, entry = office.browser("Ana"), office.entry()
    form = {**fields(browser.get(f"/entry/{entry.id}/waive").text), "reason": "why"}
    with office.database.write() as session:
        held = session.get_one(Entry, entry.id)
        version(session, held, stored(session, held), 2)
    refused = browser.post(f"/entry/{entry.id}/waive", data=form)
    assert (refused.status_code, "changed while you looked" in refused.text) == (409, True)
    assert office.entry().status == "open"
    again = {**fields(refused.text), "reason": "why"}
    assert browser.post(f"/entry/{entry.id}/waive", data=again).status_code == 303


@pytest.mark.parametrize("act", ["waive", "reopen"])
@pytest.mark.parametrize("name", ["Ben", "Adam", "Audrey"])
def test_who_may_not_close_is_told_so(office: Office, name: str, act: str) -> None:
    browser, entry = office.browser(name), office.entry()
    assert browser.get(f"/entry/{entry.id}/{act}").status_code == 403
    refused = browser.post(f"/entry/{entry.id}/{act}", data={"reason": "x", "seen": "1.open"})
    assert (refused.status_code, "these roles may" in refused.text) == (403, True)
    assert office.entry().status == "open"
    assert f"/entry/{entry.id}/waive" not in browser.get(f"/matter/{entry.matter_id}").text


def test_a_milestone_is_ticked_and_taken_back(office: Office) -> None:
    draft = Template(id="draft", title="Draft <ready>", before_safe_by=10, owner="paralegal")
    office.practice = Practice(milestones=(draft,))
    office.record("M-1", DENIAL)
    browser, matter = office.browser("Ana"), f"/matter/{office.matter('M-1')}"
    page = browser.get(matter).text
    assert Page(page).problems() == []
    assert "Draft &lt;ready&gt;" in page
    action = page.split('action="/milestone/')[1].split('"')[0]
    name = action.removesuffix("/done")
    assert f"/milestone/{action}" not in office.browser("Audrey").get(matter).text
    assert office.browser("Audrey").post(f"/milestone/{action}", data={"": ""}).status_code == 403
    done = browser.post(f"/milestone/{action}", data={"": ""})
    assert "A milestone is done" in browser.get(done.headers["location"]).text
    assert browser.post(f"/milestone/{action}", data={"": ""}).status_code == 409
    assert browser.post(f"/milestone/{name}/undo", data={"": ""}).status_code == 303
    assert "Took the tick off a milestone: Draft &lt;ready&gt;" in browser.get(f"{matter}/history").text


def test_a_notice_is_struck_with_all_its_dates(office: Office) -> None:
    browser, notice = office.browser("Dora"), office.notice()
    asked = browser.get(f"/notice/{notice}/strike").text
    assert "Motion to reopen" in asked
    done = browser.post(f"/notice/{notice}/strike", data={**fields(asked), "reason": "another case"})
    assert done.status_code == 303
    assert office.entry().status == "struck"
    page = browser.get(done.headers["location"]).text
    assert "Struck, with everything else of that notice" in page
    assert "another case" in page
    assert "Nothing of it is left to strike" in browser.get(f"/notice/{notice}/strike").text


@pytest.mark.parametrize(("day", "passed"), [(25, False), (28, True)])
def test_a_page_says_that_the_last_day_has_passed_before_it_is_closed(
    database: Database, day: int, *, passed: bool
) -> None:
    """The last day is Wed 25 November 2026. Nobody is kept from waiving, but told what that hides from nobody."""
    office = Office(database, datetime(2026, 11, day, 16, 0, tzinfo=UTC))
    browser, entry = office.browser("Ana"), office.entry()
    path = f"/entry/{entry.id}/waive"
    waive, strike = browser.get(path).text, browser.get(f"/notice/{office.notice()}/strike").text
    assert ("The last day, Wed 25 Nov 2026, has passed" in _words(waive)) is passed
    assert (f'href="/entry/{entry.id}/missed"' in waive) is passed
    assert ("Its last day, Wed 25 Nov 2026, has passed" in _words(strike)) is passed
    assert ("struck after the last day" in strike, "waived after the last day" in waive) == (passed, passed)
    assert Page(waive).problems() == Page(strike).problems() == []
    assert browser.post(path, data={**fields(waive), "reason": "not needed"}).status_code == 303
    # What is closed is not said to have passed once more.
    assert _words(browser.get(f"/notice/{office.notice()}/strike").text).count("has passed") == (3 if passed else 0)


def _words(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def test_an_amendment_is_shown_before_it_is_recorded(office: Office) -> None:
    """Served in person: no three days for the mail (8 CFR 103.8(b)), so the last day is Mon 23 November."""
    browser, notice = office.browser("Ben"), office.notice()
    path = f"/notice/{notice}/amend"
    form = {**fields(browser.get(path).text), "method": "in-person", "reason": "handed over at the counter"}
    shown = browser.post(path, data=form)
    assert shown.status_code == 200
    assert "Dates that move" in shown.text
    assert '<time datetime="2026-11-25">' in shown.text
    assert '<time datetime="2026-11-23">' in shown.text
    with office.database.read() as session:
        assert session.scalars(select(NoticeRow.id).where(NoticeRow.amends_id.is_not(None))).all() == []
        assert session.scalars(select(Audit.id).where(Audit.action == "notice.amend")).all() == []
    confirmed = {**form, "step": "record", "seen": fields(shown.text)["seen"]}
    done = browser.post(path, data=confirmed)
    assert done.status_code == 303
    with office.database.read() as session:
        row = session.scalars(select(NoticeRow).where(NoticeRow.amends_id == notice)).one()
        assert (row.facts["service"]["method"], row.entered_by) == ("in-person", "ben@firm.test")
    page = browser.get(done.headers["location"]).text
    assert "earlier dates hold at once" in page
    assert "has been amended already" in browser.get(path).text
    assert browser.post(path, data={**confirmed, "once": "another page"}).status_code == 409


def test_later_dates_of_an_amendment_wait(office: Office) -> None:
    browser, notice = office.browser("Ben"), office.notice()
    path = f"/notice/{notice}/amend"
    form = {**fields(browser.get(path).text), "service_on": "2026-10-26", "reason": "postmark on the envelope"}
    shown = browser.post(path, data=form)
    assert "waits for a second person" in shown.text
    form |= {"step": "record", "seen": fields(shown.text)["seen"]}
    assert browser.post(path, data=form).status_code == 303
    with office.database.read() as session:
        assert {row.state for row in session.scalars(select(Proposal))} == {"agreed"}


def test_what_cannot_be_amended_so_is_said_beside_the_field(office: Office) -> None:
    browser, notice = office.browser("Ben"), office.notice()
    path = f"/notice/{notice}/amend"
    form = fields(browser.get(path).text)
    same = browser.post(path, data={**form, "reason": "why"})
    assert (same.status_code, "says this already" in same.text) == (422, True)
    bad = browser.post(path, data={**form, "service_on": "02/03/2026", "reason": "why"})
    assert (bad.status_code, 'href="#service_on"' in bad.text, 'value="02/03/2026"' in bad.text) == (422, True, True)
    future = browser.post(path, data={**form, "received_on": "2027-11-02", "reason": "why"})
    assert (future.status_code, "lies in the future" in future.text) == (422, True)
    unknown = browser.post(path, data={**form, "more": "asylum", "more_value": "perhaps", "reason": "why"})
    assert unknown.status_code == 422


def test_of_a_restricted_matter_no_page_tells_anything(office: Office) -> None:
    entry, notice = office.entry(reference="S-1"), office.notice("S-1")
    paths = [f"/entry/{entry.id}/{act}" for act in ("waive", "reopen")]
    paths += [f"/notice/{notice}/{act}" for act in ("strike", "amend")] + [f"/matter/{entry.matter_id}/history"]
    for name in ("Dora", "Pat"):
        browser = office.browser(name)
        for path in paths:
            answer = browser.get(path)
            assert (answer.status_code, answer.text) == (404, browser.get("/entry/nothing/waive").text)
            assert not any(word in answer.text for word in CANARIES)
            if "history" not in path:
                assert browser.post(path, data={"reason": "x", "seen": "1.open"}).status_code == 404
    assert office.browser("Ana").get(paths[0]).status_code == 200


def test_a_form_of_another_site_changes_nothing(office: Office) -> None:
    entry = office.entry()
    browser = office.browser("Ana")
    form = {"reason": "x", "seen": "1.open"}
    foreign = browser.post(f"/entry/{entry.id}/waive", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert office.entry().status == "open"
    office.now += timedelta(days=40)  # and a browser that rested is signed out
    assert browser.post(f"/entry/{entry.id}/waive", data=form).headers["location"] == "/sign-in?out=age&lost=yes"


def test_the_reminders_of_a_matter_are_told_in_words(office: Office) -> None:
    browser, entry = office.browser("Ana"), office.entry()
    page = browser.get(f"/matter/{entry.matter_id}").text
    assert "7 days before the safe date" in page
    assert "safe-7" not in page
    assert ">planned<" not in page
    form = {**fields(browser.get(f"/entry/{entry.id}/waive").text), "reason": "client files anew"}
    assert browser.post(f"/entry/{entry.id}/waive", data=form).status_code == 303
    assert ">withdrawn<" in browser.get(f"/matter/{entry.matter_id}").text
