"""Mail over SMTP (RFC 5321), one recipient a message, with an answer that says what became of it."""

import contextlib
import re
import smtplib
import socket
import ssl
from ipaddress import ip_address
from typing import Literal

from deadlines.errors import ChannelDown, ConfigError, ContentRefused, SendError
from deadlines.notify.limit import Limit
from deadlines.notify.message import Message, clean_line, sender_address, to_mail

Security = Literal["starttls", "tls", "none"]
LONGEST = 90.0
"""Seconds that one message may take in all: shorter than a lease, however slowly a server drips."""

_GONE = (smtplib.SMTPServerDisconnected, OSError)


class _Lost(Exception):
    """The connection went away before the server was given any content."""


class SmtpChannel:
    """Sends through one mail server and keeps the connection until `close`.

    `security` is `starttls` or `tls` with the certificate checked, or `none`: then mail goes in clear to a server on
    this machine, and to the one that `clear_to` names. A password goes in clear on this machine only.
    """

    name = "smtp"

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        security: Security = "starttls",
        user: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        longest: float = LONGEST,
        context: ssl.SSLContext | None = None,
        clear_to: str = "",
    ) -> None:
        if security == "none" and not is_loopback(host):
            _refuse_clear(host, clear_to, user)
        self._host, self._port, self._security = host, port, security
        self._sender = sender_address(sender)
        self._user, self._password = user, password or ""
        self._timeout, self._limit = timeout, Limit(longest, self._cut)
        self._context = context
        self._client: smtplib.SMTP | None = None

    def open(self) -> None:
        """Be connected; see `Connecting.open`. What the server closed since is found when a message is sent."""
        if self._client is None:
            with self._limit.kept():
                self._connect()

    def send(self, message: Message) -> None:
        """Hand one message to the server; see `Channel.send` for what it raises."""
        data = to_mail(message, self._sender).as_bytes()
        with self._limit.kept():
            if self._client is not None:
                with contextlib.suppress(_Lost):  # a server may close between messages: one new connection
                    self._hand_over(self._client, message.to_email, data)
                    return
            try:
                self._hand_over(self._connect(), message.to_email, data)
            except _Lost as fault:
                raise ChannelDown("The mail server closed the connection; it was given nothing.") from fault

    def close(self) -> None:
        """Leave the server politely if it still answers."""
        self._limit.close()
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect(self) -> smtplib.SMTP:
        try:
            return self._open()
        except smtplib.SMTPAuthenticationError as fault:
            problem = f"refuses the log-in ({fault.smtp_code}); check mail.user and mail.password_file"
        except smtplib.SMTPNotSupportedError:
            problem = f"offers no {'STARTTLS' if self._security == 'starttls' else 'log-in'}; nothing was sent"
        except ssl.SSLCertVerificationError as fault:
            problem = f"shows a certificate that does not hold ({fault.verify_message}); nothing was sent"
        except smtplib.SMTPResponseException as fault:
            problem = f"answers {fault.smtp_code} at the greeting"
        except (smtplib.SMTPException, OSError, UnicodeError) as fault:
            problem = f"cannot be reached ({type(fault).__name__})"
        self._drop()
        raise ChannelDown(f"The mail server {self._host}:{self._port} {problem}.")

    def _open(self) -> smtplib.SMTP:
        if self._security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(timeout=self._timeout, context=self._tls())
        else:
            client = smtplib.SMTP(timeout=self._timeout)
        # The library checks the certificate against this name, and sets it only when it connects at once;
        # we need the object first, so that the time limit can reach its socket.
        client._host = self._host  # type: ignore[attr-defined]
        self._client = client
        code, text = client.connect(self._host, self._port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        client.ehlo_or_helo_if_needed()
        if self._security == "starttls":
            client.starttls(context=self._tls())
            client.ehlo_or_helo_if_needed()
        if self._user:
            client.login(self._user, self._password)
        return client

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _hand_over(self, client: smtplib.SMTP, recipient: str, data: bytes) -> None:
        try:
            self._expect(client, client.mail(self._sender.addr_spec), 250, "sender")
            self._expect(client, client.rcpt(recipient), 250, "recipient")
            self._expect(client, client.docmd("DATA"), 354, "data")
        except _GONE as fault:
            self._drop()
            raise _Lost from fault
        try:
            client.send(_with_dots(data))
            answer = client.getreply()
        except _GONE as fault:  # RFC 1047: it may have been taken, and nobody can tell
            self._drop()
            raise SendError("The mail server fell silent after the text.", uncertain=True) from fault
        if answer[0] < 400 and answer[0] != 250:  # half an answer, cut off
            self._drop()
            raise SendError("The mail server gave no clear answer after the text.", uncertain=True)
        self._expect(client, answer, 250, "content")

    def _expect(self, client: smtplib.SMTP, answer: tuple[int, bytes], code: int, stage: str) -> None:
        """Go on with the wanted answer, else raise what the answer means."""
        if answer[0] == code or (stage == "recipient" and answer[0] == 251):
            return
        if answer[0] < 400 or answer[0] == 421:
            self._drop()
        else:
            with contextlib.suppress(*_GONE):
                client.rset()
        raise refusal(answer[0], answer[1].decode("utf-8", "replace"), stage)

    def _cut(self) -> None:
        connection = getattr(self._client, "sock", None)
        if connection is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


def refusal(code: int, text: str, stage: str) -> SendError:
    """What an answer other than the wanted one means, by RFC 5321 and the enhanced codes of RFC 3463.

    Whatever concerns the server or our account is the channel's fault and is tried again for ever; only a
    refused recipient or a refused text is permanent.
    """
    said = f"{code} {_without_addresses(text)}".strip()
    enhanced = re.match(r"[45]\.(\d{1,3})\.\d{1,3}", text)
    subject = enhanced.group(1) if enhanced else ""
    if code < 400 or code in {421, 530, 535, 538} or stage in {"sender", "data"}:
        return ChannelDown(f"The mail server does not serve us now: {said}.")
    if stage == "content" and code >= 500 and subject in {"2", "3", "4"}:
        return ChannelDown(f"The mail server takes no more mail now: {said}.")
    if code < 500 or code == 552 or (stage == "recipient" and subject == "7"):
        return SendError(f"The mail server put the message off: {said}.")
    if stage == "content":
        return ContentRefused(f"The mail server refused the text: {said}.")
    return SendError(f"The mail server refused the recipient: {said}.", permanent=True)


def _with_dots(data: bytes) -> bytes:
    """The text as DATA wants it: lines that begin with a dot get another, and a lone dot ends it."""
    end = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
    return re.sub(rb"(?m)^\.", b"..", data) + end


def _without_addresses(text: str) -> str:
    """What the server said, on one short line, without anybody's address."""
    return clean_line(re.sub(r"\S+@\S+", "(address)", text), 160).rstrip(".")


def _refuse_clear(host: str, clear_to: str, user: str | None) -> None:
    """Raises ConfigError where mail may not leave this machine in clear."""
    instead = 'use "starttls" or "tls"'
    if user:
        raise ConfigError(f'mail.security is "none", so the password would travel in clear: {instead}.')
    if host.lower() != clear_to.lower():
        raise ConfigError(
            f'mail.security is "none", so mail to {host} would travel in clear: {instead}, or name that server in '
            "mail.clear_to where the way to it is safe."
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
