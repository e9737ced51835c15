"""The auditor's round over a large docket."""

import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.feed import NOW, desk, fill
from deadlines.compute.engine import engine_for
from deadlines.daemon.auditing import Auditor
from deadlines.docket.judging import Statement
from deadlines.docket.ways import FEDERAL_OFFICES
from deadlines.store.database import Database

ENTRIES = 10_000


def rows() -> list[tuple[str, str, str]]:
    """How many entries a second, on SQLite, with seven reminders each."""
    with TemporaryDirectory() as folder:
        database = Database.create(f"sqlite:///{Path(folder) / 'a.sqlite3'}", now=NOW, version="bench")
        fill(database, ENTRIES)
        at = desk()
        days = engine_for(at.law).days(FEDERAL_OFFICES)
        statement = Statement(at.zone, at.at, at.channel, days.is_working_day)
        auditor = Auditor(database, statement, turn=3600.0)
        started = time.perf_counter()
        found = auditor.audit(NOW + timedelta(minutes=5))
        taken = time.perf_counter() - started
        database.dispose()
    if found is None or found.finished_at is None:
        raise RuntimeError("the auditor did not come to the end")
    what = f"the auditor's round over {found.checked:,} entries, {found.standing} gaps"
    return [(what, f"{taken:.1f} s, {found.checked / taken:,.0f} entries/s", "ten seconds of a turn")]
