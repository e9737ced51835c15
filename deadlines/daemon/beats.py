"""What a daemon writes of itself with its signs of life, and reads again."""

import msgspec
from msgspec import Struct

from deadlines.store.tables import Heartbeat


class Beat(Struct):
    """What a daemon writes of itself: who it is, and what it noticed."""

    owner: str
    stopped: bool = False
    other: str = ""
    clock_back_seconds: int = 0


def earlier_of(row: Heartbeat) -> Beat | None:
    """What the daemon wrote of itself last; None for what cannot be read."""
    try:
        return msgspec.json.decode(row.detail, type=Beat)
    except msgspec.DecodeError:
        return None


def edition_of(row: Heartbeat) -> str | None:
    """The edition of the law that a nightly check went by; None for what cannot be read."""
    try:
        edition = msgspec.json.decode(row.detail, type=dict[str, str | int]).get("edition")
    except msgspec.DecodeError:
        return None
    return edition if isinstance(edition, str) else None
