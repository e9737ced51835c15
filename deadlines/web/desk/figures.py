"""The figures above the docket, remembered until something changes: on a large docket they cost more than the page."""

from datetime import datetime

from msgspec import Struct

from deadlines.docket.board import Counts, counts
from deadlines.docket.undecided import undecided
from deadlines.store import audit
from deadlines.web.desk.visit import Visit

MOST = 1000
"""People whose figures are remembered at a time."""


class Figures(Struct, frozen=True):
    """What the docket holds for one person, and how much waits for a decision."""

    counts: Counts
    undecided: int


class Remembered:
    """By person, with the head of the audit trail, in which every change stands, and the minute: answers run out."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[str, datetime], Figures]] = {}

    def of(self, visit: Visit) -> Figures:
        """The figures for a visitor now."""
        minute = visit.now.replace(second=0, microsecond=0)
        state = (audit.head(visit.session), minute)
        before = self._known.get(visit.person.id)
        if before is not None and before[0] == state:
            return before[1]
        found = Figures(
            counts(visit.session, visit.person, today=visit.today, now=visit.now),
            undecided(visit.session, visit.person),
        )
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[visit.person.id] = (state, found)
        return found
