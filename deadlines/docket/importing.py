"""Importing notices from a table: what would happen, and doing it, whole or not at all.

A row is known by the firm's own key: it is recorded once, and whatever is imported again adds nothing. A row that
says something else than the docket is an error, never a change.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Result
from deadlines.compute.engine import engine_for
from deadlines.docket.answerable import refuse_left, require_attorney
from deadlines.docket.differences import difference, says_the_same, settled
from deadlines.docket.doubts import odd_days, past_windows
from deadlines.docket.import_rows import FACT, Fault, ImportRow
from deadlines.docket.intake import WRITTEN_OTHERWISE, Desk, open_matter, record_notice, refuse_other
from deadlines.docket.people import find_person
from deadlines.docket.protected import is_protected
from deadlines.docket.visible import visible
from deadlines.errors import DeadlinesError
from deadlines.store import audit
from deadlines.store.tables import Entry, Imported, Matter, NoticeRow, Person

Item = TypeVar("Item")
PAGE = 500
"""Values of one question to the database."""
NOT_YOURS = "this number cannot be used: ask whoever keeps the docket."
COLUMN_OF = {"unknown-kind": "kind", "unknown-form": "form", "unknown-service-method": "service"}
DATE_OF = {
    "decision date": "decided_on",
    "service date": "service_on",
    "date of receipt": "received_on",
    "printed deadline": "printed_deadline",
}
"""The column of a date that the computation speaks of."""
Tell = Callable[[int], None]
"""Is told how many rows are done."""


class Planned(Struct, frozen=True, kw_only=True):
    """What becomes of one row. `outcome`: `new`, or `known` where its key is on the docket with the same facts.

    `opens`: windows with dates; `past`: a sentence for each of them that has passed; `asks`: facts that are missing
    and would change a date; `restricts`: the matter becomes restricted; `reopens`: it is closed and opens again;
    `names_client`: it is on the docket without a client and gets the one of the row.
    """

    row: int
    key: str
    matter: str
    kind: str
    outcome: str
    new_matter: bool = False
    opens: int = 0
    past: list[str] = []
    asks: list[str] = []
    warnings: list[str] = []
    restricts: bool = False
    reopens: bool = False
    names_client: bool = False


class Plan(Struct, frozen=True):
    """What an import does, row by row. Where there is any fault nothing is done."""

    rows: list[Planned]
    faults: list[Fault]

    def count(self, outcome: str) -> int:
        """How many rows have that outcome."""
        return sum(row.outcome == outcome for row in self.rows)


def check(
    session: Session, desk: Desk, rows: Sequence[ImportRow], *, by: Person, today: date, tell: Tell | None = None
) -> Plan:
    """What recording the rows would do, and every mistake that the docket or the law finds in them. Only reads.

    Of a restricted matter that `by` does not work on nothing is told (8 USC 1367), but that a row is recorded which
    `by` imported just so.
    """
    ground = _Ground(session, rows, by)
    planned, faults = [], []
    for done, row in enumerate(rows, start=1):
        found = _of_row(session, desk, ground, row, today)
        if isinstance(found, Planned):
            planned.append(found)
        else:
            faults += found
        if tell is not None:
            tell(done)
    return Plan(planned, faults)


def record(
    session: Session,
    desk: Desk,
    rows: Sequence[ImportRow],
    *,
    by: Person,
    source: str,
    now: datetime,
    today: date,
    tell: Tell | None = None,
) -> Plan:
    """Record every row that is new, within the caller's transaction; where there is any fault, nothing.

    `source` is the digest of the file, for the audit trail.
    """
    audit.hold(session)  # nobody records what this import records while it is held against the docket
    plan = check(session, desk, rows, by=by, today=today)
    if plan.faults or any(row.wrong for row in rows):
        return plan
    wanted = {row.row: row for row in rows}
    for done, planned in enumerate(plan.rows, start=1):
        if planned.outcome == "new":
            _record(session, desk, wanted[planned.row], by, now)
        if tell is not None:
            tell(done)
    detail = {"file": source, "new": plan.count("new"), "known": plan.count("known")}
    audit.record(session, at=now, actor=desk.actor, action="notice.import", subject=by.id, detail=detail)
    return plan


def _record(session: Session, desk: Desk, row: ImportRow, by: Person, now: datetime) -> None:
    matter = open_matter(
        session,
        row.matter,
        client=row.client,
        attorney=find_person(session, row.attorney) if row.attorney else None,
        restricted=row.restricted,
        actor=desk.actor,
        now=now,
    )
    made = record_notice(session, desk, matter, row.notice, now=now, again=row.again)
    kept = session.get(Imported, row.key)
    if kept is None:
        kept = Imported(key=row.key)
        session.add(kept)
    kept.notice_id, kept.said, kept.at, kept.by = made.notice.id, said(row), now, by.id


def said(row: ImportRow) -> dict[str, Any]:
    """What a row says, as it is kept."""
    found: dict[str, Any] = msgspec.to_builtins(row)
    return {name: value for name, value in found.items() if name not in ("row", "cells", "wrong", "again")}


class _Ground:
    """What the docket holds about the rows, asked for in pages; and what earlier rows of the file will bring."""

    def __init__(self, session: Session, rows: Sequence[ImportRow], by: Person) -> None:
        self.by = by
        self.people = {person.email: person for person in session.scalars(select(Person))}
        self.imported = _found(session, Imported, Imported.key, (row.key for row in rows))
        self.matters = _found(session, Matter, Matter.reference, (row.matter for row in rows))
        # All of them, because SQLite's lower() knows the letters of ASCII only.
        self.written = {reference.lower(): reference for reference in session.scalars(select(Matter.reference))}
        self.hidden = set(session.scalars(select(Matter.reference).where(~visible(by))))
        self.hidden_written = {reference.lower() for reference in self.hidden}
        of_others = select(Imported.key).join(NoticeRow, NoticeRow.id == Imported.notice_id).join(NoticeRow.matter)
        self.keys_of_others = set(session.scalars(of_others.where(~visible(by))))
        self.opened: dict[str, ImportRow] = {}
        self.named: dict[str, ImportRow] = {}
        self.twins: dict[tuple[Any, ...], str] = {}
        standing = select(Entry.id).where(Entry.notice_id == NoticeRow.id, Entry.status != "struck").exists()
        for page in _pages({matter.id: reference for reference, matter in self.matters.items()}.items()):
            references = dict(page)
            for notice in session.scalars(select(NoticeRow).where(standing, NoticeRow.matter_id.in_(references))):
                twin = (references[notice.matter_id], notice.kind, notice.decided_on, notice.form)
                self.twins.setdefault(twin, f"notice {notice.id[:8]}")

    def hides(self, reference: str) -> bool:
        """Whether it is the number of a matter that is not theirs to see, in these capital and small letters or others;
        see `visible.is_taken_unseen`."""
        if reference in self.matters:
            return reference in self.hidden
        return reference.lower() in self.hidden_written


def _found(session: Session, table: Any, column: Any, values: Iterable[str]) -> dict[str, Any]:
    return {
        getattr(row, column.key): row
        for page in _pages(dict.fromkeys(values))
        for row in session.scalars(select(table).where(column.in_(page)))
    }


def _pages(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while page := list(islice(rest, PAGE)):
        yield page


def _of_row(session: Session, desk: Desk, ground: _Ground, row: ImportRow, today: date) -> Planned | list[Fault]:
    kept = ground.imported.get(row.key)
    # Who imported the very row has read it: that it is recorded tells them nothing, also where they see it no more.
    if kept is not None and kept.by == ground.by.id and not row.wrong and says_the_same(kept, row):
        return _known(row)
    if ground.hides(row.matter):
        return [row.fault("matter", NOT_YOURS)]
    if row.wrong:
        found = _nobody(ground, row)
        if row.wrong.isdisjoint(("kind", "decided_on")):
            found += _computed(desk, row, today)[2]
        return [fault for fault in found if fault.column and fault.column not in row.wrong]
    if row.key in ground.keys_of_others:
        return [row.fault("key", NOT_YOURS)]
    if kept is not None:
        fault = difference(session, kept, row, ground.by)
        if fault is not None:
            return [fault]
        if settled(session, kept, row):
            return _known(row)
    faults = [*_matter_faults(ground, row), *_twin(ground, row)]
    result, odd, wrong = _computed(desk, row, today)
    if result is None or faults or wrong:
        return [*faults, *wrong]
    return _new(ground, row, result, odd, today)


def _known(row: ImportRow) -> Planned:
    return Planned(row=row.row, key=row.key, matter=row.matter, kind=row.notice.kind, outcome="known")


def _computed(desk: Desk, row: ImportRow, today: date) -> tuple[Result | None, list[str], list[Fault]]:
    """The windows of a row, what looks odd, and every mistake: what is wrong is left out, and the rest tried again."""
    notice: Notice | None = row.notice
    faults: list[Fault] = []
    while notice is not None:
        try:
            odd = odd_days(notice, today)
            return engine_for(desk.law).compute(notice, desk.policy), odd, faults
        except DeadlinesError as wrong:
            column = _column_of(wrong)
            faults.append(row.fault(column, wrong.fact, advice=wrong.advice))
            notice = _without(notice, column)
    return None, [], faults


def _without(notice: Notice, column: str) -> Notice | None:
    """The notice without what one column says of it, if it can be without."""
    if column == "service_on":
        return replace(notice, service=replace(notice.service, on=None)) if notice.service.on else None
    if column in ("received_on", "printed_deadline"):
        return replace(notice, **{column: None})
    name = column.removeprefix(FACT)
    if name not in notice.facts:
        return None
    return replace(notice, facts={fact: value for fact, value in notice.facts.items() if fact != name})


def _new(ground: _Ground, row: ImportRow, result: Result, odd: list[str], today: date) -> Planned:
    known = ground.matters.get(row.matter)
    new_matter = known is None and row.matter not in ground.opened
    ground.opened.setdefault(row.matter, row)
    restricted = known is not None and known.restricted
    return Planned(
        row=row.row,
        key=row.key,
        matter=row.matter,
        kind=row.notice.kind,
        outcome="new",
        new_matter=new_matter,
        opens=sum(window.state == "due" for window in result.windows),
        past=past_windows(result, today),
        asks=[ask.fact for ask in result.asks],
        warnings=[*result.warnings, *odd],
        restricts=not restricted and (row.restricted or is_protected(row.notice)),
        reopens=known is not None and known.closed_at is not None,
        names_client=known is not None and ground.named.get(row.matter) is row,
    )


def _matter_faults(ground: _Ground, row: ImportRow) -> list[Fault]:
    found = ground.matters.get(row.matter)
    nobody = _nobody(ground, row)
    if nobody and (found is None or found.attorney.active):
        return nobody
    person = ground.people.get(row.attorney or "")
    if found is not None:
        try:
            refuse_left(found)
            refuse_other(found, row.client, person)
        except DeadlinesError as wrong:
            return [row.fault("matter", wrong.fact, advice=wrong.advice)]
        return _client_faults(ground, found, row)
    if ground.written.setdefault(row.matter.lower(), row.matter) != row.matter:
        return [row.fault("matter", WRITTEN_OTHERWISE)]
    before = ground.opened.get(row.matter)
    if before is None:
        message = f"matter {row.matter} is new: a new matter needs the mail address of its attorney."
        return [] if row.attorney else [row.fault("attorney", message)]
    return [
        row.fault(name, f"row {before.row} opens matter {row.matter} with another {name}. Make both the same.")
        for name in ("client", "attorney")
        if getattr(row, name) not in (None, getattr(before, name))
    ]


def _client_faults(ground: _Ground, matter: Matter, row: ImportRow) -> list[Fault]:
    """The mistake of a second client for a matter that has none on the docket."""
    if row.client is None or matter.client is not None:
        return []
    first = ground.named.setdefault(row.matter, row)
    if first.client == row.client:
        return []
    return [row.fault("client", f"row {first.row} names another client of matter {row.matter}. Make both the same.")]


def _nobody(ground: _Ground, row: ImportRow) -> list[Fault]:
    """The mistake of an attorney who is not here, or who may not answer for a new matter."""
    person = ground.people.get(row.attorney or "")
    if not row.attorney:
        return []
    if person is None:
        message = f"{row.attorney} is nobody's mail address here."
        return [row.fault("attorney", message, advice="`deadlines person add` adds people.")]
    if row.matter in ground.matters and person.active:
        return []
    try:
        require_attorney(person)
    except DeadlinesError as wrong:
        return [row.fault("attorney", wrong.fact, advice=wrong.advice)]
    return []


def _twin(ground: _Ground, row: ImportRow) -> list[Fault]:
    notice = row.notice
    other = ground.twins.setdefault((row.matter, notice.kind, notice.decided_on, notice.form), f"row {row.row}")
    if other == f"row {row.row}" or row.again:
        return []
    message = f"matter {row.matter} has this {notice.kind} of {notice.decided_on} already ({other})."
    return [row.fault("kind", f"{message} Take the row out, or write yes under again where it is another notice.")]


def _column_of(wrong: DeadlinesError) -> str:
    """The column that an error of the computation speaks of, as far as it can be told."""
    fact = re.search(r"[Ff]act '(\w+)'", wrong.sentence)
    if fact is not None:
        return "reason" if fact[1] == "reason" else f"{FACT}{fact[1]}"
    spoken = re.match(rf"The ({'|'.join(DATE_OF)}) ", wrong.sentence)
    return DATE_OF[spoken[1]] if spoken else COLUMN_OF.get(wrong.code, "")
