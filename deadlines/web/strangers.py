"""Slows down whoever tries addresses. A live one is never limited: programs stop polling at an error."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

TRIES = 60
"""Unknown addresses that one place may ask for in a minute."""


LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


def place_of(peer: str, forwarded_for: str) -> str:
    """Where a request came from: what a proxy on this machine says of its own peer, else the peer.

    A proxy adds its peer at the end of X-Forwarded-For; what stands before that anybody may have written.
    """
    last = forwarded_for.rpartition(",")[2].strip()
    return last if last and peer in LOOPBACK else peer


class Strangers:
    """Counts unknown addresses by where the request came from."""

    def __init__(self, tries: int = TRIES) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(tries)

    def too_many(self, place: str) -> bool:
        """Count one more unknown address; whether it is one too many."""
        return not self._limiter.hit(self._item, place)
