"""Where in a TOML text a key stands: the parser gives values without lines, people need the line."""

import tomllib
from typing import Any


def line_of(text: str, *path: str) -> int:
    """The line (from 1) on which the table or key `path` begins; 1 where it cannot be told.

    The text is parsed again, one line longer each time, until the key is there. So comments, quotes,
    dotted keys and inline tables need no rules of their own.
    """
    lines = text.splitlines(keepends=True)
    complete = 0
    for number in range(1, len(lines) + 1):
        document = _parsed("".join(lines[:number]))
        if document is None:
            continue
        if _holds(document, path):
            return complete + 1
        complete = number
    return 1


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _holds(document: dict[str, Any], path: tuple[str, ...]) -> bool:
    place: Any = document
    for name in path:
        if not isinstance(place, dict) or name not in place:
            return False
        place = place[name]
    return True
