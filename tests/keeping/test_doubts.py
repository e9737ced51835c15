"""A docket in doubt is backed up all the same, and everything that handles the backup says what is in doubt."""

from pathlib import Path

from sqlalchemy import text

from deadlines.docket.trail_watch import watch_trail
from deadlines.keeping import rehearse, restore
from deadlines.keeping.manifest import read_manifest
from deadlines.store.database import Database
from deadlines.store.guards import unguarded
from deadlines.store.seal import Seal
from tests.docket.desks import LATER
from tests.docket.test_trail_watch import behind_its_back
from tests.keeping.moments import MOMENTS
from tests.keeping.parts import KEY, backed_up, instance_of


@MOMENTS
def test_its_backup_its_rehearsal_and_what_is_restored_say_so(
    keyed: Database, empty_database_url: str, tmp_path: Path
) -> None:
    watch_trail(keyed, now=LATER)
    assert backed_up(keyed, tmp_path / "before")[1].doubts == []
    behind_its_back(keyed, "UPDATE audit SET actor = 'nobody' WHERE id = 2")
    with keyed.write() as session:
        session.execute(text("UPDATE deadline SET digest = 'x' WHERE safe_by IS NOT NULL"))
    file, manifest = backed_up(keyed, tmp_path / "after")
    trail, dates, triggers = manifest.doubts
    assert trail == "the audit trail is broken at row 2"
    assert dates.endswith("stored dates were altered outside the program")
    assert "audit" in triggers.partition(": ")[2].split(", ")
    assert read_manifest(file) == manifest
    drill = rehearse(tmp_path / "after", instance=instance_of(keyed), seal=keyed.seal, key=None)
    assert set(manifest.doubts) <= set(drill.faults)
    restore(file, empty_database_url, seal=Seal(KEY), key=None, actor="test", now=LATER)
    again = Database.open(empty_database_url, key=KEY)
    with again.read() as session:
        assert unguarded(session) == []  # what is put back is guarded
    found = watch_trail(again, now=LATER)
    assert (found.broken, found.unguarded) == (2, [])
    again.dispose()
