import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from deadlines.errors import ChannelDown, ContentRefused, InputError, SendError
from deadlines.notify.address import is_public, place_of, resolved
from deadlines.notify.outbound import LARGEST, Answer, Outbound, judge, waiting_time
from tests.notify import receivers
from tests.notify.receivers import Play, Receiver, answers, receiver
from tests.notify.servers import Script, certificate, free_port, raw_server

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def hook(contexts: Contexts) -> Iterator[Receiver]:
    with receiver(contexts[0], answers(200)) as running:
        yield running


def to(hook: Receiver, contexts: Contexts, longest: float = 60.0) -> Outbound:
    return Outbound(allowed=[hook.host], context=contexts[1], longest=longest)


def post(outbound: Outbound, url: str) -> Answer:
    answer = outbound.post(url, b"{}", {"Content-Type": "application/json"}, now=NOW)
    judge(answer, "Slack")
    return answer


# -- which addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "http://hooks.example/x", "ftp://hooks.example", "file:///etc/passwd", "gopher://h.example",
        "hooks.example", "https://", "https:///x", "https://user@h.example/", "https://user:pw@h.example/", "https://h.example/#x",
        "https://h.example:22/", "https://h.example:80/", "https://h.example:99999/", "https://h.example/ x",
        "https://h.example/\r\nX: y", "https://h.example\\@evil.example/", "https://bücher.example/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:169.254.169.254]/", "https://100.64.0.1/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://10.0.0.1/",
        "https://h.example/" + "x" * 2000, "https://[::1/", "https://0.0.0.0/", "https://[::]/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_open_internet_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(InputError):
        place_of(url)


def test_what_the_administrator_names_may_be_reached(hook: Receiver) -> None:
    assert place_of("https://127.0.0.1/x", ["127.0.0.1"]).host == "127.0.0.1"
    assert place_of("https://[::1]:8443/x", ["[::1]:8443"]).shown == "[::1]:8443"
    assert place_of("https://chat.firm.example/x?y=1", []).path == "/x?y=1"
    for wrong in (["chat.firm.example"], ["chat.firm.example:443"], ["other.example:8443"]):
        with pytest.raises(InputError, match=r"channels\.allowed"):
            place_of("https://chat.firm.example:8443/", wrong)
    assert "S3CRET" not in repr(place_of(hook.url, [hook.host]))


@pytest.mark.parametrize(
    "number, public",
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True),
        ("2002:808:808::1", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("100.64.0.1", False), ("169.254.169.254", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("192.0.0.1", False), ("192.88.99.1", False),
        ("198.18.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False), ("240.0.0.1", False),
        ("0.0.0.0", False), ("::1", False), ("::", False), ("fe80::1", False), ("fe80::1%lo", False),
        ("fc00::1", False), ("fd12::1", False), ("ff02::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("::127.0.0.1", False), ("64:ff9b::7f00:1", False), ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False), ("2002:a00:1::1", False), ("2001:0:7f00:1::1", False),
        ("2001:0:808:808:0:0:80ff:fffe", False), ("2001:db8::1", False), ("100::1", False), ("5f00::1", False),
    ],
)  # fmt: skip
def test_only_the_open_internet_is_public_whatever_wraps_it(number: str, public: bool) -> None:
    assert is_public(number) is public


@pytest.mark.parametrize("name", ["localhost", "localhost.", "0x7f000001", "2130706433", "127.1", "0177.0.0.1"])
def test_other_ways_to_write_this_machine_are_found_out(name: str) -> None:
    with pytest.raises(SendError) as caught:
        Outbound().post(f"https://{name}/", b"", {}, now=NOW)
    assert caught.value.permanent or isinstance(caught.value, ChannelDown)


def test_one_inner_address_among_outer_ones_is_enough_to_refuse() -> None:
    with pytest.raises(InputError):
        resolved(place_of("https://h.example/"), [], 5, lambda host, port: ["8.8.8.8", "10.0.0.1"])


def test_a_name_is_asked_for_once_so_that_its_second_answer_counts_for_nothing(
    hook: Receiver, contexts: Contexts
) -> None:
    told = iter([["203.0.113.9"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(told)

    outbound = Outbound(context=contexts[1], resolve=rebinding)
    with pytest.raises(SendError, match="private network"):
        post(outbound, "https://rebound.example/")
    assert asked == ["rebound.example"]
    assert hook.requests == []


def test_a_name_that_is_not_found_and_a_resolver_that_sleeps_are_the_channels_fault() -> None:
    def sleeps(host: str, port: int) -> list[str]:
        time.sleep(60)
        return ["8.8.8.8"]

    def fails(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "not known")

    for resolve in (sleeps, fails):
        started = time.monotonic()
        with pytest.raises(ChannelDown, match="cannot be found"):
            post(Outbound(resolve=resolve, longest=0.3), "https://h.example/")
        assert time.monotonic() - started < 30


# -- the exchange ----------------------------------------------------------------------------------------------


def test_a_request_arrives_whole_with_its_host_and_without_proxies(
    hook: Receiver, contexts: Contexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(to(hook, contexts), hook.url).body == b"ok"
    [request] = hook.requests
    assert request.path == "/hook/S3CRET?sig=S3CRET"
    assert request.headers["host"] == hook.host
    assert request.body == b"{}"


MODES: list[tuple[Play, str]] = [
    (answers(200), "taken"),
    (answers(202, b""), "taken"),
    (receivers.half, "taken"),
    (receivers.endless, "taken"),
    (answers(400), "content"),
    (answers(413), "content"),
    (answers(401), "permanent"),
    (answers(403), "permanent"),
    (answers(404), "permanent"),
    (answers(410), "permanent"),
    (answers(301, Location="https://127.0.0.1/"), "permanent"),
    (answers(408), "later"),
    (answers(429), "later"),
    (answers(500), "later"),
    (answers(503), "later"),
    (answers(502), "uncertain"),
    (answers(504), "uncertain"),
    (receivers.resets, "uncertain"),
    (receivers.breaks_off(b"HTTP/1.1 200 OK"), "uncertain"),
    (receivers.breaks_off(b"HTTP/1.1 200 OK\r\n"), "uncertain"),
    (receivers.breaks_off(b"HTTP/1.1 200 OK\r\nContent-Type: te"), "uncertain"),
    (receivers.nonsense, "uncertain"),
]


def outcome(error: SendError | None) -> str:
    if error is None:
        return "taken"
    if isinstance(error, ContentRefused):
        return "content"
    if isinstance(error, ChannelDown):
        return "down"
    return "permanent" if error.permanent else "uncertain" if error.uncertain else "later"


@pytest.mark.parametrize("play, expected", MODES)
def test_what_became_of_a_message(play: Play, expected: str, hook: Receiver, contexts: Contexts) -> None:
    hook.becomes(play)
    error: SendError | None = None
    try:
        answer = post(to(hook, contexts, longest=60), hook.url)
        assert len(answer.body) <= LARGEST
    except SendError as fault:
        error = fault
    assert "S3CRET" not in str(error)
    assert outcome(error) == expected


@pytest.mark.parametrize("play", [receivers.drips, receivers.silent(60)], ids=["drips", "silent"])
def test_whoever_does_not_come_to_an_end_is_cut_off(play: Play, hook: Receiver, contexts: Contexts) -> None:
    """Its time begins before the connection is made, so there is enough of it for a machine that does much else."""
    hook.becomes(play)
    started = time.monotonic()
    with pytest.raises(SendError, match="fell silent") as caught:
        post(to(hook, contexts, longest=4), hook.url)
    assert outcome(caught.value) == "uncertain"
    assert time.monotonic() - started < 30


def test_a_redirect_leads_nowhere(hook: Receiver, contexts: Contexts) -> None:
    with receiver(contexts[0], answers(200)) as target:
        hook.becomes(answers(302, Location=target.url))
        with pytest.raises(SendError, match="no redirect is followed"):
            post(Outbound(allowed=[hook.host, target.host], context=contexts[1]), hook.url)
        assert target.requests == []


def test_a_connection_that_is_dropped_before_anything_was_said_took_nothing(contexts: Contexts) -> None:
    with raw_server(receivers.drop_at_once) as port, pytest.raises(ChannelDown, match="nothing was sent"):
        post(Outbound(allowed=[f"localhost:{port}"], context=contexts[1]), f"https://localhost:{port}/")
    port = free_port()
    with pytest.raises(ChannelDown, match="cannot be reached"):
        post(Outbound(allowed=[f"localhost:{port}"], context=contexts[1]), f"https://localhost:{port}/")


def test_a_handshake_that_never_ends_is_cut(contexts: Contexts) -> None:
    def drips(script: Script) -> None:
        script.connection.recv(10)
        for _ in range(40):
            script.connection.sendall(b"\x16")
            time.sleep(0.1)

    started = time.monotonic()
    with raw_server(drips) as port:
        with pytest.raises(ChannelDown):
            post(
                Outbound(allowed=[f"localhost:{port}"], context=contexts[1], longest=0.5), f"https://localhost:{port}/"
            )
        assert time.monotonic() - started < 2


def test_a_certificate_must_hold_and_bear_the_name(hook: Receiver, contexts: Contexts, tmp_path: Path) -> None:
    with pytest.raises(ChannelDown, match="certificate"):
        post(Outbound(allowed=[hook.host]), hook.url)
    other, trusting = certificate(tmp_path, "other.example")
    with receiver(other, answers(200)) as wrong, pytest.raises(ChannelDown, match="certificate"):
        post(Outbound(allowed=[wrong.host], context=trusting), wrong.url)
    assert hook.requests == []


# -- waiting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, seconds",
    [
        (None, None), ("", None), ("30", 30.0), ("3600", 3600.0), ("1000000000", 3600.0), ("9" * 400, 3600.0),
        ("0", 1.0), ("-1", None), ("soon", None), (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOW - timedelta(days=2), usegmt=True), 1.0), ("Mon, 99 Nov 2026 99:00:00 GMT", None),
        ("Mon, 23 Nov 2026 16:00:00 -0000", None),
    ],
)  # fmt: skip
def test_the_time_to_wait_is_from_a_second_to_an_hour(text: str | None, seconds: float | None) -> None:
    assert waiting_time(text, NOW) == seconds


def test_a_limit_tells_when_to_come_back(hook: Receiver, contexts: Contexts) -> None:
    hook.becomes(answers(429, Retry_After="120"))
    with pytest.raises(SendError) as caught:
        post(to(hook, contexts), hook.url)
    assert caught.value.wait == 120.0
