"""The same calendar from others: the `ics` library, Radicale serving the same entries, a file behind our web server."""

import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tests.e2e.installed import once_installed

PACKAGES = ("ics==0.7.3", "Radicale==3.9.0")
USER = {"Authorization": "Basic YW5hOng="}
"""Radicale wants a name even where it asks for no password."""
ICS = """
import sys, time
from ics import Calendar, Event
from ics.alarm import DisplayAlarm
from datetime import timedelta
import icalendar
found = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read()).walk("VEVENT")
rows = [(str(e["UID"]), str(e["SUMMARY"]), str(e["DESCRIPTION"]), e["DTSTART"].dt) for e in found]
taken = []
for _ in range(3):
    started = time.perf_counter()
    calendar = Calendar()
    for uid, summary, description, on in rows:
        event = Event(name=summary, begin=on.isoformat(), uid=uid, description=description)
        event.make_all_day()
        event.alarms = [DisplayAlarm(trigger=timedelta(days=-7, hours=9), display_text=summary)]
        calendar.events.add(event)
    str(calendar)
    taken.append(time.perf_counter() - started)
print(sorted(taken)[1])
"""


def ics_seconds(body: bytes) -> float:
    """Median seconds to build and write the same entries with `ics`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feed.ics"
        path.write_bytes(body)
        python = _python()
        done = subprocess.run([python, "-c", ICS, path], capture_output=True, text=True, check=True, timeout=600)
    return float(done.stdout)


def radicale_seconds(body: bytes, times: int) -> float:
    """Median seconds in which Radicale answers with the whole collection, after it has answered once."""
    with TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = subprocess.Popen(
            [_python(), "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none",
             "--rights-type", "owner_only", "--storage-filesystem-folder", folder, "--web-type", "none"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}/ana/feed/"
            _put(url, body)
            taken = []
            for _ in range(times + 1):
                started = time.perf_counter()
                with urllib.request.urlopen(urllib.request.Request(url, headers=USER), timeout=600) as answer:
                    answer.read()
                taken.append(time.perf_counter() - started)
        finally:
            server.terminate()
            server.wait(10)
    return sorted(taken[1:])[times // 2]


def static_app(path: Path) -> Starlette:
    """A file with the same bytes behind the same web server."""

    async def answer(_request: object) -> Response:
        return FileResponse(path, media_type="text/calendar")

    return Starlette(routes=[Route("/f", answer)])


def _python() -> str:
    return str(once_installed((*PACKAGES, "icalendar==7.3.2")) / "python")


def _put(url: str, body: bytes) -> None:
    headers = {**USER, "Content-Type": "text/calendar; charset=utf-8"}
    for _ in range(200):
        with suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT"), timeout=600).close()
            return
        time.sleep(0.1)
    sys.exit("Radicale does not answer.")
