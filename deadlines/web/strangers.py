"""Slows down whoever tries addresses. A live one is never limited: programs stop polling at an error."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

TRIES = 60
"""Unknown addresses that one place may ask for in a minute."""


class Strangers:
    """Counts unknown addresses by where the request came from. Behind a proxy all come from the proxy."""

    def __init__(self, tries: int = TRIES) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(tries)

    def too_many(self, place: str) -> bool:
        """Count one more unknown address; whether it is one too many."""
        return not self._limiter.hit(self._item, place)
