"""The page behind a one-time link: what uses it up, what it shows, and what it keeps to itself."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.testclient import TestClient

from deadlines.docket import subscriptions
from deadlines.docket.endings import end_subscription, rotate
from deadlines.docket.subscriptions import CLAIM_FOR, Choice
from deadlines.errors import StoreError
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Heartbeat, Person, Subscription
from deadlines.web import subscribe as route
from deadlines.web.app import create_app
from deadlines.web.pages import HEADERS
from deadlines.web.strangers import TRIES
from tests.docket import samples
from tests.web.serving import NOW, ZONE, ask, serving, subscribe

BASE = "https://calendar.firm.test:8443"
FIRM = "Ruiz & Partners"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def address(self) -> str:
        (field,) = self.all("input")
        return str(field["value"])


def invited(database: Database, label: str = "Outlook at work", choice: Choice = subscriptions.EVERYTHING) -> str:
    """A one-time link for somebody with one matter and one window."""
    with database.write() as session:
        person = session.scalars(select(Person)).first() or samples.person(session)
        session.merge(Heartbeat(sweep="daemon", at=NOW, detail=""))
        _, code = subscriptions.invite(session, person, label, actor="test", now=NOW, choice=choice)
    return f"/subscribe/{code}"


def only(database: Database) -> Subscription:
    with database.read() as session:
        return session.scalars(select(Subscription)).one()


@pytest.fixture
def link(database: Database) -> str:
    return invited(database)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with TestClient(app_of(database), follow_redirects=False) as made:
        yield made


def app_of(database: Database) -> Starlette:
    return create_app(database, zone=ZONE, name=FIRM, address=BASE, now=lambda: NOW)


@pytest.mark.parametrize("restricted", [True, False])
def test_who_opens_a_link_reads_where_restricted_matters_go(
    client: TestClient, database: Database, restricted: bool
) -> None:
    page = Page(client.get(invited(database, choice=Choice(restricted=restricted))).text)
    assert ("keeps a copy on its servers" in page.text, "8 USC 1367" in page.text) == (restricted, restricted)


# -- what uses a link up -------------------------------------------------------------------------------------


def test_looking_tells_whose_calendar_it_is_and_uses_nothing_up(
    client: TestClient, database: Database, link: str
) -> None:
    before = only(database)
    for _ in range(3):
        assert client.head(link).status_code == 200
        answer = client.get(link, headers={"User-Agent": "LinkPreview", "Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200
    page = Page(answer.text)
    for told in (
        "Ana Ruiz",
        "Outlook at work",
        "own matters",
        FIRM,
        "Monday 2 November 2026, 07:00 (America/New_York)",
    ):
        assert told in page.text
    assert [form["method"] for form in page.all("form")] == ["post"]
    assert page.all("input") == []
    assert len(page.all("button")) == 1
    assert "/f/" not in answer.text
    after = only(database)
    assert (after.claim_hash, after.token_hash) == (before.claim_hash, before.token_hash)


def test_the_button_shows_the_address_once(client: TestClient, database: Database, link: str) -> None:
    first = client.post(link)
    assert first.status_code == 200
    page = Page(first.text)
    assert re.fullmatch(re.escape(BASE) + r"/f/dlf_[A-Za-z0-9_-]{43}/deadlines\.ics", page.address)
    again, looked, unknown = client.post(link), client.get(link), client.post("/subscribe/dlc_nonsense")
    assert {again.status_code, looked.status_code, unknown.status_code} == {404}
    assert again.content == looked.content == unknown.content
    assert "ask whoever keeps the docket" in again.text.lower()
    with database.read() as session:
        assert len(session.scalars(select(Audit).where(Audit.action == "feed.open")).all()) == 1


def test_the_address_works_as_a_feed(client: TestClient, database: Database) -> None:
    subscribe(database)
    address = Page(client.post(invited(database, label="Phone")).text).address
    answer = client.get(address.removeprefix(BASE))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") == 2


def test_two_at_the_same_moment_get_one_address(database: Database, link: str) -> None:
    with serving(app_of(database)) as port, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(port, link, "POST"), range(8)))
    assert sorted(status for status, _, _ in answers) == [200] + 7 * [404]


def test_a_link_to_a_replacement_works_too(client: TestClient, database: Database) -> None:
    subscribe(database)
    with database.write() as session:
        old = session.scalars(select(Subscription)).one()
        _, code = rotate(session, old, actor="test", now=NOW, by_link=True)
    answer = client.post(f"/subscribe/{code}")
    assert answer.status_code == 200
    assert client.get(Page(answer.text).address.removeprefix(BASE)).status_code == 200


def test_too_old_ended_and_left(database: Database) -> None:
    ends = NOW + timedelta(hours=2)
    old, revoked, ending = (
        invited(database),
        invited(database, label="B"),
        invited(database, label="C", choice=Choice(expires_at=ends)),
    )
    with database.write() as session:
        row = session.scalars(select(Subscription).where(Subscription.label == "B")).one()
        end_subscription(session, row, "revoked", actor="test", now=NOW)
    times = [NOW]
    with TestClient(create_app(database, zone=ZONE, now=lambda: times[0])) as client:
        assert [client.get(path).status_code for path in (old, revoked, ending)] == [200, 404, 200]
        times[0] = ends
        assert [client.post(path).status_code for path in (revoked, ending)] == [404, 404]
        times[0] = NOW + CLAIM_FOR
        assert [client.request(method, old).status_code for method in ("GET", "POST")] == [404, 404]
        times[0] -= timedelta(seconds=1)
        with database.write() as session:
            session.scalars(select(Person)).one().active = False
        assert client.post(old).status_code == 404


@pytest.mark.parametrize(
    "fault",
    [StoreError("locked"), OperationalError("x", {}, Exception("gone"))],
    ids=lambda fault: type(fault).__name__,
)
def test_a_failing_database_uses_nothing_up(
    client: TestClient, link: str, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(route, "claim", lambda *_, **__: (_ for _ in ()).throw(fault))
        answer = client.post(link)
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert client.post(link).status_code == 200


def test_a_page_that_cannot_be_made_uses_nothing_up(
    database: Database, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(app_of(database), raise_server_exceptions=False) as client:
        with monkeypatch.context() as patch:
            patch.setattr(route, "code_for", lambda _: 1 / 0)
            assert client.post(link).status_code == 500
        assert client.post(link).status_code == 200


# -- what is refused -----------------------------------------------------------------------------------------


def test_other_methods_are_refused_and_use_nothing_up(client: TestClient, link: str) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"):
        answer = client.request(method, link)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert client.post(link).status_code == 200


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
    {"Origin": "https://evil.test"},
    {"Origin": "https://calendar.firm.test.evil.test:8443"},
]
OWN = [
    {},
    {"Origin": BASE},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_the_form_of_another_site_opens_nothing(client: TestClient, link: str, headers: dict[str, str]) -> None:
    assert client.post(link, headers=headers).status_code == 403
    assert client.post(link).status_code == 200


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_our_own_form_opens_it(client: TestClient, link: str, headers: dict[str, str]) -> None:
    assert client.post(link, headers=headers).status_code == 200


def test_who_tries_many_links_is_slowed_down_and_a_good_link_still_works(client: TestClient, link: str) -> None:
    found = [client.request("POST" if n % 2 else "GET", f"/subscribe/dlc_{n}").status_code for n in range(TRIES + 2)]
    assert found == TRIES * [404] + [429, 429]
    assert client.get("/subscribe/dlc_x").headers["retry-after"] == "60"
    assert client.post(link).status_code == 200


@pytest.mark.parametrize("path", ["/subscribe/", "{}/", "{}x", "{}%0a", "/subscribe/%ff%fe", "/subscribe/../f/"])
def test_odd_paths_open_nothing(client: TestClient, link: str, path: str) -> None:
    assert client.get(path.format(link)).status_code == 404


# -- what the pages say --------------------------------------------------------------------------------------


def test_every_page_has_the_headers(client: TestClient, link: str) -> None:
    pages = [client.get(link), client.head(link), client.post(link), client.post(link), client.put(link)]
    pages.append(client.post(link, headers={"Sec-Fetch-Site": "cross-site"}))
    assert [page.status_code for page in pages] == [200, 200, 200, 404, 405, 403]
    for page in pages:
        said = {**HEADERS, "Referrer-Policy": "no-referrer"}
        assert {name: page.headers[name] for name in said} == said
        assert page.headers["content-security-policy"] == POLICY
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "set-cookie" not in page.headers


def test_without_scripts_everything_is_there(client: TestClient, link: str) -> None:
    answer = client.post(link)
    page = Page(answer.text)
    (field,) = page.all("input")
    assert field["type"] == "text"
    assert "readonly" in field
    assert [label["for"] for label in page.all("label")] == [field["id"]]
    assert all("hidden" in button for button in page.all("button"))  # they do nothing without scripts
    for program in ("Outlook", "Outlook.com", "Google Calendar", "Apple Calendar", "Thunderbird"):
        assert program in page.text
    for told in ("How fresh", "Keep the address secret", "cannot be shown again", "new link", "Android", "iPhone"):
        assert told in page.text
    assert len(page.all("svg")) == 1


def test_nothing_comes_from_elsewhere_and_the_policy_holds(client: TestClient, link: str) -> None:
    for answer in (client.get(link), client.post(link)):
        page = Page(answer.text)
        assert [html["lang"] for html in page.all("html")] == ["en"]
        assert len(page.all("h1")) == 1
        for tag, attributes in page.elements:
            assert tag != "style"
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
            if tag in ("link", "img", "script"):
                source = attributes.get("href") or attributes.get("src")
                assert str(source).startswith("/static/")
                assert client.get(str(source)).status_code == 200
        for outside in [a for a in page.all("a") if str(a["href"]).startswith("https:")]:
            assert (outside["target"], outside["rel"]) == ("_blank", "noopener noreferrer")


def test_hostile_words_are_only_words(database: Database) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=y> {{ 7*7 }}"
    with database.write() as session:
        samples.person(session, name=f"Ana {evil}", email="ana@firm.test")
    path = invited(database, label=evil)
    with TestClient(create_app(database, zone=ZONE, name=evil, address=BASE, now=lambda: NOW)) as client:
        for answer in (client.get(path), client.post(path)):
            page = Page(answer.text)
            assert evil in page.text
            assert "<script>alert" not in answer.text
            assert all("onerror" not in attributes for _, attributes in page.elements)


def test_a_server_beneath_a_path_finds_its_style(database: Database, link: str) -> None:
    with TestClient(create_app(database, zone=ZONE, address="https://firm.test/cal", now=lambda: NOW)) as client:
        page = Page(client.post(link).text)
    assert page.address.startswith("https://firm.test/cal/f/dlf_")
    assert all(str(found["href"]).startswith("/cal/static/") for found in page.all("link"))


def test_no_line_has_the_code_or_the_address(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = invited(database)
    with serving(app_of(database)) as port:
        for method in ("GET", "HEAD", "PUT"):
            ask(port, path, method)
        token = Page(ask(port, path, "POST")[2].decode()).address.split("/")[4]
        ask(port, path, "POST")
        ask(port, "/subscribe/dlc_" + "u" * 43)
    lines = [found.getMessage() for found in caplog.records if found.name == "deadlines.access"]
    assert [line.rsplit(" ", 1)[0] for line in lines] == [
        *("GET subscribe 200", "HEAD subscribe 200", "PUT subscribe 405", "POST subscribe 200"),
        *("POST subscribe 404", "GET subscribe 404"),
    ]
    for found in caplog.records:
        everything = f"{found.getMessage()} {vars(found)}"
        for secret in (path.rpartition("/")[2][10:], token[10:], "u" * 43):
            assert secret not in everything
