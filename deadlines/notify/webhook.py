"""The firm's own program, told of reminders by a signed request, in the form of Standard Webhooks."""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime

import msgspec

from deadlines.errors import ChannelDown, ConfigError, ContentRefused, SendError
from deadlines.notify.message import Message, clean_text
from deadlines.notify.outbound import Outbound, judge
from deadlines.notify.posting import JSON

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
CARRIED = {"X-Deadlines-Severity": "severity", "X-Deadlines-Reminders": "reminders"}
"""Which headers of a message the payload repeats, and under which name."""


class WebhookChannel:
    """Posts to one address of the firm. Whatever it answers concerns the channel, not one person.

    `secret` is `whsec_` and a key in base64; every request is signed with it.
    """

    name = "webhook"

    def __init__(self, outbound: Outbound, address: str, secret: str) -> None:
        self._outbound, self._address, self._key = outbound, address, key_of(secret)

    def send(self, message: Message) -> None:
        """Post one message; see `Channel.send` for what it raises."""
        body = msgspec.json.encode(payload(message))
        headers = signed(self._key, id_of(message), message.at, body)
        try:
            judge(self._outbound.post(self._address, body, headers, now=message.at), "The webhook")
        except SendError as error:
            if error.permanent and not isinstance(error, ContentRefused):
                raise ChannelDown(error.sentence) from error
            raise

    def close(self) -> None:
        """Nothing is kept open."""


def payload(message: Message) -> dict[str, object]:
    """What leaves the firm: what the message is, its words and how urgent it is. No name and no address of anybody."""
    carried = {name: message.headers[header] for header, name in CARRIED.items() if header in message.headers}
    return {
        "type": message.kind,
        "timestamp": message.at.isoformat(),
        "data": {"text": clean_text(message.text), **carried},
    }


def id_of(message: Message) -> str:
    """The same in every repeat of a message, so that the receiver can tell a repeat."""
    return f"msg_{re.sub(r'[^A-Za-z0-9_-]', '', message.message_id.partition('@')[0])}"


def signed(key: bytes, identifier: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a signed request; `at` is when it is sent."""
    moment = str(int(at.timestamp()))
    return {
        **JSON,
        "webhook-id": identifier,
        "webhook-timestamp": moment,
        "webhook-signature": signature(key, identifier, moment, body),
    }


def signature(key: bytes, identifier: str, moment: str, body: bytes) -> str:
    """The value of `webhook-signature`: `v1,` and HMAC-SHA256 over id, time and body, in base64."""
    signed = b".".join((identifier.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret; raises ConfigError, which does not repeat it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ConfigError(
            "webhook.secret_file must hold whsec_ and a key of 24 to 64 bytes in base64, for example from "
            "`echo whsec_$(openssl rand -base64 32)`."
        )
    return key
