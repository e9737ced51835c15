"""The same story on both databases, through the real program."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import data, good, run


def test_the_first_path_is_the_same_on_both(empty_database_url: str, tmp_path: Path) -> None:
    where: dict[str, Any] = {"folder": tmp_path, "DEADLINES_DATABASE_URL": empty_database_url}
    good("init", **where)
    data("person", "add", "Ana Ruiz", "--email", "ana@firm.example", **where)
    added = data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-485", "--decided-on", "2026-10-23", "--service", "mail",
        **where,
    )  # fmt: skip
    assert added["entries"]
    assert data("feed", "add", "--person", "ana@firm.example", "--label", "A", **where)["url"]
    done = run("doctor", "--json", **where)
    checks = {check["id"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["database"]["state"] in ("well", "warning")
    assert ("PostgreSQL" in checks["database"]["sentence"]) is empty_database_url.startswith("postgresql")
    assert checks["audit"]["state"] == "well"
    assert "CANARYNAME" not in done.stdout
    assert run("init", **where).returncode == 6


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_init_on_a_second_machine_says_what_to_copy_and_writes_nothing(empty_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    good("init", folder=tmp_path, DEADLINES_DATABASE_URL=empty_database_url)
    done = run("init", folder=tmp_path / "second", DEADLINES_DATABASE_URL=empty_database_url)
    assert done.returncode == 6
    assert "copy the configuration, the key file and the password files from the first one" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list((tmp_path / "second").iterdir()) == []


def test_upgrading_what_is_up_to_date_changes_nothing(firm: Firm) -> None:
    assert "up to date" in firm.good("db", "upgrade")
    told = firm.data("db", "upgrade")
    assert told["before"] == told["after"]


def test_a_newer_database_is_left_alone(firm: Firm) -> None:
    path = firm.folder / "deadlines.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    before = path.read_bytes()
    for words in (["db", "upgrade"], ["list"]):
        done = firm.run(*words)
        assert done.returncode == 6
        assert "newer" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert path.read_bytes() == before


def test_a_database_that_is_no_docket_is_refused_and_left_alone(firm: Firm) -> None:
    path = firm.folder / "deadlines.sqlite3"
    for content in (b"", b"not a database at all", b"SQLite format 3\x00 and nothing more"):
        path.write_bytes(content)
        for words in (["list"], ["db", "upgrade"], ["serve"]):
            done = firm.run(*words)
            assert done.returncode == 6, done.stderr
            assert len(done.stderr.splitlines()) == 1
        assert path.read_bytes() == content


def test_a_locked_database_is_a_sentence(firm: Firm) -> None:
    with sqlite3.connect(firm.folder / "deadlines.sqlite3", isolation_level=None) as connection:
        connection.execute("begin exclusive")
        done = firm.run("person", "add", "Ana", "--email", "ana@firm.example")
        connection.execute("rollback")
    assert done.returncode == 6
    assert "locked" in done.stderr
    assert len(done.stderr.splitlines()) == 1
