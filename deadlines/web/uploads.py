"""A form with one file: of it only name, size and SHA-256 are kept; its content in memory, where that is asked for."""

import hashlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from msgspec import Struct
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from deadlines.docket.proof import LONGEST_NAME
from deadlines.docket.records import Copy
from deadlines.web.forms import FIELDS, LARGEST, SPARE, require_short, too_long, too_many, type_of

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

LARGEST_FILE = 50_000_000
"""Bytes. A scan of a whole brief is smaller; what is larger is read to its end and refused beside its field."""
LARGEST_BODY = 200_000_000
TYPE = "multipart/form-data"


class Sent(Struct, frozen=True):
    """The fields by name, and what is kept of the file; None where none was chosen, or it was `too_large`.

    `content` is there where it was asked for.
    """

    fields: dict[str, str]
    file: Copy | None = None
    too_large: bool = False
    content: bytes = b""


class FarTooLarge(Exception):
    """A body that is not even read to its end."""


async def read_upload(request: Request, *, keeps: int = 0, text: int = LARGEST) -> Sent | None:
    """What somebody sent with a file, hashed while it comes in; None for what is no such form. Raises FarTooLarge,
    and TooLong.

    `keeps`: the content is wanted, of so many bytes at most; a larger file is too large. `text`: how many characters
    all fields together may have.
    """
    if not type_of(request):
        return None if await request.body() else Sent({})
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind.decode("latin-1").lower() != TYPE or not boundary:
        return None
    parts, total = _Parts(keeps, text), 0
    parser = MultipartParser(boundary, parts.callbacks())
    try:
        async for chunk in request.stream():
            total += len(chunk)
            if total > LARGEST_BODY:
                raise FarTooLarge
            parser.write(chunk)
        parser.finalize()
        return parts.sent() if parts.whole else None
    except (FormParserError, UnicodeDecodeError):
        return None


class _Parts:
    """The parts of one body, as the parser finds them."""

    def __init__(self, keeps: int, text: int) -> None:
        self.whole, self._most = False, text
        self._keeps, self._content = keeps, bytearray()
        self._largest = keeps or LARGEST_FILE
        self._fields: dict[str, bytearray] = {}
        self._header, self._value = b"", b""
        self._name, self._file = "", ""
        self._count = self._text = 0
        self._hash, self._size = hashlib.sha256(), 0
        self._found: Copy | None = None
        self._is_file = self._too_large = False

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_part_data": self._on_data,
            "on_part_end": self._on_end,
            "on_end": self._finished,
        }

    def sent(self) -> Sent:
        """Everything that came. Raises TooLong."""
        fields = {name: value.decode() for name, value in self._fields.items()}
        require_short(fields, self._most)
        return Sent(fields, self._found, self._too_large, b"" if self._too_large else bytes(self._content))

    def _begin(self) -> None:
        self._count += 1
        if self._count > FIELDS:
            raise too_many(FIELDS)
        self._name, self._file, self._header, self._value = "", "", b"", b""
        self._is_file = False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"").decode()
            self._file = plain_name(options.get(b"filename", b"").decode(errors="replace"))
            self._is_file = b"filename" in options
            self._hash, self._size = hashlib.sha256(), 0
            if self._is_file:
                self._content.clear()
            else:
                self._fields[self._name] = bytearray()
        self._header, self._value = b"", b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._size += end - start
            if self._size <= self._largest:
                self._hash.update(data[start:end])
                if self._keeps:
                    self._content += data[start:end]
            return
        self._text += end - start
        if self._text > self._most + SPARE:
            raise too_long(self._most)
        self._fields.setdefault(self._name, bytearray()).extend(data[start:end])

    def _on_end(self) -> None:
        if not self._is_file or not (self._file or self._size):
            return
        self._too_large = self._size > self._largest
        self._found = None if self._too_large else Copy(self._file or "file", self._size, self._hash.hexdigest())

    def _finished(self) -> None:
        self.whole = True


def plain_name(name: str) -> str:
    """The last part of a file's name, of plain characters: some browsers send where it lay."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    found = "".join(c for c in " ".join(last.split()) if c.isprintable())
    if len(found) <= LONGEST_NAME:
        return found
    stem, dot, kind = found.rpartition(".")
    return f"{stem[: LONGEST_NAME - 12]}…{dot}{kind[:10]}" if dot else f"{found[: LONGEST_NAME - 1]}…"
