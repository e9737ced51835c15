import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deadlines.errors import ChannelDown, ConfigError, ContentRefused, SendError
from deadlines.notify.message import Message
from deadlines.notify.smtp import Security, SmtpChannel
from tests.notify.servers import Inbox, Script, certificate, free_port, mail_server, raw_server

SENDER = "Docket <docket@firm.test>"


def message(**changes: object) -> Message:
    fields: dict[str, object] = {
        "to_name": "Ana Ruiz",
        "to_email": "ana@firm.test",
        "subject": "[7 days] I-290B motion to reopen – 2026-0143",
        "text": "File by Fri 20 Nov 2026.\n.a line that begins with a dot\n.\nThe end.\n",
        "message_id": "<0123@deadlines.invalid>",
        "at": datetime(2026, 11, 23, 15, 0, tzinfo=UTC),
    }
    return Message(**{**fields, **changes})  # type: ignore[arg-type]


def channel(port: int, security: Security = "none", **settings: object) -> SmtpChannel:
    made = SmtpChannel(
        host="127.0.0.1",
        port=port,
        security=security,
        sender=SENDER,
        **{"timeout": 60.0, "longest": 60.0, **settings},  # type: ignore[arg-type]
    )
    MADE.append(made)
    return made


MADE: list[SmtpChannel] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


def tls_server(
    inbox: Inbox, context: ssl.SSLContext, security: Security, *, auth: bool = False
) -> AbstractContextManager[int]:
    if security == "tls":
        return mail_server(inbox, tls=context, auth=auth)
    return mail_server(inbox, starttls=context, auth=auth)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port(inbox: Inbox) -> Iterator[int]:
    with mail_server(inbox) as found:
        yield found


def test_a_message_arrives_whole(inbox: Inbox, port: int) -> None:
    smtp = channel(port)
    smtp.send(message())
    smtp.close()
    [mail] = inbox.mails
    assert mail["Message-ID"] == "<0123@deadlines.invalid>"
    assert mail["Subject"] == "[7 days] I-290B motion to reopen – 2026-0143"
    assert mail["From"] == SENDER
    assert mail["To"] == "Ana Ruiz <ana@firm.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert mail.get_content().replace("\r\n", "\n") == message().text
    assert inbox.recipients == [["ana@firm.test"]]


def test_a_batch_uses_one_connection_and_another_follows_after_close(inbox: Inbox, port: int) -> None:
    smtp = channel(port)
    for number in range(5):
        smtp.send(message(message_id=f"<{number}@deadlines.invalid>"))
    assert len(inbox.peers) == 1
    smtp.close()
    smtp.send(message())
    smtp.close()
    assert len(inbox.mails) == 6
    assert len(inbox.peers) == 2


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_with_a_checked_certificate_and_a_login(inbox: Inbox, tmp_path: Path, security: Security) -> None:
    server, trusting = certificate(tmp_path)
    with tls_server(inbox, server, security, auth=security == "starttls") as port:
        smtp = channel(port, security, context=trusting, user="docket", password="correct horse")
        if security == "tls":
            smtp = channel(port, security, context=trusting)
        smtp.send(message())
        smtp.close()
    assert len(inbox.mails) == 1
    assert inbox.logins == (["docket"] if security == "starttls" else [])


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_unknown_certificate_is_refused(inbox: Inbox, tmp_path: Path, security: Security) -> None:
    server, _ = certificate(tmp_path)
    with tls_server(inbox, server, security) as port, pytest.raises(ChannelDown, match="certificate"):
        channel(port, security).send(message())
    assert inbox.mails == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_for_another_name_is_refused(inbox: Inbox, tmp_path: Path, security: Security) -> None:
    server, trusting = certificate(tmp_path, "mail.other.test")
    with tls_server(inbox, server, security) as port, pytest.raises(ChannelDown, match="certificate"):
        channel(port, security, context=trusting).send(message())
    assert inbox.mails == []


def test_nothing_goes_in_clear_when_starttls_is_not_offered(inbox: Inbox, port: int) -> None:
    smtp = SmtpChannel(host="127.0.0.1", port=port, sender=SENDER)
    with pytest.raises(ChannelDown, match="STARTTLS"):
        smtp.send(message())
    assert inbox.mails == []


def test_a_password_in_clear_to_another_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match="in clear"):
        SmtpChannel(
            host="mail.firm.test",
            port=25,
            security="none",
            sender=SENDER,
            user="a",
            password="b",
            clear_to="mail.firm.test",
        )


def test_a_refused_login_is_the_channels_fault_and_names_no_password(inbox: Inbox, tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path)
    with mail_server(inbox, starttls=server, auth=True) as port:
        smtp = channel(port, "starttls", context=trusting, user="docket", password="wrong-canary")
        with pytest.raises(ChannelDown, match="refuses the log-in") as caught:
            smtp.send(message())
    assert not caught.value.permanent
    assert "wrong-canary" not in "".join(traceback.format_exception(caught.value))


def test_a_password_that_cannot_be_said_is_not_shown(inbox: Inbox, tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path)
    with mail_server(inbox, starttls=server, auth=True) as port:
        smtp = channel(port, "starttls", context=trusting, user="docket", password="canary-é")
        with pytest.raises(ChannelDown) as caught:
            smtp.send(message())
    assert "canary-é" not in "".join(traceback.format_exception(caught.value))


def test_one_refused_recipient_does_not_hinder_the_next(port: int, inbox: Inbox) -> None:
    inbox.rcpt["gone@firm.test"] = "550 5.1.1 <gone@firm.test> no such user"
    inbox.rcpt["grey@firm.test"] = "451 4.7.1 try again later"
    smtp = channel(port)
    with pytest.raises(SendError, match=r"550 5\.1\.1") as gone:
        smtp.send(message(to_email="gone@firm.test"))
    with pytest.raises(SendError, match="451") as grey:
        smtp.send(message(to_email="grey@firm.test"))
    smtp.send(message())
    smtp.close()
    assert gone.value.permanent
    assert "gone@firm.test" not in gone.value.sentence
    assert not grey.value.permanent
    assert not isinstance(grey.value, ChannelDown)
    assert len(inbox.peers) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "permanent"),
    [
        ("550 5.7.1 relaying denied", SendError, False),
        ("552 5.2.2 mailbox full", SendError, False),
        ("450 4.2.1 busy", SendError, False),
        ("421 4.3.2 closing", ChannelDown, False),
        ("530 5.7.0 authentication required", ChannelDown, False),
        ("551 5.1.6 moved", SendError, True),
    ],
)
def test_what_a_refused_recipient_means(answer: str, kind: type[SendError], permanent: bool) -> None:
    with mail_server(Inbox(rcpt={"ana@firm.test": answer})) as port:
        with pytest.raises(SendError) as caught:
            channel(port).send(message())
        assert type(caught.value) is kind
        assert caught.value.permanent is permanent
        assert not caught.value.uncertain


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("554 5.6.0 content refused", ContentRefused),
        ("554 refused", ContentRefused),
        ("554 5.2.0 quota of the day exceeded", ChannelDown),
        ("451 4.3.0 disk", SendError),
    ],
)
def test_what_a_refused_text_means(answer: str, kind: type[SendError]) -> None:
    with mail_server(Inbox(data=answer)) as port:
        with pytest.raises(SendError) as caught:
            channel(port).send(message())
        assert type(caught.value) is kind
        assert caught.value.permanent is (kind is ContentRefused)
        assert not caught.value.uncertain


def test_nobody_listens() -> None:
    with pytest.raises(ChannelDown, match="cannot be reached"):
        channel(free_port()).send(message())


def refused_greeting(script: Script) -> None:
    script.say("421 4.3.2 not now")


def silent_greeting(script: Script) -> None:
    script.hear()


def sender_put_off(script: Script) -> None:
    script.say("220 raw")
    script.hear()
    script.say("250 raw")
    script.hear()
    script.say("432 4.3.2 concurrent connections limit exceeded")
    script.hear()


def closed_before_data(script: Script) -> None:
    script.until_data()
    script.abort()


@pytest.mark.parametrize(
    "play, timeout", [(refused_greeting, 60), (silent_greeting, 2), (sender_put_off, 60), (closed_before_data, 60)]
)
def test_before_the_text_nothing_was_taken(play: object, timeout: float) -> None:
    assert callable(play)
    with raw_server(play) as port:
        with pytest.raises(ChannelDown) as caught:
            channel(port, timeout=timeout).send(message())
        assert not caught.value.uncertain


def closed_amid_data(script: Script) -> None:
    script.until_data()
    script.say("354 go on")
    script.body(lines=3)
    script.abort()


def taken_then_closed(script: Script) -> None:
    script.until_data()
    script.say("354 go on")
    script.body()
    script.abort()


def taken_then_silent(script: Script) -> None:
    script.until_data()
    script.say("354 go on")
    script.body()
    script.hear()


@pytest.mark.parametrize("play, timeout", [(closed_amid_data, 60), (taken_then_closed, 60), (taken_then_silent, 2)])
def test_after_data_nobody_can_tell(play: object, timeout: float) -> None:
    assert callable(play)
    with raw_server(play) as port:
        with pytest.raises(SendError) as caught:
            channel(port, timeout=timeout).send(message())
        assert caught.value.uncertain
        assert not caught.value.permanent


def test_a_dripping_server_is_cut_off() -> None:
    def drip(script: Script) -> None:
        script.until_data()
        script.say("354 go on")
        script.body()
        for _ in range(600):
            script.connection.sendall(b"2")
            time.sleep(0.1)

    with raw_server(drip) as port:
        started = time.monotonic()
        with pytest.raises(SendError) as caught:
            channel(port, longest=3).send(message())
        assert time.monotonic() - started < 30
        assert caught.value.uncertain


def test_a_connection_closed_between_messages_is_opened_anew() -> None:
    taken: list[int] = []
    lock = threading.Lock()

    def one_each(script: Script) -> None:
        script.until_data()
        script.say("354 go on")
        script.body()
        with lock:
            taken.append(1)
        script.say("250 OK")
        script.connection.shutdown(socket.SHUT_RDWR)

    with raw_server(one_each) as port:
        smtp = channel(port)
        smtp.send(message())
        time.sleep(0.1)
        smtp.send(message())
        smtp.close()
    assert len(taken) == 2


def test_the_text_is_sent_as_smtp_wants_it(inbox: Inbox, port: int) -> None:
    smtp = channel(port)
    smtp.send(message(text="Ñandú " + "x" * 3000))
    smtp.close()
    raw = inbox.raw[0]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()
    assert inbox.mails[0].get_content().strip() == "Ñandú " + "x" * 3000
