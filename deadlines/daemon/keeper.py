"""The nightly care of the docket: seals are checked, a backup is made, and now and then one is rehearsed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.copies import out_of_step, put_right
from deadlines.docket.judging import Statement
from deadlines.docket.monitor import BACKUP, BACKUP_FAILED
from deadlines.docket.seal_watch import MOST, log_altered, record_altered, tell_altered
from deadlines.docket.sealing import altered_dates, seal_stored
from deadlines.docket.trust import SEALS
from deadlines.errors import DeadlinesError, StoreError
from deadlines.keeping import make_backup, rehearse
from deadlines.keeping.drill import Drill
from deadlines.keeping.records import (
    DRILL,
    SHEET,
    SHEET_FAILED,
    last,
    note_backup,
    note_drill,
    note_failure,
)
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Instance

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=1)
"""How long a failed backup rests."""
REHEARSED_AFTER = timedelta(days=30)


class Keeping(Struct, frozen=True, kw_only=True):
    """How the docket is kept. `hour` in the firm's `zone`; `folder` None: no backups; `days` backups are kept.

    `statement`: what the firm lays down about reminders, by which a rehearsal judges those of a backup.
    `leave_sheet` leaves the docket as a file to be printed, and says where; None: none is wanted.
    """

    zone: str
    hour: int
    folder: Path | None
    days: int
    key: bytes | None
    program: str
    statement: Statement | None = None
    leave_sheet: Callable[[Database, datetime], Path] | None = None


class Keeper:
    """Does what is due of the care of one database. Each part stands alone: a fault of one holds up no other."""

    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._database, self._keeping = database, keeping
        self._starts = True

    def keep(self, now: datetime) -> list[str]:
        """Everything that is due at `now`; the names of what was done.

        Raises the first fault that a part met, once all have had their turn: whoever runs it counts that as failed.
        A database that does not answer fails them all, and is not asked again.
        """
        done, faults = list[str](), list[Exception]()
        for part in (self._seal_stored, self._check, self._leave_sheet, self._make_backup, self._hold_drill):
            try:
                done += part(now)
            except StoreError:
                raise
            except Exception as fault:
                log.exception("%s failed; the other parts of keeping go on", part.__name__)
                faults.append(fault)
        if faults:
            raise faults[0]
        return done

    def _seal_stored(self, now: datetime) -> list[str]:
        return ["sealed"] if self._seal(now) else []

    def _check(self, now: datetime) -> list[str]:
        starts, self._starts = self._starts, False
        if self._due(SEALS, now):
            self.check_seals(now)
            return ["checked"]
        return ["copied"] if starts and self._copy(now) else []

    def _leave_sheet(self, now: datetime) -> list[str]:
        leave = self._keeping.leave_sheet
        if leave is None or not self._due(SHEET, now) or not self._rested(SHEET_FAILED, now):
            return []
        return ["sheet" if self._leave(leave, now) else "no sheet"]

    def _make_backup(self, now: datetime) -> list[str]:
        folder = self._keeping.folder
        if folder is None or not self._backup_due(now):
            return []
        return ["backup" if self._back_up(folder, now) else "failed"]

    def _hold_drill(self, now: datetime) -> list[str]:
        folder = self._keeping.folder
        if folder is None or not self._drill_due(now):
            return []
        self._rehearse(folder, now)
        return ["drill"]

    def _seal(self, now: datetime) -> bool:
        with self._database.write() as session:
            sealed = seal_stored(session, actor="daemon", now=now)
        if sealed is not None:
            log.warning("%d stored dates were sealed, %d fit no seal", sealed.sealed, sealed.left)
        return sealed is not None

    def _copy(self, now: datetime) -> int:
        """At the start, copy anew the dates beside entries that are out of step: nobody should wait for the night."""
        with self._database.read() as session:
            if not out_of_step(session):
                return 0
        with self._database.write() as session:
            return _put_right(session, now)

    def check_seals(self, now: datetime) -> int:
        """Check every stored date; an altered one is told to the docket and marked in the calendars. How many."""
        with self._database.read() as session:
            altered = [row.entry for row in altered_dates(session) if row.in_force]
        named = altered[:MOST]
        with self._database.write() as session:
            if named:
                tell_altered(session, named, now)
                record_altered(session, named, now)
            session.merge(Heartbeat(sweep=SEALS, at=now, detail=" ".join(named)))
        # Told first: what is too damaged to be written anew must not keep the rest from being said.
        with self._database.write() as session:
            _put_right(session, now)
            log_altered(session, altered)
        return len(altered)

    def _due(self, name: str, now: datetime) -> bool:
        with self._database.read() as session:
            before = last(session, name)
        zone = ZoneInfo(self._keeping.zone)
        local = now.astimezone(zone)
        return before is None or (before.astimezone(zone).date() < local.date() and local.hour >= self._keeping.hour)

    def _backup_due(self, now: datetime) -> bool:
        return self._rested(BACKUP_FAILED, now) and self._due(BACKUP, now)

    def _rested(self, failure: str, now: datetime) -> bool:
        with self._database.read() as session:
            failed = last(session, failure)
        return failed is None or not timedelta() <= now - failed < AGAIN_AFTER

    def _leave(self, leave: Callable[[Database, datetime], Path], now: datetime) -> bool:
        try:
            path = leave(self._database, now)
        except (DeadlinesError, OSError) as fault:
            log.error("the docket cannot be left as a file to be printed: %s", fault)
            self._note(SHEET_FAILED, now, str(fault))
            return False
        self._note(SHEET, now, str(path))
        log.info("the docket was left as %s", path)
        return True

    def _note(self, sweep: str, now: datetime, detail: str) -> None:
        with self._database.write() as session:
            session.merge(Heartbeat(sweep=sweep, at=now, detail=detail))

    def _back_up(self, folder: Path, now: datetime) -> bool:
        keeping = self._keeping
        try:
            _, manifest = make_backup(
                self._database, folder, now=now, program=keeping.program, key=keeping.key, days=keeping.days
            )
        except DeadlinesError as fault:
            self._failed(fault.sentence, now)
            return False
        except Exception as fault:
            log.exception("the backup failed in an unforeseen way")
            self._failed(f"It failed in an unforeseen way ({type(fault).__name__}); see the log.", now)
            return False
        with self._database.write() as session:
            note_backup(session, manifest, folder, now)
        log.info("backup %s made in %s seconds", manifest.file, manifest.seconds)
        return True

    def _failed(self, sentence: str, now: datetime) -> None:
        log.error("the backup failed: %s", sentence)
        with self._database.write() as session:
            note_failure(session, sentence, now)

    def _drill_due(self, now: datetime) -> bool:
        with self._database.read() as session:
            made, held = last(session, BACKUP), last(session, DRILL)
        return made is not None and (held is None or now - held > REHEARSED_AFTER)

    def _rehearse(self, folder: Path, now: datetime) -> None:
        with self._database.read() as session:
            instance = session.scalars(select(Instance.instance_id)).one()
        try:
            drill = rehearse(
                folder,
                instance=instance,
                seal=self._database.seal,
                key=self._keeping.key,
                statement=self._keeping.statement,
            )
        except DeadlinesError as fault:
            drill = Drill(file="", made_at=now, seconds=0, faults=[fault.sentence])
        for fault_found in drill.faults:
            log.error("the rehearsal of the backup found: %s", fault_found)
        with self._database.write() as session:
            note_drill(session, drill, now)


def _put_right(session: Session, now: datetime) -> int:
    copied = put_right(session, actor="daemon", now=now)
    if copied:
        log.warning("%d dates beside their entries were out of step and were copied anew", copied)
    return copied
