"""Feeds of 1,000 and 10,000 entries: cold, warm and 304, beside libraries, another server and a static file."""

import http.client
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvicorn
from icalendar import Alarm, Calendar, Component, Event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import peers
from bench.measure import median_seconds
from deadlines.compute import Notice, Service
from deadlines.docket.intake import Desk, open_matter, record_notice
from deadlines.docket.people import add_person
from deadlines.docket.subscriptions import Choice, add_subscription
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from deadlines.web.app import create_app

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
EVENTS, FIRM_EVENTS = 1_000, 10_000
REQUESTS = 1_500


def desk() -> Desk:
    """How the notices of a benchmark are recorded."""
    return Desk(load_law(), "folder", "America/New_York", clock_time(9), "bench")


def fill(database: Database, events: int = EVENTS) -> str:
    """A docket with at least so many calendar entries; the path of the whole firm's feed."""
    with database.write() as session:
        ana = add_person(session, name="Ana", email="ana@firm.test", role="attorney", actor="bench", now=NOW)
        for number in range(events // 6 + 1):
            matter = open_matter(session, f"B-{number:05}", client=None, attorney=ana, actor="bench", now=NOW)
            on = date(2026, 11, 2) + timedelta(days=number % 20)
            notice = Notice(kind="uscis.denial", form="I-140", decided_on=on, service=Service("mail"))
            record_notice(session, desk(), matter, notice, now=NOW)
        _, token = add_subscription(
            session, ana, "bench", actor="bench", now=NOW, choice=Choice(scope="firm", whole=True)
        )
    return f"/f/{token}/deadlines.ics"


@contextmanager
def serving(app: Starlette) -> Iterator[int]:
    """A real server in a thread; gives its port."""
    config = uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def request_seconds(port: int, path: str, headers: dict[str, str], times: int) -> tuple[float, int, bytes, str]:
    """Median seconds of an answer on one connection, its status, body and ETag."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken, status, body, tag = [], 0, b"", ""
    for _ in range(times):
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        taken.append(time.perf_counter() - started)
        status, tag = answer.status, answer.getheader("ETag") or ""
    connection.close()
    return median(taken), status, body, tag


def library_alone(bodies: Sequence[Component]) -> bytes:
    """The same entries built and written by the icalendar library on each request."""
    calendar = Calendar()
    calendar.add("prodid", "-//bench//")
    calendar.add("version", "2.0")
    for old in bodies:
        event = Event()
        for name in ("uid", "summary", "description", "dtstart", "dtend", "dtstamp", "last-modified", "created",
                     "sequence", "status", "transp", "categories", "x-microsoft-cdo-busystatus"):  # fmt: skip
            if name in old:
                event.add(name, old[name])
        for alarm in old.walk("VALARM"):
            copy = Alarm()
            for name in ("action", "description", "trigger"):
                copy.add(name, alarm[name])
            event.add_component(copy)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def rows() -> list[tuple[str, str, str]]:
    """One attorney's calendar of 1,000 entries, and the whole firm's of 10,000."""
    return [*_rows(EVENTS, (50.0, 3.0)), *_rows(FIRM_EVENTS, None)]


def _rows(events: int, targets: tuple[float, float] | None) -> list[tuple[str, str, str]]:
    """Cold, warm and 304, beside the library, other programs, a static file and an empty 304."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'b.sqlite3'}"
        database = Database.create(url, now=NOW, version="bench")
        path = fill(database, events)
        cold = [_cold(url, path) for _ in range(5)]
        with serving(create_app(database, zone="America/New_York", now=lambda: NOW)) as port:
            warm, _, body, tag = request_seconds(port, path, {}, 60)
            same, status, _, _ = request_seconds(port, path, {"If-None-Match": tag}, REQUESTS)
            after = median(_after_commit(database, port, path, tag) for _ in range(60))
        file = Path(folder) / "feed.ics"
        file.write_bytes(body)
        with serving(peers.static_app(file)) as port:
            static, _, _, _ = request_seconds(port, "/f", {}, 60)
        with serving(Starlette(routes=[Route("/f", _empty)])) as port:
            empty, _, _, _ = request_seconds(port, "/f", {}, REQUESTS)
        database.dispose()
    found = Calendar.from_ical(body).walk("VEVENT")
    others = {
        "the `icalendar` library alone": median_seconds(lambda: library_alone(found), 3),
        "the `ics` library alone": peers.ics_seconds(body),
        "Radicale, the same entries, warm": peers.radicale_seconds(body, 5),
        "a static file behind the same web server": static,
    }
    millis = "{:,.1f} ms".format
    limit = [f"≤ {target:.0f} ms" for target in targets] if targets else ["", ""]
    return [
        (f"feed of {len(found):,} entries ({len(body) / 1e6:.1f} MB), cold", millis(median(cold) * 1e3), limit[0]),
        ("the same, warm", millis(warm * 1e3), limit[1]),
        *((name, millis(taken * 1e3), f"{taken / warm:,.1f} × the warm feed") for name, taken in others.items()),
        (f"{status} answer", f"{same * 1e6:.0f} µs", f"{same / empty:.1f} × an empty 304 (≤ 3 ×)"),
        ("the same after a commit that is none of the docket's", f"{after * 1e6:.0f} µs", f"{after / empty:.1f} ×"),
        ("an empty 304 of the same web stack", f"{empty * 1e6:.0f} µs", ""),
    ]


def _after_commit(database: Database, port: int, path: str, tag: str) -> float:
    """Seconds of a 304 just after the daemon has shown its sign of life, on an open connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    with database.write() as session:
        session.merge(Heartbeat(sweep="bench", at=NOW, detail=""))
    started = time.perf_counter()
    connection.request("GET", path, headers={"If-None-Match": tag})
    connection.getresponse().read()
    taken = time.perf_counter() - started
    connection.close()
    return taken


def _cold(url: str, path: str) -> float:
    fresh = Database.open(url)
    with serving(create_app(fresh, zone="America/New_York", now=lambda: NOW)) as port:
        request_seconds(port, "/healthz", {}, 3)
        taken = request_seconds(port, path, {}, 1)[0]
    fresh.dispose()
    return taken


async def _empty(_request: Request) -> Response:
    return Response(status_code=304)
