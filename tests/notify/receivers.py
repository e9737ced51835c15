"""Receivers of https requests on this machine, with a certificate of their own, that misbehave on request."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.notify.servers import Script

Play = Callable[["Handler"], None]


class Request:
    """What one request said."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body


class Handler(BaseHTTPRequestHandler):
    """One request: read whole, kept, and answered as the test wants."""

    protocol_version = "HTTP/1.1"
    play: Play
    requests: list[Request]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.requests.append(Request(self.path, headers, body))
        self.close_connection = True
        type(self).play(self)

    do_GET = do_POST  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def answers(status: int, body: bytes = b"ok", **headers: str) -> Play:
    def play(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return play


def silent(seconds: float) -> Play:
    return lambda handler: time.sleep(seconds)


def resets(handler: Handler) -> None:
    """Tears the connection off after it has read everything."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    socket.socket.shutdown(handler.connection, socket.SHUT_RDWR)
    handler.connection.close()


def half(handler: Handler) -> None:
    """Says that all is well and goes away in the middle of its answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"o")


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b"x" * 65536)


def drips(handler: Handler) -> None:
    """A byte of the status line at a time."""
    with suppress(OSError):
        for letter in b"HTTP/1.1 200 OK" + b" " * 200:
            handler.wfile.write(bytes([letter]))
            time.sleep(0.3)


def breaks_off(head: bytes) -> Play:
    """Goes away in the middle of the head of its answer."""

    def play(handler: Handler) -> None:
        handler.wfile.write(head)

    return play


def nonsense(handler: Handler) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


class Server(ThreadingHTTPServer):
    """Says nothing of connections that go away."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


class Receiver:
    """A running receiver: its address and what came in."""

    def __init__(self, port: int, requests: list[Request], handler: type[Handler]) -> None:
        self.port, self.requests, self._handler = port, requests, handler

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.host}/hook/S3CRET?sig=S3CRET"

    def becomes(self, play: Play) -> None:
        self._handler.play = play


@contextmanager
def receiver(tls: ssl.SSLContext, play: Play) -> Iterator[Receiver]:
    requests: list[Request] = []
    handler = type("Made", (Handler,), {"play": play, "requests": requests})
    server = Server(("127.0.0.1", 0), handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield Receiver(server.server_port, requests, handler)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)


def drop_at_once(script: Script) -> None:
    script.abort()
