"""Whether the deputy of a matter's attorney was asked what the attorney does not answer.

Nothing here uses what asks them. Judged is only what is sure: nobody has taken the dates on since, the attorney is not
away, the deputy stands in for longer than the wait, and so long the program was here. Supervisors and the emergency
contact follow the deputy, and are not judged.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import moment
from deadlines.docket.away import last_away
from deadlines.docket.judging import LOOK_BACK, PATIENCE, WITHDRAWN, Case, Found, Record, Statement, found_without
from deadlines.docket.lanes import AGAIN, ESCALATED, UNDELIVERED, stage_of
from deadlines.docket.reminders import URGENT
from deadlines.notify.channel import MAIL
from deadlines.store.tables import Absence, Acknowledgement

SHARE, LEAST = 4, timedelta(hours=1)
"""A quarter of the time that is left, and an hour at least, where that is sooner than the firm's wait."""


def answered_until(session: Session, ids: Collection[str]) -> dict[str, dict[int, datetime]]:
    """By entry and version of its dates, until when somebody had taken them on."""
    row = Acknowledgement
    query = select(row.entry_id, row.version, func.max(row.until, type_=row.until.type))
    found: dict[str, dict[int, datetime]] = defaultdict(dict)
    for entry, version, until in session.execute(
        query.where(row.entry_id.in_(ids)).group_by(row.entry_id, row.version)
    ):
        found[entry][version] = until
    return found


def away_lately(session: Session, now: datetime) -> set[str]:
    """Who was away within the days that are judged: whoever covered was asked first, and the waits were theirs."""
    row = Absence
    query = select(row.person_id).where(row.until_on >= (now - LOOK_BACK).date(), row.from_on <= now.date())
    return set(session.scalars(query))


def here_since(session: Session) -> datetime | None:
    """Since when the program is here, where it was away: who was not reminded meanwhile did not keep silent."""
    away = last_away(session)
    return away.until if away is not None else None


def deputy_asked(
    case: Case, version: Record, rows: Sequence[Record], statement: Statement, now: datetime
) -> Iterator[Found]:
    """What the attorney was urgently asked, has not answered, and nobody has asked the deputy."""
    if statement.wait is None or case.deputy is None or case.attorney_away:
        return
    deputy, stands_in_since = case.deputy
    asked = [row for row in rows if row.person_id == deputy and row.rung.startswith(ESCALATED)]
    for row in rows:
        answered = case.answered.get(version.version)
        if not _asks_attorney(case, version, row, now) or any(_is_about(other, row, answered) for other in asked):
            continue
        if any(_asks_anew(other, row) for other in rows):
            continue
        since = max(filter(None, (row.sent_at, stands_in_since, case.here_since)))
        due_at = since + _wait(version, since, statement, statement.wait)
        if due_at + PATIENCE < now:
            yield found_without("missing", case, version, f"{ESCALATED}1-{row.rung}", deputy, due_at)


def _asks_attorney(case: Case, version: Record, row: Record, now: datetime) -> bool:
    """Whether a mail asked the attorney lately, and no answer was in force after it."""
    if (
        row.person_id != case.entry.attorney_id
        or row.channel not in MAIL
        or row.rung.startswith((ESCALATED, UNDELIVERED))
    ):
        return False
    if row.severity < URGENT or row.state != "sent" or row.sent_at is None or row.sent_at < now - LOOK_BACK:
        return False
    answered = case.answered.get(version.version)
    return answered is None or answered <= row.sent_at


def _is_about(asked: Record, row: Record, answered: datetime | None) -> bool:
    """Whether a message to the deputy went on from a reminder, or from another of the same dates about then. One that
    is due when an answer ends asks again of what went on from then on, however late it left."""
    rung = asked.rung.removeprefix(ESCALATED).partition("-")[2]
    return bool(rung == row.rung or asked.due_at >= (row.due_at if row.due_at == answered else row.sent_at - LEAST))


def _asks_anew(other: Record, row: Record) -> bool:
    """Whether another asks its person the same again: that is judged, and not this one."""
    same = other.person_id == row.person_id and other.state not in WITHDRAWN and other.due_at > row.due_at
    return bool(same and other.rung.startswith(f"{stage_of(row.rung)}{AGAIN}"))


def _wait(version: Record, since: datetime, statement: Statement, wait: timedelta) -> timedelta:
    day = version.last_day or version.safe_by
    if day is None:
        return wait
    left = moment(day + timedelta(days=1), time(), statement.zone) - since
    return max(LEAST, min(wait, left / SHARE))
