"""Verifying on a page: the second person sees nothing of what was entered until both have been compared."""

import re
from datetime import date

import pytest
from msgspec import structs
from sqlalchemy import select

from deadlines.compute import Notice, Service
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.verification import verify_notice
from deadlines.store.tables import NoticeRow, Person
from tests.docket.desks import DENIAL, LATER
from tests.web.office import CANARIES, Office, Page, fields
from tests.web.test_filing_pages import send

READ = {"kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23", "method": "mail"}


FAX = Service("fax")
ORDER = Notice(kind="ij.order", decided_on=date(2026, 10, 30), service=Service("oral"))
"""Its windows are contested: only an attorney or a partner verifies them."""


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """SQLite, and PostgreSQL too where the test writes in a way that may differ."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


BOTH = pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)


def test_the_form_tells_nothing_of_what_was_entered(office: Office) -> None:
    browser = office.browser("Ana")
    for path in ("/verify", f"/notice/{office.notice()}/verify"):
        text = browser.get(path).text
        assert Page(text).problems() == []
        main = text[text.index("<main") :]
        for told in ("2026-10-23", "I-140", "2026-11-20", "2026-11-25", "Motion to reopen", "by mail"):
            assert told not in main, (path, told)
    typed = fields(browser.get(f"/notice/{office.notice()}/verify").text)
    assert [name for name, value in typed.items() if value] == ["once"]


def test_who_reads_the_same_has_signed(office: Office) -> None:
    browser, path = office.browser("Ana"), f"/notice/{office.notice()}/verify"
    done = browser.post(path, data=READ)
    assert (done.status_code, done.headers["location"]) == (303, f"/notice/{office.notice()}/verified")
    page = browser.get(done.headers["location"]).text
    assert Page(page).problems() == []
    assert "you have signed for 3 dates" in page
    assert "How the dates were worked out" in page
    assert office.entry().verified_at is not None
    assert "verified by Ana" in browser.get(f"/matter/{office.matter()}").text
    assert "Nothing waits for you" not in browser.get("/verify").text  # her restricted matter waits
    assert "is verified already" in browser.get(path).text


@pytest.mark.parametrize(
    "changed, field, first",
    [
        ({"decided_on": "2026-10-22"}, "the date of the decision", "2026-10-23"),
        ({"form": "I-129"}, "the form", "I-140"),
        ({"method": "electronic"}, "the way of service", "Served by mail"),
        ({"printed_deadline": "2026-11-25"}, "the printed deadline", ""),
    ],
)
def test_who_reads_otherwise_is_told_in_which_fields_only(
    office: Office, changed: dict[str, str], field: str, first: str
) -> None:
    browser, path = office.browser("Ana"), f"/notice/{office.notice()}/verify"
    done = browser.post(path, data={**READ, **changed})
    assert done.status_code == 303
    page = browser.get(done.headers["location"]).text
    assert Page(page).problems() == []
    assert "The two entries differ" in page
    assert f"<li>{field}</li>" in page
    assert not first or first not in page
    assert "Nothing is verified" in page
    assert office.entry().verified_at is None
    assert "A second reading differs" in office.browser("Pat").get("/verify").text
    assert "Two people read the notice differently" in browser.get(f"/matter/{office.matter()}").text
    assert "a third person looks" in browser.get(path).text
    assert "3 read differently by two people" in office.browser("Dora").get("/").text


@pytest.mark.parametrize(
    "changed, field, struck",
    [
        ({"decided_on": "2026-10-22"}, "the date of the decision, the day of service", True),
        ({"form": "I-129", "printed_deadline": "2026-11-25"}, "the form, the printed deadline", True),
        ({"kind": "uscis.revocation"}, "the kind of notice", True),
        ({"method": "electronic"}, "the way of service", False),
    ],
)
def test_who_reads_otherwise_is_told_how_it_is_corrected(
    office: Office, changed: dict[str, str], field: str, struck: bool
) -> None:
    notice, matter = office.notice(), f"/matter/{office.matter()}"
    strike, amend = f"/notice/{notice}/strike", f"/notice/{notice}/amend"
    seat, able = office.browser("Ana"), "an attorney, somebody of the docket role or a partner strikes the notice"
    done = seat.post(f"/notice/{notice}/verify", data={**READ, **changed}).headers["location"]
    told = seat.get(done).text
    assert Page(told).problems() == []
    assert (strike in told, amend in told) == (struck, not struck)
    for name, may in (("Ana", True), ("Dora", True), ("Ben", False), ("Audrey", False)):
        warning = office.browser(name).get(matter).text.split("Two people read the notice differently")[1]
        warning = warning.split("</div>")[0]
        assert f"in {field}: compare the paper" in warning
        assert (strike in warning, able in warning) == (struck and may, struck and not may)
        assert ("amend the notice" in warning) == (not struck)
    if struck:  # by a paralegal too, who is told who strikes it
        assert able in office.browser("Ben").get(amend).text


def test_a_paralegal_who_reads_otherwise_is_told_who_strikes_the_notice(office: Office) -> None:
    office.record("B-1", DENIAL, by="Dora")
    browser, notice = office.browser("Ben"), office.notice("B-1")
    done = browser.post(f"/notice/{notice}/verify", data={**READ, "form": "I-129"}).headers["location"]
    told = browser.get(done).text
    assert "an attorney, somebody of the docket role or a partner strikes the notice" in told
    assert "/strike" not in told
    assert "/amend" not in told


def offers(office: Office, name: str) -> tuple[bool, bool]:
    """Whether somebody is offered to verify the notice: in the list, and on the matter's page."""
    browser, path = office.browser(name), f'href="/notice/{office.notice()}/verify"'
    return path in browser.get("/verify").text, path in browser.get(f"/matter/{office.matter()}").text


@BOTH
def test_who_read_it_otherwise_is_not_asked_again(office: Office) -> None:
    browser, path = office.browser("Pat"), f"/notice/{office.notice()}/verify"
    assert offers(office, "Pat") == (True, True)
    assert "Waiting: 1" in browser.get("/verify").text
    browser.post(path, data={**READ, "form": "I-129"})
    assert offers(office, "Pat") == (False, False)
    listed = browser.get("/verify").text
    assert Page(listed).problems() == []
    assert "Waiting: 0" in listed
    apart = listed.split("Read by you: 1")[1]
    assert "a third person looks at each of them now" in apart
    assert "A-1" in apart
    words = "You read it otherwise: a third person looks at it now."
    assert words in browser.get(f"/matter/{office.matter()}").text
    # The others are asked as before.
    assert offers(office, "Ana") == (True, True)
    assert words not in office.browser("Ana").get(f"/matter/{office.matter()}").text
    # Where nobody else can look any more, it waits for them again.
    with office.database.write() as session:
        for one in session.scalars(select(Person).where(Person.name.in_(("Ana", "Dora")))):
            one.active = False
    assert offers(office, "Pat") == (True, True)
    assert words not in browser.get(f"/matter/{office.matter()}").text


@BOTH
def test_who_entered_it_before_it_was_amended_is_not_asked_either(office: Office) -> None:
    with office.database.write() as session:
        row, ana = (
            session.get_one(NoticeRow, office.notice()),
            session.scalars(select(Person).where(Person.name == "Ana")).one(),
        )
        verify_notice(session, office._desk(ana.email), row, structs.replace(DENIAL, service=FAX), by=ana, now=LATER)
        changes = Amendment(method="fax")
        amend_notice(session, office._desk(ana.email), row, changes, reason="by fax", by=ana, now=LATER)
    for name, open_to in (("Ana", False), ("Ben", False), ("Dora", True)):
        assert offers(office, name) == (open_to, open_to)
    assert "Entered by you: 1" in office.browser("Ben").get("/verify").text


def test_a_paralegal_is_offered_no_notice_of_which_every_date_needs_an_attorney(office: Office) -> None:
    office.record("C-1", ORDER, by="Dora")
    path = f'href="/notice/{office.notice("C-1")}/verify"'
    for name, offered in (("Ana", True), ("Pat", True), ("Ben", False)):
        browser = office.browser(name)
        listed, matter = browser.get("/verify").text, browser.get(f"/matter/{office.matter('C-1')}").text
        assert (path in listed, path in matter) == (offered, offered), name
        assert ("For an attorney or a partner: 1" in listed) is not offered
        assert ("an attorney or a partner verifies them" in matter) is not offered
        assert Page(listed).problems() == []
    assert "Waiting: 0" in office.browser("Ben").get("/verify").text
    refused = office.browser("Ben").get(f"/notice/{office.notice('C-1')}/verify").text
    assert "an attorney must verify it, or a partner" in refused


def test_what_is_in_dispute_is_not_offered_before_it_is_decided(office: Office) -> None:
    office.record("P-1", structs.replace(DENIAL, printed_deadline=date(2026, 11, 13)))
    path = f'href="/notice/{office.notice("P-1")}/verify"'
    listed = office.browser("Ana").get("/verify").text
    assert path not in listed
    apart = listed.split("Not to be verified yet: 1")[1]
    assert "P-1" in apart
    assert 'href="/proposals"' in apart


def test_what_comes_next_is_told_once_the_notice_is_read(office: Office) -> None:
    """The windows that a denied filing opens, and what not filing means, follow from the facts of the notice."""
    entry, notice = office.entry().id, office.notice()
    ana, ben = office.browser("Ana"), office.browser("Ben")
    assert send(office, {"on": "2026-11-02", "receipt": "IOE0912345678"}, name="Ana").status_code == 303
    filed, other = f"/entry/{entry}/filed", f"/entry/{office.entry('uscis.appeal.aao').id}/waive"
    told = nexts(ben.get(filed).text)
    assert told
    for path in (filed, other):
        page = ana.get(path).text
        assert "You may still verify this notice" in page
        assert f'href="/notice/{notice}/verify"' in page
        assert not any(found in page for found in told)
        assert Page(page).problems() == []
    assert ana.post(f"/notice/{notice}/verify", data=READ).status_code == 303
    assert nexts(ana.get(filed).text) == told


def nexts(page: str) -> list[str]:
    return re.findall(r"<li>([^<]{20,})", page.split("What comes next</h2>")[1])


def test_who_entered_it_cannot_verify_it(office: Office) -> None:
    browser, path = office.browser("Ben"), f"/notice/{office.notice()}/verify"
    listed = browser.get("/verify").text
    assert "Entered by you: 1" in listed
    assert path not in listed
    assert "another person must verify it" in browser.get(path).text
    assert browser.post(path, data=READ).status_code == 409
    assert office.entry().verified_at is None


def test_what_is_missing_is_asked_for_beside_its_field(office: Office) -> None:
    browser, path = office.browser("Ana"), f"/notice/{office.notice()}/verify"
    refused = browser.post(path, data={"form": "", "decided_on": "10/11/2026", "service_on": "soon"})
    assert refused.status_code == 422
    for field in ("kind", "form", "decided_on", "method", "service_on"):
        assert f'href="#{field}"' in refused.text
    assert 'value="soon"' in refused.text
    assert Page(refused.text).problems() == []


def test_of_a_restricted_matter_nothing_waits_for_others(office: Office) -> None:
    for name in ("Dora", "Pat", "Audrey"):
        browser = office.browser(name)
        assert not any(word in browser.get("/verify").text for word in CANARIES)
        for page in ("verify", "verified"):
            assert browser.get(f"/notice/{office.notice('S-1')}/{page}").status_code in (403, 404)
    assert office.browser("Audrey").post(f"/notice/{office.notice()}/verify", data=READ).status_code == 403
    assert office.entry().verified_at is None


def test_no_page_tells_who_may_still_verify_what_was_entered(office: Office) -> None:
    notice, matter, entry = office.notice(), office.matter(), office.entry().id
    about = ("initial", "file", "dispatched", "extension", "waive", "missed")
    paths = [
        *(f"/matter/{matter}{more}" for more in ("", "/history")),
        *(f"/entry/{entry}/{act}" for act in about),
        f"/notice/{notice}/strike",
        f"/notice/{notice}/verified",
        "/",
        "/proposals",
        "/audit?matter=A-1",
    ]
    for name in ("Pat", "Ana", "Dora"):
        browser = office.browser(name)
        for path in paths:
            page = browser.get(path)
            assert page.status_code in ((200, 403) if path.startswith("/audit") else (200,)), (name, path)
            for told in ("2026-10-23", "23 Oct", "I-140", "Served by mail", "uscis.denial", "by mail on"):
                assert told not in page.text, (name, path, told)
        amend = browser.get(f"/notice/{notice}/amend")
        assert (amend.status_code, "2026-10-23" in amend.text) == (409, False)
        assert "read it off the paper first" in amend.text
    seen = office.browser("Ben").get(f"/matter/{matter}").text
    assert "Served by mail" in seen
    assert "23 October 2026" in seen
    office.browser("Ana").post(f"/notice/{notice}/verify", data=READ)
    assert "23 October 2026" in office.browser("Pat").get(f"/matter/{matter}").text
    assert office.browser("Pat").get(f"/notice/{notice}/amend").status_code == 200
