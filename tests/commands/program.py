"""Runs the real program in a process of its own."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chaos.nursery import Nursery

ROOT = Path(__file__).parents[2]
RECENT = (date.today() - timedelta(days=3)).isoformat()  # noqa: DTZ011  (any day whose windows are still open)
PROGRAM = [sys.executable, str(ROOT / "cli.py")]


def environment(**more: str) -> dict[str, str]:
    """The environment of the tests without any setting of the program."""
    kept = {name: value for name, value in os.environ.items() if "DEADLINES_" not in name}
    return {**kept, **more}


def run(*arguments: str, folder: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    """What the program answers, in a process forked from one that has imported it: nothing of a test is in there."""
    with tempfile.TemporaryDirectory(prefix="said-") as said:
        output, errors = Path(said) / "output", Path(said) / "errors"
        child = _nursery().start(list(arguments), folder=folder, output=output, errors=errors, env=environment(**more))
        try:
            status = child.wait(60)
        finally:
            child.kill()
        return subprocess.CompletedProcess(arguments, status, output.read_text(), errors.read_text())


@cache
def _nursery() -> Nursery:
    nursery = Nursery()
    atexit.register(nursery.close)
    return nursery


def good(*arguments: str, folder: Path = ROOT, **more: str) -> str:
    """The standard output of a call that succeeds and complains of nothing."""
    done = run(*arguments, folder=folder, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def data(*arguments: str, folder: Path = ROOT, **more: str) -> Any:
    """The JSON of a call that succeeds."""
    return json.loads(good(*arguments, "--json", folder=folder, **more))
