"""What attackers try of the pages; docs/security.md names each test."""

import contextlib
import logging
import re
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from sqlalchemy import func, select, update
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.testclient import TestClient

from deadlines.commands import logs
from deadlines.docket import logins
from deadlines.errors import InputError
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Login, Matter, Person
from deadlines.web.app import create_app
from deadlines.web.origins import is_foreign
from tests.web.serving import NOW, ZONE, ask, raw, serving
from tests.web.test_desk import Firm
from tests.web.test_signing import FORM, PASSWORD

HOSTILE = "evil.test"
PATHS = ("/", "/sign-in", "/welcome/x", "/second-factor", "/subscribe/x", "/healthz", "/readyz", "/metrics", "/nothing",
         "/static/page.css", "/static/nothing", "/api/v1/entries", "/matter/x", "/sign-in/back",
         "/welcome/x/y")  # fmt: skip
PLAIN = ("/", "/sign-in", "/second-factor", "/nothing", "/matter/x", "/api/v1/entries")
"""Where a page answers whose address opens nothing: forms on it tell the server, and nobody else, where they stood."""


@pytest.fixture
def kind_of_database() -> str:
    """The pages are the same on both."""
    return "sqlite"


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def rows(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0


def changing_routes(app: Starlette) -> list[tuple[str, str]]:
    """Method and address of everything that takes a change, with the ids of path patterns filled in."""
    found = [
        (method, re.sub(r"\{[^}]*\}", "abcd1234", route.path))
        for route in app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"GET", "HEAD"})
    ]
    assert ("POST", "/sign-in") in found
    return found


def test_every_answer_carries_its_headers(firm: Firm) -> None:
    for browser in (firm.browser("Ana"), TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW))):
        for path in PATHS:
            answer = browser.get(path, follow_redirects=False)
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'"), path
            assert all(word in policy for word in ("frame-ancestors 'none'", "base-uri 'none'")), path
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff", path
            said = "same-origin" if path in PLAIN else "no-referrer"
            assert answer.headers["referrer-policy"] == said, path
            assert answer.headers["x-frame-options"] == "DENY", path
            assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(answer.headers), path
            assert "strict-transport-security" not in answer.headers, "this server is reached without https"
            if answer.content:
                assert re.search(r"charset=utf-8|application/(problem\+)?json", answer.headers["content-type"]), path
    secure = TestClient(create_app(firm.database, zone=ZONE, address="https://dates.firm.test", now=lambda: NOW))
    for path in PATHS:
        said = secure.get(path, follow_redirects=False).headers["strict-transport-security"]
        assert said == "max-age=31536000; includeSubDomains"


def test_pages_of_who_is_signed_in_are_kept_nowhere(firm: Firm) -> None:
    browser = firm.browser("Ana")
    for path in ("/", f"/matter/{firm.ids['A-1']}", "/second-factor", "/matter/nothing"):
        assert browser.get(path).headers["cache-control"] == "no-store"
    out = browser.post("/sign-out")
    assert out.headers["clear-site-data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": f"https://{HOSTILE}"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"},
        {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"},
        {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"},
    ],
)
def test_nothing_is_changed_by_the_form_of_another_site(firm: Firm, headers: dict[str, str]) -> None:
    browser = firm.browser("Ana")
    sent = {name: value for name, value in headers.items() if value}
    before = rows(firm.database)
    for method, path in changing_routes(browser.app):  # type: ignore[arg-type]
        if path == "/sign-out" and "Content-Type" in headers:
            continue  # it reads nothing of the form
        if headers.get("Origin") == "null" and path.startswith("/welcome/"):
            continue  # whoever sends a form there knows the secret
        request = browser.build_request(method, path, content=b"a=b", headers={**FORM, **sent})
        if not headers["Sec-Fetch-Site"]:
            del request.headers["Sec-Fetch-Site"]
        assert browser.send(request).status_code == 403, path
    assert rows(firm.database) == before
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("name", ["Ana", "Pat"])
def test_no_link_changes_anything(firm: Firm, name: str) -> None:
    browser = firm.browser(name)
    routes = {path for _, path in changing_routes(browser.app)}  # type: ignore[arg-type]
    before = rows(firm.database)
    for path in sorted(routes):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert browser.request(method, path).status_code < 500, path
    assert rows(firm.database) == before
    assert browser.get("/").status_code == 200


def test_what_only_takes_a_form_says_so_on_a_page(firm: Firm) -> None:
    """As when the reader presses Enter in the address bar, where a refused form has left its address."""
    browser, stranger = firm.browser("Ana"), TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW))
    shown = {route.path for route in browser.app.routes if isinstance(route, Route) and "GET" in (route.methods or ())}  # type: ignore[attr-defined]
    sent = [re.sub(r"\{[^}]*\}", "abcd1234", route.path) for route in browser.app.routes  # type: ignore[attr-defined]
            if isinstance(route, Route) and route.path not in shown]  # fmt: skip
    assert {
        "/people/abcd1234/name",
        "/add/preview",
        "/incoming/abcd1234/dismiss",
        "/feeds/abcd1234/rotate",
        "/sign-out",
    } < {*sent}
    for path in sent:
        answer, bare = browser.get(path), stranger.get(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST"), path
        assert ("only takes what a form sends" in answer.text, "/sign-out" in answer.text) == (True, True), path
        assert (bare.status_code, "/sign-out" in bare.text, "To the docket" in bare.text) == (405, False, True), path
    both = browser.put("/sign-in")
    assert (both.status_code, both.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    "headers, foreign",
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://dates.firm.test"}, True),
        ({"sec-fetch-site": ""}, True),
        ({"origin": "https://dates.firm.test"}, False),
        ({"origin": "https://dates.firm.test.evil.test"}, True),
        ({"origin": "https://evil.test/dates.firm.test"}, True),
        ({"origin": "null"}, True),  # a page of another port that hides where it stands; the cookie comes along there
        ({"origin": "null", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "http://firm.test:8099", "host": "firm.test:8099"}, False),
        ({"origin": "http://firm.test:9000", "host": "firm.test:8099"}, True),
        ({}, False),
    ],
)
def test_whose_form_it_is(headers: dict[str, str], foreign: bool) -> None:
    assert is_foreign(Headers(headers), "https://dates.firm.test") is foreign


@pytest.mark.parametrize(
    "headers, foreign",
    [
        ({"origin": "null"}, False),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, True),
        ({"origin": f"https://{HOSTILE}"}, True),
    ],
)
def test_where_the_address_is_a_secret_its_page_may_hide_where_it_stands(
    headers: dict[str, str], foreign: bool
) -> None:
    assert is_foreign(Headers(headers), "https://dates.firm.test", by_secret=True) is foreign


def test_a_forged_host_shows_nowhere(firm: Firm) -> None:
    browser = TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW), follow_redirects=False)
    forged = {
        "Host": HOSTILE,
        "X-Forwarded-Host": HOSTILE,
        "Forwarded": f"host={HOSTILE}",
        "X-Forwarded-Proto": "https",
    }
    for path in (*PATHS, f"//{HOSTILE}", f"/sign-in?next=https://{HOSTILE}", f"/%2f%2f{HOSTILE}", f"/\\{HOSTILE}"):
        answer = browser.get(path, headers=forged)
        location = answer.headers.get("location", "/")
        assert location.startswith("/"), path
        assert location[1:2] not in ("/", "\\"), path
        assert HOSTILE not in answer.text + str(answer.headers), path
    entered = browser.post(
        f"/sign-in?next=//{HOSTILE}",
        data={"email": "ana@firm.test", "password": PASSWORD, "next": f"https://{HOSTILE}"},
        headers={**FORM, **forged},
    )
    assert (entered.status_code, entered.headers["location"]) == (303, "/")


def test_a_cookie_from_before_is_not_the_one_after(firm: Firm) -> None:
    victim = TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW), follow_redirects=False, headers=FORM)
    fixed = "chosen-by-the-attacker"
    answer = victim.post(
        "/sign-in",
        data={"email": "ana@firm.test", "password": PASSWORD},
        headers={"Cookie": f"deadlines={fixed}"},
    )
    assert answer.cookies["deadlines"] != fixed
    attacker = TestClient(victim.app, follow_redirects=False)
    attacker.cookies.set("deadlines", fixed)
    assert attacker.get("/").status_code == 303


def test_what_is_not_yours_is_like_what_is_not_there(firm: Firm) -> None:
    ben = firm.browser("Ben")
    secret = firm.ids["S-1"]
    with firm.database.read() as session:
        entry = session.scalars(select(Entry.id).where(Entry.matter_id == secret)).one()
    missing = ben.get("/matter/01234567890123456789012345")
    assert ben.get(f"/matter/{secret}").content == missing.content
    before = rows(firm.database)
    for identifier in (entry, entry[:8], "01234567890123456789012345"):
        answer = ben.post(f"/entry/{identifier}/ack", data={"a": "b"})
        assert (answer.status_code, answer.content) == (404, missing.content)
    assert rows(firm.database) == before


HOSTILE_NAMES = (
    "{{7*7}}", "{% raw %}", "${7*7}", "%s%n", "{0.__class__}", "<script>alert(1)</script>",
    "' OR 1=1 --", '" onmouseover="alert(1)', "javascript:alert(1)",
)  # fmt: skip


class Dangerous(HTMLParser):
    """Collects what a browser would run of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.found += [tag] if tag in ("script", "iframe", "object", "embed", "style") and "src" not in values else []
        self.found += [name for name in values if name.startswith("on") or name in ("style", "srcdoc")]
        self.found += [
            value for value in values.values() if value.lower().lstrip().startswith(("javascript:", "data:"))
        ]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_is_only_a_name(firm: Firm, name: str) -> None:
    with firm.database.write() as session:
        session.get_one(Matter, firm.ids["A-1"]).client = name
    browser = firm.browser("Ana")
    for path in ("/", f"/matter/{firm.ids['A-1']}"):
        page = browser.get(path)
        assert name in unescape(page.text), path
        assert Dangerous(page.text).found == [], path
    found = browser.get("/", params={"words": name})
    assert len(re.findall(r"<tr [^>]*class", found.text)) == 1, "the words are looked for as they stand"
    assert [word for word in Dangerous(found.text).found if word != name] == []


def test_the_judge_of_pages_can_tell() -> None:
    page = '<a href="javascript:x">a</a><p onclick="x"><script>x</script><iframe></iframe><b style="x">'
    assert Dangerous(page).found == ["javascript:x", "onclick", "script", "iframe", "style"]


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"])
def test_a_nul_is_nothing_anywhere(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    browser = firm.browser("Ana")
    for path in ("/matter/%00", "/entry/%00/file", "/people/%00", "/audit?person=%00", "/?words=a%00b"):
        assert browser.get(path).status_code == 404, path
    assert browser.post("/sign-in", content=b"email=a%00b&password=x").status_code == 403
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("words", ["(a+)+$", "[", "%", "_", "\\", "' OR ''='", "a" * 100, "🙂" * 40])
def test_a_search_is_neither_pattern_nor_query(firm: Firm, words: str) -> None:
    browser = firm.browser("Ana")
    begun = time.monotonic()
    page = browser.get("/", params={"words": words})
    assert (page.status_code, "No open date" in page.text) == (200, True)
    assert time.monotonic() - begun < 10


@pytest.mark.usefixtures("slow_passwords")
def test_an_unknown_address_costs_as_much_as_a_wrong_password(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []
    hasher = logins._hasher()

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            worked.append(kept)
            return hasher.verify(kept, password)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    with firm.database.write() as session:
        session.execute(update(Login).values(password=hasher.hash(PASSWORD)))
    logins._nobody()
    monkeypatch.setattr(logins, "_hasher", Counting)
    for email in ("ana@firm.test", "nobody@firm.test"):
        assert TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW), headers=FORM).post(
            "/sign-in", data={"email": email, "password": "wrong"}
        ).status_code == 403  # fmt: skip
    assert len(worked) == 2
    assert {kept.split("$")[1:4] == worked[0].split("$")[1:4] for kept in worked} == {True}, "with the same cost"


@pytest.mark.usefixtures("slow_passwords")
def test_passwords_are_kept_at_least_as_the_cheat_sheet_wants(firm: Firm) -> None:
    kept = logins.hashed(PASSWORD, Person(name="Ana", email="ana@firm.test"))
    found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$.*", kept)
    assert found is not None
    memory, times, _lanes = map(int, found.groups())
    assert memory >= 19 * 1024
    assert times >= 2


@pytest.mark.parametrize("password", ["iloveyou1234", "qwertyuiop12", "password12345", "letmeinletmein", "123456789012",
                                      "anaruizanaruiz"])  # fmt: skip
def test_passwords_that_everybody_tries_are_refused(password: str) -> None:
    with pytest.raises(InputError, match="easy to guess"):
        logins.hashed(password, Person(name="Ana Ruiz", email="ana@firm.test"))


def test_pages_are_not_compressed(firm: Firm) -> None:
    answer = firm.browser("Ana").get("/?words=Garcia", headers={"Accept-Encoding": "gzip, br, zstd, deflate"})
    assert "content-encoding" not in answer.headers


# -- on the wire ------------------------------------------------------------------------------------------


@pytest.fixture
def port(firm: Firm) -> Iterator[int]:
    with serving(create_app(firm.database, zone=ZONE, now=lambda: NOW)) as number:
        yield number


def test_a_head_that_is_too_large_is_refused_and_harms_nobody(port: int) -> None:
    status, headers, _body = ask(port, "/sign-in", X_Large="x" * 40_000)
    assert (status, headers["x-content-type-options"]) == (431, "nosniff")
    huge = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 1_000_000 + b"\r\nConnection: close\r\n\r\n"
    with contextlib.suppress(ConnectionError):  # cut in the middle is as good
        assert b"200 OK" not in raw(port, huge)[:20]
    assert ask(port, "/healthz")[0] == 200


def test_a_body_that_is_too_large_is_not_read_to_its_end(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        peer.sendall(head + b"Content-Length: 100000000\r\n\r\n" + b"x" * 50_000)
        assert b"413" in peer.recv(100)
    assert ask(port, "/healthz")[0] == 200


HIDDEN = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + HIDDEN,
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
    ],
)
def test_no_request_is_smuggled_in_another(port: int, request_: bytes) -> None:
    answer = raw(port, request_)
    assert answer.count(b"HTTP/1.1") == 1
    assert answer.startswith(b"HTTP/1.1 4")


def test_trace_is_not_answered(port: int) -> None:
    for path in ("/", "/healthz", "/sign-in"):
        assert ask(port, path, "TRACE")[0] == 405


def test_slow_clients_hold_up_nobody(port: int) -> None:
    peers = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(100)]
    try:
        for number, peer in enumerate(peers):
            head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            peer.sendall(head[: 20 + number] if number % 2 else head + b"Content-Length: 1000\r\n\r\nemail=")
        begun = time.monotonic()
        assert ask(port, "/healthz")[0] == 200
        assert ask(port, "/sign-in")[0] == 200
        assert time.monotonic() - begun < 30
    finally:
        for peer in peers:
            peer.close()


@pytest.mark.parametrize("style", [logs.Line("%(asctime)s %(levelname)s %(message)s"), logs.JsonLine()])
def test_a_log_line_cannot_be_forged(style: logging.Formatter) -> None:
    said = "said\r\n2026-11-27T00:00:00Z INFO forged\n\x1b[31mred\x07\u2028next\x85last"
    written = style.format(logging.LogRecord("x", logging.INFO, "f", 1, said, None, None))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", written)
    assert all(line.startswith("  ") for line in written.splitlines()[1:]), "only one line begins at the margin"


def test_a_role_that_may_not_is_written_in_the_log(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    with firm.database.write() as session:
        entry = session.scalars(select(Entry.id).where(Entry.matter_id == firm.ids["A-1"])).one()
    assert firm.browser("Audrey").post(f"/entry/{entry}/ack", data={"a": "b"}).status_code == 403
    assert "what their role may not do" in caplog.text
    assert "Audrey" not in caplog.text


def test_a_refused_password_is_written_in_the_log(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    browser = TestClient(create_app(firm.database, zone=ZONE, now=lambda: NOW + timedelta(minutes=1)), headers=FORM)
    browser.post("/sign-in", data={"email": "ana@firm.test", "password": "Canary-password"})
    assert "refused at the door" in caplog.text
    assert "Canary" not in caplog.text
