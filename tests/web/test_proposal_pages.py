"""What waits for two people, and disputes, on pages."""

import re
from datetime import date

import msgspec
import pytest
from sqlalchemy import select

from deadlines.compute import Notice
from deadlines.docket.extensions import grant_extension, request_extension
from deadlines.docket.proposals import accept, proposal_views
from deadlines.docket.versions import current
from deadlines.store.tables import Entry, Person, Proposal
from tests.docket.desks import DENIAL, LATER, desk
from tests.web.office import CANARIES, Office, Page, fields

PRINTED = date(2026, 11, 16)
"""A Monday, earlier than the thirty days that the law gives (8 CFR 103.5(a)(1)(i))."""


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def postponed(office: Office, reference: str = "A-1", name: str = "Ben") -> Entry:
    """An amendment by which the dates come later: it waits."""
    browser, path = office.browser(name), f"/notice/{office.notice(reference)}/amend"
    if name != "Ben":  # who did not enter it reads it off the paper before they may correct it
        read = {"kind": "uscis.denial", "form": "I-918", "decided_on": "2026-10-23", "method": "mail"}
        assert browser.post(path.replace("/amend", "/verify"), data=read).status_code == 303
    form = {**fields(browser.get(path).text), "service_on": "2026-10-26", "reason": "postmark on the envelope"}
    form |= {"step": "record", "seen": fields(browser.post(path, data=form).text)["seen"]}
    assert browser.post(path, data=form).status_code == 303
    return office.entry(reference=reference)


def verify(office: Office, name: str) -> None:
    """Somebody reads the amended notice off the paper, as it was entered."""
    read = {
        "kind": DENIAL.kind, "form": "I-140", "decided_on": "2026-10-23", "method": "mail", "service_on": "2026-10-26",
    }  # fmt: skip
    done = office.browser(name).post(f"/notice/{office.notice()}/verify", data=read)
    assert (done.status_code, "/verified" in done.headers["location"]) == (303, True)


def proposal(office: Office, entry: Entry) -> Proposal:
    with office.database.read() as session:
        return session.scalars(select(Proposal).where(Proposal.entry_id == entry.id)).one()


def test_later_dates_stand_when_a_second_person_accepts_them(office: Office) -> None:
    entry = postponed(office)
    found = proposal(office, entry)
    verify(office, "Dora")
    ben, dora = office.browser("Ben"), office.browser("Dora")
    path = f"/proposal/{found.id}/accept"
    listed = dora.get("/proposals").text
    assert Page(listed).problems() == []
    assert found.id in listed
    assert "postmark on the envelope" in listed
    assert '<time datetime="2026-11-20">' in listed
    assert "3 to decide" in dora.get("/").text
    mine = ben.get(path).text
    assert "You have agreed already" in mine
    assert ben.post(path, data=fields(mine)).status_code == 409
    done = dora.post(path, data=fields(dora.get(path).text))
    assert (done.status_code, done.headers["location"]) == (303, "/proposals?done=accepted")
    assert "the dates have changed" in dora.get(done.headers["location"]).text
    assert office.entry().version == 2
    assert "It does not wait any more" in dora.get(path).text
    told = dora.get(f"/matter/{entry.matter_id}/history").text
    assert "Agreed as the second to other dates" in told


def test_other_dates_are_decided_against_with_a_reason(office: Office) -> None:
    found = proposal(office, postponed(office))
    verify(office, "Dora")
    browser = office.browser("Ana")
    path = f"/proposal/{found.id}/ignore"
    form = fields(browser.get(path).text)
    refused = browser.post(path, data={**form, "reason": ""})
    assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True)
    assert browser.post(path, data={**form, "reason": "the envelope was another one"}).status_code == 303
    assert found.id not in browser.get("/proposals").text
    assert office.entry().version == 1


def test_what_waits_on_a_restricted_matter_is_told_to_nobody_else(office: Office) -> None:
    found = proposal(office, postponed(office, "S-1", "Ana"))
    for name in ("Dora", "Ben", "Pat"):
        browser = office.browser(name)
        listed = browser.get("/proposals").text
        assert "Other dates that wait: 0" in listed
        assert not any(word in listed for word in CANARIES)
        assert "to decide" not in browser.get("/").text.replace("To decide", "")
        assert browser.get(f"/proposal/{found.id}/accept").status_code == 404
        assert browser.post(f"/proposal/{found.id}/ignore", data={"reason": "x"}).status_code == 404
    assert "Other dates that wait: 3" in office.browser("Ana").get("/proposals").text


def test_who_may_not_decide_only_looks(office: Office) -> None:
    found = proposal(office, postponed(office))
    browser = office.browser("Audrey")
    page = browser.get(f"/proposal/{found.id}/accept").text
    assert '<button class="primary"' not in page
    assert browser.post(f"/proposal/{found.id}/accept", data={"seen": "x"}).status_code == 403


def disputed(office: Office) -> Entry:
    printed = msgspec.structs.replace(DENIAL, printed_deadline=PRINTED)
    office.record("D-1", printed)
    return office.entry(reference="D-1")


def test_who_cannot_sign_for_a_disputed_date_is_led_to_where_it_is_decided(office: Office) -> None:
    entry = disputed(office)
    for name, path in (("Dora", f"/notice/{entry.notice_id}/verify"), ("Ana", f"/entry/{entry.id}/initial")):
        page = office.browser(name).get(path).text
        assert f'href="/entry/{entry.id}/resolve"' in page, path
        assert "deadlines resolve" not in page
        assert Page(page).problems() == []
    assert "has to be decided first" in page
    assert "What you had before you" not in page
    typed = {"seen": "1.open", "source": "the notice, page 1"}
    refused = office.browser("Ana").post(f"/entry/{entry.id}/initial", data=typed)
    assert (refused.status_code, "has to be decided first" in refused.text) == (409, True)
    assert f'href="/entry/{entry.id}/resolve"' in refused.text


@pytest.mark.parametrize("use, said", [("printed", "the dates in force stay"), ("computed", "left aside")])
def test_a_dispute_is_decided(office: Office, use: str, said: str) -> None:
    entry, browser = disputed(office), office.browser("Ana")
    assert "Decide which date holds" in browser.get(f"/matter/{entry.matter_id}").text
    assert entry.id in browser.get("/proposals").text
    path = f"/entry/{entry.id}/resolve"
    asked = browser.get(path).text
    assert f'<time datetime="{PRINTED}">' in asked
    assert "A filing after the printed day is recorded as contested." in asked
    form = fields(asked)
    nothing = browser.post(path, data={**form, "reason": "why"})
    assert (nothing.status_code, 'href="#use"' in nothing.text) == (422, True)
    done = browser.post(path, data={**form, "use": use, "reason": "the officer says so"})
    assert done.status_code == 303
    assert said in browser.get(done.headers["location"]).text
    with office.database.read() as session:
        found = session.get_one(Entry, entry.id)
        assert found.resolution is not None
        assert (found.resolution["use"], found.version) == (use, 1)
    assert "It is decided already" in browser.get(path).text
    assert ("The printed deadline holds" in browser.get(f"/matter/{entry.matter_id}").text) is (use == "printed")


def test_a_wrong_decision_is_decided_anew_by_who_knows_the_notice(office: Office) -> None:
    entry, ben, ana = disputed(office), office.browser("Ben"), office.browser("Ana")
    path = f"/entry/{entry.id}/resolve"
    form = {**fields(ben.get(path).text), "use": "computed", "reason": "clicked the wrong one"}
    assert ben.post(path, data=form).status_code == 303
    matter = ben.get(f"/matter/{entry.matter_id}").text
    assert "a filing after the printed day is recorded as contested" in matter
    assert f'href="{path}"' in matter
    with office.database.read() as session:
        others = session.scalars(select(Entry.id).where(Entry.notice_id == entry.notice_id, Entry.id != entry.id)).all()
    for other in others:
        address = f"/entry/{other}/resolve"
        ana.post(address, data={**fields(ana.get(address).text), "use": "printed", "reason": "asked"})
    blind = ana.get(path).text
    assert "read it off the paper first" in blind
    assert ("The notice prints" in blind, '<button class="primary"' in blind) == (False, False)
    assert ben.post(path, data={**form, "use": "printed"}).status_code == 409  # the page of before the decision
    asked = ben.get(path).text
    assert Page(asked).problems() == []
    assert "What waits for a second person is withdrawn" in asked
    done = ben.post(path, data={**fields(asked), "use": "printed", "reason": "the officer applies it"})
    assert "the dates in force stay" in ben.get(done.headers["location"]).text
    assert proposal(office, entry).state == "superseded"
    assert "Decided: the printed deadline holds" not in ben.get(f"/matter/{entry.matter_id}").text
    history = ben.get(f"/matter/{entry.matter_id}/history").text
    assert all(word in history for word in ("clicked the wrong one", "the officer applies it"))


def test_a_refusal_of_the_later_dates_says_that_the_printed_one_is_disputed_again(office: Office) -> None:
    entry, ben = disputed(office), office.browser("Ben")
    path = f"/entry/{entry.id}/resolve"
    ben.post(path, data={**fields(ben.get(path).text), "use": "computed", "reason": "a misprint"})
    found = proposal(office, entry)
    read = {"kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23", "method": "mail"}
    dora = office.browser("Dora")
    dora.post(f"/notice/{entry.notice_id}/verify", data={**read, "printed_deadline": str(PRINTED)})
    address = f"/proposal/{found.id}/ignore"
    done = dora.post(address, data={**fields(dora.get(address).text), "reason": "the officer is strict"})
    listed = dora.get(done.headers["location"]).text
    assert "the printed deadline is in dispute again" in listed
    assert f'id="{entry.id}"' in listed


def test_who_may_still_verify_blind_does_that_before_they_see_how_other_dates_were_found(office: Office) -> None:
    found = proposal(office, postponed(office))
    address, opens = f"/proposal/{found.id}/accept", '<time datetime="2026-10-2'
    dora = office.browser("Dora")
    for page in (dora.get("/proposals").text, dora.get(address).text):
        assert "Verify the notice first" in page
        assert opens not in page
        assert "How the new dates were worked out" not in page
        assert Page(page).problems() == []
    form = {"seen": f"{found.state}.{found.agreed_by}.1", "reason": "x"}
    for act in (address, address.replace("accept", "ignore")):
        refused = dora.post(act, data=form)
        assert (refused.status_code, "read it off the paper first" in refused.text) == (409, True)
    told = office.browser("Ben").get(address).text  # who entered the notice
    assert "How the new dates were worked out" in told
    assert opens in told


BRIEF = Notice(kind="bia.briefing-schedule", decided_on=date(2026, 10, 30), facts={"brief_of": "appellant"})
"""Twenty days: Thu 19 November (8 CFR 1003.3(c)(1) since 9 March 2026)."""
FRIDAY, THURSDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 19), date(2026, 12, 5)


@pytest.mark.parametrize("more", [False, True])
def test_what_a_decision_does_to_the_dates_is_said_before_and_after_as_it_is(office: Office, more: bool) -> None:
    """A brief with one day too many printed: left aside, the last day comes earlier at once, or stays where granted."""
    office.record("B-1", msgspec.structs.replace(BRIEF, printed_deadline=FRIDAY))
    entry = office.entry("bia.brief", "B-1")
    if more:
        extend(office, entry)
    path, browser = f"/entry/{entry.id}/resolve", office.browser("Ana")
    asked = re.sub(r"<[^>]+>", "", browser.get(path).text)
    assert "by the law Fri" not in asked
    last = "The dates stay as they are, with the time that was granted: file by Fri 4 Dec 2026, last day Sat 5 Dec 2026"
    assert (last if more else "last day Thu 19 Nov 2026. The earlier dates hold at once.") in asked
    assert "Later dates wait" not in asked
    assert "is recorded as contested" not in asked
    form = {**fields(browser.get(path).text), "use": "computed", "reason": "the rule gives twenty days"}
    told = browser.get(browser.post(path, data=form).headers["location"]).text
    said = "The dates stay as they are" if more else "the earlier dates hold at once"
    assert f"the printed deadline is left aside{'. ' if more else ', and '}{said}" in told
    assert "later dates wait" not in told
    with office.database.read() as session:
        held = current(session, session.get_one(Entry, entry.id))
        assert held.last_day == (SATURDAY if more else THURSDAY)
        assert proposal_views(session) == []


def extend(office: Office, entry: Entry) -> None:
    """More time until Sat 5 December, asked for by Ana, granted, and accepted by Dora."""
    with office.database.write() as session:
        found = session.get_one(Entry, entry.id)
        ana, dora = (session.scalars(select(Person).where(Person.name == name)).one() for name in ("Ana", "Dora"))
        asked, granted = date(2026, 11, 1), date(2026, 11, 2)
        request_extension(session, desk(), found, to=SATURDAY, asked_on=asked, proof="ECAS 1", by=ana, now=LATER)
        grant_extension(session, desk(), found, to=SATURDAY, granted_on=granted, proof="letter", by=ana, now=LATER)
        [waiting] = session.scalars(select(Proposal).where(Proposal.entry_id == entry.id, Proposal.state == "agreed"))
        accept(session, desk(), waiting, dora, now=LATER)
