"""A form that is sent twice, as by a double click, is recorded once, and leads both times to the same page."""

import re
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

import deadlines
from deadlines.docket.incoming import register
from deadlines.docket.subscriptions import hash_token
from deadlines.docket.tokens import token_views
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Incoming, KeptAnswer, NoticeRow, Person, SignedIn, Subscription
from tests.docket.desks import DENIAL
from tests.web.office import Office, Page, fields
from tests.web.test_import_page import GOOD, send
from tests.web.test_verify_pages import READ

TEMPLATES = sorted((Path(deadlines.__file__).parent / "web" / "templates").glob("*.html"))
UNMARKED = re.compile(
    r"/sign-in|/sign-out|/second-factor/|/account/"  # nothing of the docket is recorded
    r"|/evidence|/copy"  # a file comes, each time
    r"|/people/[^/]*/link"  # the link before counts no more
    r"|{{ action }}"  # it carries the mark of the form before it
)


def kept(office: Office) -> int:
    """How much was recorded: everything leaves a row in the audit trail."""
    with office.database.read() as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0


def paper(office: Office, **typed: str) -> dict[str, str]:
    return {**fields(office.browser("Ben").get("/incoming").text), "title": "USCIS denial", "at": "mail", **typed}


def papers(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Incoming)) or 0


def acts(office: Office) -> list[tuple[str, str, dict[str, str]]]:
    """Who sends what, where: each is refused, or done once more, by a program that takes the second form anew."""
    entry, matter = office.entry(), f"/matter/{office.matter()}"
    reason = {"reason": "client files anew"}
    return [
        ("Ana", f"/entry/{entry.id}/waive", reason),
        ("Ana", f"/entry/{entry.id}/reopen", reason),
        ("Ana", f"/entry/{entry.id}/ack", {}),
        ("Ana", f"/notice/{office.notice()}/verify", READ),
        ("Ana", f"/notice/{office.notice()}/strike", reason),
        ("Ben", "/incoming", {"title": "USCIS denial", "at": "mail"}),
        ("Ben", f"{matter}/restrict", {"reason": "a petition is prepared"}),
    ]


def shown(browser: TestClient, path: str) -> dict[str, str]:
    """The fields of the form at an address, or those of the matter's page that any of its buttons has."""
    page = browser.get(path)
    return fields(page.text) if page.status_code == 200 else {"once": "the button of a page"}


def test_whatever_is_sent_twice_is_recorded_once_and_leads_to_the_same_page(office: Office) -> None:
    for name, path, typed in acts(office):
        browser = office.browser(name)
        form = {**shown(browser, path), **typed}
        before = kept(office)
        first = browser.post(path, data=form)
        done = kept(office)
        second = browser.post(path, data=form)
        assert (first.status_code, done > before) == (303, True), (path, first.text)
        assert (second.status_code, second.headers["location"], kept(office)) == (303, first.headers["location"], done)
        assert browser.get(second.headers["location"]).status_code == 200


def test_a_filing_with_its_file_is_recorded_once(office: Office) -> None:
    browser, path = office.browser("Ana"), f"/entry/{office.entry().id}/file"
    found = fields(browser.get(path).text)
    form = {"once": found["once"], "seen": found["seen"], "on": f"{office.now:%Y-%m-%d}", "receipt": "IOE0912345678"}
    del browser.headers["Content-Type"]

    def post(content: bytes) -> Any:
        return browser.post(path, data=form, files={"copy": ("receipt.pdf", content)})

    first, done = post(b"%PDF"), kept(office)
    second = post(b"%PDF")
    assert first.status_code == second.status_code == 303
    assert (second.headers["location"], kept(office)) == (first.headers["location"], done)
    assert post(b"%PDF another").status_code == 409


def test_a_table_is_recorded_once(office: Office) -> None:
    found = fields(send(office, GOOD).text)
    browser = office.browser("Ben")
    del browser.headers["Content-Type"]

    def post() -> Any:
        return browser.post("/import", data={**found, "do": "record"}, files={"nothing": ("", b"")})

    first, second = post(), post()
    assert first.headers["location"] == second.headers["location"] == "/import?recorded=2&known=0"


def test_a_notice_is_recorded_once_and_nobody_is_asked_to_record_it_again(office: Office) -> None:
    browser = office.browser("Ben")
    typed = {"matter": "A-1", "kind": "uscis.rfe", "form": "I-485", "decided_on": "2026-10-20", "service": "mail"}
    preview = browser.post("/add", data={**Page(browser.get("/add").text).fields, **typed, "do": "preview"}).text
    form = {**Page(preview).fields, **typed, "do": "record"}
    first, second = browser.post("/add", data=form), browser.post("/add", data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    with office.database.read() as session:
        query = select(func.count()).select_from(NoticeRow).where(NoticeRow.matter_id == office.matter())
        assert session.scalar(query) == 2


def test_what_is_sent_in_the_same_moment_waits_for_the_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the second form comes to another process, which has an application and connections of its own."""
    form, begun = paper(office), threading.Event()
    answers: list[str] = []
    database = Database.open(office.database.engine.url.render_as_string(hide_password=False))
    other = office.browser("Ben", office.another_server(database))

    def slowly(*given: Any, **named: Any) -> Incoming:
        begun.set()
        second.join(0.3)
        assert answers == []
        return register(*given, **named)

    def again() -> None:
        begun.wait(60)
        answers.append(other.post("/incoming", data=form).headers["location"])

    monkeypatch.setattr("deadlines.web.desk.incoming.register", slowly)
    second = threading.Thread(target=again)
    second.start()
    assert office.browser("Ben").post("/incoming", data=form).headers["location"] == "/incoming"
    second.join(60)
    database.dispose()
    assert (answers, papers(office.database)) == (["/incoming"], 1)


def test_a_refused_form_may_be_sent_again(office: Office) -> None:
    browser, form = office.browser("Ben"), paper(office, matter="S-2")
    assert browser.post("/incoming", data=form).status_code == 422
    office.record("S-2", DENIAL)
    assert browser.post("/incoming", data=form).status_code == 303
    path = f"/entry/{office.entry().id}/waive"
    ana = office.browser("Ana")
    empty = {**fields(ana.get(path).text), "reason": ""}
    assert [ana.post(path, data=empty).status_code for _ in range(2)] == [422, 422]
    assert ana.post(path, data={**empty, "reason": "client files anew"}).status_code == 303


@pytest.mark.parametrize("change", [{"title": "Another paper"}, {"once": "the same form, shown anew"}])
def test_what_differs_is_recorded_too(office: Office, change: dict[str, str]) -> None:
    browser, form = office.browser("Ben"), paper(office)
    for sent in (form, {**form, **change}):
        assert browser.post("/incoming", data=sent).status_code == 303
    assert papers(office.database) == 2


def test_each_showing_of_a_form_has_a_mark_of_its_own(office: Office) -> None:
    assert len({paper(office)["once"] for _ in range(3)}) == 3


def test_no_browser_uses_the_mark_of_another(office: Office) -> None:
    form = paper(office)
    with office.database.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben")).one()
        session.add(SignedIn(token_hash=hash_token("x"), person_id=ben.id, since=office.now, seen_at=office.now))
    for name in ("Ben", "Ana", "x"):
        assert office.browser(name).post("/incoming", data=form).status_code == 303
    assert papers(office.database) == 3
    assert office.browser("nobody").post("/incoming", data=form).headers["location"] == "/sign-in?lost=yes"


def test_a_page_that_somebody_went_back_to_counts_anew_after_some_minutes(office: Office) -> None:
    browser, form = office.browser("Ben"), paper(office)
    for minutes, wanted in ((0, 1), (9, 1), (11, 2)):
        office.now += timedelta(minutes=minutes)
        assert browser.post("/incoming", data=form).status_code == 303
        assert papers(office.database) == wanted
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 1


def test_the_row_of_the_pages_is_nobodys_token(office: Office) -> None:
    office.browser("Ben").post("/incoming", data=paper(office))
    with office.database.read() as session:
        ben = session.scalars(select(Person.id).where(Person.name == "Ben")).one()
        assert token_views(session, now=office.now, ended=True) == []
    for secret in (f"pages {ben}", "", ben):
        headers = {"Authorization": f"Bearer {secret}"}
        assert TestClient(office.app).get("/api/v1/matters", headers=headers).status_code == 401


@pytest.mark.parametrize("whose", ["ana@firm.test", "ben@firm.test"])
def test_a_calendar_is_made_once_and_its_secret_is_kept_nowhere(office: Office, whose: str) -> None:
    browser = office.browser("Pat" if whose.startswith("ben") else "Ana")
    form = {**fields(browser.get("/feeds").text), "label": "Desk", "scope": "own", "person": whose}
    first, second = (browser.post("/feeds", data=form) for _ in range(2))
    [code] = set(re.findall(r"/subscribe/(dlc_[\w-]+)", first.text + first.headers.get("location", "")))
    made = addresses_of(office)
    assert len(made) == 1
    assert second.headers["location"] == f"/feeds/{made[0].id}/again"
    with office.database.read() as session:
        assert not any(code.encode() in row.body for row in session.scalars(select(KeptAnswer)))
    page = browser.get(second.headers["location"]).text
    assert Page(page).problems() == []
    assert code not in page
    assert "one calendar was made" in page
    anew = browser.post(f"/feeds/{made[0].id}/rotate", data=fields(page))
    [other] = set(re.findall(r"/subscribe/(dlc_[\w-]+)", anew.text + anew.headers.get("location", "")))
    opened = office.browser("Ben")
    assert opened.post(f"/subscribe/{code}", data={"": ""}).status_code == 404
    assert opened.post(f"/subscribe/{other}", data={"": ""}).status_code == 200
    assert "/rotate" not in browser.get(f"/feeds/{made[0].id}/again").text
    assert office.browser("Audrey").get(f"/feeds/{made[0].id}/again").status_code == 404


def addresses_of(office: Office) -> list[Subscription]:
    with office.database.read() as session:
        return list(session.scalars(select(Subscription)))


def test_every_form_that_records_has_a_mark() -> None:
    bare = []
    for path in TEMPLATES:
        for tag, after in re.findall(r"(<form method=\"post\".*)\n(.*)", path.read_text(encoding="utf-8")):
            if "once()" not in tag + after and not UNMARKED.search(tag):
                bare.append(path.name)
    assert bare == ["invitation.html", "welcome.html"]  # one-time links, on which nobody is signed in
