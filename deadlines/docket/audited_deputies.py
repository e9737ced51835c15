"""Whether the deputy of a matter's attorney was told of its fatal dates, as soon as the attorney was.

Nothing here uses what adds those mails. An attorney or a deputy who is away changes nothing: the deputy is told all
the same, and who covers besides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import Rung
from deadlines.docket.judging import (
    PATIENCE,
    WITHDRAWN,
    Case,
    Found,
    Must,
    Record,
    Statement,
    found_of,
    found_without,
)
from deadlines.docket.reminders import MOVED, URGENT
from deadlines.store.tables import Audit

STAGES = ("last-", "protective-")
TO_A_SUCCESSOR = ("person.deactivate", "person.role")
"""What puts a successor, where its row names one, in somebody's place: as deputy too."""
CHANGES = ("person.deputies", "person.activate", "matter.hand-over", *TO_A_SUCCESSOR)
"""What makes somebody a deputy, or a matter's attorney: before it, somebody else was to be told."""


def is_fatal_stage(rung: Rung) -> bool:
    """Whether a rung speaks of a fatal date itself, or urgently of the safe one. How urgent a change was stands in its
    reminder alone."""
    return rung.id.startswith(STAGES) or (rung.severity == "urgent" and rung.id != MOVED)


def deputies_of(
    session: Session, entries: Sequence[Record], people: Mapping[str, Record]
) -> dict[str, tuple[str, datetime]]:
    """By entry, who stands in for its attorney and since when, as the audit trail has it."""
    pairs = {}
    for entry in entries:
        attorney = people.get(entry.attorney_id)
        deputy = people.get(attorney.deputy_id) if attorney is not None else None
        if attorney is not None and deputy is not None and deputy.active:
            pairs[entry.id] = (entry.matter_id, attorney, deputy)
    since = _last_changes(session, pairs.values(), people) if pairs else {}
    found = {}
    for entry, (matter, attorney, deputy) in pairs.items():
        changes = [since[each] for each in (matter, attorney.id, deputy.id) if each in since]
        found[entry] = (deputy.id, max([attorney.created_at, deputy.created_at, *changes]))
    return found


def _last_changes(
    session: Session, pairs: Iterable[tuple[str, Record, Record]], people: Mapping[str, Record]
) -> dict[str, datetime]:
    """When each matter and person was last given an attorney or a deputy, or took somebody's place."""
    subjects = {matter for matter, _, _ in pairs} | set(people)
    query = select(Audit.subject, Audit.action, Audit.at, Audit.detail).where(Audit.subject.in_(subjects))
    since: dict[str, datetime] = {}
    for row in session.execute(query.where(Audit.action.in_(CHANGES)).order_by(Audit.id)):
        since[row.detail.get("successor") if row.action in TO_A_SUCCESSOR else row.subject] = row.at
    return since


def deputy_told(
    case: Case, version: Record, must: Must, there: Mapping[str, Record], statement: Statement
) -> Iterator[Found]:
    """What is wrong with the deputy's mail of one stage, once the attorney's has gone. `there`: the mails of it by
    person."""
    asked = there.get(case.entry.attorney_id)
    if case.deputy is None or asked is None or asked.state != "sent" or asked.sent_at is None:
        return
    deputy, since = case.deputy
    if asked.sent_at < since + PATIENCE or not (must.fatal or asked.severity >= URGENT):
        return
    if any(_is_of(case.entry, word) for word in statement.not_fatal):
        return
    row = there.get(deputy)
    if row is None:
        yield found_without("missing", case, version, must.rung, deputy, must.due_at, asked.severity)
    elif row.state in WITHDRAWN:
        yield found_of("withdrawn", case, version, row)


def _is_of(entry: Record, word: str) -> bool:
    """Whether an entry is of a rule, or its remedy of a kind."""
    return bool(entry.rule == word or f"{entry.remedy} ".startswith(f"{word} "))
