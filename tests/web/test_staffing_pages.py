"""Who works on a matter, on its page: put on it, taken off, handed over, restricted; by whom, and who sees it."""

import re

import pytest
from msgspec import structs
from sqlalchemy import select

from deadlines.compute.milestones import Template
from deadlines.practice import Practice
from deadlines.store.tables import Audit, Letter, Matter, MatterMember, Milestone, Person, Reminder
from tests.docket.desks import DENIAL
from tests.web.office import CANARIES, PEOPLE, Office, Page, fields

ACTS = ("assign", "unassign", "hand-over", "restrict", "unrestrict")


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """One database, unless a test asks for both."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


def people(office: Office) -> dict[str, str]:
    with office.database.read() as session:
        return {one.name: one.id for one in session.scalars(select(Person))}


def offered(text: str) -> list[str]:
    """The names in the select of a page."""
    return re.findall(r'<option value="[^"]+"[^>]*>([^,<]+),', text)


def last(office: Office) -> tuple[str, str, dict[str, str]]:
    with office.database.read() as session:
        row = session.scalars(select(Audit).where(Audit.action.like("matter.%")).order_by(Audit.id.desc())).first()
        assert row is not None
        return row.action, row.actor, row.detail


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_somebody_is_put_on_a_matter_and_taken_off(office: Office) -> None:
    browser, matter, ids = office.browser("Dora"), office.matter(), people(office)
    assert "Nobody besides" in browser.get(f"/matter/{matter}").text
    form = browser.get(f"/matter/{matter}/assign")
    assert offered(form.text) == ["Adam", "Audrey", "Ben", "Dora", "Pat"]
    assert browser.post(f"/matter/{matter}/assign", data={"person": ""}).status_code == 422
    assert browser.post(f"/matter/{matter}/assign", data={"person": ids["Ana"]}).status_code == 422
    done = browser.post(f"/matter/{matter}/assign", data={**fields(form.text), "person": ids["Ben"]})
    assert (done.status_code, done.headers["location"]) == (303, f"/matter/{matter}?done=assigned")
    assert last(office) == ("matter.join", "dora@firm.test", {"person": ids["Ben"]})
    page = browser.get(done.headers["location"]).text
    assert "Ana, its attorney; Ben." in page
    assert "works on the matter from now on" in page
    assert Page(page).problems() == []
    assert offered(browser.get(f"/matter/{matter}/unassign").text) == ["Ben"]
    assert browser.post(f"/matter/{matter}/unassign", data={"person": ids["Pat"]}).status_code == 422
    assert browser.post(f"/matter/{matter}/unassign", data={"person": ids["Ben"]}).status_code == 303
    assert last(office) == ("matter.leave", "dora@firm.test", {"person": ids["Ben"]})
    with office.database.read() as session:
        assert session.scalars(select(MatterMember)).all() == []


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_who_is_taken_off_a_matter_or_does_not_see_it_has_no_step_of_it(office: Office) -> None:
    draft = Template(id="draft", title="Draft ready", before_safe_by=5, owner="paralegal")
    office.practice = Practice(milestones=(draft,))
    browser, ids, matter = office.browser("Dora"), people(office), office.matter()
    browser.post(f"/matter/{matter}/assign", data={"person": ids["Ben"]})
    office.record("A-1", structs.replace(DENIAL, form="I-130"))
    assert owners(office) == {ids["Ben"]}
    assert browser.post(f"/matter/{matter}/unassign", data={"person": ids["Ben"]}).status_code == 303
    assert owners(office) == {ids["Ana"]}
    with office.database.write() as session:
        steps = session.scalars(select(Milestone)).all()
        for step in steps:
            step.owner_id = ids["Ben"]
    assert office.browser("Ana").post(f"/matter/{matter}/restrict", data={"reason": "asked"}).status_code == 303
    assert owners(office) == {ids["Ana"]}
    assert office.browser("Ben").post(f"/milestone/{steps[0].id}/done").status_code == 404


def owners(office: Office) -> set[str]:
    with office.database.read() as session:
        return set(session.scalars(select(Milestone.owner_id).where(Milestone.state == "open")))


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_a_matter_goes_to_another_attorney_with_what_waits(office: Office) -> None:
    browser, matter, ids = office.browser("Ana"), office.matter(), people(office)
    shown = browser.get(f"/matter/{matter}/hand-over").text
    assert offered(shown) == ["Pat"]
    form = fields(shown)
    assert browser.post(f"/matter/{matter}/hand-over", data={**form, "person": ids["Ben"]}).status_code == 422
    moved = browser.post(f"/matter/{matter}/hand-over", data={**form, "seen": ids["Pat"], "person": ids["Pat"]})
    assert (moved.status_code, "changed while you looked at it" in moved.text) == (409, True)
    done = browser.post(f"/matter/{matter}/hand-over", data={**form, "person": ids["Pat"]})
    assert done.headers["location"] == f"/matter/{matter}?done=handed-over"
    assert "Pat, its attorney." in browser.get(done.headers["location"]).text
    with office.database.read() as session:
        assert session.get_one(Matter, matter).attorney_id == ids["Pat"]
        waiting = select(Reminder.person_id).where(Reminder.state == "planned", Reminder.entry_id == office.entry().id)
        assert set(session.scalars(waiting)) == {ids["Pat"], ids["Dora"]}
        letter = session.scalars(select(Letter).where(Letter.key.like("hand-over/%"))).one()
        assert letter.person_id == ids["Pat"]


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_a_matter_is_restricted_with_a_reason_and_then_seen_by_who_works_on_it(office: Office) -> None:
    ben, ana, matter = office.browser("Ben"), office.browser("Ana"), office.matter()
    assert ben.post(f"/matter/{matter}/restrict", data={"reason": " "}).status_code == 422
    form = fields(ben.get(f"/matter/{matter}/restrict").text)
    done = ben.post(f"/matter/{matter}/restrict", data={**form, "reason": "a petition is prepared"})
    assert done.headers["location"] == "/recorded/change"
    assert "only who does sees it" in ben.get(done.headers["location"]).text
    assert last(office) == ("matter.restrict", "ben@firm.test", {"reason": "a petition is prepared"})
    assert ben.get(f"/matter/{matter}").status_code == 404
    page = ana.get(f"/matter/{matter}").text
    assert f"/matter/{matter}/unrestrict" in page
    assert f"/matter/{matter}/restrict" not in page
    assert "a petition is prepared" in ana.get(f"/matter/{matter}/history").text
    assert "restricted already" in ana.get(f"/matter/{matter}/restrict").text
    assert ana.post(f"/matter/{matter}/unrestrict", data={"reason": ""}).status_code == 422
    lifted = ana.post(f"/matter/{matter}/unrestrict", data={"reason": "not protected"})
    assert lifted.headers["location"] == f"/matter/{matter}?done=unrestricted"
    assert ben.get(f"/matter/{matter}").status_code == 200
    assert ana.post(f"/matter/{matter}/unrestrict", data={"reason": "again"}).status_code == 409


def test_what_tells_of_a_protected_case_stays_restricted(office: Office) -> None:
    refused = office.browser("Ana").post(f"/matter/{office.matter('S-1')}/unrestrict", data={"reason": "x"})
    assert (refused.status_code, "tells of a VAWA, T or U case" in refused.text) == (409, True)


@pytest.mark.parametrize("act", ACTS)
def test_nobody_comes_to_a_restricted_matter_of_others(office: Office, act: str) -> None:
    """An attorney's or a partner's role opens none, so nobody puts themselves on one."""
    hidden, ids = f"/matter/{office.matter('S-1')}/{act}", people(office)
    for name in ("Pat", "Dora", "Adam"):
        browser = office.browser(name)
        allowed = not (act == "unrestrict" and name == "Dora") and name != "Adam"
        wanted = {"person": ids[name], "reason": "x", "seen": ids["Ana"]}
        for answer in (browser.get(hidden), browser.post(hidden, data=wanted)):
            assert answer.status_code == (404 if allowed else 403)
            assert [word for word in CANARIES if word in answer.text] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_finds_and_does_what_it_may(office: Office, name: str) -> None:
    browser, matter = office.browser(name), office.matter()
    staffs = PEOPLE[name] in ("attorney", "docket", "partner")
    may = {
        "assign": staffs,
        "unassign": staffs,
        "hand-over": staffs,
        "restrict": staffs or PEOPLE[name] == "paralegal",
        "unrestrict": PEOPLE[name] in ("attorney", "partner"),
    }
    page = browser.get(f"/matter/{matter}").text
    for act in ACTS:
        assert (browser.get(f"/matter/{matter}/{act}").status_code == 200) is may[act], act
        if act not in ("unassign", "unrestrict"):  # there is nobody to take off, and no restriction
            assert (f"/matter/{matter}/{act}" in page) is may[act], act
        if not may[act]:
            assert browser.post(f"/matter/{matter}/{act}", data={"person": "x", "reason": "x"}).status_code == 403


def test_who_takes_themselves_off_a_restricted_matter_sees_it_no_more(office: Office) -> None:
    ana, secret, ids = office.browser("Ana"), office.matter("S-1"), people(office)
    assert ana.post(f"/matter/{secret}/assign", data={"person": ids["Pat"]}).status_code == 303
    pat = office.browser("Pat")
    assert pat.get(f"/matter/{secret}").status_code == 200
    gone = pat.post(f"/matter/{secret}/unassign", data={"person": ids["Pat"]})
    assert gone.headers["location"] == "/recorded/change"
    assert "only who does sees it" in pat.get(gone.headers["location"]).text
    assert pat.get(f"/matter/{secret}").status_code == 404


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_a_matter_whose_attorney_has_left_says_so_and_takes_a_notice_once_it_is_handed_over(office: Office) -> None:
    ben, pat, matter, ids = office.browser("Ben"), office.browser("Pat"), office.matter(), people(office)
    notice = {"matter": "A-1", "kind": "uscis.denial", "form": "I-485", "decided_on": "2026-10-26", "service": "mail"}
    assert "has left the firm" not in pat.get(f"/matter/{matter}").text
    with office.database.write() as session:
        session.get_one(Person, ids["Ana"]).active = False
    page = pat.get(f"/matter/{matter}").text
    assert "<strong>Ana has left the firm</strong>" in page
    assert Page(page).problems() == []
    refused = ben.post("/add", data={**notice, "do": "record"})
    assert (refused.status_code, "needs another attorney first. Who may hand matters over" in refused.text) == (
        422,
        True,
    )
    form = fields(pat.get(f"/matter/{matter}/hand-over").text)
    pat.post(f"/matter/{matter}/hand-over", data={**form, "person": ids["Pat"]})
    shown = Page(ben.post("/add", data={**notice, "do": "preview"}).text).fields
    assert ben.post("/add", data={**notice, "digest": shown["digest"], "do": "record"}).status_code == 303
    assert "has left the firm" not in pat.get(f"/matter/{matter}").text


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_the_only_docket_clerk_is_given_another_role_on_the_page(office: Office) -> None:
    adam, dora = office.browser("Adam"), people(office)["Dora"]
    refused = adam.post(f"/people/{dora}/role", data={"role": "auditor", "heir": ""})
    assert (refused.status_code, "Choose below who takes it over." in refused.text) == (409, True)
    assert 'href="#heir"' in refused.text
    assert Page(refused.text).fields["role"] == "auditor"
    done = adam.post(f"/people/{dora}/role", data={"role": "auditor", "heir": "pat@firm.test"})
    assert done.headers["location"] == f"/people/{dora}?done=role-given"
    assert "what was open went to the successor" in adam.get(done.headers["location"]).text
    with office.database.read() as session:
        waiting = set(session.scalars(select(Reminder.person_id).where(Reminder.state == "planned")))
        assert (dora in waiting, people(office)["Pat"] in waiting) == (False, True)
