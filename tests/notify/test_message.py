import io
import stat
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import ChannelDown, ConfigError, SendError
from deadlines.notify.console import ConsoleChannel
from deadlines.notify.folder import FolderChannel
from deadlines.notify.message import Message, sender_address, to_mail

SENDER = "Docket <docket@firm.test>"
EVIL = [
    "a\r\nBcc: evil@x.test",
    "a\nBcc: evil@x.test",
    "a\rBcc: evil@x.test",
    "a\u2028Bcc: evil@x.test",
    "a\u0085Bcc: evil@x.test",
    "a\x0b\x0c\x00Bcc: evil@x.test",
    "\u202egnp.exe",
    "\u2066isolated\u2069",
    "=?utf-8?q?Bcc=3A?= x",
    'quoted "name" \\ <x@y.test>, other@z.test',
    "lone \ud800 surrogate",
    "مرحبا بالعالم",
    "👩‍⚖️ O’Hara",
    "",
    "x" * 5000,
]


def message(name: str = "Ana", subject: str = "Hello", text: str = "Text", **more: str) -> Message:
    return Message(
        to_name=name,
        to_email=more.get("to_email", "ana@firm.test"),
        subject=subject,
        text=text,
        message_id="<0123@deadlines.invalid>",
        at=datetime(2026, 11, 23, 15, 0, tzinfo=UTC),
        headers={"X-Deadlines-Reminders": subject},
    )


def parsed(data: bytes) -> EmailMessage:
    found = message_from_bytes(data, policy=default)
    assert isinstance(found, EmailMessage)
    return found


HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "x-deadlines-reminders",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
}


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_written_by_people_breaks_a_header(evil: str) -> None:
    mail = parsed(to_mail(message(evil, evil, evil), sender_address(SENDER)).as_bytes())
    assert {name.lower() for name in mail} == HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == ["ana@firm.test"]
    for value in (mail["Subject"], mail["To"].addresses[0].display_name):
        assert not set(value) & set("\r\n\x00\x0b\x0c\u0085\u2028\u2029\u202e\u2066\u2069")
    assert len(mail["Subject"]) <= 200


@given(st.text(), st.text(), st.text())
def test_any_text_makes_a_mail(name: str, subject: str, text: str) -> None:
    data = to_mail(message(name, subject, text), sender_address(SENDER)).as_bytes()
    assert {header.lower() for header in parsed(data)} == HEADERS
    assert b"\r" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize("words", ["motion", "déclaration", "=?utf-8?q?motion?=", "動議"])
def test_a_subject_arrives_as_it_was_written_whatever_its_length(words: str) -> None:
    for length in range(1, 120):
        subject = f"[7 days] {'a ' * (length // 2)}{'b' * (length % 2)} — {words}: O’Hara".replace("  ", " ")
        data = to_mail(message(subject=subject), sender_address(SENDER)).as_bytes()
        assert parsed(data)["Subject"] == subject
        lines = data[data.index(b"Subject") : data.index(b"\r\nDate")].split(b"\r\n")
        assert max(map(len, lines)) <= 76  # RFC 2047, 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@firm.test",
        "ana@firm.test\r\nRCPT TO:<evil@x.test>",
        "ana@firm.test>",
        "<ana@firm.test>",
        "a b@firm.test",
        "ana@firm.test,bob@firm.test",
        '"a\\"b"@firm.test',
        "añ@firm.test",
        "ana@firm.test\u2028",
    ],
)
def test_an_address_that_cannot_be_used_is_permanent(address: str) -> None:
    with pytest.raises(SendError) as caught:
        to_mail(message(to_email=address), sender_address(SENDER))
    assert caught.value.permanent


@pytest.mark.parametrize("sender", ["", "docket", "Docket <>", "a@b@c"])
def test_a_sender_without_address_is_a_configuration_error(sender: str) -> None:
    with pytest.raises(ConfigError, match=r"mail\.sender"):
        sender_address(sender)


def test_the_folder_holds_whole_private_files(tmp_path: Path) -> None:
    folder = FolderChannel(tmp_path / "outbox", SENDER)
    folder.send(message(subject="First"))
    folder.send(message(subject="Again"))
    [file] = (tmp_path / "outbox").iterdir()
    assert file.name == "0123.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == 0o700
    assert parsed(file.read_bytes())["Subject"] == "Again"


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    folder = FolderChannel(tmp_path / "outbox", SENDER)
    sent = message()
    folder.send(
        Message(
            to_name="Ana",
            to_email="ana@firm.test",
            subject="x",
            text="x",
            message_id="<../../evil@x>",
            at=sent.at,
        )
    )
    assert [file.name for file in tmp_path.rglob("*.eml")] == ["evil.eml"]
    assert (tmp_path / "outbox" / "evil.eml").exists()


def test_a_folder_that_cannot_be_written_is_the_channels_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ChannelDown, match="folder"):
        FolderChannel(tmp_path / "file", SENDER).send(message())


def test_a_failed_write_leaves_no_part(tmp_path: Path) -> None:
    (tmp_path / "0123.eml").mkdir()
    with pytest.raises(ChannelDown):
        FolderChannel(tmp_path, SENDER).send(message())
    assert [path.name for path in tmp_path.iterdir()] == ["0123.eml"]


def test_the_console_shows_the_message() -> None:
    stream = io.StringIO()
    ConsoleChannel(stream).send(message("Ana\x1b[31m", "Hello\r\nBcc: x", "Text\x1b[0m\n"))
    shown = stream.getvalue()
    assert "To: Ana [31m <ana@firm.test>" in shown
    assert "Subject: Hello Bcc: x" in shown
    assert "\x1b" not in shown


def test_the_console_survives_a_narrow_encoding() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    ConsoleChannel(stream).send(message(text="Ñ – “x”"))
    assert b"? ? ?x?" in raw.getvalue()


def test_a_closed_console_is_the_channels_fault() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(ChannelDown):
        ConsoleChannel(stream).send(message())
