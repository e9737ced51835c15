"""A command that ends over damaged rows names them and says what to do; no way through the program is printed."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT, ROOT


@pytest.fixture
def recorded(firm: Firm) -> Firm:
    firm.add("Ana", "ana@firm.example")
    firm.data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail",
    )  # fmt: skip
    return firm


def from_outside(firm: Firm, change: str) -> None:
    with closing(sqlite3.connect(firm.folder / "deadlines.sqlite3")) as connection:
        connection.execute(change)
        connection.commit()


def test_the_rows_are_named_with_what_to_do(recorded: Firm) -> None:
    from_outside(recorded, "update matter set attorney_id = '9' || substr(attorney_id, 2)")
    done = recorded.run("show", "2026-0143", "--json")
    assert done.returncode == 13
    assert "(attorney_id)" in done.stderr
    assert "restore a backup" in done.stderr
    assert "CANARYNAME" not in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "damaged-row"


def test_a_notice_that_cannot_be_read_is_named_where_it_is_to_be_corrected(recorded: Firm) -> None:
    shown = recorded.data("list")[0]
    notice = recorded.data("show", shown["entry"])["notice"]
    from_outside(recorded, "update notice set facts = substr(facts, 2)")
    done = recorded.run("amend", notice, "--fact", "x=y", "--reason", "r", "--by", "ana@firm.example")
    assert done.returncode == 13
    assert notice[:8] in done.stderr


def test_what_fails_over_whole_rows_is_still_unexpected(recorded: Firm) -> None:
    done = patched(recorded, "deadlines.docket.views.matter_view", "show", "2026-0143")
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr


def test_a_check_that_fails_prints_no_way_through_the_program(recorded: Firm) -> None:
    done = patched(recorded, "deadlines.docket.health.check_copies", "doctor")
    assert "The check itself fails (ZeroDivisionError)" in done.stdout
    assert done.stderr == "deadlines: the check copied-dates failed\n"
    debugged = patched(recorded, "deadlines.docket.health.check_copies", "doctor", DEADLINES_DEBUG="1")
    assert "Traceback" in debugged.stderr


def patched(firm: Firm, broken: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The program with one function that fails in an unforeseen way."""
    module, _, name = broken.rpartition(".")
    code = (
        f"import {module} as m, sys\ndef fails(*a, **k): raise ZeroDivisionError\nm.{name} = fails\n"
        "from deadlines.commands import main\nmain(sys.argv[1:])"
    )
    words = ("--config", str(firm.config), *words)
    kept = {name: value for name, value in os.environ.items() if "DEADLINES_" not in name}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=firm.folder,
        capture_output=True,
        text=True,
        check=False,
        env={**kept, "PYTHONPATH": str(ROOT), **more},
    )
