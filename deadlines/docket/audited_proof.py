"""What proves that somebody was told: a try that was taken, or a newer reminder that said the same. And whom an entry
does not concern any more, so that nothing of it is sent to them again.

Nothing here uses what sends, covers or hands over.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.attorneys import HAND_OVER
from deadlines.docket.judging import MEANWHILE, ON_ITS_WAY, Case, Record
from deadlines.docket.lanes import UNDELIVERED
from deadlines.store.tables import Absence, Audit

ONE_DAY = timedelta(days=1)


def former_attorneys(session: Session, entries: Sequence[Record]) -> dict[str, set[str]]:
    """By matter, from whom it was handed over, as the audit trail has it."""
    matters = {entry.matter_id for entry in entries}
    query = select(Audit.subject, Audit.detail).where(Audit.subject.in_(matters), Audit.action == HAND_OVER)
    found: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(query):
        found[row.subject].add(str(row.detail.get("from")))
    return found


def covering_lately(session: Session, now: datetime) -> set[str]:
    """Who covers for somebody about now; a day more on both sides, whatever the firm's zone."""
    row = Absence
    days = row.from_on <= (now + ONE_DAY).date(), row.until_on >= (now - ONE_DAY).date(), row.from_on <= row.until_on
    return set(session.scalars(select(row.deputy_id).where(*days)))


def is_proved(case: Case, version: Record, row: Record, now: datetime) -> bool:
    """Whether one that needs no mail any more had it, as a try says, or another that said the same. When it left may
    lie ahead of now: the clock was set back since.

    One that is covered is as good as what covers it. What is due and on its way is judged by itself, and so is what
    was refused: that nobody was told would be another difference.
    """
    last = _said_by(case, version, row)
    if last is None:
        return False
    if last.state == "sent":
        return _has_left(last)
    if row.state != "covered":
        return True
    return last.state == "dead" or (last.state in ON_ITS_WAY and last.due_at <= now + MEANWHILE)


def by_a_predecessor(case: Case, version: Record, told: Collection[str], there: Mapping[str, Record]) -> bool:
    """Whether somebody was told whose it is no more: what was still to come, and what did not reach them, went over to
    the successor."""
    theirs = [row for row in there.values() if row.state in ("sent", "covered") and row.person_id not in told]
    ends = [_said_by(case, version, row) for row in theirs]
    return any(last is not None and last.state == "sent" and _has_left(last) for last in ends)


def somebody_told(case: Case, version: Record, row: Record) -> bool:
    """Whether somebody was told that this reminder does not arrive."""
    rung = f"{UNDELIVERED}{row.id}"
    return any(other.rung == rung and other.state == "sent" for other in case.reminders.get(version.id, []))


def _has_left(row: Record) -> bool:
    return bool(row.proved) and row.sent_at is not None


def _said_by(case: Case, version: Record, row: Record) -> Record | None:
    """The reminder itself, or the newer one to the same person that covers it; None where that is none."""
    others = {other.id: other for other in case.reminders.get(version.id, [])}
    last, passed = row, {row.id}
    while last.state == "covered":
        lead = others.get(last.lead_id)
        if lead is None or lead.id in passed or lead.person_id != row.person_id or lead.due_at < last.due_at:
            return None
        last = lead
        passed.add(lead.id)
    return last
