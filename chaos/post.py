"""A mail server on this machine that keeps what it accepts and misbehaves on request."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

from tests.notify.servers import Script

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATED = re.compile(r"File by: +\w{3} (\d+) (\w{3}) (\d{4}).*?Last day: +\w{3} (\d+) (\w{3}) (\d{4})", re.DOTALL)
STALL = 30.0
"""Seconds for which the server stays silent when it stalls, or until it is told to be well again."""


@dataclass(frozen=True)
class Accepted:
    """A mail that the server took. `clock` is this process's own steady clock, `at` the program's time. `more`: the
    other matters that it speaks of, each with its dates."""

    clock: float
    message_id: str
    to: str
    at: datetime
    matter: str
    reminders: tuple[str, ...]
    dates: frozenset[tuple[date, date]]
    subject: str
    raw: str
    unclear: bool
    more: tuple[tuple[str, frozenset[tuple[date, date]]], ...] = ()

    @property
    def said(self) -> tuple[tuple[str, frozenset[tuple[date, date]]], ...]:
        """Every matter that it speaks of, with the dates."""
        return ((self.matter, self.dates), *self.more)


class PostOffice:
    """One server with one port for its whole life. `mode` says how it behaves, for `left` more mails where that is set.

    `gone`: nobody listens. Modes are the names of `MODES`.
    """

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.attempts = 0
        self.injected = 0
        self.unsecured: list[str] = []
        self._mode, self._left = "ok", -1
        self._lock = threading.Lock()
        self._calm = threading.Event()
        self._listener: socket.socket | None = None
        self.port = 0
        self._open()

    @property
    def mode(self) -> str:
        """How it behaves now."""
        with self._lock:
            return self._mode

    def becomes(self, mode: str, left: int = -1) -> None:
        """Behave so from now on, for `left` injections where that is not negative; stalled connections go on."""
        with self._lock:
            self._mode, self._left = mode, left
        self._calm.set()
        self._calm = threading.Event()
        if mode == "gone":
            self.close()
        elif self._listener is None:
            self._open()

    def close(self) -> None:
        """Stop listening; the port is kept for later."""
        listener, self._listener = self._listener, None
        self._calm.set()
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _open(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._serve, args=[listener], daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._play, args=[connection], daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        script = Script(connection)
        with contextlib.suppress(OSError, ValueError):
            Conversation(self, script).run()
        with contextlib.suppress(OSError):
            script.reader.close()
        connection.close()

    def injects(self, *modes: str) -> str | None:
        """The mode, if it is one of these and has an injection left; counts it."""
        with self._lock:
            mode = self._mode
            if mode not in modes:
                return None
            self.injected += 1
            if self._left > 0:
                self._left -= 1
                if self._left == 0:
                    self._mode = "ok"
            return mode

    def stall(self) -> None:
        """Say nothing until the server is well again."""
        self._calm.wait(STALL)

    def take(self, content: bytes, *, unclear: bool = False) -> None:
        """Keep a mail."""
        mail = message_from_bytes(content, policy=default)
        if not isinstance(mail, EmailMessage):
            raise TypeError("no mail")
        kept = _read(mail, unclear)
        with self._lock:
            self.accepted.append(kept)


class Conversation:
    """One connection, from the greeting on."""

    def __init__(self, office: PostOffice, script: Script) -> None:
        self._office, self._script = office, script

    def run(self) -> None:
        """Speak SMTP until the other side leaves or the mode ends it."""
        office, say = self._office, self._script.say
        if office.injects("421 at greeting"):
            say("421 4.3.2 closing")
            return
        if office.injects("stall at greeting"):
            office.stall()
            return
        if office.injects("slow"):
            self._slowly()
            return
        say("220 post.test ESMTP")
        answers: dict[bytes, Callable[[bytes], bool]] = {b"MAIL": self._mail, b"RCPT": self._rcpt, b"DATA": self._data}
        while line := self._script.hear():
            verb = line[:4].upper()
            if verb == b"QUIT":
                say("221 bye")
                return
            if verb in answers:
                if not answers[verb](line):
                    return
            else:
                self._other(verb)

    def _other(self, verb: bytes) -> None:
        if verb == b"EHLO":
            lines = ["post.test", "AUTH PLAIN"] if self._office.mode != "no starttls" else ["post.test"]
            self._script.say("\r\n".join(f"250{'-' if line != lines[-1] else ' '}{line}" for line in lines))
        elif verb == b"AUTH":
            refused = self._office.injects("535 at log-in")
            self._script.say("535 5.7.8 no" if refused else "235 welcome")
        else:
            self._script.say("250 OK")

    def _mail(self, _line: bytes) -> bool:
        self._office.attempts += 1
        if self._office.injects("stall after MAIL"):
            self._office.stall()
            return False
        self._script.say("250 OK")
        return True

    def _rcpt(self, _line: bytes) -> bool:
        answers = {
            "451 at RCPT": "451 4.7.1 greylisted, try again later",
            "432 at RCPT": "432 4.3.2 concurrent connections or rate exceeded",
            "550 at RCPT": "550 5.1.1 no such user",
        }
        mode = self._office.injects(*answers)
        self._script.say(answers[mode] if mode else "250 OK")
        return True

    def _data(self, _line: bytes) -> bool:
        office, say = self._office, self._script.say
        say("354 go on")
        if office.injects("close in the text"):
            self._script.body(3)
            self._script.abort()
            return False
        content = self._content()
        if content is None:
            return False
        answers = {"554 after the text": "554 5.7.1 content refused", "554 quota": "554 5.2.0 quota exceeded"}
        mode = office.injects(*answers, "stall after the dot", "taken then closed", "taken then stalled")
        if mode in answers:
            say(answers[mode])
            return True
        if mode == "stall after the dot":
            office.stall()
            return False
        office.take(content, unclear=mode is not None)
        if mode == "taken then closed":
            self._script.abort()
            return False
        if mode == "taken then stalled":
            office.stall()
            return False
        say("250 taken")
        return True

    def _content(self) -> bytes | None:
        """The text up to the dot; None where the other side went away before it."""
        lines: list[bytes] = []
        while line := self._script.hear():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def _slowly(self) -> None:
        for letter in "220 post.test ESMTP and very slow about it\r\n":
            self._script.connection.sendall(letter.encode())
            time.sleep(1.0)


MODES = (
    "421 at greeting", "stall at greeting", "slow", "535 at log-in", "stall after MAIL", "451 at RCPT", "432 at RCPT",
    "550 at RCPT", "close in the text", "554 after the text", "554 quota", "stall after the dot", "taken then closed",
    "taken then stalled", "gone",
)  # fmt: skip


def _read(mail: EmailMessage, unclear: bool) -> Accepted:
    body = mail.get_body(("plain",))
    text = body.get_content().replace("\r\n", "\n") if body is not None else ""
    # Text before the first matter, then by turns the number of a matter and what is said of it.
    parts = re.split(r"^Matter (\S+)$", text, flags=re.MULTILINE)
    said = [(matter, _dates(about)) for matter, about in zip(parts[1::2], parts[2::2], strict=True)]
    first, *more = said or [("", frozenset())]
    return Accepted(
        clock=time.monotonic(),
        message_id=str(mail["Message-ID"]),
        to=mail["To"].addresses[0].addr_spec,
        at=parsedate_to_datetime(str(mail["Date"])),
        matter=first[0],
        reminders=tuple(str(mail["X-Deadlines-Reminders"] or "").split()),
        dates=first[1],
        subject=str(mail["Subject"]),
        raw=f"{mail.as_string()}\n{text}",
        unclear=unclear,
        more=tuple(more),
    )


def _dates(text: str) -> frozenset[tuple[date, date]]:
    return frozenset((_day(found[:3]), _day(found[3:])) for found in DATED.findall(text))


def _day(parts: tuple[str, ...]) -> date:
    return date(int(parts[2]), MONTHS.index(parts[1]) + 1, int(parts[0]))
