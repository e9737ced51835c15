"""evolution-data-server, which fetches calendars for GNOME, with a bus and folders of its own."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tests.clients.shown import Calendared, Shown
from tests.e2e.installed import SYSTEM_PYTHON, require_binding, require_program, without_python_path

SOURCE = "deadlines"
READER = Path(__file__).parent / "gnome_read.py"


class Gnome:
    """A running evolution-data-server, asked through the library that GNOME's calendar uses."""

    def __init__(self, asked: IO[str], said: IO[str]) -> None:
        self._asked, self._said = asked, said

    def shown(self) -> Calendared:
        """Tell it to fetch, and read what it has; the fetch may end a moment later."""
        self._asked.write("look\n")
        self._asked.flush()
        return dict(_entry(*entry) for entry in json.loads(self._said.readline()))


def _entry(uid: str, start: str, end: str, whole_days: bool, title: str, cancelled: bool) -> tuple[str, Shown]:
    day = date.fromisoformat(start)
    assert whole_days
    assert date.fromisoformat(end) - day == timedelta(days=1)
    return uid, Shown(day, title, cancelled)


@contextmanager
def gnome(folder: Path, url: str, *, zone: str) -> Iterator[Gnome]:
    """Start it, subscribed; end it with every process that its bus started."""
    require_program("dbus-run-session", "dbus-x11 dbus")
    require_binding(
        {"EDataServer": "1.2", "ECal": "2.0", "ICalGLib": "3.0"},
        "evolution-data-server gir1.2-ecal-2.0 gir1.2-edataserver-1.2 gir1.2-ical-3.0 python3-gi",
    )
    sources = folder / "config" / "evolution" / "sources"
    sources.mkdir(parents=True)
    (folder / "run").mkdir(mode=0o700)
    (sources / f"{SOURCE}.source").write_text(_source(url))
    command = ["dbus-run-session", "--", str(SYSTEM_PYTHON), str(READER), SOURCE]
    with (
        (folder / "output").open("wb") as output,
        subprocess.Popen(
            command,
            env=_settings(folder, zone),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Gnome(process.stdin, process.stdout)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def _settings(folder: Path, zone: str) -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
    kept = {name: value for name, value in without_python_path().items() if name not in hidden}
    own = {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
    }
    private = {"GSETTINGS_BACKEND": "memory", "GIO_USE_VFS": "local", "GTK_USE_PORTAL": "0", "NO_AT_BRIDGE": "1"}
    return {**kept, **own, **private, "TZ": zone, "LC_ALL": "C.UTF-8"}


def _source(url: str) -> str:
    where = urlsplit(url)
    return f"""
[Data Source]
DisplayName=Deadlines
Enabled=true
Parent=webcal-stub

[Authentication]
Host={where.hostname}
Method=none
Port={where.port}

[Calendar]
BackendName=webcal
Selected=true

[Offline]
StaySynchronized=true

[Refresh]
Enabled=true
IntervalMinutes=60

[Security]
Method=none

[WebDAV Backend]
ResourcePath={where.path}
"""
