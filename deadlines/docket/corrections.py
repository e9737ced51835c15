"""Corrections of notices as the audit trail tells of them: what each ended of an entry, its verification, a decision.

Rows say it since they note it; of older ones it is told from the two notices and the entry.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from deadlines.docket.legible import entered_of
from deadlines.docket.looks import differences
from deadlines.store.tables import Audit, Entry, Matter, NoticeRow

AMENDED = "notice.amend"


class Correction(Struct, frozen=True):
    """A notice was corrected: the row of the trail, whether nobody had verified the entry any more (`unsigned`), and
    whether what was decided of its printed deadline was decided of another one (`printed_anew`)."""

    row: Audit
    unsigned: bool
    printed_anew: bool


def corrections_of(
    session: Session, entries: Sequence[Entry], matter: Matter | None = None
) -> Mapping[str, list[Correction]]:
    """By entry the corrections of its notice, the first one first; with `matter` the entries are all of that one."""
    newer = {row.amends_id: row for row in session.scalars(_amending(matter))}
    told = select(Audit).where(Audit.action == AMENDED)
    if matter is not None:
        told = told.where(Audit.subject.in_(newer))
    rows = {row.subject: row for row in session.scalars(told)}
    by_id = {row.id: row for row in newer.values()}
    found: dict[str, list[Correction]] = defaultdict(list)
    for entry in entries:
        step = by_id.get(entry.notice_id)
        while step is not None and step.amends_id is not None:
            if step.entered_at >= entry.created_at and (row := rows.get(step.amends_id)) is not None:
                found[entry.id].insert(0, _correction(session, entry, row, step))
            step = by_id.get(step.amends_id)
    return found


def _amending(matter: Matter | None) -> Select[NoticeRow]:
    query = select(NoticeRow).where(NoticeRow.amends_id.is_not(None))
    return query.where(NoticeRow.matter_id == matter.id) if matter is not None else query


def _correction(session: Session, entry: Entry, row: Audit, new: NoticeRow) -> Correction:
    told = row.detail
    if "unsigned" in told:
        return Correction(row, entry.id in told["unsigned"], bool(told.get("printed_anew")))
    before = entered_of(session.get_one(NoticeRow, new.amends_id))
    after = entered_of(new)
    # What was closed kept its verification; an entry that is signed since before was never unsigned.
    kept = entry.verified_at is not None and entry.verified_at <= row.at
    return Correction(
        row, bool(differences(before, after)) and not kept, before.printed_deadline != after.printed_deadline
    )
