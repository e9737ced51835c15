"""A matter before its first notice, on pages: only with an answer to its dates."""

import pytest
from sqlalchemy import select

from deadlines.store.tables import Incoming, Matter, Person
from tests.web.office import Office, Page, fields


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def ana(office: Office) -> str:
    with office.database.read() as session:
        return session.scalars(select(Person.id).where(Person.name == "Ana")).one()


def test_a_matter_is_opened_only_with_an_answer(office: Office) -> None:
    browser = office.browser("Ben")
    form = {**fields(browser.get("/open").text), "reference": "B-1", "client": "Canary-Ito", "attorney": ana(office)}
    refused = browser.post("/open", data=form)
    assert refused.status_code == 422
    assert 'href="#paper"' in refused.text
    assert fields(refused.text)["client"] == "Canary-Ito"
    with office.database.read() as session:
        assert session.scalar(select(Matter.id).where(Matter.reference == "B-1")) is None
    done = browser.post("/open", data={**form, "paper": "USCIS denial I-140"})
    assert (done.status_code, done.headers["location"]) == (303, f"/matter/{office.matter('B-1')}?done=opened")
    page = browser.get(done.headers["location"]).text
    assert "The matter is open." in page
    assert "Not docketed yet:" in page
    assert Page(page).problems() == []
    again = browser.post("/open", data={**form, "reference": " B-2 ", "paper": "", "none_until": "2026-11-16"})
    assert again.status_code == 303
    small = browser.post("/open", data={**form, "reference": "b-1", "none_until": "2026-11-16"})
    assert (small.status_code, 'href="#reference"' in small.text) == (409, True)
    taken = browser.post("/open", data={**form, "none_until": "2026-11-16"})
    assert (taken.status_code, 'href="#reference"' in taken.text) == (409, True)
    past = browser.post("/open", data={**form, "reference": "B-3", "none_until": "2026-11-02"})
    assert (past.status_code, 'href="#none_until"' in past.text) == (422, True)


def test_the_attorney_is_one_of_the_attorneys(office: Office) -> None:
    """The list offers no other; neither page takes one who was put into the form by hand."""
    browser = office.browser("Ben")
    with office.database.read() as session:
        people = {one.name: one.id for one in session.scalars(select(Person))}
    for path in ("/open", "/add"):
        shown = browser.get(path).text
        assert [name for name, id in people.items() if f'value="{id}"' in shown] == ["Ana", "Pat"]
    form = {**fields(browser.get("/open").text), "reference": "B-1", "none_until": "2026-11-16"}
    add = {"matter": "B-2", "kind": "uscis.denial", "form": "I-485", "decided_on": "2026-10-26", "service": "mail"}
    for name in ("Ben", "Dora", "Adam", "Audrey"):
        refused = browser.post("/open", data={**form, "attorney": people[name]})
        assert (refused.status_code, 'href="#attorney"' in refused.text) == (422, True), name
        shown = browser.post("/add", data={**add, "attorney": people[name], "do": "preview"}).text
        assert "cannot be the attorney of a matter" in shown
    assert browser.post("/open", data={**form, "attorney": people["Pat"]}).status_code == 303


def test_a_paper_that_waits_becomes_the_matters(office: Office) -> None:
    browser = office.browser("Ben")
    browser.post("/incoming", data={"title": "NOID, A. Ito", "matter": "", "received_on": "", "at": "mail"})
    with office.database.read() as session:
        paper = session.scalars(select(Incoming)).one()
    asked = browser.get("/open").text
    assert "NOID, A. Ito" in asked
    form = {**fields(asked), "reference": "B-1", "attorney": ana(office), "incoming": paper.id}
    assert browser.post("/open", data=form).status_code == 303
    assert "NOID, A. Ito" in browser.get(f"/matter/{office.matter('B-1')}").text


def test_no_known_date_stands_in_the_list_until_its_day(office: Office) -> None:
    browser = office.browser("Ben")
    form = {**fields(browser.get("/open").text), "reference": "B-1", "attorney": ana(office)}
    matter = browser.post("/open", data={**form, "none_until": "2026-11-16"}).headers["location"].partition("?")[0]
    assert "Ben said on" in browser.get(matter).text
    page = browser.get("/quiet").text
    assert "Matters without a date to come: 0" in page
    assert "To be looked at later: 1" in page
    assert "said by Ben" in page
    assert Page(page).problems() == []
    assert browser.post(f"{matter}/look", data={"again_on": ""}).status_code == 422
    assert browser.post(f"{matter}/look", data={"again_on": "2026-12-01"}).status_code == 303
    assert '<time datetime="2026-12-01">' in browser.get("/quiet").text


def test_who_may_not_enter_opens_nothing_and_a_restricted_matter_is_not_found(office: Office) -> None:
    audrey = office.browser("Audrey")
    assert audrey.get("/open").status_code == 403
    assert audrey.post("/open", data={"reference": "B-1", "paper": "x"}).status_code == 403
    assert office.browser("Ben").get(f"/matter/{office.matter('S-1')}/look").status_code == 404
    busy = office.browser("Ben").post(f"/matter/{office.matter()}/look", data={"again_on": "2026-12-01"})
    assert (busy.status_code, "has open dates" in busy.text) == (409, True)
    form = {"reference": "S-2", "attorney": ana(office), "restricted": "yes", "paper": "I-918 denial"}
    answer = office.browser("Ben").post("/open", data=form)
    assert answer.headers["location"] == "/recorded/matter"
    assert "you do not work on it" in office.browser("Ben").get(answer.headers["location"]).text
    office.browser("Ana").post("/open", data={**form, "reference": "S-3", "paper": "", "none_until": "2026-11-16"})
    assert "S-3" in office.browser("Ana").get("/quiet").text
    assert "S-3" not in office.browser("Ben").get("/quiet").text
