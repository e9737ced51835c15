"""Remembers who fetched which feed, so that a request costs no write."""

import threading
from datetime import datetime

from sqlalchemy.orm import Session

from deadlines.docket.subscriptions import AGENT_LENGTH, Fetches, record_fetches


class FetchLog:
    """Fetches by subscription since the last flush. What is not yet flushed is lost with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, Fetches] = {}

    def note(self, subscription: str, at: datetime, agent: str) -> None:
        """One more fetch of a subscription's feed."""
        with self._lock:
            seen = self._seen.get(subscription)
            count = seen.count + 1 if seen is not None else 1
            self._seen[subscription] = Fetches(count, at, agent)

    def flush(self, session: Session, _now: datetime | None = None) -> int:
        """Write what was seen into the caller's transaction; how many subscriptions it concerns.

        Where the writing fails the fetches are kept for the next time.
        """
        with self._lock:
            taken, self._seen = self._seen, {}
        try:
            record_fetches(session, taken)
            session.flush()
        except Exception:
            self._give_back(taken)
            raise
        return len(taken)

    def _give_back(self, taken: dict[str, Fetches]) -> None:
        with self._lock:
            for subscription, old in taken.items():
                new = self._seen.get(subscription)
                self._seen[subscription] = (
                    old if new is None else Fetches(old.count + new.count, new.last_at, new.agent)
                )


def plain_agent(header: str) -> str:
    """A user agent as it may be stored and logged."""
    return "".join(c for c in header if c.isprintable())[:AGENT_LENGTH]
