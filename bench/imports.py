"""What an import of 10,000 notices takes: reading the file, the dry run, and recording it in one transaction.

The figures are processor time, so that they say the same on a busy machine.
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import select

from bench.feed import NOW, desk
from deadlines.docket.import_rows import COLUMNS, ImportRow, read_rows
from deadlines.docket.importing import Plan, check, record
from deadlines.docket.people import add_person
from deadlines.law import load_law
from deadlines.sheets import Column, Sheet, read_grid, write_csv, write_xlsx
from deadlines.store.database import Database
from deadlines.store.tables import Person

NOTICES = 10_000
Made = TypeVar("Made")
EACH = 3
"""Notices of one matter."""
KINDS = (("uscis.denial", "I-140"), ("uscis.denial", "I-485"), ("uscis.rfe", "I-129"), ("uscis.noid", "I-130"),
         ("ij.order", ""), ("bia.decision", ""))  # fmt: skip
METHODS = ("mail", "in-person", "electronic", "certified-mail")


def rows() -> list[tuple[str, str, str]]:
    """Both kinds of file, then the docket."""
    made = table()
    read, plain = _timed(lambda: _read(write_csv(made)))
    _, packed = _timed(lambda: _read(write_xlsx([made])))
    with TemporaryDirectory() as folder:
        database = Database.create(f"sqlite:///{Path(folder) / 'i.sqlite3'}", now=NOW, version="bench")
        with database.write() as session:
            ana = add_person(session, name="Ana", email="ana@firm.test", role="attorney", actor="bench", now=NOW)
        _, looked = _timed(lambda: _check(database, read))
        with database.write() as session:
            _, recorded = _timed(
                lambda: record(session, desk(), read, by=session.merge(ana), source="", now=NOW, today=NOW.date())
            )
        again, nothing = _timed(lambda: _check(database, read))
        database.dispose()
    if again.count("known") != NOTICES:
        raise RuntimeError("the second import would add something")
    first = "reading the CSV file and every cell (this row and the next four: processor time)"
    return [
        (f"import of {NOTICES:,} notices: {first}", f"{plain:.1f} s", ""),
        ("the same from XLSX", f"{packed:.1f} s", ""),
        ("the dry run: every notice computed and held against the docket", f"{looked:.1f} s", ""),
        ("recording them in one transaction, SQLite", f"{recorded:.0f} s, {NOTICES / recorded:.0f} notices/s", ""),
        ("the second import, which adds nothing", f"{nothing:.1f} s", ""),
    ]


def table() -> Sheet:
    """A table as a firm may bring it from another system."""
    dice = random.Random(2026)
    lines = []
    for number in range(NOTICES):
        kind, form = KINDS[number % len(KINDS)]
        on = NOW.date() - timedelta(days=dice.randrange(1_500))
        cells = {
            "key": f"K-{number:05}", "matter": f"B-{number // EACH:05}", "attorney": "ana@firm.test", "kind": kind,
            "form": form or None, "decided_on": on, "service": dice.choice(METHODS),
        }  # fmt: skip
        lines.append([cells.get(name) for name in COLUMNS])
    return Sheet("Notices", [Column(name) for name in COLUMNS], lines)


def _read(data: bytes) -> list[ImportRow]:
    found, faults = read_rows(read_grid(data), load_law())
    if faults:
        raise RuntimeError(faults[0].sentence)
    return found


def _check(database: Database, wanted: list[ImportRow]) -> Plan:
    with database.read() as session:
        ana = session.scalars(select(Person).where(Person.email == "ana@firm.test")).one()
        plan = check(session, desk(), wanted, by=ana, today=NOW.date())
    if plan.faults:
        raise RuntimeError(plan.faults[0].sentence)
    return plan


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    started = time.process_time()
    made = work()
    return made, time.process_time() - started
