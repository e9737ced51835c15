"""FullCalendar with its iCalendar plug-in in Chromium without a screen: a feed drawn as a month."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.e2e.installed import call, node_modules, require_program

PAGE = Path(__file__).parent / "month.html"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".ics": "text/calendar"}
SECONDS, BROWSER_MILLISECONDS = 120, 15_000
WIDTH = 1200
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
    "--force-device-scale-factor=1",
)  # fmt: skip
_DRAWN = re.compile(r'<script type="application/json" id="drawn">(.*?)</script>', re.DOTALL)


class Drawn(NamedTuple):
    """What stands on the page: the zone that the browser believes to be in, and each title on its day."""

    zone: str
    entries: list[tuple[date, str]]
    height: int


class Browser:
    """One web site with the page, FullCalendar and feeds of the same origin, and a browser to look at it."""

    def __init__(self, folder: Path, site: str) -> None:
        self._folder, self._site = folder, site
        self._program = require_program("chromium", "chromium")

    def drawn(self, feed: str, first: date, end: date, *, zone: str) -> Drawn:
        """The days from the first to before the last, as drawn in that zone."""
        return self._drawn(self._address(feed, first, end), zone, WIDTH)

    def picture(self, feed: str, month: date, path: Path, *, zone: str, width: int) -> None:
        """A picture of one month, as high as the month needs."""
        address = self._address(feed, month)
        size = f"{width},{self._drawn(address, zone, width).height}"
        self._run(zone, f"--window-size={size}", f"--screenshot={path}", address)

    def _drawn(self, address: str, zone: str, width: int) -> Drawn:
        page = self._run(zone, f"--window-size={width},{WIDTH}", "--dump-dom", address)
        found = _DRAWN.search(page)
        assert found is not None, page[-2000:]
        assert found[1], "the calendar was never loaded"
        said = json.loads(found[1])
        assert said["fault"] == ""
        entries = [(date.fromisoformat(day), title) for day, title in said["entries"]]
        return Drawn(said["zone"], entries, said["height"])

    def _address(self, feed: str, first: date, end: date | None = None) -> str:
        asked = {"feed": feed, "first": first.isoformat()} | ({"end": end.isoformat()} if end else {})
        return f"{self._site}/month.html?{urlencode(asked)}"

    def _run(self, zone: str, *words: str) -> str:
        settings = {**os.environ, "TZ": zone, "HOME": str(self._folder), "LC_ALL": "C.UTF-8"}
        profile = f"--user-data-dir={self._folder / 'profile'}"
        budget = f"--virtual-time-budget={BROWSER_MILLISECONDS}"
        return call([self._program, *FLAGS, profile, budget, *words], SECONDS, settings)


@contextmanager
def browsing(folder: Path, feeds: dict[str, Callable[[], bytes]]) -> Iterator[Browser]:
    """A site that has these feeds under these paths."""
    folder.mkdir()
    modules = node_modules()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            kind = KINDS.get(Path(path).suffix)
            body = _found(path, modules, feeds) if kind else None
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", kind or "text/plain")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Browser(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def _found(path: str, modules: Path, feeds: dict[str, Callable[[], bytes]]) -> bytes | None:
    if path in feeds:
        return feeds[path]()
    file = PAGE if path == "/month.html" else modules / path.removeprefix("/modules/")
    return file.read_bytes() if file.is_file() else None
