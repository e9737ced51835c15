"""The feed over the wire: what the running program answers to requests that calendar programs really send."""

import hashlib
import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.office import Office
from tests.web.serving import ask, raw

pytestmark = pytest.mark.xdist_group("wire")

WRONG_METHODS = ("PUT", "PROPFIND", "POST", "OPTIONS", "DELETE", "PATCH", "REPORT", "MKCALENDAR", "LOCK")


class Served:
    """A running office with one address."""

    def __init__(self, office: Office, url: str) -> None:
        self.office, self.path = office, urlsplit(url).path

    def get(self, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        return ask(self.office.port, self.path, method, **headers)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    office = Office(tmp_path_factory.mktemp("office"))
    url = office.subscribe("Outlook at work")
    office.record("2026-0143")
    with office.serving():
        yield Served(office, url)


@pytest.fixture
def body(served: Served) -> bytes:
    """The calendar as it is now."""
    status, _, found = served.get()
    assert status == 200
    assert found.count(b"BEGIN:VEVENT\r\n") == 6
    return found


@pytest.fixture
def tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()}"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"a", {}', '"a",W/{},"b"', "*", ", ".join(['"other"'] * 200) + ", {}"])
def test_a_known_tag_gets_304_without_a_body(served: Served, tag: str, method: str, form: str) -> None:
    status, headers, body = served.get(method, If_None_Match=form.format(tag))
    assert (status, body, headers["etag"]) == (304, b"", tag)
    assert not {"content-type", "content-length", "transfer-encoding", "set-cookie"} & set(headers)


@pytest.mark.parametrize(
    "condition",
    [
        {"If_None_Match": '"other"'},
        {"If_None_Match": "nothing"},
        {"If_Modified_Since": "Fri, 31 Dec 2027 23:59:59 GMT"},
        {"If_None_Match": '"other"', "If_Modified_Since": "Fri, 31 Dec 2027 23:59:59 GMT"},
        {"If_Match": '"other"'},
        {"If_Unmodified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"Range": "bytes=0-9"},
        {"Range": "bytes=999999999-"},
        {"Range": "bytes=0-9", "If_Range": '"other"'},
        {"Accept": "application/json"},
        {"Accept": "text/html;q=1, */*;q=0"},
        {"Accept": "§;;q=banana"},
        {"Accept_Language": "xx", "Accept_Charset": "utf-16"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic !!!not-base64!!!"},
        {"Authorization": "NTLM TlRMTVNTUAABAAAA", "Cookie": "a=b; c"},
        {"X_HTTP_Method_Override": "DELETE"},
        {"User_Agent": ""},
        {"Expect": "100-continue"},
    ],
    ids=lambda condition: " ".join(f"{name}={value}" for name, value in condition.items())[:60],
)
def test_whatever_else_is_asked_the_whole_calendar_comes(
    served: Served, body: bytes, tag: str, condition: dict[str, str]
) -> None:
    status, headers, found = served.get(**condition)
    assert (status, found, headers["etag"]) == (200, body, tag)
    assert headers["content-type"] == "text/calendar; charset=utf-8"
    assert headers["content-length"] == str(len(body))
    assert not {"location", "www-authenticate", "set-cookie", "content-range", "last-modified"} & set(headers)


def test_head_announces_what_get_sends(served: Served, body: bytes, tag: str) -> None:
    whole, head = served.get()[1], served.get("HEAD")
    assert (head[0], head[2]) == (200, b"")
    dated = {"date"}
    assert {name: head[1][name] for name in set(head[1]) - dated} == {name: whole[name] for name in set(whole) - dated}


@pytest.mark.parametrize("method", WRONG_METHODS)
def test_a_wrong_method_is_refused_and_changes_nothing(served: Served, body: bytes, method: str) -> None:
    """Thunderbird tries PROPFIND and PUT on a new address; nobody may write through a calendar."""
    before = served.office.data("list")
    for path in (served.path, "/f/dlf_unknown/deadlines.ics"):
        with closing(http.client.HTTPConnection("127.0.0.1", served.office.port, timeout=60)) as connection:
            headers = {"If-Match": "nothing", "Content-Type": "text/calendar", "Depth": "1"}
            connection.request(method, path, body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" * 500, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
        assert (answer.status, answer.getheader("Allow")) == (405, "GET, HEAD")
        assert b"VCALENDAR" not in said
    assert served.get()[2] == body
    assert served.office.data("list") == before


def test_a_refused_request_with_a_body_does_not_spoil_the_connection(served: Served, body: bytes) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", served.office.port, timeout=60)) as connection:
        for _ in range(2):
            connection.request("PUT", served.path, body=b"x" * 5000)
            refused = connection.getresponse()
            refused.read()
            connection.request("GET", served.path)
            good = connection.getresponse()
            assert (refused.status, good.status, good.read()) == (405, 200, body)


def test_requests_sent_at_once_are_answered_in_order(served: Served, body: bytes, tag: str) -> None:
    start = f"GET {served.path} HTTP/1.1\r\nHost: x\r\n"
    known = f"{start}If-None-Match: {tag}\r\n"
    said = raw(served.office.port, f"{start}\r\n{known}\r\n{start}Connection: close\r\n\r\n".encode())
    assert re.findall(rb"HTTP/1\.1 (\d+) ", said) == [b"200", b"304", b"200"]
    assert said.count(body) == 2


@pytest.mark.parametrize("line", ["GET http://other.example{} HTTP/1.1", "GET {} HTTP/1.0", "GET {}?v=2#x HTTP/1.1"])
def test_other_forms_of_the_address_are_understood(served: Served, body: bytes, line: str) -> None:
    request = line.format(served.path) + "\r\nHost: other.example\r\nConnection: close\r\n\r\n"
    said = raw(served.office.port, request.encode())
    assert (said.split(b" ")[1], said.partition(b"\r\n\r\n")[2]) == (b"200", body)


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n"])
def test_what_is_no_request_harms_nobody(served: Served, body: bytes, nonsense: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served.office.port), timeout=60) as peer:
        peer.sendall(nonsense)
        peer.shutdown(socket.SHUT_WR)
        peer.recv(4096)
    assert served.get()[2] == body


def test_only_calendars_that_were_sent_are_counted_and_the_log_tells_no_secret(tmp_path: Path) -> None:
    office = Office(tmp_path)
    url = office.subscribe("phone")
    with office.serving():
        served = Served(office, url)
        etag = served.get(User_Agent="Phone/1")[1]["etag"]
        assert served.get(If_None_Match=etag, User_Agent="Phone/2")[0] == 304
        for method in WRONG_METHODS:
            assert served.get(method, User_Agent="Writer")[0] == 405
    (feed,) = office.data("feed", "list")
    assert (feed["fetches"], feed["last_agent"]) == (2, "Phone/2")
    log = office.log.read_text()
    assert url.split("/f/")[1].split("/")[0] not in log
    assert "Traceback" not in log
