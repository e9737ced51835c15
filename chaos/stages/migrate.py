"""Every migration is killed, and fails, at every statement: the database is as before, and the next try succeeds."""

import os
import subprocess
import sys
from pathlib import Path

from chaos.ground import Ground
from chaos.nursery import ROOT
from deadlines.store import migrate
from deadlines.store.engine import build_engine, parse_url
from tests.store.test_migrations import first_docket


def run(ground: Ground) -> None:
    """One database for each revision; the short form takes the newest."""
    known = migrate.known_revisions()
    for revision in known[-1:] if ground.short else known:
        statements = _revision(ground, revision)
        ground.tally.fault("migration killed", statements)
        ground.tally.fault("migration failed", statements)
        ground.tally.note(f"revision {revision}: killed and failed at each of {statements} statements")


def _revision(ground: Ground, revision: str) -> int:
    """How many statements the revision has; what it left behind is broken."""
    url = ground.address(ground.place())
    if ground.kind == "sqlite":
        Path(url.removeprefix("sqlite:///")).touch()
    if revision != migrate.known_revisions()[0]:
        engine = build_engine(parse_url(url))
        first_docket(engine)
        migrate.upgrade(engine, f"{int(revision) - 1:04}")
        engine.dispose()
    words = [sys.executable, "-m", "tests.store.migrating", url, revision]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    ground.tally.expect(done.returncode == 0, f"revision {revision}: {done.stderr.strip()[-300:]}")
    return int(done.stdout) if done.returncode == 0 else 0
