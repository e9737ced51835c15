"""The daybook and the slip on pages: to be printed, and blind for who may still verify."""

import pytest

from deadlines.docket.verification import verify_notice
from deadlines.store.tables import Entry, NoticeRow, Person
from tests.docket.desks import ENTERED, LATER, desk, look
from tests.web.office import CANARIES, Office, Page

DAY = f"/daybook?on={ENTERED:%Y-%m-%d}"
TELLING = ("I-140", "23 Oct 2026", "Motion to reopen", "I-290B")


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def verify(office: Office) -> None:
    with office.database.write() as session:
        ana = session.query(Person).filter_by(name="Ana").one()
        row = session.get_one(NoticeRow, office.notice())
        entry = session.get_one(Entry, office.entry().id)
        assert verify_notice(session, desk(), row, look(entry), by=ana, now=LATER).verified


def test_who_may_still_verify_reads_on_no_page_of_them_what_was_entered(office: Office) -> None:
    slip = f"/entry/{office.entry().id}/slip"
    for name in ("Dora", "Pat"):
        browser = office.browser(name)
        page, refused = browser.get(DAY).text, browser.get(slip)
        assert "3 not verified" in page
        assert "–: " not in page
        assert f"/notice/{office.notice()}/verify" in page
        assert refused.status_code == 409
        for text in (page, refused.text):
            assert [word for word in TELLING if word in text] == []
            assert Page(text).problems() == []
        assert slip not in browser.get(f"/matter/{office.matter()}").text
    for name in ("Ben", "Audrey"):  # who entered it, and who verifies nothing
        assert all(word in office.browser(name).get(DAY).text for word in ("I-140", "Motion to reopen"))
        assert office.browser(name).get(slip).status_code == 200
        assert slip in office.browser(name).get(f"/matter/{office.matter()}").text
    verify(office)
    page, paper = office.browser("Dora").get(DAY).text, office.browser("Dora").get(slip).text
    assert "verified by Ana" in page
    for words in ("by Ben", "Fri 23 Oct 2026", "uscis.motion.reopen", "8 CFR", "by Ana", "by nobody yet"):
        assert words in paper, words
    assert "@firm.test" not in paper
    assert Page(paper).problems() == []


def test_the_daybook_is_a_paper_and_the_evening_leads_to_it(office: Office) -> None:
    page = office.browser("Ben").get(DAY).text
    assert 'class="sheet cards"' in page
    assert "sheet.css" in page
    assert not any(word in page for word in CANARIES)
    assert "/daybook?on=2026-11-02" in office.browser("Dora").get("/evening").text
    assert "Nothing</strong> was entered" in office.browser("Ben").get("/daybook").text
    for odd in ("2027-01-01", "0001-01-01", "soon"):
        assert office.browser("Ben").get(f"/daybook?on={odd}").status_code == 422
    assert "restricted" in office.browser("Dora").get(DAY).text
    secret = office.entry(reference="S-1", rule="uscis.motion.reopen").id
    assert office.browser("Ben").get(f"/entry/{secret}/slip").status_code == 404
