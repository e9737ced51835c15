"""A backup is whole, verified and named last; whatever fails, nothing is left that looks like one."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deadlines.docket.auditor import audit_all
from deadlines.docket.gaps import MENDED
from deadlines.docket.judging import Statement
from deadlines.errors import BackupError
from deadlines.keeping import backup as backups
from deadlines.keeping import backups_in, copying, read_manifest, rehearse
from deadlines.keeping.cipher import PIECE, decrypt, encrypt
from deadlines.keeping.copying import address_without_password
from deadlines.keeping.facts import facts_of
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.engine import parse_url
from deadlines.store.seal import Seal
from tests.docket.desks import ENTERED, LATER
from tests.docket.samples import ZONE
from tests.keeping.moments import MOMENTS
from tests.keeping.parts import CIPHER_KEY, KEY, backed_up, instance_of, names, whole

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("key", [None, CIPHER_KEY])
def test_a_backup_holds_what_the_docket_holds(keyed: Database, tmp_path: Path, key: bytes | None) -> None:
    folder = tmp_path / "backups"
    file, manifest = backed_up(keyed, folder, key=key)
    with keyed.read() as session:
        assert manifest.facts == facts_of(session)
    assert manifest.facts.audit_broken is None
    assert manifest.facts.altered == 0
    assert manifest.facts.counts["entry"] >= 9
    assert (manifest.program, manifest.encrypted, manifest.made_at) == ("1.2.3", key is not None, LATER)
    expected = "sqlite" if keyed.engine.dialect.name == "sqlite" else "copy" if os.environ["PATH"] == "/nowhere" else ""
    if "DEADLINES_TEST_DATABASE_URL" not in os.environ:  # another server may be newer than the tools
        assert manifest.form == (expected or "pg_dump")
    assert read_manifest(file) == manifest
    assert names(folder) == [file.name, f"{file.name}.json"]
    for name in names(folder):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert (b"2026-0001" in file.read_bytes()) is (manifest.form == "sqlite" and key is None)
    drill = rehearse(folder, instance=instance_of(keyed), seal=keyed.seal, key=key)
    assert (drill.file, drill.faults) == (file.name, [])
    assert names(folder) == [file.name, f"{file.name}.json"]


def test_a_backup_is_made_while_others_write(keyed: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with keyed.write() as session:
                audit.record(session, at=ENTERED, actor="a", action="b", subject=str(number), detail={})
            number += 1

    worker = threading.Thread(target=write)
    worker.start()
    try:
        for _ in range(3):
            _, manifest = backed_up(keyed, tmp_path / "backups")
            assert manifest.facts.audit_broken is None
    finally:
        stop.set()
        worker.join()


def test_old_backups_go_but_the_newest_three_stay(keyed: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for days in range(5):
        backups.make_backup(keyed, folder, now=LATER + timedelta(days=days), program="1", days=30)
    assert len(whole(folder)) == 5
    backups.make_backup(keyed, folder, now=LATER + timedelta(days=33, hours=1), program="1", days=30)
    assert [manifest.made_at.day for _, manifest in backups_in(folder)] == [5, 6, 5]
    backups.make_backup(keyed, folder, now=LATER + timedelta(days=400), program="1", days=30)
    assert len(whole(folder)) == 3
    assert len(names(folder)) == 6


CHILD = """
import os, signal, sys
from pathlib import Path
from deadlines.store.database import Database
from tests.keeping.parts import KEY, backed_up
def hook(moment):
    if moment == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
backed_up(Database.open(sys.argv[1], key=KEY), Path(sys.argv[2]), key=bytes(32), hook=hook)
"""


@MOMENTS
@pytest.mark.parametrize("moment", ["copied", "verified", "encrypted", "written", "manifest"])
def test_killed_at_any_point_nothing_looks_like_a_backup(
    keyed: Database, database_url: str, tmp_path: Path, moment: str
) -> None:
    if moment == "copied" and keyed.engine.dialect.name == "sqlite":
        pytest.skip("SQLite is verified in the same step")
    folder = tmp_path / "backups"
    first, _ = backed_up(keyed, folder)
    words = [sys.executable, "-c", CHILD, database_url, str(folder), moment]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert whole(folder) == [first]
    last, _ = backed_up(keyed, folder)
    assert last in whole(folder)
    assert not [name for name in names(folder) if name.startswith(".")]
    assert len(names(folder)) == 2 * len(whole(folder))


FULL = """
import resource, sys
from pathlib import Path
from deadlines.errors import BackupError
from deadlines.store.database import Database
from tests.keeping.parts import KEY, backed_up
database = Database.open(sys.argv[1], key=KEY)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    backed_up(database, Path(sys.argv[2]), key=bytes(32))
except BackupError as fault:
    print(fault.sentence)
"""


@MOMENTS
@pytest.mark.parametrize("room", [0, 4_000, 40_000, 150_000])
def test_a_disk_without_room_leaves_nothing_and_says_so(
    keyed: Database, database_url: str, tmp_path: Path, room: int
) -> None:
    """So many bytes a file may have: the copy, its check, its encryption or its manifest finds no room."""
    folder = tmp_path / "backups"
    words = [sys.executable, "-c", FULL, database_url, str(folder), str(room)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "room" in done.stdout or "disk" in done.stdout, done.stdout
    assert names(folder) == []
    backed_up(keyed, folder)
    assert len(whole(folder)) == 1


def test_a_copy_that_lost_rows_is_refused(keyed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if keyed.engine.dialect.name == "sqlite":
        real = copying._copy

        def short(database: Database, file: Path, progress: copying.Progress) -> None:
            real(database, file, progress)
            copy = Database.of_file(file, database.seal)
            with copy.write() as session:
                session.execute(text("DELETE FROM reminder WHERE id = 1"))
            copy.dispose()

        monkeypatch.setattr(copying, "_copy", short)
    else:
        monkeypatch.setattr(backups, "fill_scratch", _fill_short)
    with pytest.raises(BackupError, match=r"not whole.*(reminder|rows)"):
        backed_up(keyed, tmp_path / "backups")
    assert names(tmp_path / "backups") == []


def _fill_short(file: Path, *more: object) -> None:
    from deadlines.keeping.restore import fill_scratch

    fill_scratch(file, *more)  # type: ignore[arg-type]
    copy = Database.of_file(file, Seal(KEY))
    with copy.write() as session:
        session.execute(text("DELETE FROM reminder WHERE id = 1"))
    copy.dispose()


def test_two_backups_at_once_do_not_meet(keyed: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"

    def hook(moment: str) -> None:
        if moment == "verified":
            with pytest.raises(BackupError, match="another backup"):
                backed_up(keyed, folder)

    backed_up(keyed, folder, hook=hook)
    assert len(whole(folder)) == 1


def test_a_docket_in_doubt_is_backed_up_all_the_same_and_the_rehearsal_says_so(keyed: Database, tmp_path: Path) -> None:
    with keyed.engine.begin() as connection:
        connection.execute(text("UPDATE deadline SET safe_by = '2027-01-01' WHERE safe_by IS NOT NULL"))
    _, manifest = backed_up(keyed, tmp_path / "backups")
    assert (manifest.facts.altered or 0) > 0
    drill = rehearse(tmp_path / "backups", instance=instance_of(keyed), seal=keyed.seal, key=None)
    assert any("altered outside" in fault for fault in drill.faults)


def test_the_rehearsal_finds_an_open_entry_without_a_reminder(keyed: Database, tmp_path: Path) -> None:
    with keyed.engine.begin() as connection:
        connection.execute(text("UPDATE reminder SET state = 'cancelled'"))
    backed_up(keyed, tmp_path / "backups")
    drill = rehearse(tmp_path / "backups", instance=instance_of(keyed), seal=keyed.seal, key=None)
    assert any("open entries have no reminder" in fault for fault in drill.faults)


@pytest.mark.parametrize("harm", ["DELETE FROM reminder", "UPDATE reminder SET state = 'cancelled'"])
def test_the_rehearsal_runs_the_auditor_over_the_backup(keyed: Database, tmp_path: Path, harm: str) -> None:
    statement = Statement(ZONE, time(9), "smtp", lambda day: day.weekday() < 5)
    with keyed.read() as session:
        assert not [one for one in audit_all(session, statement, now=LATER)[1] if one.kind in MENDED]
    with keyed.engine.begin() as connection:
        one = "(SELECT min(id) FROM reminder WHERE state = 'planned' AND due_at > :after)"
        connection.execute(text(f"{harm} WHERE id = {one}"), {"after": datetime(2026, 11, 20, tzinfo=UTC)})
    backed_up(keyed, tmp_path / "backups")
    given: dict[str, Any] = {"instance": instance_of(keyed), "seal": keyed.seal, "key": None}
    assert rehearse(tmp_path / "backups", **given).faults == []
    [fault] = rehearse(tmp_path / "backups", **given, statement=statement).faults
    assert "reminders that are not as their dates ask" in fault


def test_the_manifest_tells_what_it_is(keyed: Database, tmp_path: Path) -> None:
    file, _ = backed_up(keyed, tmp_path / "backups")
    plain = json.loads((tmp_path / "backups" / f"{file.name}.json").read_text())
    assert plain["facts"]["instance"] == instance_of(keyed)
    assert len(plain["sha256"]) == 64
    assert "Canary" not in json.dumps(plain)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_encryption_gives_back_every_byte_and_notices_every_change(tmp_path: Path, size: int) -> None:
    plain, coded, again = (tmp_path / name for name in ("plain", "coded", "again"))
    plain.write_bytes(os.urandom(size))
    encrypt(plain, coded, CIPHER_KEY)
    decrypt(coded, again, CIPHER_KEY)
    assert again.read_bytes() == plain.read_bytes()
    content = coded.read_bytes()
    piece = PIECE + 16
    wrong = [content[:-1], content[:-20], content + b"x", content[:30] + bytes([content[30] ^ 1]) + content[31:]]
    if size > PIECE:
        wrong += [content[: 27 + piece], content[:27] + content[27 + piece :]]
    for damaged in wrong:
        coded.write_bytes(damaged)
        with pytest.raises(BackupError):
            decrypt(coded, again, CIPHER_KEY)
    coded.write_bytes(content)
    with pytest.raises(BackupError, match="another key"):
        decrypt(coded, again, bytes(32))


def test_pg_dump_is_given_the_whole_address_but_for_the_password() -> None:
    url = parse_url("postgresql://deadlines:s%2Fw@db.firm.example:5433/docket?sslmode=verify-full")
    assert address_without_password(url) == "postgresql://deadlines@db.firm.example:5433/docket?sslmode=verify-full"


def test_a_pg_dump_that_fails_says_why_and_the_backup_is_made_all_the_same(
    keyed: Database,
    kind_of_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if kind_of_database == "sqlite":
        pytest.skip("SQLite needs no tools")
    for name in ("pg_dump", "pg_restore"):
        tool = tmp_path / name
        tool.write_text("#!/bin/sh\necho 'aborting because of server version mismatch' >&2\nexit 1\n")
        tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    _, manifest = backed_up(keyed, tmp_path / "backups")
    assert manifest.form == "copy"
    assert "server version mismatch" in caplog.text
