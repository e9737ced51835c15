"""Thunderbird without a screen, in a profile of its own that subscribes to one address and looks every minute."""

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from tests.clients.shown import Calendared, Shown
from tests.e2e.installed import require_program

CALENDAR = "11111111-2222-3333-4444-555555555555"
QUERY = "SELECT id, title, event_start, event_end, flags, ical_status FROM cal_events"
ALL_DAY = 8
MICROSECONDS_OF_A_DAY = 86_400_000_000
QUIET: dict[str, str | bool | int] = {
    # Only so can somebody else read the calendar's store while the program runs.
    "storage.sqlite.exclusiveLock.enabled": False,
    "calendar.integration.notify": False,
    # It tells of a server that does not answer by a notification of the desktop. Where there is no desktop that
    # fails, half-way through a refresh, and the calendar is never refreshed again.
    "alerts.useSystemBackend": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True,
    "mail.shell.checkDefaultClient": False,
    "mail.rights.version": 1,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "app.update.auto": False,
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "extensions.update.enabled": False,
    "extensions.blocklist.enabled": False,
    "services.settings.server": "data:,#",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "mail.inappnotifications.enabled": False,
}


class Thunderbird:
    """A running Thunderbird; what it shows is read from its store."""

    def __init__(self, folder: Path) -> None:
        self._store = folder / "profile" / "calendar-data" / "cache.sqlite"

    def shown(self) -> Calendared:
        """What it has now; nothing before it has made its store."""
        if not self._store.is_file():
            return {}
        try:
            # Not immutable=1: the newest rows may still stand in the write-ahead log.
            with closing(sqlite3.connect(f"file:{self._store}?mode=ro", uri=True, timeout=5)) as store:
                return dict(_entry(*row) for row in store.execute(QUERY))
        except sqlite3.OperationalError:
            return {}  # it is making its tables


def _entry(uid: str, title: str, start: int, end: int, flags: int, status: str) -> tuple[str, Shown]:
    assert flags & ALL_DAY, (title, flags)
    assert end - start == MICROSECONDS_OF_A_DAY
    assert start % MICROSECONDS_OF_A_DAY == 0
    day = datetime.fromtimestamp(start / 1_000_000, UTC).date()
    return uid, Shown(day, title, status == "CANCELLED")


@contextmanager
def thunderbird(folder: Path, url: str, *, zone: str) -> Iterator[Thunderbird]:
    """Start it, subscribed; end it with every process that it started."""
    program = require_program("thunderbird", "thunderbird")
    folder.mkdir()
    profile = folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text("".join(_preferences(url)))
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    own = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "TZ": zone, "LANG": "C.UTF-8"}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", str(profile)],
            env={**kept, **own, "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Thunderbird(folder)
    finally:
        _end(process)


def _preferences(url: str) -> Iterator[str]:
    calendar = f"calendar.registry.{CALENDAR}"
    subscription: dict[str, str | bool | int] = {
        f"{calendar}.type": "ics",
        f"{calendar}.uri": url,
        f"{calendar}.name": "Deadlines",
        f"{calendar}.cache.enabled": True,
        f"{calendar}.calendar-main-in-composite": True,
        f"{calendar}.readOnly": True,
        f"{calendar}.refreshInterval": "1",
        f"{calendar}.disabled": False,
        "calendar.list.sortOrder": CALENDAR,
        "calendar.timezone.useSystemTimezone": True,
    }
    for name, value in {**QUIET, **subscription}.items():
        yield f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"


def _end(process: subprocess.Popen[bytes]) -> None:
    """The whole group of the session that it leads: Thunderbird is several processes."""
    for number, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
