"""Real calendar programs that subscribe to a feed: vdirsyncer fetches it, khal reads it.

They live in a virtual environment of their own, made once for each machine with plain pip and kept in the
folder for temporary files. Where it cannot be made, the caller gets an error and the test fails.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

PACKAGES = ("vdirsyncer==0.21.0", "khal==0.14.1")
INSTALL_SECONDS, RUN_SECONDS = 600, 60
ZONE = "America/New_York"


class Shown(NamedTuple):
    """One entry as khal prints it on one day."""

    on: date
    title: str


class ClientError(Exception):
    """A calendar program could not be installed, or ended with an error."""


def environment() -> Path:
    """The folder with the programs; made on first use, by one process at a time."""
    key = hashlib.sha256(" ".join((*PACKAGES, sys.version)).encode()).hexdigest()[:12]
    base = Path(tempfile.gettempdir()) / f"deadlines-calendar-clients-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise ClientError(f"{base} belongs to somebody else.")
    place, ready = base / key, base / key / "ready"
    with FileLock(base / f"{key}.lock", timeout=INSTALL_SECONDS):
        if not ready.exists():
            shutil.rmtree(place, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(place)], INSTALL_SECONDS)
            pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            _run([*pip, "--disable-pip-version-check", *PACKAGES], INSTALL_SECONDS)
            ready.touch()
    return place / "bin"


class Subscriber:
    """One subscription to an address, kept in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._bin = folder, environment()
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
        form = ["--day-format", "@{date}", "--format", "\t{title}"]
        said = self._call("khal", "-c", str(config), "list", *form, first.isoformat(), f"{days}d")
        return _read(said)

    def _call(self, program: str, *arguments: str) -> str:
        home = str(self._home)
        own = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home}
        plain = {"LC_ALL": "C.UTF-8", "NO_PROXY": "*", "no_proxy": "*"}
        settings = {**os.environ, **own, **plain}
        settings.pop("PYTHONPATH", None)
        return _run([str(self._bin / program), *arguments], RUN_SECONDS, settings)


def _run(command: list[str], seconds: float, settings: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env=settings, input="y\n" * 5, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        raise ClientError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _read(said: str) -> list[Shown]:
    found: list[Shown] = []
    day: date | None = None
    for line in said.splitlines():
        if line.startswith("@"):
            day = date.fromisoformat(line[1:])
        elif line.startswith("\t") and day is not None:
            found.append(Shown(day, line.strip()))
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
