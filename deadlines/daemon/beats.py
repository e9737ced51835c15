"""What heartbeats say beside their moment, and how they are read back."""

import msgspec
from msgspec import Struct

from deadlines import decoding
from deadlines.store.tables import Heartbeat


class Beat(Struct):
    """What a daemon writes of itself: who it is, and what it noticed. `takeovers`: how often one that stood by took
    over, counted on from daemon to daemon."""

    owner: str
    stopped: bool = False
    other: str = ""
    clock_back_seconds: int = 0
    takeovers: int = 0


def earlier_beat(row: Heartbeat) -> Beat | None:
    """What the last heartbeat said of its writer; None where it cannot be read."""
    try:
        return decoding.decode(row.detail, Beat)
    except msgspec.DecodeError:
        return None


def edition_of(row: Heartbeat) -> str | None:
    """The edition of the law data that the last nightly check went by; None where it cannot be read."""
    try:
        edition = decoding.decode(row.detail, dict[str, str | int]).get("edition")
    except msgspec.DecodeError:
        return None
    return edition if isinstance(edition, str) else None
