"""The auditor's rounds: every entry is judged, page by page, some seconds in a turn, each turn from where it was."""

import logging
from collections.abc import Callable
from datetime import datetime

from deadlines import clock
from deadlines.docket import gaps, rounds
from deadlines.docket.auditor import audit_entries, audit_page, is_laid, strays
from deadlines.docket.judging import Found, Statement
from deadlines.docket.rounds import Round
from deadlines.store.database import Database

log = logging.getLogger(__name__)

PAGE = 500
SETTLED = 50
"""Entries that are held at once while they are looked at again."""
TURN = 10.0
"""Seconds that one turn takes at most, but for the page it is at."""


class Auditor:
    """Goes over all entries of one database, by what the firm lays down."""

    def __init__(self, database: Database, statement: Statement, *, page: int = PAGE, turn: float = TURN) -> None:
        self._database, self._statement = database, statement
        self._page, self._turn = page, turn

    def audit(self, now: datetime, go_on: Callable[[], bool] = lambda: True) -> Round | None:
        """Take one turn at `now`; the round as it stands, or None where the next one is not due.

        Raises what the database raises.
        """
        found = self._begin(now)
        if found is None:
            return None
        ends = clock.elapsed() + self._turn
        if not found.after:
            self._settle(self._strays(now), now, found)
        while go_on():
            with self._database.read() as session:
                page = audit_page(session, self._statement, after=found.after, limit=self._page, now=now)
            self._settle(page.found, now, found)
            found.checked, found.after = found.checked + page.checked, page.last
            if not page.last:
                return self._finish(found, now)
            if clock.elapsed() >= ends:
                break
        with self._database.write() as session:
            rounds.write_round(session, found, now)
        return found

    def _begin(self, now: datetime) -> Round | None:
        with self._database.read() as session:
            if not is_laid(session, self._statement):
                return None
            last = rounds.read_round(session)
        if last is None or last.started_at > now:
            return Round(now)
        if last.finished_at is None or last.after:
            return last
        if now - last.finished_at < rounds.EVERY:
            return None
        last.started_at, last.checked = now, 0
        return last

    def _strays(self, now: datetime) -> list[Found]:
        with self._database.read() as session:
            return audit_entries(session, self._statement, strays(session, self._page), now=now)

    def _settle(self, found: list[Found], now: datetime, of: Round) -> None:
        entries = sorted({each.entry for each in found})
        for start in range(0, len(entries), SETTLED):
            some = entries[start : start + SETTLED]
            with self._database.write() as session:
                known = rounds.told_of(session, some)
                left = gaps.settle(session, self._statement, some, now=now, round_at=of.started_at)
            for each in (each for each in left if each.key not in known):
                log.error("entry %s: the reminder %s %s", each.entry, each.rung, gaps.WORDS[each.kind])

    def _finish(self, found: Round, now: datetime) -> Round:
        with self._database.write() as session:
            found.standing = gaps.end_round(session, now=now, round_at=found.started_at)
            gaps.tell(session, now=now)
            found.after, found.finished_at, found.last_checked = "", now, found.checked
            found.passed_at = now if not found.standing else None
            rounds.write_round(session, found, now)
        log.info("the auditor went through %d entries: %d gaps", found.checked, found.standing)
        return found
