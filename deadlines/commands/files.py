"""Files that commands read and write: read within a limit, written once, for their owner's eyes."""

import sys
from pathlib import Path

from deadlines.errors import InputError


def read_file(path: Path, *, most: int) -> bytes:
    """The file's bytes; raises InputError where it cannot be read or has more than `most`."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); name another file.") from None
    if len(data) > most:
        raise InputError(f"{path} has more than {most:,} bytes, the most that is read.")
    return data


def write_new(path: Path, body: bytes) -> None:
    """A new file that only its owner reads; raises InputError where there is one of that name or none can be made."""
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(body)
    except FileExistsError:
        raise InputError(f"{path} is there already; name another file with -o.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); name another file with -o.") from None


def write_out(body: bytes, *, text: bool) -> None:
    """The bytes to the standard output; raises InputError for what is no text on a terminal."""
    if not text and sys.stdout.isatty():
        raise InputError("A workbook is no text for a terminal: name a file with -o.")
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
