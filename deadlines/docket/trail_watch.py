"""The daemon goes round the audit trail, a piece at a time, and remembers what it found: who shows a date asks that.

To follow the whole chain before each page would take seconds. A round over it takes a minute in a small docket, and
two hours with a million rows; the last row that was seen is held against the trail at every look, so that a trail that
is cut shows at once.
"""

import logging
from datetime import datetime

import msgspec
from msgspec import Struct, structs
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.docket.signatures import NAMED, tell_signature
from deadlines.errors import Conflict, DeadlinesError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.guards import GUARDED, guard, unguarded
from deadlines.store.tables import Audit, Heartbeat, Person

log = logging.getLogger(__name__)

ROW = "trail"
"""The heartbeat that keeps it."""
ROWS = 10_000
"""How many rows one look follows."""
MOST = 1000
"""Rows that do not fit, for which somebody may sign at once."""
DOUBTED = (
    "INTEGRITY ALARM: the audit trail of this docket was altered outside the program. Do not rely on any date here "
    "before you have checked it against the notice and the cited law."
)
TAMPERED = "INTEGRITY ALARM: the audit trail of the docket was tampered with"
UNGUARDED = "INTEGRITY ALARM: the database no longer guards the audit trail"
TO_DO = (
    "Somebody or something changed the database from outside. Until somebody has looked into it, check each date",
    "against its notice and the cited law.",
)
TO_FIND = ("Nothing was found changed yet. Find out who took the triggers away, and put them back.",)
WHERE = ("See `deadlines db trail` on that machine and the chapter Keeping of docs/operations.md.", "")


class Watched(Struct, frozen=True, kw_only=True):
    """How far the round is, up to the row `at` with its `digest`; the `last` row of the trail when it was last seen.

    `broken`: the first row that does not fit, or that is there no more; None while all fit. `failed`: why the trail
    cannot be followed at all. `since`: when either was found. `unguarded`: the tables that the database would let be
    changed.
    """

    at: int = 0
    digest: str = audit.FIRST
    last: int = 0
    last_digest: str = audit.FIRST
    broken: int | None = None
    since: datetime | None = None
    unguarded: list[str] = []
    failed: str = ""


class Wrong(Struct, frozen=True):
    """What is wrong with the trail: `rows` that do not fit it, the last row that was seen where it was `cut`, tables
    that the database would let be changed."""

    rows: list[audit.Misfit]
    cut: int | None
    unguarded: list[str]

    @property
    def is_nothing(self) -> bool:
        """Whether all is well."""
        return not self.rows and self.cut is None and not self.unguarded


def doubted_since(session: Session) -> datetime | None:
    """Since when it is known that the audit trail does not hold, so that every date is in doubt; None while it does."""
    return read_watched(session).since


def doubt(session: Session) -> str | None:
    """The sentence that stands with every date while the trail does not hold."""
    return DOUBTED if doubted_since(session) is not None else None


def watch_trail(database: Database, *, now: datetime, rows: int = ROWS) -> Watched:
    """Look at the next piece of the trail and whether its triggers stand; each thing wrong is told, once a day."""
    with database.read() as session:
        before = read_watched(session)
        found = _followed(session, before, now, rows)
    with database.write() as session:
        if found.since is not None and before.since is None:
            detail = {"row": found.broken, "why": found.failed}
            audit.record(session, at=now, actor="daemon", action="trail.doubted", subject=audit.TRAIL, detail=detail)
        if found.since is not None or found.unguarded:
            _tell(session, found, now)
        _write(session, found, now)
    return found


def find_wrong(session: Session) -> Wrong:
    """Follow the whole trail; some 90,000 rows a second."""
    return Wrong(audit.misfits(session, MOST), cut_at(session), unguarded(session))


def cut_at(session: Session) -> int | None:
    """The last row of the trail that was seen, where it is there no more; None where the trail still has it."""
    watched = read_watched(session)
    return None if _holds(session, watched) else watched.last


def sign_trail(session: Session, *, by: Person, reason: str, actor: str, now: datetime) -> Wrong:
    """A person looked into what is wrong with the trail and signs for it as it stands, which is told; triggers are put
    back, all of them: one that looks right may have been another meanwhile.

    Raises Conflict where nothing is wrong, and where so many rows do not fit that only a backup helps.
    """
    wrong = find_wrong(session)
    if wrong.is_nothing:
        raise Conflict("The audit trail is whole and cannot be changed: there is nothing to sign for.")
    if len(wrong.rows) >= MOST:
        raise Conflict(
            f"{MOST} rows of the audit trail and more do not fit: nobody can sign for that. Restore a backup."
        )
    guard(session, list(GUARDED))
    detail = audit.sealed(session, {"person": by.id, "reason": reason, **msgspec.to_builtins(wrong)})
    audit.record(session, at=now, actor=actor, action=audit.SIGNED, subject=audit.TRAIL, detail=detail)
    tell_signature(session, f"{by.name} signed for the audit trail as it stands", _lines(wrong), now=now)
    last, digest = _end(session)
    _write(session, Watched(last=last, last_digest=digest), now)
    return wrong


def _lines(wrong: Wrong) -> list[str]:
    """What was signed for."""
    ids = [row.id for row in wrong.rows]
    more = f", and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    said = [f"Rows that do not fit the trail: {', '.join(map(str, ids[:NAMED]))}{more}."] if ids else []
    said += [f"The trail was cut at its end: row {wrong.cut} is there no more."] if wrong.cut is not None else []
    return said + ([f"Triggers were put back on {', '.join(wrong.unguarded)}."] if wrong.unguarded else [])


def check_trail(session: Session) -> Finding:
    """Whether the chain is whole, as `doctor` says it."""
    broken, cut = audit.verify(session), cut_at(session)
    if broken is None and cut is None:
        signed = len(audit.signed_for(session))
        return Finding("audit", "well", f"The audit trail is unbroken{but_for(signed)}.")
    hint = (
        "Somebody changed the database from outside: `deadlines db trail` names the rows; compare them with a backup."
    )
    if broken is None:
        sentence = f"The audit trail was cut at its end: row {cut} is there no more."
        return Finding("audit", "ill", sentence, hint)
    return Finding("audit", "ill", f"The audit trail is broken at row {broken}.", hint)


def but_for(signed: int) -> str:
    """The rows of a trail that are only signed for, in words."""
    rows = "1 row that does not fit it and that" if signed == 1 else f"{signed} rows that do not fit it and that"
    return f" but for {rows} somebody signed for" if signed else ""


def check_guards(session: Session) -> Finding:
    """Whether the database refuses to change the trail and what was signed."""
    open_to_all = unguarded(session)
    if not open_to_all:
        return Finding("audit-guarded", "well", "The database refuses to change the audit trail and what was signed.")
    hint = "Somebody took triggers away: find out who; `deadlines db trail` with --by and --reason puts them back."
    return Finding("audit-guarded", "ill", words_of_unguarded(open_to_all), hint)


def words_of_unguarded(tables: list[str]) -> str:
    """Which tables lie open, in a sentence."""
    return (
        f"The database would let rows be changed that are only ever added: triggers are missing on {', '.join(tables)}."
    )


def read_watched(session: Session) -> Watched:
    """What is remembered; nothing before the first look."""
    row = session.get(Heartbeat, ROW)
    try:
        return decoding.decode(row.detail, Watched) if row is not None else Watched()
    except msgspec.MsgspecError:
        return Watched()


def _followed(session: Session, before: Watched, now: datetime, rows: int) -> Watched:
    """What is found; a trail that cannot be followed vouches for no date, whatever the reason.

    Raises what the database raises: that is no word about the trail.
    """
    try:
        return _looked(session, before, now, rows)
    except (DeadlinesError, SQLAlchemyError):
        raise
    except Exception as fault:
        log.exception("the audit trail cannot be followed")
        return structs.replace(before, since=before.since or now, failed=type(fault).__name__)


def _looked(session: Session, before: Watched, now: datetime, rows: int) -> Watched:
    if not _holds(session, before):
        return _judged(before, before.last, now, session)
    walk = audit.look(session, before.at, before.digest, audit.signed_for(session), rows)
    at, digest = (0, audit.FIRST) if walk.end else (walk.id, walk.digest)
    last, last_digest = _end(session)
    found = structs.replace(before, at=at, digest=digest, last=last, last_digest=last_digest)
    return _judged(found, walk.misfit.id if walk.misfit is not None else None, now, session)


def _judged(found: Watched, broken: int | None, now: datetime, session: Session) -> Watched:
    since = (found.since or now) if broken is not None else None
    return structs.replace(found, broken=broken, since=since, unguarded=unguarded(session), failed="")


def _holds(session: Session, watched: Watched) -> bool:
    """Whether the trail still has the row that was its last."""
    if watched.last == 0:
        return True
    return session.scalar(select(Audit.digest).where(Audit.id == watched.last)) == watched.last_digest


def _end(session: Session) -> tuple[int, str]:
    row = session.execute(select(Audit.id, Audit.digest).order_by(Audit.id.desc()).limit(1)).first()
    return (row.id, row.digest) if row is not None else (0, audit.FIRST)


def _write(session: Session, found: Watched, now: datetime) -> None:
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(found).decode()))


def _tell(session: Session, found: Watched, now: datetime) -> None:
    broken = f"The audit trail is broken: row {found.broken} is not as the program wrote it."
    said = [f"The audit trail cannot be followed ({found.failed})." if found.failed else broken] if found.since else []
    said += [words_of_unguarded(found.unguarded)] if found.unguarded else []
    log.error("INTEGRITY ALARM: %s", " ".join(said))
    # What got worse on the same day, or came again after somebody signed, is another alarm.
    state = f"{found.failed or found.broken or ''}/{found.since or ''}/{'+'.join(found.unguarded)}"
    raise_alarm(
        session,
        f"trail/{now:%Y-%m-%d}/{state}",
        subject=TAMPERED if found.since else UNGUARDED,
        text="\n".join([*said, "", *(TO_DO if found.since else TO_FIND), *WHERE]),
        now=now,
    )
