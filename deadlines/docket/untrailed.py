"""Entries that were closed, reopened, set aside or verified past the program: of no such act the audit trail tells.

Whoever changes a row by hand silences a fatal date as surely as who changes the date itself. So the daemon goes round
all entries, some thousands in a turn, and holds each against the rows of the trail about it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import clock, decoding
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.docket.standings import CLOSINGS, REOPENED, VERIFIED
from deadlines.store.database import Database
from deadlines.store.holding import HELD
from deadlines.store.tables import Audit, DeadlineRow, Entry, Heartbeat, Matter, Reminder

log = logging.getLogger(__name__)

ROW = "acts"
"""The heartbeat that keeps how far the round is."""
PAGE = 500
TURN = 3.0
"""Seconds that one turn takes at most, but for the page it is at."""
EVERY = timedelta(minutes=15)
"""How long after the end of a round the next one begins."""
KEPT = 500
"""How many entries the heartbeat names."""
LINES = 25
ACTS = (*CLOSINGS, REOPENED, VERIFIED)
TO_DO = (
    "Somebody or something changed the database from outside. Take each for an open date that nobody has verified,",
    "until somebody has looked into it. `deadlines reopen` puts each back on the docket, unverified and with its",
    "reminders; see the row closed-without-trail in docs/operations.md.",
    "",
)


class Untrailed(Struct, frozen=True, order=True):
    """An entry and what was done with it, in a word, of which the trail does not tell."""

    entry: str
    what: str


class Round(Struct):
    """How far the round is, what it found so far, what `stands` of the last whole one, and when that ended."""

    after: str = ""
    found: list[str] = []
    stands: list[str] = []
    finished_at: datetime | None = None


def find(session: Session, ids: Sequence[str]) -> list[Untrailed]:
    """Which of these entries stand otherwise than the trail tells."""
    columns = (
        Entry.id,
        Entry.status,
        Entry.version,
        Entry.closing,
        Entry.closed_by,
        Entry.verified_at,
        Entry.verified_by,
    )
    entries = session.execute(select(*columns).where(Entry.id.in_(ids)).order_by(Entry.id)).all()
    acts: dict[str, list[Any]] = defaultdict(list)
    query = select(Audit.subject, Audit.action, Audit.at, Audit.detail).order_by(Audit.id)
    for row in session.execute(query.where(Audit.subject.in_(ids), Audit.action.in_(ACTS))):
        acts[row.subject].append(row)
    followed = _reminded(session, [entry.id for entry in entries if entry.status == "information"])
    found = [(entry.id, _untold(entry, acts[entry.id], followed=entry.id in followed)) for entry in entries]
    return [Untrailed(entry, what) for entry, what in found if what]


def find_all(session: Session) -> list[Untrailed]:
    """Go through all entries; some ten thousand a second."""
    found, after = list[Untrailed](), ""
    while ids := _page(session, after):
        found += find(session, ids)
        after = ids[-1]
    # Where another closes one just now, the row of the entry and that of the trail may be read before and after it.
    return find(session, [each.entry for each in found]) if found else []


def watch_acts(database: Database, *, now: datetime, go_on: Callable[[], bool] = lambda: True) -> list[str]:
    """Take one turn of the round; what is found is told, once a day. Returns the ids of the entries that stand so."""
    ends = clock.elapsed() + TURN
    with database.read() as session:
        at = read_round(session)
    if at.finished_at is not None and not at.after and timedelta() <= now - at.finished_at < EVERY:
        return at.stands
    suspects, ended = list[str](), False
    while not ended and go_on():
        with database.read() as session:
            ids = _page(session, at.after)
            suspects += [each.entry for each in find(session, ids)]
        at.after, ended = (ids[-1] if ids else ""), len(ids) < PAGE
        if clock.elapsed() >= ends:
            break
    with database.write() as session:
        at.found = sorted({*at.found, *_held(session, suspects, now)})[:KEPT]
        at.stands = at.found if ended else sorted({*at.stands, *at.found})[:KEPT]
        if ended:
            at.after, at.found, at.finished_at = "", [], now
        session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(at).decode()))
    return at.stands


def read_round(session: Session) -> Round:
    """How far it is; at its beginning where nobody can read that."""
    row = session.get(Heartbeat, ROW)
    try:
        return decoding.decode(row.detail, Round) if row is not None else Round()
    except msgspec.MsgspecError:
        return Round()


def check_acts(session: Session) -> Finding:
    """Whether every entry stands as the trail tells, as `doctor` says it."""
    found = find_all(session)
    if not found:
        return Finding("closed-without-trail", "well", "Every closing and verification stands in the audit trail.")
    named = ", ".join(f"{each.entry[:8]} ({each.what})" for each in found[:LINES])
    more = f" and {len(found) - LINES} more" if len(found) > LINES else ""
    hint = "Somebody changed the database from outside: take each for an open date; `deadlines reopen` puts it back."
    return Finding("closed-without-trail", "ill", f"The audit trail tells nothing of it: {named}{more}.", hint)


def _page(session: Session, after: str) -> list[str]:
    return list(session.scalars(select(Entry.id).where(Entry.id > after).order_by(Entry.id).limit(PAGE)))


def _reminded(session: Session, ids: Sequence[str]) -> set[str]:
    """Those of which the dates in force have reminders: what is set aside rightly gets dates of its own, and none."""
    if not ids:
        return set()
    query = select(Reminder.entry_id).join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
    query = query.join(Entry, (Entry.id == DeadlineRow.entry_id) & (Entry.version == DeadlineRow.version))
    return set(session.scalars(query.where(Entry.id.in_(ids)).distinct()))


def _untold(entry: Any, acts: Sequence[Any], *, followed: bool) -> str:
    """What was done of which the trail does not tell; empty where it tells all."""
    last = next((row for row in reversed(acts) if row.action != VERIFIED), None)
    closed = last is not None and last.action in CLOSINGS
    if entry.status in CLOSINGS.values():
        if last is None or not closed or not _is_that(entry, last):
            return "closed"
    elif closed:
        return "reopened"
    elif followed:
        return "set aside"
    return "" if entry.verified_at is None or any(_verifies(row, entry) for row in acts) else "verified"


def _is_that(entry: Any, row: Any) -> bool:
    """Whether a closing is the one that the trail tells of."""
    told = row.detail.get("closing"), row.detail.get("person")
    return CLOSINGS[row.action] == entry.status and told == (entry.closing, entry.closed_by)


def _verifies(row: Any, entry: Any) -> bool:
    told = row.detail.get("version"), row.detail.get("person"), row.at
    return row.action == VERIFIED and told == (entry.version, entry.verified_by, entry.verified_at)


def _held(session: Session, suspects: Sequence[str], now: datetime) -> list[str]:
    """Those that stand so still, nobody else being at them; people are told of them."""
    if not suspects:
        return []
    held = select(Entry.id).where(Entry.id.in_(suspects)).order_by(Entry.id).with_for_update(**HELD)
    found = find(session, session.scalars(held).all())
    if found:
        _tell(session, found, now)
    return [each.entry for each in found]


def _tell(session: Session, found: Sequence[Untrailed], now: datetime) -> None:
    for each in found[:LINES]:
        log.error("INTEGRITY ALARM: entry %s was %s past the program", each.entry, each.what)
    query = select(Entry.id, Matter.reference).join(Matter, Matter.id == Entry.matter_id)
    matters = {row.id: row.reference for row in session.execute(query.where(Entry.id.in_([x.entry for x in found])))}
    lines = [f"- {matters.get(each.entry, 'unknown')}, entry {each.entry[:8]}: {each.what}" for each in found[:LINES]]
    lines += [f"- in all {len(found)}"] if len(found) > LINES else []
    same = sha256(repr(sorted(found)).encode()).hexdigest()[:8]
    raise_alarm(
        session,
        f"acts/{now:%Y-%m-%d}/{same}",
        subject="INTEGRITY ALARM: entries of the docket were closed or verified past the program",
        text="\n".join(["The audit trail tells nothing of what was done with these entries:", *lines, "", *TO_DO]),
        now=now,
    )
