"""Memory of a daemon over a month of ticks: the clock is handed over, everything else is real."""

import gc
import os
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.feed import NOW, desk, fill
from deadlines.compute.engine import engine_for
from deadlines.daemon import Sweeps
from deadlines.daemon.auditing import Auditor
from deadlines.docket.judging import Statement
from deadlines.docket.timekeeping import Reading
from deadlines.docket.ways import FEDERAL_OFFICES
from deadlines.notify.message import Message
from deadlines.store.database import Database

TICKS = 43_200
"""One each minute of thirty days."""
DAY = 1_440


class Nowhere:
    """A channel that takes everything and keeps nothing."""

    name = "folder"

    def send(self, message: Message) -> None:
        """Taken."""

    def close(self) -> None:
        """Nothing is open."""


def rows() -> list[tuple[str, str, str]]:
    """Resident memory after a day and after the month."""
    with TemporaryDirectory() as folder:
        database = Database.create(f"sqlite:///{Path(folder) / 't.sqlite3'}", now=NOW, version="bench")
        fill(database, 120)
        first, last = _month(_daemon(database))
        database.dispose()
    what = f"daemon memory over {TICKS:,} ticks (send, heartbeat, escalation, auditor)"
    figure = f"{first:.0f} MB after a day, {last:.0f} MB after a month"
    return [(what, figure, "≤ 150 MB, not growing")]


def _daemon(database: Database) -> Sweeps:
    at = desk()
    days = engine_for(at.law).days(FEDERAL_OFFICES)
    statement = Statement(at.zone, at.at, at.channel, days.is_working_day)
    return Sweeps(
        database,
        {"folder": Nowhere()},
        zone=at.zone,
        auditor=Auditor(database, statement),
        clocks=lambda now: Reading(now, "bench", (now - NOW).total_seconds()),
    )


def _month(daemon: Sweeps) -> tuple[float, float]:
    first = 0.0
    for tick in range(TICKS):
        now = NOW + timedelta(minutes=tick)
        daemon.send_due(now)
        daemon.beat(now)
        if tick % 5 == 0:
            daemon.escalate(now)
        daemon.audit(now)
        if tick == DAY:
            first = _resident()
    return first, _resident()


def _resident() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
