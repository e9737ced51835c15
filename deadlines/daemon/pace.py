"""How many messages a channel is given: providers refuse who sends too fast."""

from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
KEPT_SHARE = 5


class Pace:
    """At most so many messages in any minute. A fifth is kept for the urgent, which a flood of others cannot take."""

    def __init__(self, most: int) -> None:
        self._most, self._calm = most, most - most // KEPT_SHARE
        self._sent: deque[datetime] = deque()

    def has_room(self, now: datetime, *, urgent: bool) -> bool:
        """Whether one more may go now."""
        # After a clock was set back nothing waits for the old time.
        while self._sent and not now - WINDOW < self._sent[0] <= now:
            self._sent.popleft()
        return len(self._sent) < (self._most if urgent else self._calm)

    def note(self, now: datetime) -> None:
        """One more goes, whatever becomes of it."""
        self._sent.append(now)
