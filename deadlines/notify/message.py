"""A message to one person, and its form on the wire. Nothing written by people can break a header."""

import re
import unicodedata
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Literal

from msgspec import Struct, field

from deadlines.errors import ConfigError, SendError

SUBJECT_LIMIT = 200
NAME_LIMIT = 100
ENCODED_LINE = 76
"""The longest line of a header with an encoded word (RFC 2047, 2)."""
_METHOD = re.compile("[A-Z]{1,10}")
ICS_NAME = "invite.ics"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}")


class Hidden:
    """Where a chat reaches a person. Whoever has it can write there, so it prints as stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The address itself, for the channel that sends there."""
        return self._value

    def __repr__(self) -> str:
        return "Hidden(***)"


Kind = Literal["deadline.reminder", "deadline.test", "deadline.outage"]
"""What the firm's program is told that a message is."""


class Message(Struct, frozen=True, kw_only=True):
    """One text for one recipient. `message_id` is the same in every repeat; `at` is when it was written.

    `address`: where a channel other than mail reaches the person. `calendar` is an iTIP object (RFC 5546) for the
    recipient's calendar program, and `method` its METHOD. `kind`: what it is, for a program.
    """

    to_name: str
    to_email: str
    subject: str
    text: str
    message_id: str
    at: datetime
    headers: dict[str, str] = field(default_factory=dict)
    address: Hidden | None = None
    calendar: bytes | None = None
    method: str | None = None
    kind: Kind = "deadline.reminder"


def clean_line(text: str, limit: int = 1000) -> str:
    """The text on one line, without control, bidirectional, invisible or broken characters, and cut."""
    line = " ".join((text if text.isprintable() else _shown(text, " ")).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_text(text: str) -> str:
    """The text with its lines and tabs, without other control, bidirectional or broken characters."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return _shown(text, "", keep="\n\t")


def _shown(text: str, instead: str, keep: str = "") -> str:
    """The text without control (Cc), format (Cf: bidirectional, zero width), surrogate (Cs), line and
    paragraph separators (Zl, Zp)."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        character if character in keep or unicodedata.category(character) not in hidden else instead
        for character in text
    )


def checked_address(email: str) -> str:
    """The address, if it can stand in an SMTP command; RFC 5321 without quoted or non-ASCII parts.

    Raises SendError (permanent): no other try can help.
    """
    if _ADDRESS.fullmatch(email) is None:
        raise SendError("The recipient's address cannot be used for mail; correct the person.", permanent=True)
    return email


def sender_address(sender: str) -> Address:
    """The `From` of a channel, from `name <address>` or a bare address. Raises ConfigError."""
    name, email = parseaddr(sender)
    if _ADDRESS.fullmatch(email) is None:
        raise ConfigError("mail.sender needs an address such as docket@firm.example.")
    local, _, domain = email.rpartition("@")
    return Address(clean_line(name, NAME_LIMIT), local, domain)


class _Subject(str):
    """A subject that is folded whole (RFC 2047), for EmailMessage, which takes what has a name as it is.

    Left to the policy, one that is folded just before a character outside ASCII comes out with a second space.
    """

    name = "Subject"

    def fold(self, *, policy: Policy) -> str:
        charset = "us-ascii" if self.isascii() and "=?" not in self else "utf-8"
        line = Header(self, charset, header_name=self.name, maxlinelen=ENCODED_LINE)
        return f"{self.name}: {line.encode(linesep=policy.linesep)}{policy.linesep}"


def to_mail(message: Message, sender: Address) -> EmailMessage:
    """The message as mail (RFC 5322), ready for `as_bytes`; with a calendar object as RFC 6047 wants it.

    Raises SendError (permanent) for an unusable address, or a calendar object of another method.
    """
    local, _, domain = checked_address(message.to_email).rpartition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(clean_line(message.to_name, NAME_LIMIT), local, domain)
    mail["Subject"] = _Subject(clean_line(message.subject, SUBJECT_LIMIT))
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = clean_line(message.message_id)
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers.items():
        mail[name] = clean_line(value)
    mail.set_content(clean_text(message.text), cte="quoted-printable")
    if message.calendar is not None or message.method is not None:
        _add_calendar(mail, message.calendar or b"", message.method or "")
    return mail


def _add_calendar(mail: EmailMessage, calendar: bytes, method: str) -> None:
    """The object twice: as an alternative to the text, which Outlook and Gmail act on, and as a file for the rest.

    Both in base64, so that no server on the way folds or ends a line otherwise.
    """
    # Outlook refuses a mail whose two methods differ (RFC 6047 2.4).
    if not _METHOD.fullmatch(method) or calendar.split(b"\r\n").count(f"METHOD:{method}".encode()) != 1:
        raise SendError("The calendar object is not of the method that the mail names.", permanent=True)
    text = calendar.decode()
    mail.add_alternative(text, subtype="calendar", charset="utf-8", cte="base64", params={"method": method})
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename=ICS_NAME)
