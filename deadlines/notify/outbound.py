"""The one way to send an https request: to a checked address, with a checked certificate, within ten seconds.

No redirect is followed, no proxy is taken from the environment, and what the other side says is shown to nobody.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct

from deadlines import clock
from deadlines.errors import ChannelDown, ContentRefused, InputError, SendError
from deadlines.notify.address import Place, Resolve, place_of, resolved

LONGEST = 10.0
"""Seconds that a request may take in all, however slowly the other side drips."""
LARGEST = 64 * 1024
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 3600.0
_CONTENT = frozenset({400, 406, 411, 413, 415, 422})
_LATER = frozenset({408, 409, 423, 425, 429})
_UNKNOWN = frozenset({502, 504})
_GONE = (OSError, http.client.HTTPException, ValueError)


class Answer(Struct, frozen=True):
    """What the other side said. `body` is cut at 64 kB, and `whole` where it came to its end."""

    status: int
    body: bytes
    whole: bool
    wait: float | None = None


class Outbound:
    """Sends requests for every channel. `allowed` are the hosts that the administrator named; see `place_of`.

    `context` decides which certificates hold; `resolve` and `longest` are for tests.
    """

    def __init__(
        self,
        *,
        allowed: Collection[str] = (),
        context: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        longest: float = LONGEST,
    ) -> None:
        self.allowed = frozenset(allowed)
        self._context, self._resolve, self._longest = context, resolve, longest

    def post(self, address: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Answer:
        """The answer to a POST. `now` is for a `Retry-After` that names a moment.

        Raises ChannelDown where nothing was handed over, SendError (permanent) where the address may not be used,
        SendError (uncertain) where nobody can tell whether it was taken.
        """
        ends = clock.elapsed() + self._longest
        try:
            place = place_of(address, self.allowed)
            numbers = resolved(place, self.allowed, self._longest, self._resolve)
        except InputError as error:
            raise SendError(error.sentence, permanent=True) from None
        connection = self._connected(place, numbers, ends)
        with _limited(connection, ends), contextlib.closing(connection):
            return _exchange(connection, place, body, headers, now)

    def _connected(self, place: Place, numbers: list[str], ends: float) -> ssl.SSLSocket:
        problem = "did not answer in time"
        for number in numbers:
            left = ends - clock.elapsed()
            if left <= 0:
                break
            try:
                return self._secured(socket.create_connection((number, place.port), timeout=left), place, ends)
            except ssl.SSLCertVerificationError as fault:
                problem = f"shows a certificate that does not hold ({fault.verify_message})"
            except _GONE as fault:
                problem = f"cannot be reached ({type(fault).__name__})"
        raise ChannelDown(f"{place.shown} {problem}; nothing was sent.")

    def _secured(self, plain: socket.socket, place: Place, ends: float) -> ssl.SSLSocket:
        if self._context is None:
            self._context = ssl.create_default_context()
        secured = self._context.wrap_socket(plain, server_hostname=place.host, do_handshake_on_connect=False)
        try:
            with _limited(secured, ends):
                secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured


class _Whole(http.client.HTTPResponse):
    """An answer of which the head came whole. The library takes a status line that was cut off for a good one."""

    def begin(self) -> None:
        """Read the head; raises HTTPException where it does not end with an empty line."""
        read, last = self.fp.readline, b""

        def readline(size: int = -1, /) -> bytes:
            nonlocal last
            last = read(size)
            return last

        self.fp.readline = readline  # type: ignore[method-assign, assignment]
        super().begin()
        if last.strip(b"\r\n") or not last:
            raise http.client.IncompleteRead(last)


def _exchange(
    connection: ssl.SSLSocket, place: Place, body: bytes, headers: Mapping[str, str], now: datetime
) -> Answer:
    client = http.client.HTTPConnection(place.host, place.port)
    client.response_class = _Whole
    client.sock = connection
    try:
        client.putrequest("POST", place.path, skip_host=True, skip_accept_encoding=True)
        client.putheader("Host", place.shown)
        for name, value in {"User-Agent": "deadlines", "Connection": "close", **headers}.items():
            client.putheader(name, value)
        client.putheader("Content-Length", str(len(body)))
        client.endheaders(body)
        answer = client.getresponse()
    except _GONE as fault:  # some of it may have arrived, and nobody can tell
        raise SendError(f"{place.shown} fell silent after the message was handed over.", uncertain=True) from fault
    text, whole = _text(answer)
    return Answer(answer.status, text, whole, waiting_time(answer.getheader("Retry-After"), now))


def _text(answer: http.client.HTTPResponse) -> tuple[bytes, bool]:
    """What came of the body, at most 64 kB: the status stands, even if the rest never comes."""
    parts: list[bytes] = []
    size = 0
    try:
        while size < LARGEST and (part := answer.read1(LARGEST - size)):
            parts.append(part)
            size += len(part)
    except _GONE:
        return b"".join(parts), False
    return b"".join(parts), size < LARGEST and not answer.length


@contextlib.contextmanager
def _limited(connection: socket.socket, ends: float) -> Iterator[None]:
    """Cut the connection at the end of the time: a limit on each read does not stop who drips."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    left = max(0.01, ends - clock.elapsed())
    connection.settimeout(left)
    timer = threading.Timer(left, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def waiting_time(text: str | None, now: datetime) -> float | None:
    """The seconds of a `Retry-After`, given as a number or a moment: from one second to one hour."""
    if not text:
        return None
    try:
        seconds = float(text) if text.strip().isdigit() else (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def judge(answer: Answer, who: str) -> None:
    """Return where an answer means that the message was taken, else raise what it means.

    `who` begins the sentence: "Slack". A redirect is a refusal, because nothing follows it.
    """
    status, said = answer.status, f"{who} answered {answer.status}"
    if 200 <= status < 300:
        return
    if status in _CONTENT:
        raise ContentRefused(f"{said}: it refuses the text of the message.")
    if status in _UNKNOWN:
        raise SendError(f"{said}: whether it took the message is not known.", uncertain=True, wait=answer.wait)
    if status in _LATER or status >= 500 or status < 200:
        raise SendError(f"{said}: it puts the message off.", wait=answer.wait)
    if status < 400:
        raise SendError(f"{said}: the address has moved, and no redirect is followed.", permanent=True)
    raise SendError(f"{said}: the address is no longer good.", permanent=True)
