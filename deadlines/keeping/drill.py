"""The rehearsal: the newest backup is restored into a scratch place and asked everything that a docket must answer."""

import shutil
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import clock
from deadlines.docket.auditor import audit_all, is_laid
from deadlines.docket.gaps import MENDED
from deadlines.docket.judging import Statement
from deadlines.errors import BackupError
from deadlines.keeping.facts import difference, doubts_of
from deadlines.keeping.manifest import Manifest, backups_in, unreadable
from deadlines.keeping.places import workshop
from deadlines.keeping.restore import refuse_newer, scratch, scratch_facts, unpack
from deadlines.store import migrate
from deadlines.store.database import Database
from deadlines.store.seal import Seal
from deadlines.store.tables import DeadlineRow, Entry, Reminder

REMINDED = ("planned", "leased", "uncertain", "sent", "covered")


class Drill(Struct, frozen=True, kw_only=True):
    """What a rehearsal found. `faults` is empty where the backup can be relied on; `seconds` is how long it took."""

    file: str
    made_at: datetime
    seconds: float
    faults: list[str]


def rehearse(
    folder: Path, *, instance: str, seal: Seal, key: bytes | None, statement: Statement | None = None
) -> Drill:
    """Restore the newest backup of a docket into a scratch file and check it; the scratch is gone afterwards.

    `statement`: what the firm lays down about reminders; with it the auditor goes through those of the backup.

    Raises BackupError where there is no backup, or it cannot be restored.
    """
    started = clock.elapsed()
    found = backups_in(folder, instance)
    if not found and (why := unreadable(folder)):
        raise BackupError(f"{folder} cannot be read ({why}): see that it is mounted and belongs to the service.")
    if not found:
        raise BackupError(f"{folder} holds no backup of this docket: run `deadlines db backup`.")
    file, manifest = found[0]
    refuse_newer(manifest)
    with workshop(folder) as corner:
        made = scratch(manifest, unpack(file, manifest, corner, key), corner)
        faults = _faults(made, manifest, seal, statement)
        shutil.rmtree(corner, ignore_errors=True)
        corner.mkdir()
    seconds = round(clock.elapsed() - started, 1)
    return Drill(file=file.name, made_at=manifest.made_at, seconds=seconds, faults=faults)


def _faults(made: Path, manifest: Manifest, seal: Seal, statement: Statement | None) -> list[str]:
    found = scratch_facts(made, seal)
    wrong = difference(manifest.facts, found)
    faults = [f"the backup does not hold what its manifest says: {wrong}"] if wrong else []
    database = Database.of_file(made, seal)
    try:
        with database.read() as session:
            checked = session.connection().exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
            faults += [] if checked == "ok" else [f"the file is damaged: {checked[:100]}"]
            # The scratch of a server's backup has its triggers from the program: which lacked is in the manifest.
            faults += dict.fromkeys([*doubts_of(session, found), *manifest.doubts])
            if found.schema == migrate.head_revision():
                bare = unreminded(session)
                faults += [f"{len(bare)} open entries have no reminder: {', '.join(bare[:5])}"] if bare else []
                faults += _audited(session, statement, manifest.made_at) if statement is not None else []
    finally:
        database.dispose()
    return faults


def _audited(session: Session, statement: Statement, at: datetime) -> list[str]:
    """What the auditor finds of the reminders, as of the moment of the backup. What merely had not gone by then, as
    while a mail server is down, is no fault of the backup; nothing can be judged by a practice that is newer."""
    if not is_laid(session, statement):
        return []
    _, found = audit_all(session, statement, now=at)
    wrong = sorted({each.entry[:8] for each in found if each.kind in MENDED})
    if not wrong:
        return []
    return [f"{len(wrong)} entries have reminders that are not as their dates ask: {', '.join(wrong[:5])}"]


def unreminded(session: Session) -> list[str]:
    """The open entries of which nobody is or was reminded, by the dates in force; the beginnings of their ids."""
    some = select(Reminder.id).where(Reminder.deadline_id == DeadlineRow.id, Reminder.state.in_(REMINDED))
    query = (
        select(Entry.id)
        .outerjoin(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.status == "open", ~some.exists())
        .order_by(Entry.id)
    )
    return [found[:8] for found in session.scalars(query)]
