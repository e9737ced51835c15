"""Stands before all that the server answers: what every answer carries, and how large a head of a request may be."""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
REFERRER = b"referrer-policy"
COMMON = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": POLICY,
    REFERRER: b"no-referrer",
    b"x-frame-options": b"DENY",
}
"""Where an answer says nothing of its own; what people see says more."""
TRANSPORT = b"max-age=31536000; includeSubDomains"
SECRET = ("/subscribe/", "/welcome/", "/sign-in/back")
"""Addresses that hold a secret, in their path or their query: whatever is answered there, they are told to nobody."""
FEEDS = "/f/"
"""Calendar programs are sent what was found to suit them, and nothing more."""
LARGEST_HEAD = 32_768
TOO_LARGE = b"The head of this request is too large.\n"


class Guard:
    """Wraps the application. `secure`: people reach it by https, and their browsers keep to that from then on."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._added = {**COMMON, **({b"strict-transport-security": TRANSPORT} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, by the ASGI protocol."""
        if scope["type"] != "http" or scope["path"].startswith(FEEDS):
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(message, secret=scope["path"].startswith(SECRET))
            await send(message)

        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEAD:
            await _refuse(guarded)
            return
        await self._app(scope, receive, guarded)

    def _add(self, message: MutableMapping[str, Any], *, secret: bool) -> None:
        said = message.get("headers", [])
        headers = [(name, value) for name, value in said if not (secret and name.lower() == REFERRER)]
        there = {name.lower() for name, _ in headers}
        message["headers"] = [*headers, *((name, value) for name, value in self._added.items() if name not in there)]


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 431, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LARGE})
