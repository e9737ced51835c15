"""The docket on a page: what is there, and nothing of a restricted matter for who does not work on it."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from deadlines.docket import logins, teams
from deadlines.docket.renderings import render_entry
from deadlines.docket.restricting import restrict_matter
from deadlines.store.database import Database
from deadlines.store.tables import Acknowledgement, Entry, Heartbeat, Matter, Person
from deadlines.web.app import create_app
from tests.docket import samples
from tests.web.hashing import FAST
from tests.web.serving import NOW, ZONE
from tests.web.test_signing import FORM, PASSWORD

CANARIES = ("Canary", "S-1", "motion to secret", "I-918")


KEPT = FAST.hash(PASSWORD)


class Firm:
    """Ana with an open and a restricted matter, Ben with none, Dora who keeps the docket."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as session:
            people = {
                name: samples.person(session, name, role=role)
                for name, role in (
                    ("Ana", "attorney"),
                    ("Ben", "attorney"),
                    ("Dora", "docket"),
                    ("Adam", "administrator"),
                    ("Pat", "partner"),
                    ("Audrey", "auditor"),
                )
            }
            plain = samples.matter(session, people["Ana"], "A-1")
            plain.client = "Garcia & <b>Sons</b>"
            secret = samples.matter(session, people["Ana"], "S-1")
            for matter, changes in ((plain, {}), (secret, {"title": "Motion to secret", "form": "I-918"})):
                entry, deadline = samples.entry(session, matter, samples.window(**changes))
                render_entry(session, entry, deadline, now=samples.ENTERED)
            restrict_matter(session, secret, actor="t", now=samples.ENTERED)
            self.ids = {matter.reference: matter.id for matter in (plain, secret)}
            for person in people.values():
                code = logins.invite(session, person, actor="t", now=NOW)
                logins.choose_password(session, code, KEPT, now=NOW)

    def browser(self, name: str) -> TestClient:
        app = create_app(self.database, zone=ZONE, now=lambda: NOW + timedelta(minutes=5))
        client = TestClient(app, follow_redirects=False, headers=FORM)
        answer = client.post("/sign-in", data={"email": f"{name.lower()}@firm.test", "password": PASSWORD})
        assert answer.status_code == 303
        return client


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def test_nobody_sees_anything_without_signing_in(firm: Firm) -> None:
    client = TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW), follow_redirects=False)
    for path in ("/", f"/matter/{firm.ids['A-1']}", "/?words=Garcia"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "A-1" not in answer.text


def test_the_docket_shows_the_next_date_of_each_entry(firm: Firm) -> None:
    page = firm.browser("Ana").get("/")
    assert page.status_code == 200
    assert page.text.count('<time datetime="2026-11-20">') == 4  # next date and file by, of two entries
    assert "Garcia &amp; &lt;b&gt;Sons&lt;/b&gt;" in page.text
    assert "S-1" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_protective_date_that_has_passed_stays_beside_the_date_that_comes_next(firm: Firm) -> None:
    with firm.database.write() as session:
        matter = session.scalars(select(Matter).where(Matter.restricted.is_(False))).first()
        assert matter is not None
        for rule, back in (("of-today", 0), ("of-yesterday", 1)):
            samples.entry(session, matter, samples.window(rule=rule, protective_by=NOW.date() - timedelta(days=back)))
    for path in ("/", "/print"):
        text = firm.browser("Ana").get(path).text
        said = re.findall(r'protective date <time datetime="([^"]+)">[^<]*</time> passed', text)
        assert said == [str(NOW.date() - timedelta(days=1))]


def _today_count(firm: Firm, name: str) -> int:
    found = re.search(r"when=today[^>]*><strong>(\d+)</strong>", firm.browser(name).get("/").text)
    assert found is not None
    return int(found[1])


def test_the_courier_s_day_is_shown_until_it_has_passed_and_to_nobody_of_a_restricted_matter(firm: Firm) -> None:
    said = 'courier by <time datetime="2026-11-18">'
    with firm.database.write() as session:
        session.execute(update(Entry).values(dispatch_by=date(2026, 11, 18)))
    assert firm.browser("Ana").get("/").text.count(said) == 2
    assert firm.browser("Dora").get("/").text.count(said) == 1
    before = _today_count(firm, "Ana"), _today_count(firm, "Dora")
    with firm.database.write() as session:
        session.execute(update(Entry).values(dispatch_by=NOW.date()))
    # The courier's own day is something of today, for who is told of it.
    for name, shown, was in (("Ana", 2, before[0]), ("Dora", 1, before[1])):
        text = firm.browser(name).get("/?when=today").text
        assert (text.count("courier TODAY"), _today_count(firm, name)) == (shown, was + shown)
    assert firm.browser("Ana").get("/print").text.count("courier <strong>TODAY</strong>") == 2
    with firm.database.write() as session:
        session.execute(update(Entry).values(dispatched={"on": "2026-11-02"}))
    assert (_today_count(firm, "Ana"), "courier" in firm.browser("Ana").get("/").text) == (before[0], False)
    with firm.database.write() as session:
        session.execute(update(Entry).values(dispatched=None))
    with firm.database.write() as session:
        session.execute(update(Entry).values(dispatch_by=NOW.date() - timedelta(days=1)))
    assert "courier by" not in firm.browser("Ana").get("/").text


@pytest.mark.parametrize("name", ["Ben", "Dora", "Adam", "Pat", "Audrey"])
def test_of_a_restricted_matter_nothing_is_told(firm: Firm, name: str) -> None:
    browser = firm.browser(name)
    paths = ["/", "/?words=Canary", "/?words=S-1", "/?words=secret", "/?when=all&remedy=motion"]
    pages = [browser.get(path) for path in paths]
    for page in pages:
        assert page.status_code == 200
        answer = re.sub(r' value="[^"]*"', "", page.text)  # what was asked for stands in the form again
        assert not any(word.lower() in answer.lower() for word in CANARIES)
        assert firm.ids["S-1"] not in page.text
    assert browser.get(f"/matter/{firm.ids['S-1']}").status_code == 404
    assert browser.get(f"/matter/{firm.ids['S-1']}").content == browser.get("/matter/nothing").content


def test_who_keeps_the_docket_has_the_days_of_restricted_matters(firm: Firm) -> None:
    page = firm.browser("Dora").get("/").text
    assert "Deadline of a restricted matter" in page
    assert "Deadline of a restricted matter" not in firm.browser("Ben").get("/").text


def test_who_comes_to_work_on_a_matter_sees_it(firm: Firm) -> None:
    browser = firm.browser("Ben")
    with firm.database.write() as session:
        matter = session.get_one(Matter, firm.ids["S-1"])
        ben = session.scalars(select(Person).where(Person.name == "Ben")).one()
        teams.join_matter(session, matter, ben, actor="t", now=NOW)
    page = browser.get(f"/matter/{firm.ids['S-1']}")
    assert "Motion to secret" in page.text
    assert "<svg" in page.text


def test_a_date_is_taken_on_by_a_form_only(firm: Firm) -> None:
    browser = firm.browser("Ana")
    page = browser.get(f"/matter/{firm.ids['A-1']}").text
    action = page.split('action="/entry/')[1].split('"')[0]
    assert browser.get(f"/entry/{action}").status_code == 405
    assert browser.post(f"/entry/{action}", headers={"Content-Type": "text/plain"}).status_code == 403
    assert browser.post(f"/entry/{action}", data={"": ""}).status_code == 303
    with firm.database.read() as session:
        assert session.scalars(select(Acknowledgement)).one().person_id
    assert "taken on" in browser.get("/").text
    refused = firm.browser("Ben").post(f"/entry/{action}", data={"": ""})
    assert (refused.status_code, "does not work on matter" in refused.text) == (409, True)


@pytest.mark.parametrize("name, offered", [("Ana", True), ("Dora", True), ("Ben", False), ("Pat", False)])
def test_a_date_is_offered_to_whose_it_is_to_take_on(firm: Firm, name: str, offered: bool) -> None:
    with firm.database.read() as session:
        entry = session.scalars(select(Entry.id).where(Entry.matter_id == firm.ids["A-1"])).one()
    browser = firm.browser(name)
    page = browser.get(f"/matter/{firm.ids['A-1']}").text
    assert ("I take this date on" in page) == offered
    assert (browser.post(f"/entry/{entry}/ack").status_code == 303) == offered


def test_an_auditor_reads_and_takes_nothing_on(firm: Firm) -> None:
    browser = firm.browser("Audrey")
    assert 'action="/entry/' not in browser.get(f"/matter/{firm.ids['A-1']}").text
    page = firm.browser("Ana").get(f"/matter/{firm.ids['A-1']}").text
    action = page.split('action="/entry/')[1].split('"')[0]
    refused = browser.post(f"/entry/{action}", data={"": ""})
    assert (refused.status_code, "has the role auditor and may not" in refused.text) == (403, True)
    with firm.database.read() as session:
        assert session.scalars(select(Acknowledgement)).all() == []


def test_filters_and_pages_that_make_no_sense_are_left_out(firm: Firm) -> None:
    browser = firm.browser("Ana")
    for query in (
        "page=0",
        "page=-3",
        "page=٣",
        "page=99999999999999999999",
        "when=ever",
        "words=%ff'\"<",
        "attorney=x",
    ):
        assert browser.get(f"/?{query}").status_code == 200, query
    assert "No open date" in browser.get("/?when=overdue").text
    assert "No open date" in browser.get("/?words=100%25").text
    with firm.database.write() as session:
        samples.entry(
            session,
            session.get_one(Matter, firm.ids["A-1"]),
            samples.window(rule="late", safe_by=date(2026, 10, 20), last_day=date(2026, 10, 30)),
        )
    late = browser.get("/?when=overdue").text
    assert '<time datetime="2026-10-30">' in late
    assert "2 days ago" in late


def test_a_banner_says_when_the_heart_stops(firm: Firm) -> None:
    browser = firm.browser("Ana")
    assert "has never run" in browser.get("/").text
    with firm.database.write() as session:
        session.merge(Heartbeat(sweep="daemon", at=NOW, detail=""))
    assert "Nobody keeps this docket" not in browser.get("/").text
    for minutes, silent in ((9, False), (11, True)):  # it is five minutes later there
        with firm.database.write() as session:
            session.merge(Heartbeat(sweep="daemon", at=NOW - timedelta(minutes=minutes), detail=""))
        assert ("no sign of life since" in browser.get("/").text) is silent
    with firm.database.write() as session:
        session.merge(Heartbeat(sweep="daemon", at=NOW - timedelta(hours=2), detail=""))
    for path in ("/", f"/matter/{firm.ids['A-1']}"):
        assert "no sign of life since 2026-11-01" in browser.get(path).text
