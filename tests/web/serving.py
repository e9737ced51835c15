"""A docket with one subscription, and the application served by a real server on localhost."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import uvicorn
from starlette.applications import Starlette

from deadlines.docket import renderings, subscriptions
from deadlines.docket.subscriptions import Choice
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.docket import samples

ZONE = samples.ZONE
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class Subscribed(NamedTuple):
    """What the tests need of one subscription."""

    token: str
    id: str
    hint: str

    @property
    def path(self) -> str:
        return f"/f/{self.token}/deadlines.ics"


def subscribe(database: Database, redaction: str = "matter") -> Subscribed:
    """One attorney with one matter and one window, and an address to see it."""
    with database.write() as session:
        ana = samples.person(session)
        matter = samples.matter(session, ana)
        entry, deadline = samples.entry(session, matter, samples.window())
        renderings.render_entry(session, entry, deadline, now=samples.ENTERED)
        subscription, token = subscriptions.add_subscription(
            session, ana, "Outlook at work", choice=Choice(redaction=redaction), actor="test", now=samples.ENTERED
        )
        session.merge(Heartbeat(sweep="daemon", at=NOW, detail=""))
        return Subscribed(token, subscription.id, subscription.hint)


@contextmanager
def serving(app: Starlette) -> Iterator[int]:
    """The port of a real server with the settings that the program uses."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()


def raw(port: int, request: bytes) -> bytes:
    """What comes back on a socket for these bytes, until the server closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.sendall(request)
        found = b""
        while chunk := peer.recv(65536):
            found += chunk
    return found


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()
