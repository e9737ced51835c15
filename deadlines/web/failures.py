"""Which calendars cannot be made, and since when. In memory, by the hash of their address."""

from datetime import datetime, timedelta

from msgspec import Struct, structs

AGAIN_AFTER = timedelta(minutes=1)
"""After so long it is tried again, even if nobody asks."""


class Failure(Struct, frozen=True):
    """One calendar: its subscription's id, since when making it fails, and when it was last tried.

    `of_database`: the last try failed because the database did, which is told elsewhere.
    """

    subscription: str
    since: datetime
    tried_at: datetime
    of_database: bool


class NotMade(Exception):
    """A calendar of a known address cannot be made, though the database answers; the cause says why."""

    def __init__(self, beat_at: datetime | None) -> None:
        super().__init__("a calendar cannot be made")
        self.beat_at = beat_at


class Failures:
    """What fails now. Each call is one step of a dict, so that threads need no lock."""

    def __init__(self) -> None:
        self._found: dict[str, Failure] = {}

    def note(self, token_hash: str, subscription: str, now: datetime, *, of_database: bool) -> None:
        """It failed at this moment, perhaps not for the first time."""
        before = self._found.get(token_hash) or Failure(subscription, now, now, of_database)
        self._found[token_hash] = structs.replace(before, tried_at=now, of_database=of_database)

    def again(self, token_hash: str, now: datetime) -> None:
        """It was tried in vain, by the daemon and not for a reader, while the database answered."""
        if (found := self._found.get(token_hash)) is not None:
            self._found[token_hash] = structs.replace(found, tried_at=now, of_database=False)

    def forget(self, token_hash: str) -> None:
        """It was made, or its address is no more."""
        self._found.pop(token_hash, None)

    def since(self, token_hash: str) -> datetime | None:
        """Since when it fails; None where it does not."""
        found = self._found.get(token_hash)
        return found.since if found is not None else None

    def due(self, now: datetime) -> list[str]:
        """What is to be tried again."""
        return [key for key, one in list(self._found.items()) if abs(now - one.tried_at) >= AGAIN_AFTER]

    def told(self) -> dict[str, datetime]:
        """Since when each fails though the database answers, by the subscription's id."""
        return {one.subscription: one.since for one in list(self._found.values()) if not one.of_database}
