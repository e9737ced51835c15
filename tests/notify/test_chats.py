"""Slack, Teams, the signed webhook and Apprise against receivers on this machine."""

import base64
import hashlib
import hmac
import json
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from deadlines import clock
from deadlines.errors import ChannelDown, ConfigError, ContentRefused, InputError, SendError
from deadlines.notify.apprise import AppriseChannel, built
from deadlines.notify.channel import Channel
from deadlines.notify.message import Hidden, Message
from deadlines.notify.outbound import Outbound
from deadlines.notify.posting import check_address
from deadlines.notify.slack import SlackChannel
from deadlines.notify.teams import TeamsChannel
from deadlines.notify.webhook import WebhookChannel, key_of
from tests.notify.receivers import Receiver, answers, half, receiver
from tests.notify.servers import certificate

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
NASTY = "A & <!channel> <https://evil.example|click> *x*\nsecond [line](https://evil.example)\x1b[31m"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext, Path]:
    folder = tmp_path_factory.mktemp("tls")
    return *certificate(folder), folder / "certificate.pem"


@pytest.fixture
def hook(tls: tuple[ssl.SSLContext, ssl.SSLContext, Path]) -> Iterator[Receiver]:
    with receiver(tls[0], answers(200)) as running:
        yield running


@pytest.fixture
def outbound(hook: Receiver, tls: tuple[ssl.SSLContext, ssl.SSLContext, Path]) -> Outbound:
    return Outbound(allowed=[hook.host], context=tls[1], longest=60)


def message(address: str | None = None, text: str = NASTY) -> Message:
    return Message(
        to_name="Ana Ruiz",
        to_email="ana@firm.test",
        subject="[7 days] I-290B – 2026-0143",
        text=text,
        message_id="<5f0c9ab1@deadlines.invalid>",
        at=AT,
        headers={"X-Deadlines-Severity": "urgent", "X-Deadlines-Reminders": "4 7"},
        address=Hidden(address) if address else None,
    )


def sent(hook: Receiver, channel: Channel, **more: Any) -> Any:
    channel.send(message(hook.url, **more))
    channel.close()
    return json.loads(hook.requests[-1].body)


def test_slack_reads_nothing_in_the_text_as_its_own(hook: Receiver, outbound: Outbound) -> None:
    said = sent(hook, SlackChannel(outbound))
    assert said["text"].startswith("A &amp; &lt;!channel&gt; &lt;https://evil.example|click&gt; *x*\nsecond")
    assert said["mrkdwn"] is False
    assert "\x1b" not in said["text"]
    assert b"ana@firm" not in hook.requests[0].body


@pytest.mark.parametrize("body", [b'{"ok":false}', b"invalid_payload", b"<html>", b""])
def test_slack_must_say_ok(body: bytes, hook: Receiver, outbound: Outbound) -> None:
    hook.becomes(answers(200, body))
    with pytest.raises(SendError, match="did not say ok") as caught:
        SlackChannel(outbound).send(message(hook.url))
    assert not caught.value.permanent


def test_slack_that_breaks_off_may_have_taken_it(hook: Receiver, outbound: Outbound) -> None:
    hook.becomes(half)
    with pytest.raises(SendError) as caught:
        SlackChannel(outbound).send(message(hook.url))
    assert caught.value.uncertain


def test_teams_gets_a_card_without_links(hook: Receiver, outbound: Outbound) -> None:
    hook.becomes(answers(202, b""))
    said = sent(hook, TeamsChannel(outbound))
    [attached] = said["attachments"]
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    blocks = attached["content"]["body"]
    assert {block["type"] for block in blocks} == {"RichTextBlock"}
    assert blocks[1]["inlines"][0]["text"] == "second [line](https://evil.example)[31m"


@pytest.mark.parametrize("make", [SlackChannel, TeamsChannel, AppriseChannel])
def test_a_person_without_an_address_is_refused(make: type, outbound: Outbound) -> None:
    with pytest.raises(SendError, match="no address") as caught:
        make(outbound).send(message())
    assert caught.value.permanent


# -- the signed webhook ----------------------------------------------------------------------------------------


def test_the_webhook_is_signed_stable_and_says_little(hook: Receiver, outbound: Outbound) -> None:
    channel = WebhookChannel(outbound, hook.url, SECRET)
    said = sent(hook, channel, text="Deadline – see the docket")
    channel.send(message(text="Deadline – see the docket"))
    first, second = hook.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "msg_5f0c9ab1"
    assert first.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    signed = f"msg_5f0c9ab1.{int(AT.timestamp())}.".encode() + first.body
    expected = base64.b64encode(hmac.new(b"k" * 32, signed, hashlib.sha256).digest()).decode()
    assert first.headers["webhook-signature"] == f"v1,{expected}"
    assert said == {
        "type": "deadline.reminder",
        "timestamp": "2026-11-23T15:00:00+00:00",
        "data": {"text": "Deadline – see the docket", "severity": "urgent", "reminders": "4 7"},
    }


def test_the_manuals_example_verifies_a_request(hook: Receiver, outbound: Outbound) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    example: dict[str, Any] = {}
    exec(manual.partition("```python\n")[2].partition("```")[0], example)
    WebhookChannel(outbound, hook.url, SECRET).send(msgspec.structs.replace(message(), at=clock.now()))
    [request] = hook.requests
    assert example["verified"](SECRET, request.headers, request.body)
    assert not example["verified"](SECRET, request.headers, request.body + b" ")
    assert not example["verified"](SECRET, {**request.headers, "webhook-timestamp": "1"}, request.body)


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410])
def test_a_webhook_that_is_gone_is_the_channels_fault(status: int, hook: Receiver, outbound: Outbound) -> None:
    hook.becomes(answers(status))
    with pytest.raises(ChannelDown, match=str(status)):
        WebhookChannel(outbound, hook.url, SECRET).send(message())


def test_a_webhook_may_refuse_one_text(hook: Receiver, outbound: Outbound) -> None:
    hook.becomes(answers(422))
    with pytest.raises(ContentRefused):
        WebhookChannel(outbound, hook.url, SECRET).send(message())


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "c2hvcnQ=", "whsec_c2hvcnQ=", SECRET[6:], SECRET + "*"])
def test_a_secret_that_is_none_is_told_without_repeating_it(secret: str) -> None:
    with pytest.raises(ConfigError) as caught:
        key_of(secret)
    assert not secret or secret[6:] == "" or secret not in caught.value.sentence


def test_an_address_is_checked_when_it_is_stored(hook: Receiver, outbound: Outbound) -> None:
    assert check_address(hook.url, outbound) == hook.host
    assert check_address("https://no-such-name.invalid/x", outbound) == "no-such-name.invalid"
    for wrong in ("https://localhost/x", "http://hooks.example/x", "https://10.0.0.1/"):
        with pytest.raises(InputError):
            check_address(wrong, outbound)


# -- Apprise ---------------------------------------------------------------------------------------------------


def test_without_the_library_apprise_says_how_to_install_it(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"deadlines\[apprise\]"):
        built("ntfys://topic", outbound)
    with pytest.raises(ChannelDown, match="needs an extra"):
        AppriseChannel(outbound).send(message("ntfys://topic"))


@pytest.fixture
def library() -> ModuleType:
    found: ModuleType = pytest.importorskip("apprise", reason="the extra apprise is not installed")
    return found


@pytest.mark.parametrize(
    "address",
    [
        "", "ntfy://topic", "nonsense", "dbus://", "syslog://", "jsons://firm.example/", "mailtos://u:p@gmail.com",
        "ntfys://localhost/topic", "ntfys://10.0.0.1/topic", "ntfys://h.example:8443/t", "ntfys://topic?verify=no",
        "https://h.example/",
    ],
)  # fmt: skip
def test_apprise_addresses_that_are_not_safe_are_refused(address: str, library: ModuleType, outbound: Outbound) -> None:
    with pytest.raises(InputError):
        built(address, outbound)


def test_apprise_sends_to_ntfy_and_tells_when_it_did_not(
    library: ModuleType,
    hook: Receiver,
    outbound: Outbound,
    tls: tuple[ssl.SSLContext, ssl.SSLContext, Path],
) -> None:
    address = f"ntfys://{hook.host}/docket?redirect=yes"
    assert built(address, outbound)[1] == "ntfys"
    channel = AppriseChannel(outbound, str(tls[2]))
    hook.becomes(answers(200, b"{}"))
    channel.send(message(address, text="plain words"))
    assert b"plain words" in hook.requests[-1].body
    for status in (401, 429, 500):
        hook.becomes(answers(status, b"{}"))
        with pytest.raises(SendError, match="did not take"):
            channel.send(message(address))
    with receiver(tls[0], answers(200)) as target:
        hook.becomes(answers(302, Location=target.url))
        with pytest.raises(SendError):
            channel.send(message(address))
        assert target.requests == []
