"""Does the law as we hold it today still give the stored dates? Read a page, compute, compare, move.

The three steps are apart, so that nothing is computed while a transaction is open. A page is a number of
notices with all their entries.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Text, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.notice import Notice
from deadlines.compute.result import Result, Window
from deadlines.docket.causes import ANEW, by_the_law, cause_of, too_late_to_matter
from deadlines.docket.direction import DATES
from deadlines.docket.granted import Granted, any_granted, extended, granted
from deadlines.docket.intake import Desk
from deadlines.docket.moves import Because, Move, enter_new, move
from deadlines.docket.records import WAITING
from deadlines.docket.versions import current
from deadlines.errors import DeadlinesError
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Audit, DeadlineRow, Entry, Matter, NoticeRow, Proposal

FAILED = "recompute.failed"
CHECKED = ("open", "information")
"""Entries that may still move; what was filed, waived or struck keeps its dates."""

Compute = Callable[[Notice], Result]


class Stored(Struct, frozen=True):
    """An entry as it stands. `without_print`: a person decided to leave the printed deadline aside. `more`: time that
    was granted beyond what the law gives. `waits`: other dates wait to be agreed to, or should: nobody has decided more
    time that was granted, or a decision to leave the printed deadline aside."""

    entry_id: str
    rule: str
    status: str
    state: str
    dates: tuple[date | None, ...]
    without_print: bool
    more: Granted | None = None
    waits: bool = False


class Page(Struct, frozen=True):
    """Some notices by their ids, as JSON text, and the entries of each."""

    notices: dict[str, str]
    entries: dict[str, list[Stored]]

    @property
    def last(self) -> str:
        """Where the next page begins."""
        return max(self.notices)


class Difference(Struct, frozen=True):
    """What a recomputation gives that is not what is stored.

    `entry_id` is None for a window that the notice did not have, `window` None for one that it has no more.
    `fault`: the notice cannot be computed. `waits`: other dates wait for the entry, which may be out of date.
    """

    notice_id: str
    entry_id: str | None = None
    window: Window | None = None
    fault: str | None = None
    waits: bool = False


class Failure(Struct, frozen=True):
    """A notice that could not be computed or stored again, and why."""

    notice: str
    matter: str
    sentence: str


def count_notices(session: Session) -> int:
    """How many notices there are to check."""
    query = select(func.count(func.distinct(Entry.notice_id))).where(Entry.status.in_(CHECKED))
    return session.scalar(query) or 0


def read_page(session: Session, after: str, limit: int) -> Page:
    """The next `limit` notices after an id, in order of their ids; empty at the end."""
    ids = (
        select(Entry.notice_id)
        .where(Entry.status.in_(CHECKED), Entry.notice_id > after)
        .distinct()
        .order_by(Entry.notice_id)
        .limit(limit)
        .subquery()
    )
    # As text: the decoder makes a notice of it at once, faster than by way of dictionaries.
    facts = select(NoticeRow.id, cast(NoticeRow.facts, Text)).join(ids, ids.c.notice_id == NoticeRow.id)
    columns = (Entry.notice_id, Entry.id, Entry.rule, Entry.status, Entry.resolution, Entry.disputed, DeadlineRow.state)
    entries = (
        select(*columns, *(getattr(DeadlineRow, name) for name in DATES))
        .join(ids, ids.c.notice_id == Entry.notice_id)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
    )
    page = Page({row[0]: row[1] for row in session.execute(facts)}, {})
    rows = session.execute(entries).all()
    ids_of = [row[1] for row in rows] if any_granted(session) else []
    more, agreed = granted(session, ids_of), granted(session, ids_of, holding=True)
    waiting = set(session.scalars(select(Proposal.entry_id).where(Proposal.state.in_(WAITING))))
    for notice, entry, rule, status, resolution, disputed, state, *dates in rows:
        without = resolution is not None and resolution.get("use") == "computed"
        waits = entry in waiting or more.get(entry) != agreed.get(entry) or (without and disputed)
        stored = Stored(entry, rule, status, state, tuple(dates), without, more.get(entry), waits)
        page.entries.setdefault(notice, []).append(stored)
    return page


def differences(page: Page, compute: Compute) -> Iterator[Difference]:
    """Compute each notice again, once, and compare the dates. One that cannot be computed is a difference too."""
    for notice_id, text in page.notices.items():
        entries = page.entries.get(notice_id, [])
        try:
            notice = decoding.decode(text, Notice)
            yield from _of_notice(notice_id, notice, entries, compute)
        except DeadlinesError as fault:
            yield Difference(notice_id, fault=fault.sentence)
        except (msgspec.DecodeError, TypeError) as fault:
            yield Difference(notice_id, fault=f"The stored notice cannot be read: {fault}.")


def _of_notice(notice_id: str, notice: Notice, entries: list[Stored], compute: Compute) -> list[Difference]:
    found = []
    windows = _windows(notice, compute)
    if any(entry.without_print for entry in entries):
        plain = _windows(msgspec.structs.replace(notice, printed_deadline=None), compute)
    else:
        plain = windows
    for entry in entries:
        bare = (plain if entry.without_print else windows).get(entry.rule)
        window = extended(bare, entry.more) if bare is not None else None
        if entry.status in CHECKED and _differs(entry, window):
            # What is granted may be what waits: the one who moves dates lays it over, and holds what comes earlier.
            wanted = bare if entry.waits else window
            found.append(Difference(notice_id, entry.entry_id, wanted, waits=entry.waits))
    known = {entry.rule for entry in entries}
    found += [Difference(notice_id, None, window) for rule, window in windows.items() if rule not in known]
    return found


def _windows(notice: Notice, compute: Compute) -> dict[str, Window]:
    return {window.rule: window for window in compute(notice).windows}


def _differs(entry: Stored, window: Window | None) -> bool:
    if window is None:
        return entry.state != "not-available" or entry.waits
    dates = (window.opens_on, window.protective_by, window.safe_by, window.last_day, window.latest)
    return dates != entry.dates or window.state != entry.state or window.dispute is not None or entry.waits


def unsettled(session: Session, found: Iterable[Difference]) -> list[Difference]:
    """The differences without those whose dispute is stored already and is all that made them look different."""
    kept, disputed = [], {}
    for difference in found:
        in_dispute = difference.window is not None and difference.window.dispute is not None
        if difference.entry_id is not None and in_dispute and not difference.waits:
            disputed[difference.entry_id] = difference
        else:
            kept.append(difference)
    query = (
        select(Entry.id, DeadlineRow)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.id.in_(disputed))
    )
    for entry_id, row in session.execute(query) if disputed else ():
        window = disputed[entry_id].window
        if window is None or _plain(row) != _plain(window) or row.window.get("dispute") != window.dispute:
            kept.append(disputed[entry_id])
    return kept


def _plain(source: Any) -> tuple[object, ...]:
    return (source.state, *(getattr(source, name) for name in DATES))


def bring_up_to_date(
    session: Session, desk: Desk, found: Iterable[Difference], *, now: datetime
) -> tuple[list[Move], list[Failure]]:
    """Hand each difference to the mechanism that moves dates. What fails is noted and holds up nothing else."""
    moves: list[Move] = []
    failures: list[Failure] = []
    for difference in found:
        fault = difference.fault
        if fault is None:
            try:
                with session.begin_nested():
                    moved = _bring(session, desk, difference, now)
            except DeadlinesError as refused:
                fault = refused.sentence
            except msgspec.ValidationError as wrong:
                fault = f"What is stored cannot be read: {wrong}."
            except IntegrityError:
                fault = "What is stored contradicts itself: the database refuses the new dates. Nothing was changed."
            else:
                moves += [moved] if moved is not None else []
        if fault is not None:
            failures.append(_fail(session, desk, difference.notice_id, fault, now))
    return moves, failures


def _bring(session: Session, desk: Desk, difference: Difference, now: datetime) -> Move | None:
    notice = session.get_one(NoticeRow, difference.notice_id)
    window = difference.window
    if difference.entry_id is not None:
        entry = session.get_one(Entry, difference.entry_id)
        # Closed or amended since the page was read: the next run sees it as it is now.
        if entry.status not in CHECKED or entry.notice_id != notice.id:
            return None
        row = current(session, entry)
        if entry.status == "open" and window is not None and _too_late(session, desk, row, window, now):
            return None
        return move(session, desk, entry, window, Because(notice, _cause(session, desk, notice, row)), now=now)
    if window is None or _has(session, notice, window.rule):
        return None
    return enter_new(session, desk, window, Because(notice, by_the_law(desk)), now=now)


def _cause(session: Session, desk: Desk, notice: NoticeRow, row: DeadlineRow) -> str:
    """What is another than when the dates were computed; the person's words where that is what the notice says."""
    cause = cause_of(desk, row)
    if cause != by_the_law(desk) or row.edition != desk.law.edition or notice.entered_at < row.created_at:
        return cause
    amended = select(Audit.detail).where(Audit.subject == notice.amends_id, Audit.action == "notice.amend")
    told = session.scalars(amended).first()
    return f"{ANEW} because the notice was amended: {told.get('reason')}" if told is not None else cause


def _too_late(session: Session, desk: Desk, row: DeadlineRow, window: Window, now: datetime) -> bool:
    """Whether nothing is left to decide, also with more time that was granted."""
    more = granted(session, [row.entry_id]).get(row.entry_id)
    return too_late_to_matter(desk, row, extended(window, more), now)


def _has(session: Session, notice: NoticeRow, rule: str) -> bool:
    """Whether the notice has an entry of that rule by now, or has been amended."""
    held = select(NoticeRow.id).where(NoticeRow.id == notice.id).with_for_update(**HELD)
    session.execute(held)
    amended = session.scalar(select(NoticeRow.id).where(NoticeRow.amends_id == notice.id).limit(1))
    query = select(Entry.id).where(Entry.notice_id == notice.id, Entry.rule == rule)
    return amended is not None or session.scalar(query) is not None


def _fail(session: Session, desk: Desk, notice_id: str, sentence: str, now: datetime) -> Failure:
    """Note a failure, unless the last note of the notice says the same."""
    notes = select(Audit.detail).where(Audit.subject == notice_id, Audit.action == FAILED).order_by(Audit.id.desc())
    detail = {"error": sentence}
    if session.scalars(notes.limit(1)).first() != detail:
        audit.record(session, at=now, actor=desk.actor, action=FAILED, subject=notice_id, detail=detail)
    matter = select(Matter.reference).join(NoticeRow, NoticeRow.matter_id == Matter.id)
    return Failure(notice_id, session.scalars(matter.where(NoticeRow.id == notice_id)).one(), sentence)
