"""The process that opens a PDF: bytes on standard input, JSON on standard output. Run by path, never imported.

It limits its own memory and processor time before it looks at the first byte, and imports nothing of this program.
"""

import contextlib
import io
import json
import resource
import sys
from typing import Any


def main(library: str, memory: int, seconds: int, pages: int, characters: int) -> None:
    """Answer `{"pages": [[line, …], …], "count": …}` or `{"fault": …}`: locked, unreadable, or large.

    `library`: the folder in which pypdf lies.
    """
    sys.path.append(library)
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(what, (most, most))
    data = sys.stdin.buffer.read()
    try:
        answer = _read(data, pages, characters)
    except MemoryError:
        answer = {"fault": "large"}
    except Exception:  # noqa: BLE001  (whatever a hostile file brings about is one answer)
        answer = {"fault": "unreadable"}
    sys.stdout.write(json.dumps(answer))


def _read(data: bytes, pages: int, characters: int) -> dict[str, Any]:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, LimitReachedError

    logging.disable(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"fault": "locked"}
        count, found, left = len(reader.pages), [], characters
        for page in reader.pages[:pages]:
            lines = [" ".join(line.split()) for line in page.extract_text()[:left].splitlines()]
            found.append([line for line in lines if line])
            left -= sum(map(len, lines))
            if left <= 0:
                break
    except DependencyError:
        return {"fault": "locked"}
    except LimitReachedError:
        return {"fault": "large"}
    return {"pages": found, "count": count}


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:6]))
