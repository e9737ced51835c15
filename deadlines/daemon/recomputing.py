"""Checks every stored date, page by page, each in a transaction of its own: it may be ended at any point."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy.orm import Session

from deadlines.docket.intake import Desk
from deadlines.docket.moves import Move
from deadlines.docket.recompute import (
    Compute,
    Difference,
    Failure,
    bring_up_to_date,
    count_notices,
    differences,
    read_page,
    unsettled,
)
from deadlines.store.database import Database

PAGE = 500


class Recomputed(Struct):
    """What a run found: open entries checked, moves, failures, and whether it came to the end."""

    checked: int
    moves: list[Move]
    failures: list[Failure]
    finished: bool = True

    def count(self, outcome: str) -> int:
        """How many moves had that outcome."""
        return sum(move.outcome == outcome for move in self.moves)


def notices_to_check(database: Database) -> int:
    """How many notices a run goes through."""
    with database.read() as session:
        return count_notices(session)


def recompute(
    database: Database,
    desk: Desk,
    compute: Compute,
    *,
    now: datetime,
    dry_run: bool = False,
    go_on: Callable[[int], bool] = lambda _notices: True,
) -> Recomputed:
    """Compute every notice again and bring its entries up to date; with `dry_run` only say what would happen.

    `go_on` is called before each page with the number of notices done; where it answers False, the run ends.
    """
    result = Recomputed(0, [], [])
    done, after = 0, ""
    while True:
        if not go_on(done):
            result.finished = False
            return result
        with database.read() as session:
            page = read_page(session, after, PAGE)
        if not page.notices:
            return result
        done, after = done + len(page.notices), page.last
        result.checked += sum(entry.status == "open" for entries in page.entries.values() for entry in entries)
        found = list(differences(page, compute))
        if found:
            _bring(database, desk, found, now, result, dry_run=dry_run)


def _bring(
    database: Database, desk: Desk, found: list[Difference], now: datetime, result: Recomputed, *, dry_run: bool
) -> None:
    with database.read() as session:
        left = unsettled(session, found)
    if not left:
        return
    with database.write() as session:
        moves, failures = (_tried if dry_run else _done)(session, desk, left, now)
    result.moves += moves
    result.failures += failures


def _done(session: Session, desk: Desk, found: list[Difference], now: datetime) -> tuple[list[Move], list[Failure]]:
    return bring_up_to_date(session, desk, found, now=now)


def _tried(session: Session, desk: Desk, found: list[Difference], now: datetime) -> tuple[list[Move], list[Failure]]:
    """The very same, and then everything undone; so no proposal is there to be named."""
    attempt = session.begin_nested()
    moves, failures = bring_up_to_date(session, desk, found, now=now)
    attempt.rollback()
    return [move if move.outcome == "known" else structs.replace(move, proposal=None) for move in moves], failures
