"""The process is killed at every point between claim and mark, and started again: nothing is lost."""

import json
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from deadlines.docket import letters
from deadlines.store.database import Database
from deadlines.store.tables import Letter, Reminder
from tests.daemon.runner import LEASE
from tests.docket.samples import entry, matter, person, plan, window

ROOT = Path(__file__).parents[2]
KILLS = 24
"""For each database; `make chaos` kills more often."""
DUE = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
HOOKS = {
    "claim.before",
    "claim.before_commit",
    "claim.after_commit",
    "send.before",
    "send.after",
    "mark.before_commit",
    "mark.after_commit",
}
LETTER_HOOKS = {
    "letter.claim.before_commit",
    "letter.claim.after_commit",
    "letter.send.before",
    "letter.send.after",
    "mark.before_commit",
    "letter.mark.after_commit",
}


def fill(database: Database, matters: int) -> None:
    """Matters with one entry, every fifth with two that share a message."""
    with database.write() as session:
        ana = person(session)
        for number in range(matters):
            of = matter(session, ana, f"m-{number}")
            for rule in ("uscis.motion.reopen", "uscis.motion.reconsider")[: 2 if number % 5 == 0 else 1]:
                asked = window(rule=rule)
                plan(session, *entry(session, of, asked), asked, [ana])


def kill_often(
    url: str, folder: Path, seed: int, kills: int, first: int = 1
) -> tuple[list[dict[str, Any]], Counter[str], int]:
    """Kill so many rounds of sending, at their `first` hook or later, then let one end: what the channel took, where it
    was killed, how often."""
    drawn = random.Random(seed)
    hooks = cycle(drawn.sample(range(first, 10), 10 - first))
    sink = folder / "sink.jsonl"
    sink.touch()
    noted = (folder / "killed").open("w+")
    runner = subprocess.Popen(
        [sys.executable, "-m", "tests.daemon.runner", "rounds"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=noted,
        text=True,
    )
    assert runner.stdin is not None
    assert runner.stdout is not None
    now, killed, rounds = DUE, 0, 0
    while killed < kills:
        order = {"url": url, "sink": str(sink), "now": now.isoformat()}
        how = {"after": drawn.uniform(0.0, 0.06)} if rounds % 4 == 3 else {"at": next(hooks)}
        runner.stdin.write(json.dumps(order | how) + "\n")
        runner.stdin.flush()
        status = int(runner.stdout.readline())
        assert status in {0, -9}, seed
        killed += status == -9
        rounds += 1
        now += LEASE + timedelta(seconds=1)
        assert rounds < 3 * kills, seed
    runner.stdin.write(json.dumps({"url": url, "sink": str(sink), "now": now.isoformat()}) + "\n")
    runner.stdin.close()
    assert runner.stdout.readline().strip() == "0"
    assert runner.wait(60) == 0
    runner.stdout.close()
    noted.seek(0)
    where = Counter(noted.read().split())
    noted.close()
    return [json.loads(line) for line in sink.read_text().splitlines()], where, killed


@pytest.mark.timeout(120)
def test_killed_at_any_moment_nothing_is_lost_and_a_repeat_has_its_id(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    fill(database, 130)
    taken, where, kills = kill_often(database_url, tmp_path, seed, KILLS)
    under: dict[str, set[str]] = {}
    for line in taken:
        for reminder in line["reminders"]:
            under.setdefault(reminder, set()).add(line["id"])
    with database.read() as session:
        due = {str(row.id): row.state for row in session.scalars(select(Reminder).where(Reminder.due_at <= DUE))}
        left = set(session.scalars(select(Reminder.state).where(Reminder.due_at > DUE)))
    repeated = len(taken) - len({line["id"] for line in taken})
    print(f"seed {seed}: {kills} kills {dict(where)}, {len(due)} reminders, {repeated} repeats")
    assert set(under) == set(due), seed
    assert set(due.values()) == {"sent"}, seed
    assert all(len(ids) == 1 for ids in under.values()), seed
    assert repeated <= kills, seed
    assert left == {"planned"}, seed
    assert set(where) <= HOOKS
    assert len(where) >= 5, seed


@pytest.mark.timeout(120)
def test_killed_at_any_moment_no_letter_is_lost_and_a_repeat_has_its_id(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    with database.write() as session:
        ana = person(session)
        for number in range(100):
            letters.queue(session, key=f"test/{number}", person=ana, subject="Subject", text="Text", now=DUE)
    # The first three hooks are those of reminders, of which there are none.
    taken, where, kills = kill_often(database_url, tmp_path, seed, KILLS // 2, first=4)
    with database.read() as session:
        rows = {f"letter {row.id}": row for row in session.scalars(select(Letter))}
    print(f"seed {seed}: {kills} kills {dict(where)}, {len(taken) - len(rows)} repeats")
    assert {row.state for row in rows.values()} == {"sent"}, seed
    assert {(line["reminders"][0], line["id"]) for line in taken} == {
        (name, row.message_id) for name, row in rows.items()
    }, seed
    assert len({row.message_id for row in rows.values()}) == 100
    assert len(taken) - len(rows) <= kills, seed
    assert set(where) <= HOOKS | LETTER_HOOKS
    assert len(set(where) & LETTER_HOOKS) >= 4, seed
