"""Correcting what was entered of a notice: a new row beside the old one, and every window computed again."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice, Service
from deadlines.compute.result import Result
from deadlines.docket.blind import require_seen
from deadlines.docket.closing import CLOSED
from deadlines.docket.entries import computed, republish, unsign
from deadlines.docket.frozen import refuse_frozen
from deadlines.docket.intake import Desk
from deadlines.docket.leaving import hold_matters
from deadlines.docket.legible import notice_of
from deadlines.docket.looks import differences
from deadlines.docket.moves import Because, Move, enter_new, move
from deadlines.docket.notices import hold_in_force
from deadlines.docket.protected import is_protected
from deadlines.docket.reasons import plain_reason
from deadlines.docket.restricting import follow_discreet, restrict_matter
from deadlines.docket.versions import current
from deadlines.errors import Conflict, InputError
from deadlines.law.counting import Method
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Entry, Matter, NoticeRow, Person


class Amendment(Struct, frozen=True, kw_only=True):
    """What is to be corrected; what is unset stays. A fact that is None is taken away, and so is a day."""

    facts: dict[str, str | None] = {}
    method: Method | UnsetType = UNSET
    service_on: date | UnsetType | None = UNSET
    received_on: date | UnsetType | None = UNSET
    printed_deadline: date | UnsetType | None = UNSET


class Amended(Struct, frozen=True):
    """The new notice row, what the computation says of it, and what became of each date that changed."""

    notice: NoticeRow
    result: Result
    moves: list[Move]


def amended(notice: Notice, changes: Amendment) -> Notice:
    """The notice with the corrections in it; kind, form and date of the decision stay."""
    facts = {name: value for name, value in {**notice.facts, **changes.facts}.items() if value is not None}
    service = Service(_or(changes.method, notice.service.method), _or(changes.service_on, notice.service.on))
    return msgspec.structs.replace(
        notice,
        facts=facts,
        service=service,
        received_on=_or(changes.received_on, notice.received_on),
        printed_deadline=_or(changes.printed_deadline, notice.printed_deadline),
    )


def amend_notice(
    session: Session, desk: Desk, notice: NoticeRow, changes: Amendment, *, reason: str, by: Person, now: datetime
) -> Amended:
    """Record the corrected notice and move every window that is not closed: earlier at once, later proposed.

    Closed entries keep the dates they were closed with. Raises InputError where nothing is corrected or the
    notice cannot be computed, Conflict for a notice that was amended before or has been struck, for who may still
    verify it blind, and where one of its dates was missed, unless by the partner.
    """
    reason = plain_reason(reason)
    require_seen(session, by, notice)  # before any comparison: that nothing is corrected tells what was entered
    before = notice_of(notice)
    corrected = amended(before, changes)
    if corrected == before:
        raise InputError(f"Notice {notice.id[:8]} says this already: nothing was changed.")
    result = computed(desk, corrected)
    if is_protected(corrected):
        hold_matters(session, [session.get_one(Matter, notice.matter_id)])  # before some of its entries are held
    entries = _held(session, desk, notice, by)
    row = NoticeRow(
        matter_id=notice.matter_id,
        kind=notice.kind,
        form=notice.form,
        decided_on=notice.decided_on,
        facts=msgspec.to_builtins(corrected),
        entered_by=by.email,
        entered_at=now,
        amends_id=notice.id,
    )
    session.add(row)
    matter = session.get_one(Matter, notice.matter_id)
    session.flush()
    if is_protected(corrected):
        restrict_matter(session, matter, actor=desk.actor, now=now)
        follow_discreet(session, desk, matter, now=now)
    printed_anew = corrected.printed_deadline != before.printed_deadline
    read_anew = bool(differences(before, corrected))
    for entry in entries:
        _point_to(entry, row, printed_anew=printed_anew, read_anew=read_anew)
    session.flush()
    unsigned = [entry.id for entry in entries if read_anew and entry.status not in CLOSED]
    ended = {"unsigned": unsigned, "printed_anew": printed_anew}
    _record(session, desk, notice, row, reason, by, now, ended)
    moves = _move_all(session, desk, entries, result, Because(row, reason, by), now)
    for entry in entries if read_anew else ():
        republish(session, entry, current(session, entry), now)  # calendars say that nobody has verified it any more
    return Amended(row, result, moves)


def _held(session: Session, desk: Desk, notice: NoticeRow, by: Person) -> list[Entry]:
    hold_in_force(session, notice)
    refuse_frozen(session, desk, notice, by)
    query = select(Entry).where(Entry.notice_id == notice.id).order_by(Entry.id).with_for_update(**HELD)
    entries = list(session.scalars(query.execution_options(populate_existing=True)))
    if all(entry.status == "struck" for entry in entries):
        raise Conflict(
            f"Notice {notice.id[:8]} has been struck. The right one is recorded as a new notice.",
            advice="`deadlines add` does it.",
        )
    return entries


def _point_to(entry: Entry, row: NoticeRow, *, printed_anew: bool, read_anew: bool) -> None:
    entry.notice_id, entry.notice = row.id, row
    if read_anew and entry.status not in CLOSED:
        # Whoever signed for the dates read another notice, even where the dates stay.
        unsign(entry)
        entry.discrepancy = None
    if printed_anew:
        # What was decided about the printed deadline was decided about another one.
        entry.resolution = entry.resolved_at = entry.resolved_by = None


def _move_all(
    session: Session, desk: Desk, entries: list[Entry], result: Result, because: Because, now: datetime
) -> list[Move]:
    windows = {window.rule: window for window in result.windows}
    without = _without_print(desk, because.notice, entries)
    moves: list[Move | None] = []
    for entry in entries:
        if entry.status in CLOSED:
            continue
        source = without if (entry.resolution or {}).get("use") == "computed" else windows
        moves.append(move(session, desk, entry, source.get(entry.rule), because, now=now))
    known = {entry.rule for entry in entries}
    moves += [
        enter_new(session, desk, window, because, now=now) for rule, window in windows.items() if rule not in known
    ]
    return [found for found in moves if found is not None]


def _without_print(desk: Desk, notice: NoticeRow, entries: list[Entry]) -> dict[str, Any]:
    """The windows without the printed deadline, for entries of which a person decided to leave it aside."""
    if not any((entry.resolution or {}).get("use") == "computed" for entry in entries):
        return {}
    plain = msgspec.structs.replace(notice_of(notice), printed_deadline=None)
    return {window.rule: window for window in computed(desk, plain).windows}


def _record(
    session: Session,
    desk: Desk,
    old: NoticeRow,
    new: NoticeRow,
    reason: str,
    by: Person,
    now: datetime,
    ended: dict[str, object],
) -> None:
    detail = {"amended_by": new.id, "reason": reason, "person": by.id, "door": desk.door, **ended}
    audit.record(session, at=now, actor=desk.actor, action="notice.amend", subject=old.id, detail=detail)


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is UNSET else value
