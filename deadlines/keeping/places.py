"""Where backups are made: a folder with a lock, a corner in it for what is not finished, and names at the very end."""

import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deadlines.errors import BackupError
from deadlines.keeping.manifest import NAME, SUFFIX

UNFINISHED = ".unfinished-"
RESTORING = ".restoring-"
TRIES = 5


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A new corner of the folder, for its owner only, gone at the end. One program works in a folder at a time.

    What an earlier program left when it was killed is cleared away first. Raises BackupError where the folder
    cannot be used or another program works in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise BackupError(f"{folder}: the folder for backups cannot be used ({fault.strerror}).") from None
    try:
        _hold(lock, folder)
        _clear(folder)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder, ignore_cleanup_errors=True) as corner:
            yield Path(corner)
    except OSError as fault:
        raise BackupError(
            f"{folder}: the backup cannot be written ({fault.strerror}). Make room, or mend the disk."
        ) from fault
    finally:
        os.close(lock)


def _hold(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupError(
            f"{folder}: another backup or rehearsal is at work there. Try again when it has ended."
        ) from None


def _clear(folder: Path) -> None:
    for left in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    for manifest in folder.glob(f"{NAME}*{SUFFIX}"):
        if not manifest.with_name(manifest.name.removesuffix(SUFFIX)).exists():
            manifest.unlink(missing_ok=True)


@contextmanager
def restoring(beside: Path) -> Iterator[Path]:
    """A new corner for a restore, for its owner only, gone at the end: the docket lies in it in clear.

    What earlier restores of this account left there when they were killed is cleared away first; one that is still
    at work holds the lock of its corner and is left alone. Raises BackupError where nothing can be written there.
    """
    try:
        for left in beside.glob(f"{RESTORING}*"):
            _clear_restoring(left)
        made, lock = _locked_corner(beside)
        with made as corner:
            try:
                yield Path(corner)
            finally:
                os.close(lock)
    except OSError as fault:
        raise BackupError(f"{beside}: the backup cannot be restored there ({fault.strerror}).") from fault


def _locked_corner(beside: Path) -> tuple["tempfile.TemporaryDirectory[str]", int]:
    """A corner and its lock. A restore that begins just then may clear one away that has no lock yet: then another."""
    for _ in range(TRIES):
        made = tempfile.TemporaryDirectory(prefix=RESTORING, dir=beside, ignore_cleanup_errors=True)
        with suppress(OSError):
            lock = _lock_of(Path(made.name))
            if (Path(made.name) / ".lock").exists():
                return made, lock
            os.close(lock)
        made.cleanup()
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def _clear_restoring(left: Path) -> None:
    with suppress(OSError):
        # The folder for temporary files is everybody's: what another account put there is not followed.
        found = left.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            return
        lock = _lock_of(left)
        try:
            shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(lock)


def _lock_of(corner: Path) -> int:
    """The lock of a corner, held until it is closed or its program ends. Raises OSError where another holds it."""
    lock = os.open(corner / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


def write_down(path: Path) -> None:
    """See to it that a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def new_file(path: Path) -> None:
    """An empty file for its owner only."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
