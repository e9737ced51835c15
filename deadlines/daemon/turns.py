"""What the scheduler remembers of the turns of each sweep, until the next heartbeat writes it down."""

from datetime import datetime, timedelta
from threading import Lock

from msgspec import structs

from deadlines import clock
from deadlines.docket.turns import Turn


class Turns:
    """How the sweeps of one process fare; they run in threads of their own."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}
        self._lock = Lock()

    def begin(self, name: str, every: float, now: datetime) -> None:
        """A sweep is run every so many seconds from now on."""
        with self._lock:
            self._turns[name] = Turn(every, now)

    def worked(self, name: str, now: datetime) -> None:
        """A turn came to its end."""
        with self._lock:
            if name in self._turns:
                self._turns[name] = Turn(self._turns[name].every, now, worked_at=now)

    def failed(self, name: str, fault: Exception, now: datetime) -> None:
        """A turn ended by a fault; of that the kind is kept and no text, which may hold what is secret."""
        with self._lock:
            turn = self._turns.get(name)
            if turn is not None:
                turn.failures, turn.fault = turn.failures + 1, type(fault).__name__
                turn.failing_since = turn.failing_since or now

    def at(self, now: datetime, alive_at: dict[str, float]) -> dict[str, Turn]:
        """How they fare now; `alive_at` says when each last gave a sign of life, on the clock that never steps."""
        elapsed = clock.elapsed()
        with self._lock:
            return {
                name: structs.replace(turn, seen_at=now - timedelta(seconds=elapsed - alive_at.get(name, elapsed)))
                for name, turn in self._turns.items()
            }
