"""Real calendar programs that subscribe to a feed: vdirsyncer fetches it, khal reads it."""

import os
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tests.e2e.installed import call, python_programs

RUN_SECONDS = 60
ZONE = "America/New_York"


class Shown(NamedTuple):
    """One entry as khal prints it on one day."""

    on: date
    title: str
    cancelled: bool


class Subscriber:
    """One subscription to an address, kept in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._bin = folder, python_programs()
        self._home = folder / "home"
        self._items = folder / "items"
        for path in (self._home, self._items):
            path.mkdir(parents=True)
        self._vdirsyncer = folder / "vdirsyncer.conf"
        self._vdirsyncer.write_text(_vdirsyncer_config(url, folder / "status", self._items))
        self._call("vdirsyncer", "-c", str(self._vdirsyncer), "discover")

    def sync(self) -> None:
        """Fetch the feed and bring the folder in line with it."""
        self._call("vdirsyncer", "-c", str(self._vdirsyncer), "sync")

    def entries(self, first: date, days: int, *, zone: str = ZONE) -> list[Shown]:
        """What khal shows a reader in that zone, day by day."""
        config = self._folder / f"khal-{zone.replace('/', '-')}.conf"
        config.write_text(_khal_config(self._items, config.with_suffix(".sqlite"), zone))
        form = ["--day-format", "@{date}", "--format", "\t{cancelled}\t{title}"]
        said = self._call("khal", "-c", str(config), "list", *form, first.isoformat(), f"{days}d")
        return _read(said)

    def _call(self, program: str, *arguments: str) -> str:
        home = str(self._home)
        own = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home}
        plain = {"LC_ALL": "C.UTF-8", "NO_PROXY": "*", "no_proxy": "*"}
        settings = {**os.environ, **own, **plain}
        settings.pop("PYTHONPATH", None)
        return call([str(self._bin / program), *arguments], RUN_SECONDS, settings, "y\n" * 5)


def _read(said: str) -> list[Shown]:
    found: list[Shown] = []
    day: date | None = None
    for line in said.splitlines():
        if line.startswith("@"):
            day = date.fromisoformat(line[1:])
        elif line.startswith("\t") and day is not None:
            cancelled, _, title = line[1:].partition("\t")
            found.append(Shown(day, title.strip(), bool(cancelled.strip())))
    return found


def _vdirsyncer_config(url: str, status: Path, items: Path) -> str:
    return f"""
[general]
status_path = "{status}"

[pair feed]
a = "remote"
b = "local"
collections = null

[storage remote]
type = "http"
url = "{url}"

[storage local]
type = "filesystem"
path = "{items}"
fileext = ".ics"
"""


def _khal_config(items: Path, cache: Path, zone: str) -> str:
    return f"""
[calendars]
[[feed]]
path = {items}
type = calendar
readonly = True

[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
unicode_symbols = False

[sqlite]
path = {cache}
"""
