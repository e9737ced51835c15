"""Backup, restore, rehearsal and seals through the real program."""

import json
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.commands.conftest import Firm
from tests.commands.program import RECENT, data, good, run

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def filled(firm: Firm) -> str:
    firm.add("Ana", "ana@firm.example")
    firm.add("Ben", "ben@firm.example", "paralegal")
    added = firm.data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail",
        "--by", "ana@firm.example",
    )  # fmt: skip
    firm.good("list")
    lines = firm.data("list")
    assert added["entries"]
    entry: str = lines[0]["entry"]
    return entry


def test_init_writes_a_key_for_its_owner_only(firm: Firm, tmp_path: Path) -> None:
    key = firm.folder / "deadlines.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(bytes.fromhex(key.read_text().strip())) == 32
    assert 'key_file = "deadlines.key"' in firm.config.read_text()
    other = tmp_path / "other"
    other.mkdir()
    good("init", folder=other)
    assert (other / "deadlines.key").read_text() != key.read_text()


def test_a_key_file_that_is_wrong_is_named(firm: Firm) -> None:
    key = firm.folder / "deadlines.key"
    content = key.read_text()
    key.write_text("secret\n")
    done = firm.run("list")
    assert done.returncode == 5
    assert f"{key}: a key file holds 64 hexadecimal digits" in done.stderr
    assert "secret" not in done.stderr
    key.write_text(content)
    key.chmod(0o644)
    assert "everybody may read this key file" in firm.run("list").stderr
    key.unlink()
    assert "the key file cannot be read" in firm.run("doctor").stdout


def test_an_altered_date_through_the_program(firm: Firm) -> None:
    entry = filled(firm)
    checks = {check["id"]: check["state"] for check in json.loads(firm.run("doctor", "--json").stdout)["checks"]}
    assert checks["sealed-dates"] == "well"
    assert firm.data("db", "seal") == {"altered": []}
    with sqlite3.connect(firm.folder / "deadlines.sqlite3") as connection:
        connection.execute("update deadline set safe_by = '2031-01-01' where entry_id = ?", [entry])
    said = firm.good("list")
    assert "INTEGRITY ALARM: the dates of 1 entry were altered" in said
    assert firm.data("list")[0]["altered"] is True
    assert "INTEGRITY ALARM" in firm.good("show", "2026-0143")
    assert "INTEGRITY ALARM" in firm.good("explain", entry)
    done = firm.run("db", "seal", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["altered"][0]["entry"] == entry
    assert firm.run("db", "seal", entry).returncode == 2
    assert firm.run("verify", entry, "--by", "ben@firm.example").returncode == 8
    firm.good("db", "seal", entry, "--by", "ben@firm.example", "--reason", "checked against the notice")
    assert "INTEGRITY" not in firm.good("list")


def test_backup_restore_and_rehearsal(empty_database_url: str, tmp_path: Path) -> None:
    where: dict[str, Any] = {"folder": tmp_path, "DEADLINES_DATABASE_URL": empty_database_url}
    good("init", **where)
    data("person", "add", "Ana Ruiz", "--email", "ana@firm.example", **where)
    data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail",
        **where,
    )  # fmt: skip
    done = run("db", "backup", **where)
    assert done.returncode == 5
    assert "keeping.folder" in done.stderr
    assert run("db", "drill", "nothing", **where).returncode == 11
    made = data("db", "backup", "kept", **where)
    assert "CANARYNAME" not in json.dumps(made)
    assert "verified" in good("db", "backup", "kept", **where)
    drilled = data("db", "drill", "kept", **where)
    assert drilled["faults"] == []
    assert "All holds" in good("db", "drill", "kept", **where)
    if empty_database_url.startswith("sqlite"):
        done = run("db", "restore", made["file"], "--into", empty_database_url, **where)
        assert done.returncode == 11
        assert "exists already" in done.stderr
    good("db", "restore", made["file"], "--into", "sqlite:///again.sqlite3", **where)
    again = {**where, "DEADLINES_DATABASE_URL": f"sqlite:///{tmp_path}/again.sqlite3"}
    assert data("list", **again) == data("list", **where)
    checks = {check["id"]: check for check in json.loads(run("doctor", "--json", **again).stdout)["checks"]}
    assert (checks["audit"]["state"], checks["sealed-dates"]["state"]) == ("well", "well")
    assert checks["backup"]["state"] == "warning"  # no folder is named


def test_a_trail_that_was_changed_through_the_program(firm: Firm) -> None:
    filled(firm)
    with sqlite3.connect(firm.folder / "deadlines.sqlite3") as connection:
        connection.execute("drop trigger audit_no_update")
        connection.execute("update audit set actor = 'nobody' where id = 2")
    done = firm.run("db", "backup", "kept")
    assert done.returncode == 2
    assert "verified" not in done.stdout
    assert "IN DOUBT" in done.stdout
    assert "INTEGRITY ALARM: the audit trail is broken at row 2." in done.stderr
    assert "triggers are missing that keep from changes: audit." in done.stderr
    [manifest] = (firm.folder / "kept").glob("*.json")
    assert len(json.loads(manifest.read_text())["doubts"]) == 2
    done = firm.run("db", "restore", str(manifest).removesuffix(".json"), "--into", "sqlite:///again.sqlite3")
    assert (done.returncode, done.stderr.count("INTEGRITY ALARM")) == (2, 2)
    checks = {check["id"]: check for check in json.loads(firm.run("doctor", "--json").stdout)["checks"]}
    assert (checks["audit"]["state"], checks["audit-guarded"]["state"]) == ("ill", "ill")
    assert "db trail" in checks["audit-guarded"]["hint"]
    with Database.open(f"sqlite:///{firm.folder}/deadlines.sqlite3").write() as session:
        session.add(Heartbeat(sweep="trail", at=NOON, detail='{"broken": 2, "since": "2026-11-01T12:00:00Z"}'))
    assert "INTEGRITY ALARM: the audit trail of this docket was altered" in firm.run("list").stderr
    done = firm.run("db", "trail")
    assert (done.returncode, done.stdout.count("\n")) == (2, 2)
    firm.good("db", "trail", "--by", "ben@firm.example", "--reason", "compared with the backup")
    assert firm.run("list").stderr == ""
