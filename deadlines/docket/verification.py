"""A second pair of eyes: another person reads the notice off the paper, and where both agree, signs for the dates.

Where the notice prints another deadline than the law gives, a person first decides which of the two the docket
keeps.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.docket.asides import as_printed, law_alone
from deadlines.docket.blind import require_seen
from deadlines.docket.direction import classify, dates_of
from deadlines.docket.discrepancies import note_discrepancy
from deadlines.docket.doubts import odd_days
from deadlines.docket.entries import computed, republish
from deadlines.docket.granted import extended, granted
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.looks import differences, seen
from deadlines.docket.moves import Because, Move, move
from deadlines.docket.notices import hold_in_force
from deadlines.docket.printed import printed_of
from deadlines.docket.proposals import waiting_for
from deadlines.docket.reasons import plain_reason
from deadlines.docket.records import Resolution, Use, is_to_be_left_aside
from deadlines.docket.signable import knows_it, refusal_of
from deadlines.docket.versions import current, locked
from deadlines.docket.visible import require_visible
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Entry, NoticeRow, Person
from deadlines.store.types import word_in


class Left(Struct, frozen=True):
    """An open entry that a second look did not sign for, and why."""

    entry: Entry
    why: str


class Checked(Struct, frozen=True):
    """What came of a second look: the entries that are verified, those that are left, and the names of the fields in
    which it differs from what was entered (see `looks.FIELDS`); where one differs, nothing is verified."""

    verified: list[Entry]
    left: list[Left]
    differs: list[str]


def verifiable(
    session: Session, row: NoticeRow, *, by: Person, entry: Entry | None = None
) -> tuple[list[Entry], list[Left]]:
    """Which open entries of a notice, or whether the one, a person may sign for, held, and which not and why.

    Nothing of the dates is told. Raises NotFound for a matter that the person may not see, Conflict for a notice
    that was amended or that the person entered, for who looked before and read it otherwise while somebody else is
    here to look, and where nothing is left to sign for.
    """
    require_visible(session, row.matter_id, by)
    hold_in_force(session, row)
    if by.email == row.entered_by:
        raise Conflict(f"{by.email} entered this notice: another person must verify it.")
    query = select(Entry).where(Entry.notice_id == row.id).order_by(Entry.id).with_for_update(**HELD)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    asked = [each for each in found if (each.status == "open" if entry is None else each.id == entry.id)]
    refusals = {each.id: refusal_of(each, current(session, each), by) for each in asked}
    signable = [each for each in asked if refusals[each.id] is None]
    barred = [(each, why) for each in asked if (why := refusals[each.id]) is not None]
    if not signable:
        raise barred[0][1] if barred else Conflict(f"Notice {row.id[:8]} has no open entry to verify.")
    known = knows_it(session, row, signable, by)
    if known is not None:
        raise known
    left = [Left(each, why.sentence) for each, why in barred]
    return signable, left


def verify_notice(
    session: Session, desk: Desk, row: NoticeRow, look: Notice, *, by: Person, now: datetime, entry: Entry | None = None
) -> Checked:
    """Compare what a second person read off a notice with what was entered, and sign where both are the same.

    `look` holds what was read; its facts are left aside. It signs for every open entry of the notice, or for `entry`
    alone. Where it differs nothing is signed; the difference is kept and told, and the caller, once the transaction
    is committed, tells the person that it differs, never in which values.

    Raises what `verifiable` raises, InputError for a day that cannot have been read because it lies far ahead, and
    Conflict where the law data now gives earlier dates than are stored.
    """
    signable, left = verifiable(session, row, by=by, entry=entry)
    if differences(notice_of(row), look):
        odd_days(look, now.astimezone(ZoneInfo(desk.zone)).date())  # a slip of the year is no reading
        query = select(Entry).where(Entry.notice_id == row.id, Entry.status == "open", Entry.verified_at.is_(None))
        doubtful = session.scalars(query.order_by(Entry.id)).all()
        return Checked([], left, note_discrepancy(session, desk, row, doubtful, look, by=by, now=now))
    _require_dates(session, desk, row, signable, look)
    for each in signable:
        each.verified_at, each.verified_by = now, by.id
        detail = {"person": by.id, "version": each.version, "entered": seen(look)}
        _record(session, desk, each, "entry.verify", detail, now)
        republish(session, each, current(session, each), now)
    # Two of three have read the same: the doubt ends for every entry of the notice.
    session.execute(update(Entry).where(Entry.notice_id == row.id).values(discrepancy=None))
    return Checked(signable, left, [])


def _require_dates(session: Session, desk: Desk, row: NoticeRow, entries: Sequence[Entry], look: Notice) -> None:
    """What is in force may be earlier than what the look gives (others wait, or were decided against), never later;
    more time that two people agreed to is laid over what the look gives."""
    again = msgspec.structs.replace(look, facts=notice_of(row).facts)
    windows = {window.rule: window for window in computed(desk, again).windows}
    plain = computed(desk, msgspec.structs.replace(again, printed_deadline=None))
    without = {window.rule: window for window in plain.windows}
    more = granted(session, [entry.id for entry in entries], holding=True)
    for entry in entries:
        found = (without if (entry.resolution or {}).get("use") == "computed" else windows).get(entry.rule)
        if found is None:
            continue
        dates = dates_of(extended(found, more.get(entry.id)))
        if classify(dates_of(current(session, entry)), dates) in ("earlier", "mixed"):
            raise Conflict(
                f"The law data now gives other dates for entry {entry.id[:8]} than are stored. The nightly check puts "
                "that right; verify it then.",
                advice="`deadlines recompute` does it now.",
            )


def resolve_dispute(
    session: Session, desk: Desk, entry: Entry, *, use: Use, reason: str, by: Person, now: datetime
) -> Move | None:
    """Decide a dispute, or decide it anew. `printed` keeps the dates in force, and a filing after the printed day stays
    contested; returns None, or what moves back where the printed one was to be left aside before.

    `computed` leaves the printed deadline aside: the dates move as any others, so earlier ones hold at once and later
    ones wait for a second person; None where the dates are those already. Raises InputError without a reason,
    Conflict where nothing is disputed, where it is decided so already, and for who would decide it anew and may still
    verify the notice blind.
    """
    entry = locked(session, entry)
    _require_open(entry)
    dispute = dispute_of(session, desk, entry)
    if dispute is None:
        raise Conflict(f"Nothing is disputed about entry {entry.id[:8]}.")
    before = entry.resolution or {}
    if before.get("dispute") == dispute:
        _require_another(session, entry, use, by)
    resolution = Resolution(use, plain_reason(reason), dispute, printed_of(desk, entry))
    entry.resolution = msgspec.to_builtins(resolution)
    entry.resolved_at, entry.resolved_by = now, by.id
    detail = {"person": by.id, **entry.resolution}
    _record(session, desk, entry, "entry.resolve", detail, now)
    if use == "printed" and before.get("use") != "computed":
        return None
    because = Because(entry.notice, resolution.reason, by)
    window = law_alone(desk, entry) if use == "computed" else as_printed(desk, entry)
    return move(session, desk, entry, window, because, now=now)


def dispute_of(session: Session, desk: Desk, entry: Entry) -> str | None:
    """The dispute about an entry's printed deadline, also where it is decided: of the dates in force, or where the
    printed one has been left aside, of those with it."""
    found = decoding.convert(current(session, entry).window, Window).dispute
    if found is not None or entry.resolution is None:
        return found
    window = as_printed(desk, entry)
    return window.dispute if window is not None else None


def _require_another(session: Session, entry: Entry, use: Use, by: Person) -> None:
    """Raises Conflict for the decision that stands already, and for who would read off another what they verify."""
    require_seen(session, by, entry.notice, "The decision tells what was entered.")
    made = entry.resolution or {}
    dispute = decoding.convert(current(session, entry).window, Window).dispute
    refused = is_to_be_left_aside(entry, dispute) and waiting_for(session, entry) is None
    if made.get("use") == use and not refused:
        raise Conflict(f"That the {use} date counts for entry {entry.id[:8]} is decided already.")


def unresolved(session: Session) -> list[Entry]:
    """The open entries with a dispute that nobody has decided."""
    query = (
        select(Entry, word_in(DeadlineRow.window, "dispute"))
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.status == "open", Entry.disputed)
    )
    return [entry for entry, dispute in session.execute(query) if (entry.resolution or {}).get("dispute") != dispute]


def _require_open(entry: Entry) -> None:
    if entry.status != "open":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}, not open.")


def _record(session: Session, desk: Desk, entry: Entry, action: str, detail: dict[str, object], now: datetime) -> None:
    session.flush()
    audit.record(session, at=now, actor=desk.actor, action=action, subject=entry.id, detail=detail)
