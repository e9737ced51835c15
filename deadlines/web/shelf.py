"""The last good calendar of each live address, in memory and on disk, for when the database fails."""

import contextlib
import gzip
import hashlib
import logging
import os
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from deadlines import clock, decoding
from deadlines.store.changes import Mark

log = logging.getLogger(__name__)

LARGEST = 64 * 1024 * 1024
"""Bytes of calendars that are held in memory; beyond, those that were not asked for longest are let go."""
BESIDE = ".feed-"
"""Begins the name of a file that is still being written."""
STILL_WRITING = 60.0
"""Seconds."""
_NAME = re.compile(r"[a-z2-7]{26}\.feed")


class Kept(Struct, frozen=True):
    """One live address as it was last seen: who it is, the state of its feed, its bytes.

    `mark`, `docket` and `today` tell when the bytes were known to be right, `changes_at` when they will be others by
    themselves; without a body only the tag is known. `beat_at`: the daemon's last sign of life, `doubted_since`: from
    when on every date is in doubt. `gone`: the address answers that it is no more. `sight` stands for what it might
    show when it was made, and a live address ends at `expires_at` by itself.
    """

    token_hash: str
    subscription: str
    hint: str
    state: str
    etag: str
    body: bytes | None = None
    packed: bytes | None = None
    mark: Mark | None = None
    docket: str = ""
    today: date | None = None
    changes_at: datetime | None = None
    beat_at: datetime | None = None
    doubted_since: datetime | None = None
    gone: bool = False
    sight: str = ""
    expires_at: datetime | None = None
    looked_at: datetime = datetime.min.replace(tzinfo=UTC)

    def size(self) -> int:
        """Bytes in memory."""
        return len(self.body or b"") + len(self.packed or b"")


class Label(Struct, frozen=True):
    """The first line of a file: whose calendar follows. Holds a hash, never a token."""

    token_hash: str
    subscription: str
    hint: str
    etag: str
    sight: str = ""
    expires_at: datetime | None = None


def tag_of(body: bytes) -> str:
    """A strong entity tag: the SHA-256 of the final bytes."""
    return f'"{hashlib.sha256(body).hexdigest()}"'


def packed_tag(etag: str) -> str:
    """The tag of the same calendar compressed: other bytes, so another tag (RFC 9110 8.8.3)."""
    return f'{etag[:-1]}-gzip"'


def pack(body: bytes) -> bytes:
    """The same compressed bytes for the same calendar."""
    return gzip.compress(body, 6, mtime=0)


class Shelf:
    """Calendars by token hash. Without a folder they live as long as the process.

    Files are named by the subscription's id, readable by the owner only, and written beside and moved.
    A file that cannot be read or whose bytes do not fit its tag is as good as none.
    """

    def __init__(self, folder: Path | None, *, largest: int = LARGEST) -> None:
        self._folder, self._largest = folder, largest
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._size = 0
        self._unread: dict[str, Kept] = {}
        self._lock = threading.RLock()
        if folder is not None:
            self._find(folder)

    def get(self, token_hash: str) -> Kept | None:
        """What is known of an address."""
        with self._lock:
            found = self._kept.get(token_hash)
            if found is not None:
                self._kept.move_to_end(token_hash)
            return found

    def put(self, kept: Kept) -> None:
        """Remember an address in memory, and let go of the bytes that were not asked for longest."""
        with self._lock:
            before = self._kept.pop(kept.token_hash, None)
            self._size += kept.size() - (before.size() if before is not None else 0)
            self._kept[kept.token_hash] = kept
            for old in list(self._kept.values())[:-1] if self._size > self._largest else ():
                self._size -= old.size()
                self._kept[old.token_hash] = structs.replace(old, body=None, packed=None)
                if self._size <= self._largest:
                    break

    def save(self, kept: Kept) -> bool:
        """Write an address and its bytes to disk; a failure is logged, the feed goes out all the same.

        Where it fails, an earlier copy that may show what must be seen no more does not stay either.
        """
        if self._folder is None or kept.body is None:
            return True
        label = Label(kept.token_hash, kept.subscription, kept.hint, kept.etag, kept.sight, kept.expires_at)
        try:
            _replace(self._file(kept), msgspec.json.encode(label) + b"\n" + kept.body)
        except OSError as fault:
            log.error("the last good calendar %s cannot be written (%s)", kept.subscription, fault.strerror)
            older = _read(self._file(kept))
            if older is not None and older[0].sight != kept.sight:
                self._remove(kept)
            return False
        return True

    def load(self, kept: Kept) -> bytes | None:
        """The last good bytes, from memory or from disk."""
        if kept.body is not None or self._folder is None:
            return kept.body
        found = _read(self._file(kept))
        return found[1] if found is not None and found[0].token_hash == kept.token_hash else None

    def drop(self, token_hash: str, *, of_sight: str | None = None) -> None:
        """Forget an address that is live no more; `of_sight`: only if its copy is still one of that sight."""
        with self._lock:
            kept = self._kept.pop(token_hash, None)
            if kept is None:
                return
            self._size -= kept.size()
        found = _read(self._file(kept)) if of_sight is not None and self._folder is not None else None
        # What a server wrote meanwhile shows what may be seen now.
        if found is None or found[0].sight == of_sight:
            self._remove(kept)

    def has(self, token_hash: str) -> bool:
        """Whether there is a last good calendar of an address."""
        with self._lock:
            kept = self._kept.get(token_hash)
        return kept is not None and (kept.body is not None or self._is_saved(kept))

    def expect(self, unread: Kept) -> None:
        """A live address without a last good calendar, with what it shows while its calendar cannot be made."""
        with self._lock:
            self._unread = {**self._unread, unread.token_hash: unread}

    def save_lost(self) -> None:
        """Save again what is in memory and no more on the disk: another process may have taken it away in good faith.

        A disk that takes nothing is asked for one only.
        """
        with self._lock:
            held = [kept for kept in self._kept.values() if kept.body is not None and not kept.gone]
        for kept in held if self._folder is not None else ():
            if not self._is_saved(kept) and not self.save(kept):
                return

    def unread(self, token_hash: str) -> Kept | None:
        """A live address without a last good calendar, with what it shows while its calendar cannot be made."""
        with self._lock:
            return self._unread.get(token_hash)

    def outdated(self, sights: dict[str, str]) -> list[Kept]:
        """The copies of these addresses that were made at another sight: they may show what must no longer be seen."""
        with self._lock:
            return [kept for kept in self._kept.values() if kept.sight != sights.get(kept.token_hash, kept.sight)]

    def keep_only(self, live: Collection[str], unread: dict[str, Kept]) -> None:
        """Forget every address whose hash is not among these. `unread` are live ones without a copy."""
        with self._lock:
            self._unread = unread
            gone = [known for known in self._kept if known not in live]
        for token_hash in gone:
            self.drop(token_hash)

    def _is_saved(self, kept: Kept) -> bool:
        return self._folder is not None and self._file(kept).is_file()

    def _remove(self, kept: Kept) -> None:
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._file(kept).unlink(missing_ok=True)

    def _file(self, kept: Kept) -> Path:
        return (self._folder or Path()) / f"{kept.subscription}.feed"

    def _find(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(f"{BESIDE}*"):  # of a process that was ended while it wrote, unless it still writes
            with contextlib.suppress(OSError):
                if clock.now().timestamp() - left.stat().st_mtime > STILL_WRITING:
                    left.unlink()
        for path in sorted(folder.iterdir()):
            found = _read(path) if _NAME.fullmatch(path.name) else None
            if found is not None and path.name == f"{found[0].subscription}.feed":
                label = found[0]
                kept = Kept(label.token_hash, label.subscription, label.hint, "", label.etag)
                kept = structs.replace(kept, sight=label.sight, expires_at=label.expires_at)
                self._kept[label.token_hash] = kept


def _replace(path: Path, content: bytes) -> None:
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=BESIDE)  # 0600 by mkstemp
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _read(path: Path) -> tuple[Label, bytes] | None:
    try:
        first, _, body = path.read_bytes().partition(b"\n")
        label = decoding.decode(first, Label)
    except (OSError, msgspec.DecodeError):
        return None
    return (label, body) if tag_of(body) == label.etag else None
