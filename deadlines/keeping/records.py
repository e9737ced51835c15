"""What became of backups and rehearsals, as heartbeats, and how `doctor` judges them."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding, State
from deadlines.docket.monitor import BACKUP, BACKUP_FAILED, OLD_BACKUP
from deadlines.keeping.drill import Drill
from deadlines.keeping.facts import RESTORED
from deadlines.keeping.manifest import Manifest, backups_in, unreadable
from deadlines.store import audit
from deadlines.store.tables import Audit, Heartbeat, Instance

DRILL = "drill"
SHEET, SHEET_FAILED = "sheet", "sheet-failed"
"""The heartbeats of the file to be printed: left, and not."""
DRILLED = "backup.rehearse"
"""The audit's word for a rehearsal: the trail keeps each of them, the heartbeat only the last."""
VERY_OLD_BACKUP = timedelta(hours=72)
OLD_DRILL, VERY_OLD_DRILL = timedelta(days=35), timedelta(days=95)


class Outcome(Struct, frozen=True):
    """What a heartbeat holds of a backup or a rehearsal. `faults` is empty where it was good."""

    file: str
    seconds: float
    faults: list[str] = []


SomeOutcome = TypeVar("SomeOutcome", bound=Outcome)


class Made(Outcome, frozen=True):
    """What it holds of a good backup. `place` is the machine and the folder that it was made into."""

    place: str = ""


def note_backup(session: Session, manifest: Manifest, folder: Path, now: datetime) -> None:
    """A backup was made into a folder, a good copy; of each doubt in the docket the people who keep it are told, once
    a day."""
    _note(session, BACKUP, Made(manifest.file, manifest.seconds, manifest.doubts, _place(folder)), now)
    if manifest.doubts:
        raise_alarm(
            session,
            f"backup-in-doubt/{now:%Y-%m-%d}/{' '.join(manifest.doubts)}",
            subject="INTEGRITY ALARM: the docket that was backed up is in doubt",
            text=f"The backup {manifest.file} is a true copy of a docket in which something is wrong:\n"
            + "".join(f"- {doubt}\n" for doubt in manifest.doubts)
            + "\nKeep the backups from before; old ones are removed by keeping.backups. See the chapter Keeping of\n"
            "docs/operations.md.\n",
            now=now,
        )


def note_failure(session: Session, sentence: str, now: datetime) -> None:
    """A backup could not be made: noted, and told to the people of the docket once a day."""
    _note(session, BACKUP_FAILED, Outcome("", 0, [sentence]), now)
    raise_alarm(
        session,
        f"backup/{now:%Y-%m-%d}",
        subject="The backup of the docket failed",
        text=f"The nightly backup of the docket could not be made:\n{sentence}\n\n"
        "It is tried again every hour. `deadlines doctor` tells how old the last good one is.\n",
        now=now,
    )


def note_drill(session: Session, drill: Drill, now: datetime) -> None:
    """A rehearsal was held. Where the backup cannot be relied on, the people of the docket are told."""
    outcome = Outcome(drill.file, drill.seconds, drill.faults)
    _note(session, DRILL, outcome, now)
    audit.record(session, at=now, actor="keeper", action=DRILLED, subject="", detail=msgspec.to_builtins(outcome))
    if drill.faults:
        raise_alarm(
            session,
            f"drill/{now:%Y-%m-%d}",
            subject="The backup of the docket cannot be relied on",
            text=f"The newest backup, {drill.file}, was restored into a scratch place and checked:\n"
            + "".join(f"- {fault}\n" for fault in drill.faults)
            + "\nSee the chapter Keeping of docs/operations.md.\n",
            now=now,
        )


def last(session: Session, name: str) -> datetime | None:
    """When that happened last."""
    row = session.get(Heartbeat, name)
    return row.at if row is not None else None


def check_keeping(session: Session, folder: str, now: datetime) -> Iterator[Finding]:
    """How old the last good backup and the last rehearsal are. `folder` is `keeping.folder`."""
    if not folder:
        hint = "Name a folder in keeping.folder, best on another disk; docs/operations.md tells how."
        yield Finding("backup", "warning", "No backups are made.", hint)
        return
    begun = session.scalars(select(Instance)).one()
    found = [manifest for _, manifest in backups_in(Path(folder), begun.instance_id)]
    why = unreadable(Path(folder))
    yield _unread(session, folder, begun, why, now) if why else _backup(session, folder, begun, found, now)
    yield _drill(session, now)
    yield _unanchored(folder, why) if why else _anchored(session, found)


def check_sheet(session: Session, now: datetime) -> Finding:
    """How old the last file to be printed is, for a firm that wants one each night."""
    begun = session.scalars(select(Instance.created_at)).one()
    left, failed = last(session, SHEET), session.get(Heartbeat, SHEET_FAILED)
    state = _state(now - (left or begun), OLD_BACKUP, VERY_OLD_BACKUP)
    fails = failed is not None and (left is None or failed.at > left)
    why = f" The last try failed: {failed.detail}" if failed is not None and fails else ""
    sentence = f"The docket was last left as a file to be printed {_age(now - left)} ago." if left else ""
    hint = "See that the scheduler runs and that print.folder can be written; `deadlines print` makes one now."
    told = f"{sentence or 'The docket has not been left as a file to be printed yet.'}{why}"
    return Finding("sheet", "warning" if fails and state == "well" else state, told, hint)


def _unread(session: Session, folder: str, begun: Instance, why: str, now: datetime) -> Finding:
    state = _state(now - begun.created_at, OLD_BACKUP, VERY_OLD_BACKUP)
    sentence = f"{folder} cannot be read ({why}): nobody knows what backups it holds.{_why(session, None)}"
    hint = "Mount its disk, or give the folder to the service's account. A new folder comes with the first backup."
    return Finding("backup", "warning" if state == "well" else state, sentence, hint)


def _elsewhere(session: Session, folder: str, found: list[Manifest], now: datetime) -> Finding | None:
    """What is to be said where the last good backup was made into another place, as on the machine that leads."""
    row = session.get(Heartbeat, BACKUP)
    if row is None:
        return None
    made = _outcome(row, Made)
    if made.place == _place(Path(folder)) or made.file in [one.file for one in found]:
        return None
    where = f" at {made.place}" if made.place else ""
    sentence = f"The last good backup is {_age(now - row.at)} old and lies elsewhere{where}; {folder} does not hold it."
    hint = "Where several machines are to have the backups, name one shared folder; docs/operations.md says more."
    state = _state(now - row.at, OLD_BACKUP, VERY_OLD_BACKUP)
    told = f"{sentence}{_why(session, row.at)}"
    return Finding("backup", "warning" if state == "well" else state, told, hint)


def _place(folder: Path) -> str:
    return f"{socket.gethostname()[:40]}:{folder.resolve()}"


def _backup(session: Session, folder: str, begun: Instance, found: list[Manifest], now: datetime) -> Finding:
    made_at = found[0].made_at if found else None
    why = _why(session, made_at)
    hint = "See that the scheduler runs and that the folder has room; `deadlines db backup` makes one now."
    state = _state(now - (made_at or begun.created_at), OLD_BACKUP, VERY_OLD_BACKUP)
    if state != "well" or made_at is None:
        elsewhere = _elsewhere(session, folder, found, now)
        if elsewhere is not None:
            return elsewhere
    if made_at is None:
        word = "yet" if last(session, BACKUP) is None else "any more"
        sentence = f"{folder} holds no backup {word}.{why}"
        return Finding("backup", "warning" if state == "well" else state, sentence, hint)
    sentence = f"The last good backup is {_age(now - made_at)} old.{why}"
    if doubts := found[0].doubts:
        sentence = f"{sentence} It is a copy of a docket in doubt: {'; '.join(doubts)}."
        hint = "Keep the backups from before, and see the other checks; docs/operations.md, chapter Keeping."
        return Finding("backup", "warning" if state == "well" else state, sentence, hint)
    return Finding("backup", state, sentence, hint)


def _why(session: Session, made_at: datetime | None) -> str:
    """Why there is no newer one."""
    row = session.get(Heartbeat, BACKUP_FAILED)
    if row is None or (made_at is not None and row.at <= made_at):
        return ""
    faults = _outcome(row, Outcome).faults
    return f" The last try failed on {row.at:%Y-%m-%d %H:%M} UTC: {faults[0]}" if faults else ""


def _drill(session: Session, now: datetime) -> Finding:
    row = session.get(Heartbeat, DRILL)
    hint = "`deadlines db drill` restores the newest backup into a scratch place and checks it."
    if row is None:
        age = now - session.scalars(select(Instance.created_at)).one()
        state = _state(age, OLD_DRILL, VERY_OLD_DRILL)
        sentence = "No backup has been restored for rehearsal yet."
        return Finding("drill", state, sentence, hint)
    outcome = _outcome(row, Outcome)
    if outcome.faults:
        return Finding("drill", "ill", f"The last rehearsal found: {'; '.join(outcome.faults)}.", hint)
    sentence = f"A backup was last restored for rehearsal {_age(now - row.at)} ago, in {outcome.seconds:g} seconds."
    return Finding("drill", _state(now - row.at, OLD_DRILL, VERY_OLD_DRILL), sentence, hint)


def _unanchored(folder: str, why: str) -> Finding:
    sentence = f"What backups saw of the audit trail is not known: {folder} cannot be read ({why})."
    return Finding("audit-anchored", "warning", sentence, "See the check `backup`.")


def _anchored(session: Session, found: list[Manifest]) -> Finding:
    """Whether the audit trail still holds the row that was its last when each backup was made.

    The chain of hashes tells of every row but those cut off at its end, and not of a trail that was written anew as a
    whole: the backups do, the better the farther away they are kept. What was restored is behind later backups.
    """
    restored = select(func.max(Audit.at)).where(Audit.action == RESTORED)
    since = session.scalar(restored)
    heads = {one.facts.audit_head: one.file for one in found if since is None or one.made_at > since}
    lost = sorted(file for head, file in heads.items() if not audit.holds(session, head))
    if not lost:
        return Finding("audit-anchored", "well", f"The audit trail holds what {len(heads)} backups saw of it.")
    sentence = f"The audit trail does not hold what it held when {lost[0]} was made: it was cut or written anew."
    return Finding(
        "audit-anchored", "ill", sentence, "Keep this database, and find out who wrote to it outside the program."
    )


def _state(age: timedelta, old: timedelta, very_old: timedelta) -> State:
    return "ill" if age > very_old else "warning" if age > old else "well"


def _age(age: timedelta) -> str:
    hours = max(0, int(age.total_seconds())) // 3600
    if hours < 48:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{hours // 24} days"


def _outcome(row: Heartbeat, kind: type[SomeOutcome]) -> SomeOutcome:
    try:
        return decoding.decode(row.detail, kind)
    except msgspec.MsgspecError:
        return kind("", 0)


def _note(session: Session, name: str, outcome: Outcome, now: datetime) -> None:
    session.merge(Heartbeat(sweep=name, at=now, detail=msgspec.json.encode(outcome).decode()))
    session.flush()
