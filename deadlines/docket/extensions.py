"""More time: asked for, it is provisional and moves nothing; granted, it comes in as a later date for two people."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.compute.words import long_date
from deadlines.docket.asides import of_now
from deadlines.docket.direction import dates_of
from deadlines.docket.entries import computed
from deadlines.docket.granted import extended, granted, of_row
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.moves import Because, Move, move
from deadlines.docket.proposals import was_ignored
from deadlines.docket.reasons import plain_reason
from deadlines.docket.tidings import names_client
from deadlines.docket.versions import current, locked
from deadlines.docket.ways import is_working_day
from deadlines.errors import Conflict, InputError
from deadlines.law.model import MoreTime
from deadlines.store import audit
from deadlines.store.tables import Entry, Extension, Person

LONGEST_PROOF = 150
LONG, NEVER = timedelta(days=366), timedelta(days=3 * 366)
"""More time than LONG is looked at again where the law data gives no number; more than NEVER is a wrong year."""
UNKNOWN = (
    "The law data does not say whether this time can be extended: check that it can, and by whom. Until more time is "
    "granted the dates on the docket hold."
)


class Requested(Struct, frozen=True):
    """What was recorded, and what to know about it."""

    extension: Extension
    warnings: list[str]


def more_time_of(desk: Desk, rule: str) -> MoreTime | None:
    """What the law data says of more time for a remedy; None where it says nothing."""
    found = desk.law.rules.get(rule)
    return found.more_time if found is not None else None


def request_extension(
    session: Session, desk: Desk, entry: Entry, *, to: date, asked_on: date, proof: str, by: Person, now: datetime
) -> Requested:
    """Record that more time was asked for. Dates and reminders stay as they are.

    Raises InputError for days that cannot be or a missing proof, and Conflict for an entry that is not open or has no
    date, where the law allows no more time, and where an earlier request is still undecided.
    """
    entry = locked(session, entry)
    last_day = _last_day(session, entry)
    allowed = more_time_of(desk, entry.rule)
    if allowed is not None and not allowed.allowed:
        raise Conflict(
            f"{allowed.why} [{'; '.join(allowed.cite)}] Nothing was recorded; the dates on the docket hold.",
            code="not-extendable",
        )
    if waiting_request(session, entry) is not None:
        raise Conflict(f"More time for entry {entry.id[:8]} is asked for already: record first what became of that.")
    _check_asked(desk, entry, asked_on, now)
    _check_day(to, last_day)
    row = Extension(
        entry_id=entry.id,
        wanted_on=to,
        asked_on=asked_on,
        proof=plain_reason(proof, "proof", LONGEST_PROOF),
        recorded_by=by.id,
        recorded_at=now,
        state="requested",
    )
    session.add(row)
    _record(session, desk, row, "extension.request", {"person": by.id, "wanted_on": to, "asked_on": asked_on}, now)
    warnings = [UNKNOWN if allowed is None else f"{allowed.why} [{'; '.join(allowed.cite)}]"]
    too_long = longer_than_given(desk, entry, last_day, to)
    warnings += [too_long] if too_long is not None else []
    if asked_on > last_day:
        warnings.append(f"It was asked for after the last day, {long_date(last_day)}.")
    return Requested(row, warnings)


def grant_extension(
    session: Session, desk: Desk, entry: Entry, *, to: date, granted_on: date, proof: str, by: Person, now: datetime
) -> Move:
    """More time was granted: the later date waits for a second person, as every later date does.

    It extends what law and notice of now give, so that a later date that waits already waits on in it. The safe date
    becomes the day itself, or the working day before it. Raises InputError for days that cannot be, a
    missing proof or one with the client's name, and Conflict where nothing was asked for.
    """
    entry = locked(session, entry)
    row, last_day = _requested(session, entry), _last_day(session, entry)
    proof = plain_reason(proof, "proof", LONGEST_PROOF)
    if names_client(proof, entry.matter):
        raise InputError("Leave the client's name out of the proof: the working of a date leaves in mails.")
    if not row.asked_on <= granted_on <= _today(desk, now):
        raise InputError(f"{granted_on} lies before the request of {row.asked_on}, or in the future.", code="bad-date")
    _check_day(to, last_day)
    row.state, row.granted_to, row.granted_on, row.safe_to = "granted", to, granted_on, _back(desk, to)
    row.decision, row.decided_by, row.decided_at = proof, by.id, now
    session.flush()
    too_long = longer_than_given(desk, entry, last_day, to)
    said = f"extended to {long_date(to)}, granted on {long_date(granted_on)}: {proof}"
    said = f"{said}. LOOK AGAIN: {too_long}" if too_long is not None else said
    window = _before(session, desk, entry, row)
    _record(session, desk, row, "extension.grant", {"person": by.id, "to": to, "granted_on": granted_on}, now)
    moved = move(session, desk, entry, window, Because(entry.notice, said, by, grant=row), now=now)
    if moved is None:
        raise Conflict(f"The dates of entry {entry.id[:8]} are those already.")
    session.flush()
    return moved


def _before(session: Session, desk: Desk, entry: Entry, grant: Extension) -> Window:
    """What a grant extends: what law and notice give now, with more time that two people agreed to before.

    The dates in force where those give no date, or one that needs no such grant, or one that two people decided
    against: whoever records a grant agrees to the day that was granted, and to nothing else.
    """
    held = decoding.convert(current(session, entry).window, Window)
    window = of_now(desk, entry)
    if window is None or window.last_day is None:
        return extended(held, of_row(grant))
    if grant.granted_to and window.last_day >= grant.granted_to:
        return _no_safer(extended(held, of_row(grant)), held, window)
    if was_ignored(session, entry, dates_of(window), desk.law.edition):
        return extended(held, of_row(grant))
    return extended(window, granted(session, [entry.id], holding=True, beside=grant).get(entry.id))


def _no_safer(more: Window, held: Window, law: Window) -> Window:
    """The granted day, and no later safe date than the law's own: law that gives more time than a grant moves none."""
    days = (held.safe_by, law.safe_by)
    latest = max((day for day in days if day is not None), default=more.safe_by)
    safe_by = min((day for day in (more.safe_by, latest) if day is not None), default=None)
    return msgspec.structs.replace(more, safe_by=safe_by)


def longer_than_given(desk: Desk, entry: Entry, last_day: date, to: date) -> str | None:
    """The sentence that a day is later than any source gives, or more than a year off where none gives a number.

    It is counted from the last day by law, also where more time was granted before.
    """
    allowed = more_time_of(desk, entry.rule)
    windows = computed(desk, notice_of(entry.notice)).windows
    by_law = next((window.last_day for window in windows if window.rule == entry.rule), None)
    start = min(last_day, by_law or last_day)
    days = (to - start).days
    said = f"{long_date(to)} is {days} days after the last day by law, {long_date(start)}"
    if allowed is None or allowed.most_days is None:
        return f"{said}: check the year." if days > LONG.days else None
    if days <= allowed.most_days:
        return None
    return f"{said}, and no more than {allowed.most_days} can be given [{'; '.join(allowed.cite)}]: check the day."


def refuse_extension(
    session: Session, desk: Desk, entry: Entry, *, reason: str, by: Person, now: datetime
) -> Extension:
    """More time was refused. Raises InputError without a reason, Conflict where nothing was asked for."""
    entry = locked(session, entry)
    row = _requested(session, entry)
    row.state, row.decision, row.decided_by, row.decided_at = "refused", plain_reason(reason), by.id, now
    _record(session, desk, row, "extension.refuse", {"person": by.id, "reason": row.decision}, now)
    return row


def waiting_request(session: Session, entry: Entry) -> Extension | None:
    """The request that nobody has decided yet."""
    query = select(Extension).where(Extension.entry_id == entry.id, Extension.state == "requested")
    return session.scalars(query).one_or_none()


def end_requests(session: Session, entry: Entry, *, by: Person, now: datetime) -> None:
    """The entry was closed: what was asked for is of no account any more."""
    session.execute(
        update(Extension)
        .where(Extension.entry_id == entry.id, Extension.state == "requested")
        .values(state="ended", decided_by=by.id, decided_at=now, decision=f"the entry was closed: {entry.status}")
        .execution_options(synchronize_session="fetch")
    )


def _requested(session: Session, entry: Entry) -> Extension:
    row = waiting_request(session, entry)
    if row is None:
        raise Conflict(
            f"No more time is asked for on entry {entry.id[:8]}.", advice="`deadlines extension request` records it."
        )
    return row


def _last_day(session: Session, entry: Entry) -> date:
    if entry.status != "open":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}, not open.")
    last_day = current(session, entry).last_day
    if last_day is None:
        raise Conflict(f"Entry {entry.id[:8]} has no last day that could be extended.")
    return last_day


def _check_day(to: date, last_day: date) -> None:
    if to <= last_day:
        raise InputError(f"{to} is not after the last day {last_day}: that is no more time.", code="bad-date")
    if to - last_day > NEVER:
        raise InputError(f"{to} lies years after the last day {last_day}. Check the year.", code="bad-date")


def _check_asked(desk: Desk, entry: Entry, asked_on: date, now: datetime) -> None:
    if asked_on > _today(desk, now):
        raise InputError(f"{asked_on} lies in the future: record the request when it was made.", code="bad-date")
    if asked_on < entry.notice.decided_on:
        raise InputError(f"{asked_on} lies before the notice of {entry.notice.decided_on}.", code="contradictory-dates")


def _back(desk: Desk, day: date) -> date:
    """The day itself, or the working day before it."""
    works = is_working_day(desk)
    while not works(day):
        day -= timedelta(days=1)
    return day


def _today(desk: Desk, now: datetime) -> date:
    return now.astimezone(ZoneInfo(desk.zone)).date()


def _record(
    session: Session, desk: Desk, row: Extension, action: str, detail: dict[str, object], now: datetime
) -> None:
    session.flush()
    audit.record(
        session, at=now, actor=desk.actor, action=action, subject=row.entry_id, detail={"extension": row.id, **detail}
    )
