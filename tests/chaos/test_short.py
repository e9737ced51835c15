"""The short form of every stage, and on a server of those that concern it. A program that loses mail does not pass."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from chaos.ground import MONDAY, Ground
from chaos.nursery import Nursery
from chaos.stages import STAGES

ROOT = Path(__file__).parents[2]
ALL = tuple(name for name, kinds in STAGES.items() if "sqlite" in kinds)
OF_A_SERVER = ("kill", "stop", "server", "weekend")
"""Where a server is another thing than a file; `make chaos` runs every stage on both."""
LAST_LINE = re.compile(r"chaos: faults (\d+) lost 0 wrong 0 leaked 0 duplicates (\d+) \(explained (\d+)\)")


@pytest.mark.timeout(600)
@pytest.mark.xdist_group("chaos")  # both mostly wait: in one worker they leave the other to work
@pytest.mark.parametrize("kind, stages", [("sqlite", ALL), ("postgres", OF_A_SERVER)])
def test_nothing_is_lost_wrong_leaked_or_repeated_without_a_reason(kind: str, stages: tuple[str, ...]) -> None:
    words = [sys.executable, "-m", "chaos", "--short", "--database", kind]
    words += [word for stage in stages for word in ("--stage", stage)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode in {0, 2}, done.stdout + done.stderr
    said = LAST_LINE.fullmatch(done.stdout.splitlines()[-1])
    assert said is not None
    assert int(said[1]) > 10
    assert said[2] == said[3]
    ran = {line.split()[0] for line in done.stdout.splitlines() if re.match(rf"\w+ +{kind} ", line)}
    assert ran == set(stages)
    if done.returncode == 2:
        pytest.skip("; ".join(line for line in done.stdout.splitlines() if line.startswith("NOT RUN")))


@pytest.fixture
def ground() -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, closing(Nursery()) as nursery:
        yield Ground("sqlite", Path(folder), Random(1), nursery, short=True)


def test_a_program_that_says_sent_and_sends_nothing_is_found_out(ground: Ground) -> None:
    with ground.firm() as firm:
        firm.fill(18)
        firm.set_clock(MONDAY)
        process = firm.start(loses=3)
        assert firm.looked()
        assert firm.until(lambda: firm.waiting() == 0, 30)
        firm.end(process)
        firm.judge()
    assert ground.tally.lost > 0
    assert not ground.tally.holds
    assert ground.tally.status == 1
    assert any(note.startswith("LOST") for note in ground.tally.notes)


def test_the_same_program_without_the_sabotage_passes(ground: Ground) -> None:
    with ground.firm() as firm:
        firm.fill(18)
        firm.set_clock(MONDAY)
        firm.settle()
        firm.judge()
        assert len(firm.post.accepted) > 5
    assert (ground.tally.holds, ground.tally.broken, ground.tally.lost) == (True, [], 0)
