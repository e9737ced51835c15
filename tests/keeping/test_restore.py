"""A restore is refused unless the backup is what its manifest says, and swaps last."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import inspect, select, text

from deadlines.docket.renderings import lift_sequences, refresh_renderings
from deadlines.docket.sealing import altered_dates
from deadlines.docket.views import open_windows
from deadlines.errors import BackupError
from deadlines.keeping import Manifest, facts, places, restore
from deadlines.keeping.facts import facts_of
from deadlines.keeping.manifest import manifest_path, sha256_of
from deadlines.keeping.places import restoring
from deadlines.store import audit, migrate
from deadlines.store.database import Database
from deadlines.store.engine import build_engine, parse_url
from deadlines.store.seal import Seal
from deadlines.store.tables import Audit, Entry, Reminder, Rendering
from tests.docket.desks import LATER, recorded
from tests.keeping.moments import MOMENTS
from tests.keeping.parts import CIPHER_KEY, KEY, backed_up

ROOT = Path(__file__).parents[2]


def restored(file: Path, url: str, *, seal: bytes | None = KEY, key: bytes | None = None) -> Manifest:
    return restore(file, url, seal=Seal(seal), key=key, actor="test", now=LATER)


def is_empty(url: str) -> bool:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return [each.name for each in path.parent.iterdir() if "new" in each.name or "restoring" in each.name] == []
    engine = build_engine(parse_url(url))
    try:
        return inspect(engine).get_table_names() == []
    finally:
        engine.dispose()


@pytest.mark.parametrize("key", [None, CIPHER_KEY])
def test_what_is_restored_is_the_docket(
    keyed: Database, empty_database_url: str, tmp_path: Path, key: bytes | None
) -> None:
    file, manifest = backed_up(keyed, tmp_path / "backups", key=key)
    assert restored(file, empty_database_url, key=key) == manifest
    found = Database.open(empty_database_url, key=KEY)
    with keyed.read() as one, found.read() as other:
        for table in (Entry, Reminder):
            rows = [list(session.execute(select(*table.__table__.columns).order_by("id"))) for session in (one, other)]
            assert rows[0] == rows[1]
        assert [msgspec.to_builtins(line) for line in open_windows(one, LATER.date())] == [
            msgspec.to_builtins(line) for line in open_windows(other, LATER.date())
        ]
        assert altered_dates(other) == []
        assert audit.verify(other) is None
        # RFC 5545 3.8.7.4: SEQUENCE only grows, also for who saw later states of what was put back.
        for row in other.scalars(select(Rendering)):
            assert row.sequence >= (LATER - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()
            assert b"SEQUENCE:%d\r\n" % row.sequence in row.body
        last = other.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
        assert (last.action, last.previous) == ("database.restored", manifest.facts.audit_head)
    with found.write() as session:
        recorded(session, reference="after the restore")  # counters and keys work
    with pytest.raises(Exception, match=r"(?i)foreign key"), found.write() as session:
        session.execute(text("DELETE FROM person"))
    with pytest.raises(Exception, match="cannot be changed"), found.write() as session:
        session.execute(text("DELETE FROM audit"))
    found.dispose()
    if empty_database_url.startswith("sqlite"):
        assert stat.S_IMODE(Path(empty_database_url.removeprefix("sqlite:///")).stat().st_mode) == 0o600


def test_an_older_schemas_calendars_get_later_sequences_once_it_is_up_to_date(
    keyed: Database, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, _ = backed_up(keyed, tmp_path / "backups")
    with monkeypatch.context() as patch:  # what is done to a schema of an earlier program
        patch.setattr(import_module("deadlines.keeping.restore"), "lift_all", lift_sequences)
        restored(file, empty_database_url)
    found = Database.open(empty_database_url, key=KEY)
    with found.write() as session:
        assert refresh_renderings(session, now=LATER) > 0
        for row in session.scalars(select(Rendering)):
            assert row.sequence >= (LATER - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()
            assert b"SEQUENCE:%d\r\n" % row.sequence in row.body
    found.dispose()


@pytest.mark.parametrize("made_by_its_own_program", [True, False])
def test_a_backup_of_another_schema_is_restored_by_either_program(
    keyed: Database,
    empty_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made_by_its_own_program: bool,
) -> None:
    """A program tells how the seals stand of its own schema alone: here one of the two has another."""
    making, putting_back = (None, "0001") if made_by_its_own_program else ("0001", None)
    with monkeypatch.context() as patch:
        of_schema(patch, making)
        file, manifest = backed_up(keyed, tmp_path / "backups")
    assert (manifest.facts.altered is None) == (making is not None)
    with monkeypatch.context() as patch:
        of_schema(patch, putting_back)
        restored(file, empty_database_url)
    found = Database.open(empty_database_url, key=KEY)
    with keyed.read() as one, found.read() as other:
        assert [entry.id for entry in one.scalars(select(Entry).order_by(Entry.id))] == [
            entry.id for entry in other.scalars(select(Entry).order_by(Entry.id))
        ]
    found.dispose()


def of_schema(patch: pytest.MonkeyPatch, revision: str | None) -> None:
    """What is counted is counted by a program of that schema, or by this one."""
    if revision is not None:
        patch.setattr(
            facts, "migrate", SimpleNamespace(revision_of=migrate.revision_of, head_revision=lambda: revision)
        )


def refusal(file: Path, url: str, **how: bytes | None) -> str:
    with pytest.raises(BackupError) as refused:
        restored(file, url, **how)
    assert is_empty(url)
    return refused.value.sentence


def change(file: Path, manifest: Manifest, /, **changes: object) -> None:
    changed = msgspec.structs.replace(manifest, **changes)
    manifest_path(file).write_bytes(msgspec.json.encode(changed))


def test_what_does_not_match_its_manifest_is_refused(keyed: Database, empty_database_url: str, tmp_path: Path) -> None:
    file, manifest = backed_up(keyed, tmp_path / "backups")
    held, content = manifest.facts, file.read_bytes()
    replace = msgspec.structs.replace
    for field, value, words in (
        ("counts", {**held.counts, "entry": 1}, "table entry has"),
        ("audit_head", "0" * 64, "audit head"),
        ("instance", "another", "instance is"),
        ("altered", 1, "altered is 0"),
        ("audit_broken", 3, "audit broken is None"),
    ):
        change(file, manifest, facts=replace(held, **{field: value}))
        assert words in refusal(file, empty_database_url)
    change(file, manifest, facts=replace(held, schema="0099"))
    assert "install deadlines 1.2.3 or newer" in refusal(file, empty_database_url)
    change(file, manifest, file="another")
    assert "belongs to another" in refusal(file, empty_database_url)
    change(file, manifest)
    for damaged in (content[:-1], content[:5000], b"", content[:3000] + b"x" + content[3001:]):
        file.write_bytes(damaged)
        assert "is damaged" in refusal(file, empty_database_url)
    for damaged in (content[: len(content) // 2], b""):  # and the manifest says that this is right
        file.write_bytes(damaged)
        change(file, manifest, sha256=sha256_of(file), bytes=len(damaged))
        refusal(file, empty_database_url)
        change(file, manifest)
    file.write_bytes(content)
    assert "keeping.key_file" in refusal(file, empty_database_url, seal=None)
    manifest_path(file).write_text("{}")
    assert "no manifest" in refusal(file, empty_database_url)
    manifest_path(file).unlink()
    assert "is missing" in refusal(file, empty_database_url)


def test_an_encrypted_backup_needs_its_key(keyed: Database, empty_database_url: str, tmp_path: Path) -> None:
    file, _ = backed_up(keyed, tmp_path / "backups", key=CIPHER_KEY)
    assert "backup_key_file" in refusal(file, empty_database_url)
    assert "another key" in refusal(file, empty_database_url, key=bytes(32))


def test_a_docket_is_never_overwritten(keyed: Database, database_url: str, tmp_path: Path) -> None:
    file, _ = backed_up(keyed, tmp_path / "backups")
    with keyed.read() as session:
        before = facts_of(session)
    with pytest.raises(BackupError, match=r"exists already|holds tables already"):
        restored(file, database_url)
    with keyed.read() as session:
        assert facts_of(session) == before


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_a_servers_backup_can_be_restored_into_a_file(keyed: Database, tmp_path: Path) -> None:
    file, manifest = backed_up(keyed, tmp_path / "backups")
    restored(file, f"sqlite:///{tmp_path / 'new.sqlite3'}")
    found = Database.open(f"sqlite:///{tmp_path / 'new.sqlite3'}", key=KEY)
    with found.read() as session:
        assert altered_dates(session) == []
        assert len(open_windows(session, LATER.date())) == 9
    found.dispose()
    assert manifest.facts.counts["entry"] >= 9


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_a_files_backup_is_not_for_a_server(keyed: Database, tmp_path: Path) -> None:
    file, _ = backed_up(keyed, tmp_path / "backups")
    with pytest.raises(BackupError, match="backup of a SQLite file"):
        restored(file, "postgresql://u@nowhere.invalid/d")
    with pytest.raises(BackupError, match="no such folder"):
        restored(file, f"sqlite:///{tmp_path}/gone/new.sqlite3")


CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from importlib import import_module
from deadlines.store.seal import Seal
from tests.keeping.parts import KEY
inner = import_module("deadlines.keeping.restore")
name = sys.argv[3]
real = getattr(inner, name)
def killed(*words, **more):
    if sys.argv[4] == "after":
        real(*words, **more)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(inner, name, killed)
inner.restore(Path(sys.argv[1]), sys.argv[2], seal=Seal(KEY), key=None, actor="t", now=datetime.now(UTC))
"""


def corners_of(url: str, temporary: Path) -> Path:
    """Where a restore works: beside a new file, or among the temporary files for a server."""
    return Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite") else temporary


@MOMENTS
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("where", ["unpack", "_verify", "_note"])
def test_killed_on_the_way_nothing_is_there_and_the_next_try_succeeds(
    keyed: Database, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, when: str
) -> None:
    file, _ = backed_up(keyed, tmp_path / "backups")
    words = [sys.executable, "-c", CHILD, str(file), empty_database_url, where, when]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(words, cwd=ROOT, env=settings, check=False)
    assert done.returncode == -signal.SIGKILL
    beside = corners_of(empty_database_url, tmp_path)
    (left,) = beside.glob(".restoring-*")
    assert stat.S_IMODE(left.stat().st_mode) == 0o700
    assert (left / "plain").exists() is ((where, when) != ("unpack", "before"))
    if empty_database_url.startswith("sqlite"):
        assert not Path(empty_database_url.removeprefix("sqlite:///")).exists()
    else:
        assert is_empty(empty_database_url)
    monkeypatch.setattr(tempfile, "tempdir", str(beside))
    restored(file, empty_database_url)
    assert list(beside.glob(".restoring-*")) == []
    Database.open(empty_database_url, key=KEY).dispose()


def test_a_restore_clears_what_was_killed_and_nothing_else(tmp_path: Path) -> None:
    old, elsewhere = tmp_path / ".restoring-old", tmp_path / "elsewhere"
    for folder in (old, elsewhere):
        folder.mkdir()
        (folder / "plain").write_text("a docket")
    (tmp_path / ".restoring-link").symlink_to(elsewhere)
    with restoring(tmp_path) as first:
        assert not old.exists()
        (first / "plain").write_text("at work")
        with restoring(tmp_path) as second:
            assert second != first
        assert (first / "plain").read_text() == "at work"
    assert sorted(each.name for each in tmp_path.iterdir()) == [".restoring-link", "elsewhere"]
    assert (elsewhere / "plain").read_text() == "a docket"


def test_a_restored_older_docket_repeats_and_loses_no_reminder(
    keyed: Database, empty_database_url: str, tmp_path: Path
) -> None:
    """What was sent after the backup is due again: a repeat, under the same Message-ID."""
    from tests.daemon.parts import Collector, sweeps

    file, _ = backed_up(keyed, tmp_path / "backups")
    late = LATER + timedelta(days=17)
    first, again = Collector(), Collector()
    sweeps(keyed, first).send_due(late)
    restored(file, empty_database_url)
    found = Database.open(empty_database_url, key=KEY)
    sweeps(found, again).send_due(late)
    found.dispose()
    ids = [{message.message_id for message in channel.messages} for channel in (first, again)]
    assert ids[0] == ids[1] != set()


def test_a_restore_whose_corner_is_cleared_before_it_is_locked_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another restore that begins just then takes a corner without a lock for one that was killed."""
    lock_of, cleared = places._lock_of, list[Path]()

    def lock_late(corner: Path, *, times: int) -> int:
        if len(cleared) < times:
            shutil.rmtree(corner)
            cleared.append(corner)
        return lock_of(corner)

    monkeypatch.setattr(places, "_lock_of", partial(lock_late, times=1))
    with restoring(tmp_path) as corner:
        assert corner not in cleared
        (corner / "plain").write_text("at work")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(places, "_lock_of", partial(lock_late, times=99))
    with pytest.raises(BackupError, match="cannot be restored there"), restoring(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
