"""The clock, the auditor, the monitor, the leader and the disks, by the real program."""

import fcntl
import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deadlines import clock
from deadlines.commands.machine import check_feeds_folder
from deadlines.config import load_settings
from deadlines.practice import Practice
from tests.commands.conftest import Firm
from tests.commands.program import RECENT

ANA = "ana@firm.example"
ENTERED = datetime(2020, 1, 1, tzinfo=UTC)
"""Before anything was entered: everything is laid by the practice that is in force since then."""


@pytest.fixture
def followed(firm: Firm) -> Firm:
    """Ana's matter with a denial of three days ago."""
    firm.add("Ana Ruiz", ANA)
    words = ["add", "--matter", "2026-0143", "--client", "Canary-Garcia", "--attorney", ANA, "--kind", "uscis.denial"]
    firm.good(*words, "--form", "I-140", "--decided-on", RECENT, "--service", "mail")
    return firm


def execute(firm: Firm, statement: str, *values: object) -> None:
    with sqlite3.connect(firm.folder / "deadlines.sqlite3") as connection:
        connection.execute(statement, values)
    connection.close()


def check(firm: Firm, name: str) -> dict[str, Any]:
    found = json.loads(firm.run("doctor", "--json").stdout)["checks"]
    return next(each for each in found if each["id"] == name)


def beat(firm: Firm, sweep: str, at: datetime, detail: str = "{}") -> None:
    values = (sweep, at.strftime("%Y-%m-%d %H:%M:%S.%f"), detail)
    execute(firm, "INSERT OR REPLACE INTO heartbeat (sweep, at, detail) VALUES (?, ?, ?)", *values)


def test_nothing_is_judged_before_the_reminders_are_laid_by_the_practice_of_today(followed: Firm) -> None:
    execute(followed, "DELETE FROM reminder WHERE rung = 'last-0'")
    for laid in ("", "another"):
        if laid:
            beat(followed, "practice", ENTERED, laid)
        done = followed.run("remind", "audit")
        assert (done.returncode, "the scheduler has not laid the reminders" in done.stdout) == (1, True)
        told = json.loads(followed.run("remind", "audit", "--json").stdout)
        assert told == {"laid": False, "checked": 0, "gaps": []}
    beat(followed, "practice", ENTERED, Practice().state)
    assert followed.run("remind", "audit").returncode == 2


def test_an_audit_of_a_docket_that_is_well_and_of_one_that_lost_a_reminder(followed: Firm) -> None:
    beat(followed, "practice", ENTERED, Practice().state)
    assert followed.good("remind", "audit") == "Every reminder of 4 entries is in its place.\n"
    execute(followed, "DELETE FROM reminder WHERE rung = 'last-0'")
    done = followed.run("remind", "audit")
    assert done.returncode == 2
    assert "must be reminded of and is not planned" in " ".join(done.stdout.split())
    assert "Canary" not in done.stdout
    told = json.loads(followed.run("remind", "audit", "--json").stdout)
    assert {(gap["kind"], gap["rung"], gap["person"]) for gap in told["gaps"]} == {("missing", "last-0", ANA)}
    assert followed.run("remind", "audit").returncode == 2  # nothing was changed


def test_a_clock_is_confirmed_by_whoever_knows_the_day(firm: Firm) -> None:
    zone = "America/New_York"
    assert firm.data("clock")["believed"]
    beat(firm, "daemon", datetime.now(UTC) - timedelta(days=800))
    done = firm.run("clock")
    assert done.returncode == 2
    assert "Nothing is sent" in done.stdout
    assert check(firm, "clock")["state"] == "ill"
    wrong = firm.run("clock", "--confirm", (clock.today(zone) - timedelta(days=800)).isoformat())
    assert wrong.returncode == 8
    assert "set its clock right" in wrong.stderr
    assert firm.run("clock", "--confirm", "tomorrow").returncode == 3
    assert firm.run("clock").returncode == 2
    assert firm.run("clock", "--confirm", clock.today(zone).isoformat()).returncode == 0
    assert firm.run("clock").returncode == 0
    assert check(firm, "clock")["state"] == "warning"


def test_the_leader_is_held_against_its_signs_of_life(firm: Firm) -> None:
    assert check(firm, "leader")["sentence"] == "No scheduler works now."
    now = datetime.now(UTC)
    beat(firm, "daemon", now, '{"owner":"x","stopped":false}')
    assert check(firm, "leader")["state"] == "warning"
    with (firm.folder / "deadlines.sqlite3.daemon").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert check(firm, "leader")["state"] == "well"
        beat(firm, "daemon", now - timedelta(hours=1), '{"owner":"x","stopped":false}')
        assert check(firm, "leader")["state"] == "ill"
    beat(firm, "daemon", now, '{"owner":"x","stopped":true}')
    assert check(firm, "leader")["sentence"] == "No scheduler works now."


def test_the_folder_of_calendars(firm: Firm) -> None:
    assert check(firm, "feeds-folder")["state"] == "well"
    folder = firm.folder / "deadlines.sqlite3.feeds"
    folder.mkdir()
    assert "MB are free" in check(firm, "feeds-folder")["sentence"]
    folder.rmdir()
    folder.write_text("in the way")
    found = check(firm, "feeds-folder")
    assert found["state"] == "ill"
    assert "cannot be written to" in found["sentence"]
    assert found["hint"]


def test_a_server_without_a_folder_of_calendars_is_warned_of(tmp_path: Path) -> None:
    server = {"DEADLINES_DATABASE_URL": "postgresql://deadlines@db.firm.example/deadlines"}
    found = check_feeds_folder(load_settings(environ=server, folder=tmp_path))
    assert (found.state, found.hint) == ("warning", "Name a folder in web.feeds_folder.")


@pytest.mark.parametrize(
    "free, state", [(10**12, "well"), (400_000_000, "warning"), (49_000_000, "ill"), (0, "ill"), (-1, "ill")]
)
def test_a_disk_that_fills_up(monkeypatch: pytest.MonkeyPatch, firm: Firm, free: int, state: str) -> None:
    """The disk is made up: `-1` has bytes and no place for another file."""
    from deadlines.commands import machine
    from deadlines.config import load_settings

    real = os.statvfs(firm.folder)
    full = os.statvfs_result([*real[:7], 0, *real[8:]])

    class Usage:
        def __init__(self, _folder: object) -> None:
            self.free = 10**12 if free < 0 else free

    monkeypatch.setattr("shutil.disk_usage", Usage)
    monkeypatch.setattr("os.statvfs", lambda _folder: full if free < 0 else real)
    assert machine.check_disk(load_settings(str(firm.config))).state == state


def test_the_monitor_is_named_by_a_file_that_only_its_owner_reads(firm: Firm) -> None:
    assert check(firm, "monitor")["state"] == "warning"
    address = firm.folder / "monitor.address"
    address.write_text("https://hc.firm.example/S3CRET\n")
    address.chmod(0o600)
    firm.config.write_text('[monitor]\naddress_file = "monitor.address"\n')
    found = check(firm, "monitor")
    assert (found["state"], "S3CRET" in json.dumps(found)) == ("warning", False)
    address.write_text("http://hc.firm.example/S3CRET\n")
    found = check(firm, "monitor")
    assert (found["state"], "monitor.address_file" in found["sentence"], "S3CRET" in found["sentence"]) == (
        "ill",
        True,
        False,
    )
    address.chmod(0o644)
    assert "chmod 600" in check(firm, "monitor")["sentence"]
