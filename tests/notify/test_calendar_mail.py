"""A mail with a calendar object, as RFC 6047 and the programs that act on it want it."""

import io
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from deadlines.errors import SendError
from deadlines.notify.console import ConsoleChannel
from deadlines.notify.folder import FolderChannel
from deadlines.notify.message import Message, sender_address, to_mail
from deadlines.notify.smtp import SmtpChannel
from tests.notify.servers import Inbox, mail_server

SENDER = "Docket <docket@firm.test>"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "SUMMARY:Ñandú – a line that was folded here\r\n  and goes on\r\n"
    "DESCRIPTION:.\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()


def invitation(calendar: bytes | None = CALENDAR, method: str | None = "REQUEST") -> Message:
    return Message(
        to_name="Ana Ñ",
        to_email="ana@firm.test",
        subject="Fri 20 Nov 2026",
        text="A date.\n.\nEnd.\n",
        message_id="<0123@deadlines.invalid>",
        at=datetime(2026, 11, 13, 14, 0, tzinfo=UTC),
        calendar=calendar,
        method=method,
    )


def holds_what_it_should(mail: EmailMessage) -> None:
    assert mail.get_content_type() == "multipart/mixed"
    alternative, file = mail.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    text, calendar = alternative.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().splitlines() == ["A date.", ".", "End."]
    assert calendar.get_content_type() == "text/calendar"
    assert dict(calendar["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert not calendar.is_attachment()
    assert file.get_content_type() == "application/ics"
    assert file["Content-Transfer-Encoding"] == "base64"
    assert file.is_attachment()
    assert file.get_filename() == "invite.ics"
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == CALENDAR


def test_the_object_stands_as_alternative_and_as_file_byte_for_byte() -> None:
    found = message_from_bytes(to_mail(invitation(), sender_address(SENDER)).as_bytes(), policy=default)
    holds_what_it_should(found)


def test_it_arrives_whole_through_a_mail_server() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        channel = SmtpChannel(host="127.0.0.1", port=port, security="none", sender=SENDER)
        channel.send(invitation())
        channel.close()
    [mail] = inbox.mails
    holds_what_it_should(mail)


def test_the_folder_keeps_it_and_the_console_names_it(tmp_path: Path) -> None:
    FolderChannel(tmp_path, SENDER).send(invitation())
    [file] = tmp_path.glob("*.eml")
    holds_what_it_should(message_from_bytes(file.read_bytes(), policy=default))
    stream = io.StringIO()
    ConsoleChannel(stream).send(invitation())
    assert stream.getvalue().endswith("A date.\n.\nEnd.\n\n[invite.ics: REQUEST]\n")


@pytest.mark.parametrize(
    "calendar, method",
    [
        (CALENDAR, "CANCEL"),
        (CALENDAR, None),
        (CALENDAR, "request"),
        (CALENDAR, "REQUEST; x=y"),
        (CALENDAR, "REQUEST\r\nBcc: evil@x.test"),
        (None, "REQUEST"),
        (CALENDAR.replace(b"METHOD:REQUEST\r\n", b"METHOD:REQUEST\r\n" * 2), "REQUEST"),
        (CALENDAR.replace(b"METHOD", b" METHOD"), "REQUEST"),
    ],
)
def test_two_methods_that_differ_never_leave(calendar: bytes | None, method: str | None) -> None:
    with pytest.raises(SendError) as caught:
        to_mail(invitation(calendar, method), sender_address(SENDER))
    assert caught.value.permanent


def test_without_an_object_it_is_plain_mail() -> None:
    mail = to_mail(invitation(None, None), sender_address(SENDER))
    assert mail.get_content_type() == "text/plain"
