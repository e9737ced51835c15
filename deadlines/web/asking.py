"""Asks the database from the event loop: in threads, and for no longer than a reader can wait."""

import threading
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after, get_cancelled_exc_class
from anyio.to_thread import run_sync

Given = ParamSpec("Given")
Found = TypeVar("Found")

THREADS = 4
"""How many questions may wait for the database at a time; what can be answered from memory does not wait."""
SECONDS = 5.0


class _Question:
    """One question under way."""

    def __init__(self) -> None:
        self.begun = self.ended = False


class Asking:
    """Runs functions in threads, each for at most `seconds`.

    A thread cannot be stopped: one that took too long is left alone, and while as many hang as may ask at a time
    the next questions fail at once. So a database that neither answers nor fails holds up nobody.
    """

    def __init__(self, *, threads: int = THREADS, seconds: float = SECONDS) -> None:
        self._threads, self._seconds = threads, seconds
        self._limiter = CapacityLimiter(threads)
        self._lock = threading.Lock()
        self._hanging: set[_Question] = set()

    async def __call__(self, function: Callable[Given, Found], *args: Given.args, **kwargs: Given.kwargs) -> Found:
        """What the function answers; raises TimeoutError, and whatever it raises."""
        question = _Question()
        run = partial(self._run, question, partial(function, *args, **kwargs))
        with fail_after(self._seconds):
            async with self._limiter:
                # Looked at in here: whoever waited for a place may have got that of a question that hangs.
                if len(self._hanging) >= self._threads:
                    raise TimeoutError("the database answers no question")
                try:
                    return await run_sync(run, abandon_on_cancel=True)
                except get_cancelled_exc_class():
                    self._leave(question)
                    raise

    def _run(self, question: _Question, function: Callable[[], Found]) -> Found:
        question.begun = True
        try:
            return function()
        finally:
            with self._lock:
                question.ended = True
                self._hanging.discard(question)

    def _leave(self, question: _Question) -> None:
        with self._lock:
            if question.begun and not question.ended:
                self._hanging.add(question)
