"""The checks of `doctor` that concern this machine: its disks, and which process works on the docket."""

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.docket.findings import Finding
from deadlines.docket.health import SILENT_AFTER
from deadlines.store.leader import is_led
from deadlines.store.tables import Heartbeat

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.config import Settings
    from deadlines.store.database import Database

LITTLE, TOO_LITTLE = 500_000_000, 50_000_000
"""Bytes that are free on a disk: fewer are a warning, and too few for a night's work."""
MAKE_ROOM = "Make room on that disk."


def check_feeds_folder(settings: "Settings") -> Finding:
    """Whether the last good calendars can be kept: they are served while the database fails."""
    from deadlines.wiring import feeds_folder

    name, folder = "feeds-folder", feeds_folder(settings)
    if folder is None:
        sentence = "The last good calendars are kept in memory only: after a start without the database there are none."
        return Finding(name, "warning", sentence, "Name a folder in web.feeds_folder.")
    if not folder.exists():
        return Finding(name, "well", f"{folder} is made when the web server starts.")
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        hint = "Give the program's account that folder, or correct web.feeds_folder."
        return Finding(name, "ill", f"{folder} cannot be written to: the last good calendars grow old.", hint)
    return _room(name, folder, "the last good calendars")


def check_disk(settings: "Settings") -> Finding:
    """Whether there is room where a database file grows."""
    url = settings.database.url
    if not url.startswith("sqlite:///"):
        return Finding("disk", "well", "The database is kept by a server.")
    return _room("disk", Path(url.removeprefix("sqlite:///")).parent, "the database")


def _room(name: str, folder: Path, what: str) -> Finding:
    try:
        free, files = shutil.disk_usage(folder).free, os.statvfs(folder)
    except OSError as fault:
        return Finding(name, "ill", f"{folder} cannot be looked at ({fault.strerror}).", "Look at that disk.")
    if files.f_files and not files.f_favail:
        return Finding(name, "ill", f"The disk of {folder} takes no more files.", MAKE_ROOM)
    sentence = f"{free // 1_000_000:,} MB are free for {what} in {folder}."
    if free < LITTLE:
        return Finding(name, "ill" if free < TOO_LITTLE else "warning", f"Only {sentence}", MAKE_ROOM)
    return Finding(name, "well", sentence)


def check_leader(database: "Database", session: "Session", now: datetime) -> Finding:
    """Whether the process that holds the place of the scheduler is the one that gives signs of life here."""
    row, held = session.get(Heartbeat, "daemon"), is_led(database.engine)
    fresh = row is not None and timedelta() <= now - row.at <= SILENT_AFTER and '"stopped":true' not in row.detail
    if held and not fresh:
        sentence = "A scheduler holds the lock of this database and gives no sign of life in it."
        hint = "It may hang, or work on a file that was replaced: start it anew."
        return Finding("leader", "ill", sentence, hint)
    if fresh and not held:
        sentence = "A scheduler gives signs of life without the lock of this database: a second one could start."
        return Finding("leader", "warning", sentence, "Start it anew.")
    return Finding("leader", "well", "One scheduler works on this database." if held else "No scheduler works now.")
