"""The nightly care: seals, backup and rehearsal when they are due, and what goes wrong is told that day."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from deadlines.daemon.keeper import Keeper, Keeping
from deadlines.docket.copies import out_of_step
from deadlines.docket.findings import Finding
from deadlines.keeping.records import check_keeping
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Heartbeat, Instance
from tests.daemon.parts import Collector, sweeps
from tests.docket.samples import ZONE
from tests.keeping.parts import KEY, fill, whole

EVENING = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
"""Half past three in New York."""


@pytest.fixture
def keyed(database_url: str) -> Iterator[Database]:
    opened = Database.open(database_url, key=KEY)
    fill(opened, 1)
    with opened.write() as session:
        session.scalars(select(Instance)).one().created_at = EVENING
    yield opened
    opened.dispose()


def keeper(database: Database, folder: Path | None, *, key: bytes | None = None) -> Keeper:
    return Keeper(database, Keeping(zone=ZONE, hour=3, folder=folder, days=30, key=key, program="1"))


def cut_trail(session: Session, action: str) -> None:
    """What somebody with the database's password can do: take the guards off, and rows away from the end."""
    if session.get_bind().dialect.name == "sqlite":
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
    row = session.scalars(select(Audit).where(Audit.action == action)).one()
    session.execute(delete(Audit).where(Audit.id >= row.id))


def checks(database: Database, folder: Path, now: datetime) -> dict[str, Finding]:
    with database.read() as session:
        return {finding.id: finding for finding in check_keeping(session, str(folder), now)}


def test_dates_out_of_step_are_copied_anew_at_the_start(keyed: Database) -> None:
    assert keeper(keyed, None).keep(EVENING) == ["checked"]
    with keyed.write() as session:
        session.execute(text("UPDATE entry SET safe_by = '2030-01-01'"))
    kept = keeper(keyed, None)
    assert kept.keep(EVENING + timedelta(minutes=1)) == ["copied"]
    assert kept.keep(EVENING + timedelta(minutes=2)) == []
    with keyed.read() as session:
        assert out_of_step(session) == []


def test_it_begins_at_once_and_then_comes_every_night(keyed: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    kept = keeper(keyed, folder)
    assert kept.keep(EVENING) == ["checked", "backup", "drill"]
    assert kept.keep(EVENING + timedelta(hours=1)) == []
    assert kept.keep(NIGHT - timedelta(hours=1)) == []  # half past two
    assert kept.keep(NIGHT) == ["checked", "backup"]
    assert kept.keep(NIGHT + timedelta(hours=3)) == []
    assert len(whole(folder)) == 2
    assert kept.keep(EVENING + timedelta(days=31)) == ["checked", "backup", "drill"]
    with keyed.read() as session:
        assert session.get_one(Heartbeat, "drill").at == EVENING + timedelta(days=31)


def test_a_trail_that_was_cut_at_its_end_is_told_by_the_backups(keyed: Database, tmp_path: Path) -> None:
    """The chain of hashes is whole after its last rows are gone; only a copy elsewhere knows them."""
    folder = tmp_path / "backups"
    kept = keeper(keyed, folder)
    with keyed.write() as session:
        audit.record(session, at=EVENING, actor="t", action="test.last", subject="", detail={})
    kept.keep(EVENING)
    assert checks(keyed, folder, EVENING)["audit-anchored"].state == "well"
    with keyed.write() as session:
        cut_trail(session, "test.last")
        assert audit.verify(session) is None
    found = checks(keyed, folder, EVENING)["audit-anchored"]
    assert (found.state, "cut or written anew" in found.sentence) == ("ill", True)
    with keyed.write() as session:  # a docket put back from a backup is behind later backups, rightly
        audit.record(session, at=NIGHT, actor="t", action="database.restored", subject="instance", detail={})
    assert checks(keyed, folder, NIGHT)["audit-anchored"].state == "well"


def test_without_a_folder_only_the_seals_are_kept(keyed: Database) -> None:
    assert keeper(keyed, None).keep(NIGHT) == ["checked"]
    with keyed.read() as session:
        [finding] = check_keeping(session, "", NIGHT)
    assert (finding.id, finding.state) == ("backup", "warning")


def test_a_machine_that_stands_by_goes_by_the_backups_of_the_one_that_leads(
    keyed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, own = keeper(keyed, tmp_path / "leader"), tmp_path / "own"
    own.mkdir()
    monkeypatch.setattr("socket.gethostname", lambda: "leader.firm.test")
    for day in range(6):
        kept.keep(NIGHT + timedelta(days=day))
    monkeypatch.setattr("socket.gethostname", lambda: "other.firm.test")
    at = NIGHT + timedelta(days=5, hours=5)
    found = checks(keyed, own, at)["backup"]
    assert found.state == "warning"
    assert "5 hours old" in found.sentence
    assert f"elsewhere at leader.firm.test:{tmp_path / 'leader'}" in found.sentence
    for old in sorted((tmp_path / "leader").glob("deadlines-*"))[:2]:  # it led itself five days ago
        shutil.copy2(old, own)
    assert checks(keyed, own, NIGHT + timedelta(hours=5))["backup"].state == "well"
    found = checks(keyed, own, at)["backup"]
    assert (found.state, "5 hours old and lies elsewhere" in found.sentence) == ("warning", True)
    assert checks(keyed, own, at + timedelta(days=4))["backup"].state == "ill"  # that one makes none any more either


def test_backups_that_were_taken_away_are_no_backups_of_another_machine(keyed: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    keeper(keyed, folder).keep(EVENING)
    shutil.rmtree(folder)
    folder.mkdir()
    found = checks(keyed, folder, EVENING + timedelta(days=4))["backup"]
    assert (found.state, found.sentence) == ("ill", f"{folder} holds no backup any more.")


def test_a_folder_that_cannot_be_read_is_not_called_empty(keyed: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    keeper(keyed, folder).keep(EVENING)
    shutil.rmtree(folder)
    later = EVENING + timedelta(days=4)
    found = checks(keyed, folder, later)
    assert found["backup"].state == "ill"
    assert f"{folder} cannot be read (No such file or directory)" in found["backup"].sentence
    assert found["audit-anchored"].state == "warning"
    assert f"{folder} cannot be read" in found["audit-anchored"].sentence
    folder.write_text("in the way")
    assert "cannot be read (Not a directory)" in checks(keyed, folder, later)["backup"].sentence
    kept = keeper(keyed, folder)
    kept.keep(EVENING + timedelta(days=36))
    assert "cannot be read (Not a directory)" in checks(keyed, folder, later)["drill"].sentence


def test_a_failed_backup_is_told_that_day_tried_again_each_hour_and_forgotten_once_it_works(
    keyed: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.write_text("in the way")
    kept, channel = keeper(keyed, folder), Collector()
    assert kept.keep(NIGHT) == ["checked", "failed"]
    assert kept.keep(NIGHT + timedelta(minutes=15)) == []
    assert kept.keep(NIGHT + timedelta(minutes=61)) == ["failed"]
    sweeps(keyed, channel).send_due(EVENING)
    told = [message for message in channel.messages if "backup" in message.subject]
    assert [message.to_name for message in told] == ["Dora Dee"]
    assert "cannot be used" in told[0].text
    finding = checks(keyed, folder, NIGHT + timedelta(hours=2))["backup"]
    assert finding.state == "warning"
    assert "The last try failed" in finding.sentence
    folder.unlink()
    assert kept.keep(NIGHT + timedelta(hours=3)) == ["backup", "drill"]
    assert checks(keyed, folder, NIGHT + timedelta(hours=4))["backup"].state == "well"
    folder = tmp_path / "b2"
    folder.write_text("in the way")
    assert keeper(keyed, folder).keep(NIGHT + timedelta(days=1)) == ["checked", "failed"]
    sweeps(keyed, channel).send_due(EVENING)
    assert len([message for message in channel.messages if "backup" in message.subject]) == 2


def test_an_altered_date_is_told_in_the_night_and_holds_up_nothing(keyed: Database, tmp_path: Path) -> None:
    keeper(keyed, tmp_path / "backups").keep(EVENING)
    with keyed.engine.begin() as connection:
        connection.execute(text("UPDATE deadline SET safe_by = '2027-01-01' WHERE safe_by IS NOT NULL"))
    assert keeper(keyed, tmp_path / "backups").keep(NIGHT) == ["checked", "backup"]
    channel = Collector()
    sweeps(keyed, channel).send_due(datetime(2026, 10, 1, tzinfo=UTC))
    assert len(channel.messages) == 4  # one for each entry, and one of the backup
    assert all("INTEGRITY ALARM" in message.subject for message in channel.messages)
    assert "3 stored dates were altered outside the program" in channel.messages[-1].text
    backup = checks(keyed, tmp_path / "backups", NIGHT)["backup"]
    assert backup.state == "warning"
    assert "a copy of a docket in doubt: 3 stored dates" in backup.sentence


def test_a_rehearsal_that_fails_is_told(keyed: Database, tmp_path: Path) -> None:
    with keyed.engine.begin() as connection:
        connection.execute(text("UPDATE reminder SET state = 'cancelled'"))
    assert keeper(keyed, tmp_path / "backups").keep(NIGHT) == ["checked", "backup", "drill"]
    assert checks(keyed, tmp_path / "backups", NIGHT)["drill"].state == "ill"
    channel = Collector()
    sweeps(keyed, channel).send_due(NIGHT)
    assert [message.subject for message in channel.messages] == ["The backup of the docket cannot be relied on"]


@pytest.mark.parametrize(
    "hours, backup, drill",
    [
        (25, "well", "well"),
        (27, "warning", "well"),
        (73, "ill", "well"),
        (36 * 24, "ill", "warning"),
        (96 * 24, "ill", "ill"),
    ],
)
def test_the_ages_that_the_doctor_minds(keyed: Database, tmp_path: Path, hours: int, backup: str, drill: str) -> None:
    folder = tmp_path / "backups"
    keeper(keyed, folder).keep(EVENING)
    found = checks(keyed, folder, EVENING + timedelta(hours=hours))
    assert (found["backup"].state, found["drill"].state) == (backup, drill)
    # What is no longer in the folder is no backup, whatever the database remembers.
    for file in folder.glob("deadlines-*"):
        file.unlink()
    assert checks(keyed, folder, EVENING + timedelta(hours=1))["backup"].state == "warning"


def test_the_scheduler_keeps(keyed: Database, tmp_path: Path) -> None:
    daemon = sweeps(keyed, keeper=keeper(keyed, tmp_path / "backups"))
    assert daemon.keep(NIGHT) == ["checked", "backup", "drill"]
    assert sweeps(keyed).keep(NIGHT) == []
