"""How long the program takes to answer: `--version`, `list` on 1,000 open windows."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bench.feed import NOW, desk, fill
from bench.measure import median_seconds
from deadlines.compute import Notice, Service
from deadlines.docket.intake import record_notice
from deadlines.store.database import Database
from deadlines.store.tables import Matter

PROGRAM = str(Path(sys.executable).parent / "deadlines")
RUNS = 11


def rows() -> list[tuple[str, str, str]]:
    """Whole processes, and a bare interpreter beside them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "deadlines.toml"
        file.write_text('[database]\nurl = "sqlite:///b.sqlite3"\n')
        database = Database.create(f"sqlite:///{Path(folder) / 'b.sqlite3'}", now=NOW, version="bench")
        fill(database)
        fill_more(database)
        database.dispose()
        bare = _seconds([sys.executable, "-c", "pass"])
        version = _seconds([PROGRAM, "--version"])
        listed = _seconds([PROGRAM, "--config", str(file), "list"])
    return [
        ("bare Python interpreter", f"{bare:.2f} s", ""),
        ("`deadlines --version`", f"{version:.2f} s", "≤ 0.25 s"),
        ("`deadlines list` on 1,000 entries", f"{listed:.2f} s", "≤ 0.6 s"),
    ]


def fill_more(database: Database) -> None:
    """A second notice in each matter, so that about 1,000 windows are open."""
    with database.write() as session:
        for matter in session.scalars(select(Matter)).all():
            notice = Notice(kind="uscis.denial", form="I-140", decided_on=NOW.date(), service=Service("mail"))
            record_notice(session, desk(), matter, notice, now=NOW)


def _seconds(command: list[str]) -> float:
    return median_seconds(lambda: subprocess.run(command, capture_output=True, check=True), RUNS)
