"""What somebody outside is told as long as all is well: when it stops, they raise the alarm."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.dangling import missing
from deadlines.docket.findings import Finding
from deadlines.docket.outages import outages
from deadlines.docket.rounds import ROW as AUDITOR
from deadlines.docket.rounds import has_passed, is_under_way, read_round
from deadlines.docket.sealing import undated
from deadlines.docket.trail_watch import read_watched
from deadlines.docket.trust import altered_now
from deadlines.docket.turns import in_trouble
from deadlines.docket.untrailed import read_round as read_round_of_acts
from deadlines.notify.channel import MAIL
from deadlines.store import audit
from deadlines.store.tables import Heartbeat

ROW = "monitor"
QUIET = timedelta(minutes=10)
"""A sweep without a sign of life for so long does not live."""
UNDER_WAY = "the auditor is not through its round yet"
"""No fault: it goes on, and the next ping looks again."""
BACKUP, BACKUP_FAILED = "backup", "backup-failed"
"""The heartbeats of the last good backup and of the last that failed."""
OLD_BACKUP = timedelta(hours=26)
SILENT = timedelta(minutes=30)
"""After so long without a ping that was taken, `doctor` warns."""


class Ping(Struct):
    """What became of the last ping: when one was last taken, and why the present one was not or was not sent."""

    taken_at: datetime | None = None
    why: str = ""


class Wellness(Struct, frozen=True):
    """What a ping carries: numbers, and the head of the audit trail, which so is kept outside too."""

    at: datetime
    audited_at: datetime
    entries: int
    head: str


def why_not(session: Session, now: datetime) -> str:
    """Why nobody may be told that all is well; empty where all is."""
    for sweep in ("daemon", "send"):
        row = session.get(Heartbeat, sweep)
        if row is None or abs(now - row.at) > QUIET:
            return f"the sweep `{sweep}` gives no sign of life"
    if not has_passed(session, now):
        return UNDER_WAY if is_under_way(session, now) else "the auditor has not found every reminder in its place"
    if any(name in MAIL for name in outages(session)):
        return "no mail can be sent"
    return _in_doubt(session) or _standing_still(session) or _without_backup(session, now)


def _in_doubt(session: Session) -> str:
    watched = read_watched(session)
    if watched.since is not None:
        return "the audit trail was altered"
    if watched.unguarded:
        return "the database no longer guards the audit trail"
    if read_round_of_acts(session).stands:
        return "entries were closed or verified past the program"
    if altered_now(session):
        return "stored dates were altered"
    if undated(session):
        return "stored dates are missing"
    return "rows of the database belong to nothing" if missing(session) else ""


def _standing_still(session: Session) -> str:
    return next((f"the sweep {sentence}" for sentence in in_trouble(session).values()), "")


def _without_backup(session: Session, now: datetime) -> str:
    """A firm that lets the program make none has others; where it is to make them, and fails for longer than a day."""
    made, failed = (session.get(Heartbeat, name) for name in (BACKUP, BACKUP_FAILED))
    if failed is None or (made is not None and (made.at >= failed.at or now - made.at <= OLD_BACKUP)):
        return ""
    return "no backup can be made"


def wellness(session: Session, now: datetime) -> Wellness:
    """What to tell."""
    found = read_round(session)
    audited = session.get_one(Heartbeat, AUDITOR).at if found is None else found.passed_at
    return Wellness(now, audited or now, found.last_checked if found else 0, audit.head(session))


def note_ping(session: Session, why: str, now: datetime) -> Ping:
    """Write down what became of a ping; `why` it was not taken, empty where it was."""
    before = _read(session)
    found = Ping(before.taken_at if why else now, why)
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(found).decode()))
    return found


def check_monitor(session: Session, now: datetime, *, configured: bool) -> Finding:
    """Whether somebody outside would notice if everything here stopped."""
    if not configured:
        hint = "Set monitor.address_file; docs/operations.md says how."
        return Finding("monitor", "warning", "Nobody outside notices when this machine stops.", hint)
    found = _read(session)
    if found.taken_at is not None and now - found.taken_at <= SILENT:
        return Finding("monitor", "well", f"The monitor outside was told {_at(found.taken_at)} that all is well.")
    since = f"since {_at(found.taken_at)}" if found.taken_at else "yet"
    why = f": {found.why.rstrip('.')}" if found.why else ""
    hint = "Mend what the sentence names; the monitor outside raises the alarm meanwhile."
    return Finding("monitor", "warning", f"The monitor outside was not told {since} that all is well{why}.", hint)


def _read(session: Session) -> Ping:
    row = session.get(Heartbeat, ROW)
    try:
        return decoding.decode(row.detail, Ping) if row is not None else Ping()
    except msgspec.MsgspecError:
        return Ping()


def _at(moment: datetime) -> str:
    return moment.strftime("on %Y-%m-%d at %H:%M UTC")
