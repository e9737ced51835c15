"""Runs the real program in a process of its own."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECENT = (date.today() - timedelta(days=3)).isoformat()  # noqa: DTZ011  (any day whose windows are still open)
PROGRAM = [sys.executable, str(ROOT / "cli.py")]


def environment(**more: str) -> dict[str, str]:
    """The environment of the tests without any setting of the program."""
    kept = {name: value for name, value in os.environ.items() if "DEADLINES_" not in name}
    return {**kept, **more}


def run(*arguments: str, folder: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    """What the program answers."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def good(*arguments: str, folder: Path = ROOT, **more: str) -> str:
    """The standard output of a call that succeeds and complains of nothing."""
    done = run(*arguments, folder=folder, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def data(*arguments: str, folder: Path = ROOT, **more: str) -> Any:
    """The JSON of a call that succeeds."""
    return json.loads(good(*arguments, "--json", folder=folder, **more))
