"""How long one message may take in all: a time limit on each read is not enough for a server that drips."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deadlines import clock

LOOKS = 20
"""How often the time is looked at while one message takes as long as it may."""


class Limit:
    """Calls `cut` when what happens within `kept` takes longer than so many seconds.

    One thread for all messages of a round: to start one for each takes longer than many a server takes to answer.
    """

    def __init__(self, seconds: float, cut: Callable[[], None]) -> None:
        self._seconds, self._cut = seconds, cut
        self._ends: float | None = None
        self._over: threading.Event | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """The limit holds within the block."""
        if self._over is None:
            self._over = threading.Event()
            threading.Thread(target=self._watch, args=[self._over], daemon=True).start()
        self._ends = clock.elapsed() + self._seconds
        try:
            yield
        finally:
            self._ends = None

    def close(self) -> None:
        """End the thread; the next message starts another."""
        if self._over is not None:
            self._over.set()
            self._over = None

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(self._seconds / LOOKS):
            ends = self._ends
            if ends is not None and clock.elapsed() >= ends:
                self._cut()
