"""From the bytes of a PDF to its lines, under limits of size, pages, memory and time."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec import Struct

from deadlines import decoding
from deadlines.errors import InputError

MOST_BYTES = 20_000_000
MOST_PAGES = 60
MOST_CHARACTERS = 400_000
MOST_MEMORY = 1_500_000_000
"""Bytes of address space that the reading process may take."""
PROCESSOR_SECONDS = 20
SECONDS = 40
CHILD = Path(__file__).with_name("child.py")
SENTENCES = {
    "locked": "The PDF is locked by a password or a cipher: print it into a new PDF, or type the notice in.",
    "unreadable": "The file is no PDF that can be read, or a damaged one: open it in a PDF program and save it anew.",
    "large": "The PDF unpacks to more than a notice ever holds: save the notice alone as a PDF of its own.",
    "slow": "The PDF takes too long to read: save the notice alone as a PDF of its own, or type the notice in.",
}


class Text(Struct, frozen=True):
    """The lines of each page that was read, blanks made one; `count`: how many pages the file has."""

    pages: list[list[str]]
    count: int


class _Answer(Struct):
    pages: list[list[str]] = []
    count: int = 0
    fault: str = ""


def read_pdf(data: bytes, *, seconds: int = SECONDS) -> Text:
    """The text of a PDF, of its first pages where it has many. Takes a second or so, and no transaction should wait.

    Raises InputError for a file that is too large, locked, damaged, takes too long, or holds no text, as a scan does.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"The PDF has {len(data):,} bytes; {MOST_BYTES:,} are the most. Save the notice alone.")
    if b"%PDF-" not in data[:1024]:
        raise InputError(SENTENCES["unreadable"])
    answer = _asked(data, seconds)
    if answer.fault:
        raise InputError(SENTENCES.get(answer.fault, SENTENCES["unreadable"]))
    if not any(line for page in answer.pages for line in page):
        raise InputError(
            "The PDF holds no text: it is a scan, a picture of the paper. Type the notice in, or have it made readable "
            "(OCR) by a PDF program and check every date against the paper."
        )
    return Text(answer.pages, answer.count)


def _library() -> str:
    found = find_spec("pypdf")
    return str(Path(found.origin).parents[1]) if found is not None and found.origin else ""


def _asked(data: bytes, seconds: int) -> _Answer:
    limits = (MOST_MEMORY, PROCESSOR_SECONDS, MOST_PAGES, MOST_CHARACTERS)
    # -I: neither the folder one stands in nor the environment says what is imported.
    command = [sys.executable, "-I", str(CHILD), _library(), *map(str, limits)]
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter, our own file)
            command, input=data, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return _Answer(fault="slow")
    if done.returncode != 0:
        return _Answer(fault="slow" if done.returncode < 0 else "unreadable")
    try:
        return decoding.decode(done.stdout, _Answer)
    except msgspec.MsgspecError:
        return _Answer(fault="unreadable")
