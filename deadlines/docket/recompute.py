"""Does the law as we hold it today still give the stored dates? A difference is told, never applied."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
from deadlines.compute.result import Result, Window
from deadlines.errors import DeadlinesError
from deadlines.store import audit
from deadlines.store.tables import Audit, DeadlineRow, Entry, NoticeRow

ACTION = "recompute.differs"
DATES = ("opens_on", "protective_by", "safe_by", "last_day", "latest")

Compute = Callable[[Notice], Result]


class Stored(Struct, frozen=True):
    """An open entry as it stands: the notice that was entered and the dates in force."""

    entry_id: str
    notice_id: str
    rule: str
    notice: dict[str, object]
    state: str
    dates: dict[str, date | None]


class Difference(Struct, frozen=True):
    """What a recomputation gives that is not what is stored."""

    entry_id: str
    found: dict[str, object]


def stored_entries(session: Session, after: str, limit: int) -> list[Stored]:
    """Open entries of the next `limit` notices after a notice id, in order of their notices."""
    pages = (
        select(Entry.notice_id)
        .where(Entry.status == "open", Entry.notice_id > after)
        .distinct()
        .order_by(Entry.notice_id)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(
            Entry.id,
            Entry.notice_id,
            Entry.rule,
            NoticeRow.facts,
            DeadlineRow.state,
            *(getattr(DeadlineRow, name) for name in DATES),
        )
        .join(pages, pages.c.notice_id == Entry.notice_id)
        .join(NoticeRow, NoticeRow.id == Entry.notice_id)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.status == "open")
        .order_by(Entry.notice_id, Entry.id)
    )
    return [
        Stored(entry, notice, rule, facts, state, dict(zip(DATES, dates, strict=True)))
        for entry, notice, rule, facts, state, *dates in rows
    ]


def differences(stored: list[Stored], compute: Compute) -> Iterator[Difference]:
    """Compute each notice again, once, and compare. A notice that cannot be computed is a difference too."""
    windows: dict[str, dict[str, Window] | str] = {}
    for entry in stored:
        if entry.notice_id not in windows:
            windows[entry.notice_id] = _windows(entry.notice, compute)
        found = _compare(entry, windows[entry.notice_id])
        if found:
            yield Difference(entry.entry_id, found)


def record_difference(session: Session, difference: Difference, now: datetime) -> bool:
    """Write the difference into the audit trail, unless the last one of the entry says the same."""
    last = session.scalars(
        select(Audit.detail)
        .where(Audit.subject == difference.entry_id, Audit.action == ACTION)
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    if last == difference.found:
        return False
    audit.record(
        session,
        at=now,
        actor="daemon",
        action=ACTION,
        subject=difference.entry_id,
        detail=difference.found,
    )
    return True


def _windows(facts: dict[str, object], compute: Compute) -> dict[str, Window] | str:
    try:
        result = compute(msgspec.convert(facts, Notice))
    except DeadlinesError as fault:
        return fault.sentence
    except msgspec.ValidationError as fault:
        return f"The stored notice cannot be read: {fault}."
    return {window.rule: window for window in result.windows}


def _compare(entry: Stored, windows: dict[str, Window] | str) -> dict[str, object]:
    if isinstance(windows, str):
        return {"error": windows}
    window = windows.get(entry.rule)
    if window is None:
        return {"error": "The law data gives no such window any more."}
    now = {"state": window.state, **{name: getattr(window, name) for name in DATES}}
    was = {"state": entry.state, **entry.dates}
    return {
        name: {"stored": _plain(was[name]), "computed": _plain(now[name])} for name in was if was[name] != now[name]
    }


def _plain(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
