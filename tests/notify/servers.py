"""Mail servers on this machine that misbehave on request."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server  # noqa: N811
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Inbox:
    """Keeps what was accepted; answers by the tables given."""

    def __init__(self, rcpt: dict[str, str] | None = None, data: str | None = None) -> None:
        self.rcpt, self.data = rcpt or {}, data
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.peers: set[object] = set()
        self.logins: list[str] = []
        self.raw: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.raw.append(envelope.content)
        self.mails.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        self.peers.add(session.peer)
        return "250 OK"

    def login(self, server: Server, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"correct horse", handled=False)


@contextmanager
def mail_server(
    inbox: Inbox,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    auth: bool = False,
) -> Iterator[int]:
    """Runs the server; gives its port."""
    settings: dict[str, Any] = {}
    if starttls is not None:
        settings |= {"tls_context": starttls, "require_starttls": True}
    if auth:
        settings |= {
            "authenticator": inbox.login,
            "auth_required": True,
            "auth_require_tls": starttls is not None,
        }
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), ssl_context=tls, **settings)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Script:
    """One connection of a raw server, spoken line by line."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.reader = connection.makefile("rb")

    def say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")

    def hear(self) -> bytes:
        return self.reader.readline()

    def until_data(self) -> None:
        """Everything up to the answer to DATA, which the caller gives."""
        self.say("220 raw")
        while True:
            line = self.hear().upper()
            if not line or line.startswith(b"DATA"):
                return
            self.say("250 OK")

    def body(self, lines: int | None = None) -> None:
        """Read the text: so many lines, or all of it with the dot."""
        read = 0
        while (line := self.hear()) and line != b".\r\n":
            read += 1
            if lines is not None and read >= lines:
                return

    def abort(self) -> None:
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.reader.close()
        self.connection.close()


@contextmanager
def raw_server(script: Callable[[Script], None]) -> Iterator[int]:
    """A server that plays `script` with every connection; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    players: list[threading.Thread] = []

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            players.append(threading.Thread(target=play, args=[connection], daemon=True))
            players[-1].start()

    def play(connection: socket.socket) -> None:
        spoken = Script(connection)
        with suppress(OSError, ValueError):
            script(spoken)
        with suppress(OSError):
            spoken.reader.close()
        connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for running in (thread, *players):
            running.join(60)


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A self-made certificate for a name and this machine's address: the server's context and a client's that
    trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    private = folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, private)
    return server, ssl.create_default_context(cafile=pem)
