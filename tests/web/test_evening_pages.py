"""The evening check and extensions on pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from deadlines.compute import Notice, Service
from deadlines.docket.closing import waive_entry
from deadlines.docket.incoming import register
from deadlines.docket.intake import open_matter
from deadlines.docket.reviews import none_known
from deadlines.store.database import Database
from deadlines.store.tables import Entry, EveningCheck, Extension, Person, Proposal
from tests.docket.desks import DENIAL, ENTERED, MAILED, desk
from tests.web.office import CANARIES, ROOM, Office, Page, fields

RFE = Notice(kind="uscis.rfe", form="I-140", decided_on=MAILED, service=Service("mail"))
EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
"""Friday 20 November 2026, five in the afternoon in New York: the safe date of three windows."""


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, EVENING)


def test_nobody_signs_while_something_stays_open_without_a_word(office: Office) -> None:
    browser = office.browser("Dora")
    page = browser.get("/evening").text
    assert Page(page).problems() == []
    assert "Motion to reopen" in page
    assert not any(word in page for word in CANARIES)
    form = fields(page)
    words = [name for name in form if name.startswith("left-")]
    assert len(words) > 3  # with those of the restricted matter, of which nothing is told
    refused = browser.post("/evening", data={**form, words[0]: "the courier comes at eight"})
    assert refused.status_code == 422
    for name in (*words[1:], "gone_through"):
        assert f'href="#{name}"' in refused.text
    assert 'value="the courier comes at eight"' in refused.text
    # Those of restricted matters are numbered, so that each word is known to belong to one of them.
    veiled = re.findall(r"Deadline of a restricted matter: ask its attorney \((\d) of (\d)\)", page)
    assert sorted({int(one) for one, _ in veiled}) == list(range(1, int(veiled[0][1]) + 1))
    assert "restricted matter: ask its attorney (2 of" in refused.text
    assert Page(refused.text).problems() == []
    whole = {**form, **dict.fromkeys(words, "filed tomorrow"), "gone_through": "yes", "note": "quiet"}
    done = browser.post("/evening", data=whole)
    assert done.status_code == 303
    with office.database.read() as session:
        check = session.scalars(select(EveningCheck)).one()
        assert (check.late, check.note, len(check.sheet["open"])) == (False, "quiet", len(words))
    after = browser.get(done.headers["location"]).text
    assert "Signed by Dora" in after
    assert "You have signed for this day" in after
    history = browser.get("/evening/history").text
    assert "Dora, 2026-11-20 17:00" in history
    assert f">{len(words)}<span" in history
    assert after.count("<q>filed tomorrow</q>") == len(words)
    read = browser.get("/evening?on=2026-11-20").text
    assert f"left open with a word: {len(words)}" in read
    ben = office.browser("Ben").get("/evening?on=2026-11-20").text
    assert 0 < ben.count("<q>filed tomorrow</q>") < len(words)  # nothing of the restricted matter
    assert Page(ben).problems() == []
    assert not any(word in ben for word in CANARIES)
    assert Page(history).problems() == []


@pytest.mark.parametrize("name", ["Ben", "Pat"])
def test_who_does_not_see_a_restricted_date_is_not_told_that_all_is_closed(office: Office, name: str) -> None:
    """Dora keeps the docket, and is told of what is not hers to read; once it is closed the same page says so."""
    with office.database.write() as session:
        session.execute(update(Entry).where(Entry.matter_id == office.matter("A-1")).values(status="waived"))
    said = "Nothing: all that was to be done is closed."
    page = office.browser(name).get("/evening").text
    assert "Nothing that you see. You do not see everything of this day: more may be open." in page
    assert page.count("Nothing that you see.") == 3
    assert said not in page
    assert "Nothing that you see" not in office.browser("Dora").get("/evening").text
    with office.database.write() as session:
        session.execute(update(Entry).values(status="waived"))
    assert said in office.browser(name).get("/evening").text


def test_what_came_after_the_signature_is_marked_and_signed_for_again(office: Office) -> None:
    browser = office.browser("Dora")
    form = fields(browser.get("/evening").text)
    words = {name: "filed tomorrow" for name in form if name.startswith("left-")}
    assert browser.post("/evening", data={**form, **words, "gone_through": "yes"}).status_code == 303
    office.record("R-9", DENIAL)
    page = browser.get("/evening").text
    assert "Not signed for: 3." in page
    assert page.count("came or changed after the signature, at ") == 3
    assert Page(page).problems() == []
    assert "Not signed for: 3." in office.browser("Ben").get("/evening").text
    history = browser.get("/evening/history").text
    assert re.search(r"<strong class=\"loud\">3 came after that: <a [^>]*>not signed for", history)
    assert Page(history).problems() == []
    form = fields(page)
    new = {name: "came at the last moment" for name in form if name.startswith("left-")}
    assert (len(new), new.keys() & words.keys()) == (3, set())
    assert browser.post("/evening", data={**form, "gone_through": "yes"}).status_code == 422
    done = browser.post("/evening", data={**form, **new, "gone_through": "yes"})
    assert done.status_code == 303
    after = browser.get(done.headers["location"]).text
    assert (after.count("Signed by Dora"), "Not signed for" in after) == (2, False)
    assert "You have signed for this day" in after
    assert f"left open with a word: {len(words) + 3}" in after
    history = browser.get("/evening/history").text
    assert (history.count("Dora, 2026-11-20 17:00"), "not signed for" in history) == (2, False)


def test_another_day_than_the_one_asked_for_is_neither_shown_nor_signed_for(office: Office) -> None:
    browser = office.browser("Dora")
    for odd, words in (("2026-12-24", "2026-12-24 has not come yet"), ("2999-01-01", "2999"), ("soon", "soon")):
        page = browser.get(f"/evening?on={odd}")
        assert (page.status_code, words in page.text, "Evening check of" in page.text) == (422, True, False)
    form = fields(browser.get("/evening").text)
    whole = {**form, **{name: "x" for name in form if name.startswith("left-")}, "gone_through": "yes"}
    for odd in ("2026-12-24", "soon", ""):
        assert browser.post("/evening", data={**whole, "on": odd}).status_code in (409, 422)
    with office.database.read() as session:
        assert session.scalars(select(EveningCheck)).all() == []
    # The page of the day is signed for that day, though midnight has passed meanwhile.
    for quarters in range(30):
        office.now = EVENING + timedelta(minutes=15 * quarters)
        assert browser.get("/").status_code == 200
    assert browser.post("/evening", data=whole).headers["location"] == "/evening?on=2026-11-20"
    with office.database.read() as session:
        assert session.scalars(select(EveningCheck)).one().late


def test_what_is_on_the_list_is_a_click_away_for_who_sees_it(office: Office) -> None:
    with office.database.write() as session:
        ana, ben = [session.scalars(select(Person).where(Person.name == name)).one() for name in ("Ana", "Ben")]
        for reference, restricted in (("L-1", False), ("L-2", True)):
            one = open_matter(
                session, reference, client=None, attorney=ana, restricted=restricted, actor="t", now=ENTERED
            )
            by = ana if restricted else ben
            none_known(session, ROOM, one, again_on=EVENING.date(), by=by, now=ENTERED, actor="t")
        register(session, ROOM, "a letter", matter=None, received_on=None, at="mail", by=ben, now=ENTERED, actor="t")
    entry, secret = office.entry(), office.entry(reference="S-1")
    page = office.browser("Dora").get("/evening").text
    assert f'<a href="/matter/{entry.matter_id}#{entry.id}">' in page
    assert f'<a href="/matter/{entry.matter_id}">A-1</a>' in page
    assert f'<a href="/matter/{office.matter("L-1")}/look">L-1, to be looked at again since Fri 20 Nov 2026' in page
    assert '<a href="/incoming">not docketed: a letter</a>' in page
    for hidden in (secret.matter_id, f"#{secret.id}", office.matter("L-2"), "L-2"):
        assert hidden not in page
    refused = office.browser("Dora").post("/evening", data={**fields(page), "gone_through": "yes"}).text
    assert f"{entry.title}, A-1: say why it stays open" in refused
    assert "L-1, to be looked at again since Fri 20 Nov 2026, no date known: say a word on it" in refused
    assert "Not docketed: a letter: say a word on it" in refused
    shown = office.browser("Ana").get("/evening").text
    assert f'href="/matter/{secret.matter_id}#{secret.id}"' in shown
    assert f'href="/matter/{office.matter("L-2")}/look"' in shown


def test_monday_has_what_was_closed_and_entered_on_the_weekend(database: Database) -> None:
    """Waived on Saturday 28 November, when the last day, the Wednesday before it, had passed."""
    saturday, monday_noon = (datetime(2026, 11, day, 17, 0, tzinfo=UTC) for day in (28, 30))
    office = Office(database, monday_noon)
    browser = office.browser("Ana")
    with database.write() as session:
        entry = session.get_one(Entry, office.entry().id)
        waive_entry(session, desk(), entry, reason="not needed", by=entry.matter.attorney, now=saturday)
    alone = browser.get("/evening?on=2026-11-28").text
    assert ("Closed that day: 1" in alone, "/daybook?on=2026-11-27" in alone) == (True, False)
    monday = browser.get("/evening").text
    assert "Closed since Sat 28 Nov 2026: 1" in re.sub(r"<[^>]+>", "", monday)
    assert [f"/daybook?on=2026-11-{day}" in monday for day in (27, 28, 29, 30)] == [False, True, True, True]
    assert '<strong class="loud">after the last day</strong>' in monday
    assert Page(monday).problems() == []


def test_nobody_signs_for_a_list_that_has_changed(office: Office) -> None:
    browser = office.browser("Dora")
    form = fields(browser.get("/evening").text)
    path = f"/entry/{office.entry().id}/waive"
    waived = {**fields(browser.get(path).text), "reason": "not used"}
    assert browser.post(path, data=waived).status_code == 303
    whole = {**form, **{name: "x" for name in form if name.startswith("left-")}, "gone_through": "yes"}
    refused = browser.post("/evening", data=whole)
    assert (refused.status_code, "changed while you looked" in refused.text) == (409, True)
    assert "not used" in browser.get("/evening").text  # with its reason, to be looked at


def test_who_does_not_see_everything_or_may_not_does_not_sign(office: Office) -> None:
    partner = office.browser("Pat").get("/evening").text
    assert "You do not see everything of this day" in partner
    assert not any(word in partner for word in CANARIES)
    assert '<button class="primary"' not in partner
    assert '<button class="primary"' not in office.browser("Ben").get("/evening").text
    assert office.browser("Ben").post("/evening", data={"on": "2026-11-20"}).status_code == 403


def test_more_time_is_asked_for_and_granted(office: Office) -> None:
    office.record("R-1", RFE)
    entry = office.entry("uscis.response.rfe", "R-1")
    browser = office.browser("Ben")
    page = browser.get(f"/entry/{entry.id}/extension").text
    assert Page(page).problems() == []
    assert "The law allows no more time here" in page
    assert 'name="wanted_on"' not in page
    entry = office.entry()
    path = f"/entry/{entry.id}/extension"
    form = fields(browser.get(path).text)
    refused = browser.post(path, data={**form, "wanted_on": "2026-10-30", "asked_on": "2026-11-19", "proof": "ECAS"})
    assert (refused.status_code, 'href="#wanted_on"' in refused.text) == (422, True)
    asked = {**form, "wanted_on": "2026-12-15", "asked_on": "2026-11-19", "proof": "ECAS receipt"}
    done = browser.post(path, data=asked)
    assert "No date has moved" in browser.get(done.headers["location"]).text
    assert "asked for until" in browser.get(f"/matter/{entry.matter_id}").text
    assert "More time that was asked for: 1" in browser.get("/proposals").text
    said = re.compile(r"extension to <time[^>]*>[^<]*15 Dec 2026</time> asked for, (<strong>)?NOT GRANTED")
    pages = ("/", "/month", "/print", "/evening", "/evening?on=2026-11-19", "/follow-up")
    for name in ("Ben", "Dora"):
        assert {page for page in pages if not said.search(office.browser(name).get(page).text)} == set()
    with office.database.write() as session:
        session.execute(update(Entry).where(Entry.id == entry.id).values(verified_at=EVENING, verified_by="Ana"))
    assert said.search(browser.get(f"/entry/{entry.id}/slip").text)
    secret = office.entry(reference="S-1")  # of the restricted matter nothing is told, whatever is asked for
    with office.database.write() as session:
        session.execute(update(Extension).values(entry_id=secret.id))
    assert {page for page in pages if "NOT GRANTED" in office.browser("Dora").get(page).text} == set()
    assert all(said.search(office.browser("Ana").get(page).text) for page in ("/", "/month", "/evening", "/follow-up"))
    with office.database.write() as session:
        session.execute(update(Extension).values(entry_id=entry.id))
    form = fields(browser.get(path).text)
    grant = {**form, "granted_to": "2026-12-11", "granted_on": "2026-11-20", "grant_proof": "order, p. 1"}
    assert browser.post(f"{path}/grant", data=form).status_code == 422
    done = browser.post(f"{path}/grant", data=grant)
    assert "waits for a second person" in browser.get(done.headers["location"]).text
    with office.database.read() as session:
        assert session.scalars(select(Proposal.state)).all() == ["agreed"]
