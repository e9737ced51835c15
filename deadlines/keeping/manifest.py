"""The manifest beside each backup: what it is, what it holds, and the hash of its file."""

import errno
import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from deadlines import decoding
from deadlines.errors import BackupError
from deadlines.keeping.facts import Facts

NAME = "deadlines-"
SUFFIX = ".json"
AT_LEAST = 3
"""So many backups are kept however old they are."""
BLOCK = 1 << 20
Form = Literal["sqlite", "pg_dump", "copy"]


class Manifest(Struct, frozen=True, kw_only=True):
    """One backup. `sha256` is that of the file as it lies there, `plain_sha256` that of what was encrypted.

    `form`: a file of SQLite, an archive of pg_dump, or the rows of a PostgreSQL server as COPY writes them, gzipped.
    `sealed_with` is the fingerprint of the key of the stored dates; empty for none. `doubts` says what was wrong with
    the docket itself when it was copied: the copy is a true one of a docket in doubt.
    """

    file: str
    form: Form
    encrypted: bool
    sha256: str
    plain_sha256: str
    bytes: int
    made_at: datetime
    seconds: float
    program: str
    sealed_with: str
    facts: Facts
    doubts: list[str] = []


def manifest_path(file: Path) -> Path:
    """Where the manifest of a backup lies."""
    return file.with_name(file.name + SUFFIX)


def read_manifest(file: Path) -> Manifest:
    """The manifest of a backup; raises BackupError where it is missing or no manifest."""
    path = manifest_path(file)
    try:
        found = decoding.decode(path.read_bytes(), Manifest)
    except OSError:
        raise BackupError(f"{path} is missing: a backup is the file and its manifest. Copy both.") from None
    except msgspec.MsgspecError:
        raise BackupError(f"{path} is no manifest of a backup. Take another backup.") from None
    if found.file != file.name:
        raise BackupError(f"{path} belongs to {found.file}, not to {file.name}. Give both their names back.")
    return found


def unreadable(folder: Path) -> str:
    """Why nobody can say what a folder holds, as where its disk is not mounted; empty where it can be read."""
    try:
        with os.scandir(folder):
            return "" if os.access(folder, os.R_OK | os.X_OK) else os.strerror(errno.EACCES)
    except OSError as fault:
        return str(fault.strerror)


def backups_in(folder: Path, instance: str | None = None) -> list[tuple[Path, Manifest]]:
    """The whole backups in a folder, the newest first; with `instance` only those of that docket.

    What has no manifest, or another size than its manifest says, is none; a folder that cannot be read holds none.
    """
    found = []
    for path in folder.glob(f"{NAME}*{SUFFIX}"):
        file = path.with_name(path.name.removesuffix(SUFFIX))
        try:
            manifest = read_manifest(file)
            whole = file.stat().st_size == manifest.bytes
        except (BackupError, OSError):
            continue
        if whole and instance in (None, manifest.facts.instance):
            found.append((file, manifest))
    return sorted(found, key=lambda item: (item[1].made_at, item[0].name), reverse=True)


def tidy(folder: Path, instance: str, *, now: datetime, days: int) -> list[Path]:
    """Remove the backups of a docket that are older than `days`, but never the newest three; which they were."""
    old = [
        file
        for file, manifest in backups_in(folder, instance)[AT_LEAST:]
        if now - manifest.made_at > timedelta(days=days)
    ]
    for file in old:
        file.unlink(missing_ok=True)
        manifest_path(file).unlink(missing_ok=True)
    return old


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
