"""Where a list goes on: the last line that was answered, as a word that programs hand back unread."""

import base64
import binascii
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from deadlines import decoding
from deadlines.errors import InputError

Position = TypeVar("Position", bound=tuple[object, ...])


def cursor(*position: object) -> str:
    """The word for a position."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def position(word: str | None, kind: type[Position]) -> Position | None:
    """The position that a word stands for; raises InputError for a word that never came from us."""
    if word is None:
        return None
    try:
        text = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        found = decoding.decode(text, kind)
        if all(_is_whole(part) for part in found):
            return found
    except (binascii.Error, ValueError, msgspec.DecodeError):
        pass
    raise InputError("The cursor is none that a list gave: begin without one.", code="bad-cursor")


def _is_whole(part: object) -> bool:
    """Whether a database can be asked with it: an instant needs a zone, and a year there is in UTC too."""
    try:
        return not isinstance(part, datetime) or (part.tzinfo is not None and part.astimezone(UTC) is not None)
    except OverflowError:
        return False
