"""Adding a notice on a page: nothing is recorded that was not shown, nothing typed is lost, and nothing is told."""

import re
from datetime import time

import msgspec
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from deadlines.compute import Notice
from deadlines.docket.intake import Desk
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Matter, NoticeRow, Person
from deadlines.web.app import create_app
from tests.web.serving import NOW, ZONE
from tests.web.test_desk import Firm
from tests.web.test_signing import FORM, PASSWORD

TYPED = {
    "matter": "B-7",
    "client": "Okafor",
    "kind": "uscis.denial",
    "form": "i485",
    "decided_on": "23 Oct 2026",
    "service": "mail",
}


def desk_of(who: str) -> Desk:
    return Desk(law=load_law(), channel="smtp", zone=ZONE, at=time(9), actor=who)


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """SQLite, and PostgreSQL too where the test writes in a way that may differ."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


BOTH = pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def browser(firm: Firm, name: str = "Ana") -> TestClient:
    app = create_app(firm.database, zone=ZONE, now=lambda: NOW, desk=desk_of)
    client = TestClient(app, follow_redirects=False, headers=FORM)
    client.post("/sign-in", data={"email": f"{name.lower()}@firm.test", "password": PASSWORD})
    return client


def typed(firm: Firm, **more: str) -> dict[str, str]:
    with firm.database.read() as session:
        ana = session.scalars(select(Person.id).where(Person.name == "Ana")).one()
    return {**TYPED, "attorney": ana, **more}


def digest(page: str) -> str:
    found: list[str] = re.findall(r'name="digest" value="(\w+)"', page)
    return found[0]


def record(client: TestClient, fields: dict[str, str]) -> tuple[int, str]:
    """Preview and record, as the buttons do."""
    shown = client.post("/add", data={**fields, "do": "preview"})
    answer = client.post("/add", data={**fields, "do": "record", "digest": digest(shown.text)})
    return answer.status_code, answer.text if answer.status_code != 303 else answer.headers["location"]


def counted(firm: Firm) -> tuple[int, ...]:
    with firm.database.read() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(t)) or 0 for t in (Matter, NoticeRow, Entry, Audit)
        )


@BOTH
def test_a_notice_is_shown_then_recorded(firm: Firm) -> None:
    client = browser(firm)
    before = counted(firm)
    shown = client.post("/add", data={**typed(firm), "do": "preview"})
    assert shown.status_code == 200
    # 8 CFR 103.5(a)(1)(i) and 103.8(b): 30 days, by mail 33; Sunday 22 and Wednesday 25 November 2026.
    assert '<time datetime="2026-11-20">' in shown.text
    assert '<time datetime="2026-11-25">' in shown.text
    assert "Fri 23 Oct 2026" in shown.text
    assert "is <strong>new</strong>" in shown.text
    assert counted(firm) == before
    status, where = record(client, typed(firm))
    assert status == 303
    page = client.get(where).text
    assert "Somebody else verifies each of them" in page
    assert "Okafor" in page
    with firm.database.read() as session:
        row = session.scalars(select(NoticeRow).join(Matter).where(Matter.reference == "B-7")).one()
        assert (row.entered_by, row.form, str(row.decided_on)) == ("ana@firm.test", "I-485", "2026-10-23")
        assert session.scalars(select(Audit.actor).where(Audit.action == "notice.record")).one() == "ana@firm.test"


def test_nothing_is_recorded_that_was_not_shown(firm: Firm) -> None:
    client = browser(firm)
    before = counted(firm)
    seal = digest(client.post("/add", data={**typed(firm), "do": "preview"}).text)
    for change in (
        {"decided_on": "24 Oct 2026"},
        {"service": "in-person"},
        {"client": "Another"},
        {"matter": "B-8"},
        {"fact.detained": "yes"},
        {"reason.error": "yes"},
        {"restricted": "yes"},
    ):
        answer = client.post("/add", data={**typed(firm), **change, "do": "record", "digest": seal})
        assert answer.status_code == 409, change
        assert "look at it again" in answer.text
        assert digest(answer.text) != seal
    for seal in ("", "0" * 32):
        assert client.post("/add", data={**typed(firm), "do": "record", "digest": seal}).status_code == 409
    assert counted(firm) == before


FAULTS: list[tuple[dict[str, str], str, str]] = [
    ({"decided_on": "02/03/2026"}, "decided_on", "3 February 2026 or 2 March 2026"),
    ({"decided_on": ""}, "decided_on", "Date of the decision is needed"),
    ({"kind": ""}, "kind", "Kind of notice is needed"),
    ({"kind": "uscis.nothing"}, "kind", "Unknown kind"),
    ({"matter": " "}, "matter", "Matter number is needed"),
    ({"form": "I-999"}, "form", "Unknown form"),
    ({"received_on": "2026-10-20"}, "received_on", "lies before"),
    ({"printed_deadline": "31 Nov 2026"}, "printed_deadline", "30 days"),
    ({"decided_on": "2027-10-23"}, "decided_on", "lies in the future"),
    ({"attorney": ""}, "attorney", "choose its attorney"),
    ({"attorney": "nobody"}, "attorney", "choose its attorney"),
    ({"service": "pigeon"}, "service", "ways of service"),
    ({"other": "detained"}, "other", "write NAME=VALUE"),
    ({"other": "unheard=of"}, "other", "write NAME=VALUE"),
    ({"fact.detained": "perhaps"}, "fact-detained", "cannot be"),
]


def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(firm: Firm) -> None:
    client = browser(firm)
    before = counted(firm)
    for change, field, words in FAULTS:
        answer = client.post("/add", data={**typed(firm), **change, "do": "record", "digest": "x"})
        assert answer.status_code == 422, change
        summary = answer.text.split('role="alert" id="wrong"')[1].split("</div>")[0]
        assert words in summary.replace("&#39;", "'"), change
        assert f'href="#{field}"' in summary, change
        if not field.startswith("fact"):
            assert words in answer.text.split(f'id="fault-{field}"')[1].split("</p>")[0], change
            marked = re.sub(r'"hint-\w+ ', '"', answer.text)
            assert f'aria-describedby="fault-{field}" aria-invalid="true"' in marked, change
        assert 'value="Okafor"' in answer.text
    assert counted(firm) == before


def test_what_is_to_be_found_out_becomes_a_fact(firm: Firm) -> None:
    client = browser(firm)
    fields = {**typed(firm), "kind": "ij.order", "form": "", "service": "oral"}
    page = client.post("/add", data={**fields, "do": "preview"}).text
    # The ten-day text of 2026 reaches all but asylum decisions: until it is known both are shown.
    assert re.search(r'<select id="fact-asylum" name="fact.asylum"', page)
    page = client.post("/add", data={**fields, "fact.asylum": "denied-merits", "do": "preview"}).text
    assert '<option value="denied-merits" selected>denied merits</option>' in page
    assert record(client, {**fields, "fact.asylum": "denied-merits", "fact.circuit": "9"})[0] == 303
    with firm.database.read() as session:
        facts = session.scalars(select(NoticeRow.facts).where(NoticeRow.kind == "ij.order")).one()["facts"]
    assert facts == {"asylum": "denied-merits", "circuit": "9"}


def test_a_question_that_speaks_of_another_asks_that_too(firm: Firm) -> None:
    """An authorized stay that ends on a known day starts the count on the day after (9 FAM 302.11-3(B)(1)f)."""
    client = browser(firm)
    fields = {**typed(firm), "kind": "uscis.denial", "form": "I-539"}
    page = client.post("/add", data={**fields, "do": "preview"}).text
    [asked] = re.findall(r'<label for="fact-presence_exception">([^<]*)<', page)
    assert "give it under “What is the last day of the authorized stay" in asked
    assert "stay_ends_on" not in asked
    assert page.count('name="fact.stay_ends_on"') == 1
    answers = {"fact.presence_exception": "none", "fact.stay_ends_on": "2026-12-31"}
    page = client.post("/add", data={**fields, **answers, "do": "preview"}).text
    assert page.count('name="fact.stay_ends_on"') == 1
    assert 'value="2026-12-31"' in page
    assert record(client, {**fields, **answers})[0] == 303
    with firm.database.read() as session:
        facts = session.scalars(select(NoticeRow.facts).where(NoticeRow.form == "I-539")).one()["facts"]
    assert facts["stay_ends_on"] == "2026-12-31"


def test_the_preview_while_typing_is_a_part_of_the_page(firm: Firm) -> None:
    client = browser(firm)
    before = counted(firm)
    part = client.post("/add/preview", data=typed(firm), headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'id="told"' in part.text
    assert "windows" in part.text
    half = client.post(
        "/add/preview", data={"kind": "uscis.denial", "decided_on": "02/03"}, headers={"HX-Request": "1"}
    )
    assert "is not a date" in half.text
    assert "digest" not in half.text
    stranger = TestClient(client.app, follow_redirects=False, headers=FORM)
    lost = stranger.post("/add/preview", data=typed(firm), headers={"HX-Request": "true"})
    assert (lost.status_code, "sign in again" in lost.text) == (200, True)
    assert counted(firm) == before


def test_only_our_own_form_records(firm: Firm) -> None:
    client = browser(firm)
    before = counted(firm)
    fields = {**typed(firm), "do": "record", "digest": digest(client.post("/add", data=typed(firm)).text)}
    for path in ("/add", "/add/preview"):
        assert client.post(path, data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert client.post(path, content=b"{}", headers={"Content-Type": "application/json"}).status_code == 403
    assert client.get("/add", params=fields).status_code == 200
    assert client.get("/add/preview", params=fields).status_code == 405
    assert counted(firm) == before


@BOTH
def test_the_same_notice_twice_is_asked_about(firm: Firm) -> None:
    client = browser(firm)
    fields = typed(firm)
    assert record(client, fields)[0] == 303
    status, page = record(client, fields)
    assert status == 409
    assert "already" in page
    assert "Record it once more" in page
    assert record(client, {**fields, "again": "yes"})[0] == 303
    with firm.database.read() as session:
        assert (
            session.scalar(select(func.count()).select_from(NoticeRow).join(Matter).where(Matter.reference == "B-7"))
            == 2
        )


def test_who_may_still_verify_a_notice_is_not_told_whether_theirs_is_the_same(firm: Firm) -> None:
    assert record(browser(firm, "Ana"), typed(firm))[0] == 303
    ben, pages = browser(firm, "Ben"), []
    for day in (TYPED["decided_on"], "2026-10-20"):
        fields = typed(firm, decided_on=day)
        page = ben.post("/add", data={**fields, "do": "preview"}).text
        assert "Twice?" not in page
        pages.append(re.findall(r"<p><strong>The same paper\?</strong>.*?</p>", page))
        status, refused = record(ben, fields)
        assert (status, "say that this is another one, or verify that one" in refused) == (409, True)
    assert len(pages[0]) == 1
    assert pages[0] == pages[1]
    assert "/verify" in pages[0][0]
    assert record(ben, {**fields, "again": "yes"})[0] == 303


def test_a_matter_that_is_there_keeps_its_client_and_attorney(firm: Firm) -> None:
    client = browser(firm)
    page = client.post("/add", data={**TYPED, "matter": "A-1", "client": "", "attorney": "", "do": "preview"}).text
    assert "A-1, Garcia &amp; &lt;b&gt;Sons&lt;/b&gt;, attorney Ana" in page
    answer = client.post("/add", data={**TYPED, "matter": "A-1", "do": "record"})
    assert "has another client" in answer.text
    found = client.post("/add/preview", data={"matter": "garc"}, headers={"HX-Request": "true"}).text
    assert '<option value="A-1">' in found


def test_another_law_shows_the_preview_again(firm: Firm) -> None:
    seal = digest(browser(firm).post("/add", data={**typed(firm), "do": "preview"}).text)

    def desk_of_tomorrow(who: str) -> Desk:
        return msgspec.structs.replace(desk_of(who), law=msgspec.structs.replace(load_law(), digest="tomorrow"))

    app = create_app(firm.database, zone=ZONE, now=lambda: NOW, desk=desk_of_tomorrow)
    client = TestClient(app, follow_redirects=False, headers=FORM)
    client.post("/sign-in", data={"email": "ana@firm.test", "password": PASSWORD})
    before = counted(firm)
    answer = client.post("/add", data={**typed(firm), "do": "record", "digest": seal})
    assert (answer.status_code, "look at it again" in answer.text) == (409, True)
    assert counted(firm) == before
    assert record(client, typed(firm))[0] == 303


@pytest.mark.parametrize("name", ["Ben", "Dora"])
def test_of_a_restricted_matter_nothing_is_told(firm: Firm, name: str) -> None:
    client = browser(firm, name)
    before = counted(firm)
    for path in ("/add", "/add/preview"):
        for words in ("Canary", "S-", "secret"):
            page = client.post(path, data={"matter": words, "kind": "", "do": "preview"}).text
            found = page.split('<datalist id="matters"')[1].split("</datalist>")[0]
            assert "<option" not in found
            assert "Canary-Garcia" not in page
    for number in ("S-1", "s-1"):
        for do in ("preview", "record"):
            taken = client.post("/add", data={**TYPED, "matter": number, "client": "", "do": do})
            assert taken.status_code == (422 if do == "record" else 200)
            assert "This number cannot be used: ask whoever keeps the docket." in taken.text
            assert "not yours to see" not in taken.text
            assert "in use" not in taken.text
    assert counted(firm) == before


def test_a_protected_notice_restricts_its_matter_and_says_so(firm: Firm) -> None:
    client = browser(firm, "Dora")
    fields = {**typed(firm), "form": "I-918"}
    assert "recording this restricts the matter" in client.post("/add", data={**fields, "do": "preview"}).text
    status, location = record(client, fields)
    assert (status, location) == (303, "/recorded/notice")
    page = client.get(location).text
    assert "only who works on it sees it" in page
    assert "Okafor" not in page
    with firm.database.read() as session:
        assert session.scalars(select(Matter).where(Matter.reference == "B-7")).one().restricted


@BOTH
def test_what_fails_at_the_end_leaves_nothing(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    from deadlines.errors import Conflict
    from deadlines.web.desk import add

    def fails(*_given: object, **_named: object) -> Notice:
        raise Conflict("Somebody was faster.")

    client = browser(firm)
    before = counted(firm)
    monkeypatch.setattr(add, "record_notice", fails)
    status, page = record(client, typed(firm))
    assert status == 409
    assert "Somebody was faster." in page
    assert 'value="Okafor"' in page
    assert counted(firm) == before


def test_a_server_that_only_shows_records_nothing(firm: Firm) -> None:
    answer = firm.browser("Ana").post("/add", data={**typed(firm), "do": "record"})
    assert answer.status_code == 404


def test_nothing_on_the_page_needs_a_script(firm: Firm) -> None:
    page = browser(firm).get("/add")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert re.findall(r"<script(?![^>]* src=)|\son\w+=|style=", page.text) == []
    assert '"allowEval":false' in page.text
    for group in ("Immigration judge", "Federal court", "USCIS denial"):
        assert group in page.text
