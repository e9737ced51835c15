"""Whether the owners of open milestones are reminded of them: worked out anew from their days and the firm's template.

Nothing here uses what lays the reminders of milestones.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES, moment
from deadlines.docket.judging import (
    ON_ITS_WAY,
    WITHDRAWN,
    Case,
    Found,
    Must,
    Record,
    Statement,
    found_of,
    found_without,
    is_too_late,
)
from deadlines.notify.channel import MAIL
from deadlines.store.tables import MatterMember, Milestone

ONE_DAY = timedelta(days=1)
STEP_SEVERITY = SEVERITIES.index("warning")


def open_steps(session: Session, entry_ids: Collection[str]) -> dict[str, list[Record]]:
    """The open milestones of entries, by the entry's id."""
    row = Milestone
    query = select(row.id, row.entry_id, row.template, row.owner_id, row.due_on, row.created_at)
    found: dict[str, list[Record]] = defaultdict(list)
    for step in session.execute(query.where(row.entry_id.in_(entry_ids), row.state == "open").order_by(row.id)):
        found[step.entry_id].append(step)
    return found


def working_on(session: Session, entries: Sequence[Record]) -> dict[str, set[str]]:
    """Who works on the restricted matters of these entries besides their attorneys, by the matter's id."""
    restricted = {entry.matter_id for entry in entries if entry.restricted}
    query = select(MatterMember.matter_id, MatterMember.person_id).where(MatterMember.matter_id.in_(restricted))
    found: dict[str, set[str]] = defaultdict(set)
    for member in session.execute(query) if restricted else ():
        found[member.matter_id].add(member.person_id)
    return found


def steps_in_force(case: Case, version: Record, statement: Statement, now: datetime) -> Iterator[Found]:
    """What is wrong with the reminders of an open entry's open milestones, and with an owner who may not be told of
    them. A template that the firm has no more is nothing that can be judged."""
    if not case.steps:
        return
    mails: dict[str, list[Record]] = defaultdict(list)
    for row in (row for rows in case.reminders.values() for row in rows):
        if row.channel in MAIL:
            mails[row.rung].append(row)
    for step in case.steps:
        if not case.may_own(step.owner_id):
            on = _working_day(step.due_on + ONE_DAY, 1, statement)
            due_at = moment(on, statement.at, statement.zone)
            yield found_without("untold", case, version, f"overdue-{step.id}", step.owner_id, due_at, STEP_SEVERITY)
        elif step.template in statement.steps:
            laid_at = max(filter(None, (step.created_at, version.created_at, case.since)))
            for must in _called_for(step, statement, laid_at):
                yield from _judged(case, version, step.owner_id, must, mails[must.rung], statement, now)


def _called_for(step: Record, statement: Statement, laid_at: datetime) -> Iterator[Must]:
    """The days before its day that the template names, from when it was laid on, and the working day after it."""
    laid_on = laid_at.astimezone(ZoneInfo(statement.zone)).date()

    def must(rung: str, on: date) -> Must:
        return Must(
            rung, max(on, laid_on), max(moment(on, statement.at, statement.zone), laid_at), severity=STEP_SEVERITY
        )

    for before in statement.steps[step.template]:
        on = _working_day(step.due_on, -1, statement)
        for _ in range(before):
            on = _working_day(on - ONE_DAY, -1, statement)
        if on >= laid_on:
            yield must(f"milestone-{before}-{step.id}", on)
    yield must(f"overdue-{step.id}", _working_day(step.due_on + ONE_DAY, 1, statement))


def _working_day(day: date, direction: int, statement: Statement) -> date:
    while not statement.is_working_day(day):
        day += direction * ONE_DAY
    return day


def _judged(
    case: Case, version: Record, owner: str, must: Must, rows: list[Record], statement: Statement, now: datetime
) -> Iterator[Found]:
    """Told once is told, by whatever dates and whosever step it was then. What was withdrawn before its moment, because
    the step was done for a while, is not asked for afterwards."""
    if any(row.state in ("sent", "covered") for row in rows):
        return
    mine = next((row for row in rows if row.deadline_id == version.id and row.person_id == owner), None)
    if mine is not None and mine.state not in WITHDRAWN:
        if mine.state in ON_ITS_WAY and is_too_late(mine, must, statement, now):
            yield found_of("misplaced", case, version, mine)
    elif must.due_at > now and mine is not None:
        yield found_of("withdrawn", case, version, mine)
    elif must.due_at > now or not rows:
        yield found_without("missing", case, version, must.rung, owner, must.due_at, must.severity)
