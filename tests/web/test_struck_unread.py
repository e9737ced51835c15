"""A notice that was struck and recorded again: who may still verify the new one reads the old one nowhere."""

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from deadlines.docket import tokens
from deadlines.docket.closing import strike_notice
from deadlines.docket.intake import record_notice
from deadlines.docket.verification import verify_notice
from deadlines.store.tables import Entry, NoticeRow, Person
from tests.docket.desks import DENIAL, ENTERED, LATER, desk, look
from tests.web.office import Office, Page
from tests.web.test_taking import matter_copy

TELLING = ("I-140", "I-129", "23 Oct 2026", "2026-10-23", "23 October", "USCIS denial", "uscis.denial", "by mail")
RULE = "uscis.motion.reopen"


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


class Again:
    """Ben entered the denial of A-1 with the wrong form, Dora struck it, and Ben recorded it anew."""

    def __init__(self, office: Office) -> None:
        self.office, self.struck, self.entry = office, office.notice(), office.entry().id
        with office.database.write() as session:
            ben, dora = (session.query(Person).filter_by(name=name).one() for name in ("Ben", "Dora"))
            row = session.get_one(NoticeRow, self.struck)
            strike_notice(session, desk(actor=dora.email), row, reason="another form", by=dora, now=LATER)
            anew = replace(DENIAL, form="I-129")
            self.notice = record_notice(session, desk(actor=ben.email), row.matter, anew, now=LATER).notice.id
        self.matter = office.matter()

    def pages(self) -> list[str]:
        matter, struck = f"/matter/{self.matter}", f"/notice/{self.struck}"
        days = [f"/daybook?on={day:%Y-%m-%d}" for day in (ENTERED, LATER)]
        acts = [f"{struck}/{act}" for act in ("amend", "strike", "verify", "verified")]
        entry = [f"/entry/{self.entry}/{act}" for act in ("slip", "reopen", "filed", "waive")]
        return [matter, f"{matter}/history", f"{matter}/on?date={LATER:%Y-%m-%d}", *days, *acts, *entry, "/audit"]

    def program(self, name: str) -> TestClient:
        with self.office.database.write() as session:
            person = session.query(Person).filter_by(name=name).one()
            token = tokens.add_token(session, person, "x", "read", until=None, actor="t", now=LATER)[1]
        return TestClient(self.office.app, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def again(office: Office) -> Again:
    return Again(office)


def read_off(text: str) -> list[str]:
    """What of the notice the page tells; the choices that every form offers are no telling."""
    shown = text.split("<select", 1)[0] + text.rpartition("</select>")[2] if "<select" in text else text
    return [word for word in TELLING if word in shown]


@pytest.mark.parametrize("name", ["Ana", "Dora", "Pat"])
def test_no_page_and_no_copy_tells_it_to_who_may_verify_the_new_one(again: Again, name: str) -> None:
    browser = again.office.browser(name)
    found = {path: browser.get(path) for path in again.pages()}
    assert {path: read_off(page.text) for path, page in found.items() if read_off(page.text)} == {}
    assert found[f"/matter/{again.matter}"].text.count("You may still verify another notice of this matter") >= 3
    assert f"/notice/{again.notice}/verify" in found[f"/matter/{again.matter}"].text
    slip = found[f"/entry/{again.entry}/slip"]
    assert (slip.status_code, f'href="/matter/{again.matter}"' in slip.text, "/notice/" in slip.text) == (
        409,
        True,
        False,
    )
    assert f"/notice/{again.struck}/verify" not in found[again.pages()[3]].text
    assert [path for path, page in found.items() if Page(page.text).problems()] == []
    for kind in ("json", "csv", "ics"):
        assert read_off(matter_copy(again.office, name, kind).text.replace("\r\n ", "")) == [], kind


def test_the_api_tells_it_to_nobody_who_may_verify_the_new_one(again: Again) -> None:
    paths = [f"/api/v1/{path}" for path in (
        f"matters/{again.matter}", f"notices/{again.struck}", "notices", f"entries/{again.entry}",
    )]  # fmt: skip
    dora, ben = again.program("Dora"), again.program("Ben")
    for path in paths:
        assert read_off(dora.get(path).text) == [], path
        assert "I-140" in ben.get(path).text, path
    assert dora.get(paths[1]).json()["blind"] is True


def test_it_is_told_once_the_new_one_is_verified_and_always_to_who_entered_it(again: Again) -> None:
    ben, pat = again.office.browser("Ben"), again.office.browser("Pat")
    slip = f"/entry/{again.entry}/slip"
    assert "I-140" in ben.get(slip).text
    with again.office.database.write() as session:
        ana = session.query(Person).filter_by(name="Ana").one()
        entry = session.query(Entry).filter_by(notice_id=again.notice, rule=RULE).one()
        assert verify_notice(session, desk(), entry.notice, look(entry), by=ana, now=LATER).verified
    assert "I-140" in pat.get(slip).text
    assert "Fri 23 Oct 2026" in pat.get(f"/matter/{again.matter}").text
