"""How entries close: filed with proof, waived, struck, missed; and how a wrong closing is taken back.

Closing withdraws what was still to be sent, cancels the calendar entries, and keeps everything visible. What
was recorded stays in the entry's `closing`, and after a reopening in the audit trail.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.result import Timeliness, Window
from deadlines.docket.answerable import require_attorney_here
from deadlines.docket.asides import of_now
from deadlines.docket.beside import beside_words, filed_alternatives
from deadlines.docket.entries import new_version, republish
from deadlines.docket.extensions import end_requests
from deadlines.docket.finishing import wake
from deadlines.docket.frozen import refuse_frozen, require_partner
from deadlines.docket.incoming import wait_again
from deadlines.docket.intake import Desk
from deadlines.docket.legible import RESTORE, kept
from deadlines.docket.milestones import close
from deadlines.docket.moves import Because, move
from deadlines.docket.notices import hold, hold_in_force
from deadlines.docket.printed import in_time_by_both
from deadlines.docket.proof import is_dispatch_only
from deadlines.docket.proposals import CLOSING
from deadlines.docket.reasons import plain_reason
from deadlines.docket.records import Closing, Proof
from deadlines.docket.reminders import cancel
from deadlines.docket.renderings import is_shown, render_entry
from deadlines.docket.struck import tell_struck
from deadlines.docket.tidings import AGAIN
from deadlines.docket.untrailed import find
from deadlines.docket.versions import current, locked, supersede_waiting
from deadlines.errors import Conflict, DamagedRow, DeadlinesError, InputError
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Entry, NoticeRow, Person

LONGEST_HOW = 2000
CLOSED = ("satisfied", "waived", "struck", "missed")


def timeliness_of(window: Window, on: date, *, by_both: date | None = None) -> Timeliness:
    """Whether a filing received that day is in time: up to the last day, and late after the latest.

    In between it is contested; so it is after the last day that is in time `by_both` the law and the printed deadline.
    """
    if window.last_day is None:
        return "timely"
    if on > (window.latest or window.last_day):
        return "late"
    past_printed = by_both is not None and on > by_both
    return "contested" if on > window.last_day or past_printed else "timely"


def file_entry(
    session: Session,
    desk: Desk,
    entry: Entry,
    *,
    on: date,
    proof: Proof,
    by: Person,
    now: datetime,
    anyway: bool = False,
) -> Closing:
    """Satisfied: received by the forum on a day, with proof. A late or contested filing is recorded as such.

    Raises InputError for a day that cannot be, a proof of dispatch where the law counts receipt, or a day before the
    window opens or before its dispatch unless `anyway`; and Conflict for an entry that is closed or cannot be filed,
    and unless `anyway` for one whose alternative was filed.
    """
    hold(session, entry.notice_id)  # two alternatives that are filed at once follow each other
    entry = locked(session, entry)
    row = current(session, entry)
    window = decoding.convert(row.window, Window)
    require_fileable(entry, window)
    _require_receipt(entry, window, on, proof, anyway=anyway)
    early = _check_day(desk, entry, window, on, now, anyway=anyway)
    beside = _check_alternatives(session, entry, window, anyway=anyway)
    by_both = in_time_by_both(desk, entry, window)
    timeliness = timeliness_of(window, on, by_both=by_both)
    closing = Closing(
        event="filed",
        was=entry.status,
        version=row.version,
        on=on,
        proof=proof.words,
        evidence=proof,
        timeliness=timeliness,
        safe_by=window.safe_by,
        last_day=window.last_day,
        latest=window.latest,
        past_printed=by_both if timeliness == "contested" and on <= (window.last_day or on) else None,
        early=early,
        beside=beside,
    )
    _close(session, desk, entry, "satisfied", closing, on, by, now)
    return closing


def waive_entry(session: Session, desk: Desk, entry: Entry, *, reason: str, by: Person, now: datetime) -> Closing:
    """Decided against, with a reason. Raises InputError without one, Conflict for an entry that is closed."""
    entry = locked(session, entry)
    row = current(session, entry)
    require_fileable(entry, decoding.convert(row.window, Window))
    closing = Closing(event="waived", was=entry.status, version=row.version, reason=plain_reason(reason))
    _close(session, desk, entry, "waived", closing, _today(desk, now), by, now)
    return closing


def close_missed(
    session: Session, desk: Desk, entry: Entry, *, found_on: date, how: str, by: Person, now: datetime
) -> Closing:
    """Passed without filing, found on a day. Raises InputError without a word on how it came about or for a day that
    cannot be, and Conflict for an entry that is not open, or for which a filing can still be argued."""
    window = decoding.convert(current(session, entry).window, Window)
    _require_missed(desk, entry, window, found_on, now)
    closing = Closing(
        event="missed",
        was=entry.status,
        version=entry.version,
        reason=plain_reason(how, "word on how it came about", LONGEST_HOW),
        on=found_on,
        safe_by=window.safe_by,
        last_day=window.last_day,
        latest=window.latest,
    )
    _close(session, desk, entry, "missed", closing, found_on, by, now)
    return closing


def strike_notice(
    session: Session, desk: Desk, notice: NoticeRow, *, reason: str, by: Person, now: datetime
) -> list[Entry]:
    """Entered by mistake: every entry of the notice that is not closed yet is struck. Returns them.

    The papers that it was recorded from wait to be docketed again, and people are told, see `struck`.

    Raises InputError without a reason, Conflict where nothing of it is left to strike, and where one of its dates was
    missed, unless by the partner.
    """
    reason = plain_reason(reason)
    hold_in_force(session, notice)
    refuse_frozen(session, desk, notice, by)
    query = select(Entry).where(Entry.notice_id == notice.id, Entry.status.not_in(CLOSED)).order_by(Entry.id)
    entries = session.scalars(query.with_for_update(**HELD)).all()
    if not entries:
        raise Conflict(
            f"Notice {notice.id[:8]} has no entry left to strike.", advice="`deadlines show` tells what became of it."
        )
    for entry in entries:
        closing = Closing(event="struck", was=entry.status, version=entry.version, reason=reason)
        _close(session, desk, entry, "struck", closing, _today(desk, now), by, now)
    detail = {"entries": [entry.id for entry in entries], "reason": reason, "person": by.id}
    audit.record(session, at=now, actor=desk.actor, action="notice.strike", subject=notice.id, detail=detail)
    wait_again(session, notice, now=now, actor=desk.actor, pages=desk.pages)
    tell_struck(session, notice, entries, by=by, now=now, pages=desk.pages)
    return list(entries)


def reopen_entry(session: Session, desk: Desk, entry: Entry, *, reason: str, by: Person, now: datetime) -> Entry:
    """Take back a wrong closing: the entry is as it was, with reminders and calendar entries again. So is one that was
    closed, set aside, reopened or verified past the program: open, and nobody has verified it.

    The dates are those it had, as a new version, because each version is reminded of once, and then what law, notice
    and more time that was granted give now: earlier ones at once, later ones when two people agree. Raises InputError
    without a reason, Conflict for an entry that is not closed, or was missed unless by the partner, and for one that
    would be open in a matter whose attorney has left.
    """
    entry = locked(session, entry)
    reason = plain_reason(reason)
    past_the_program = bool(find(session, [entry.id]))
    if not past_the_program and (entry.status not in CLOSED or entry.closing is None):
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}: there is nothing to reopen.")
    if entry.status == "missed":
        require_partner(desk, entry.matter, by)
    closing = entry.closing if isinstance(entry.closing, dict) else {}
    rechecked = entry.rechecked_by
    was = "open" if past_the_program else _was(entry)
    row = current(session, entry)
    entry.status, entry.changed_at = was, now
    entry.closed_on = entry.closed_at = entry.closed_by = entry.closing = None
    entry.rechecked_at = entry.rechecked_by = None
    if was == "open":
        require_attorney_here(session, entry.matter)
        wake(session, entry.matter, why="a closed window was reopened", actor=desk.actor, now=now, pages=desk.pages)
        new_version(
            session,
            desk,
            entry,
            decoding.convert(row.window, Window),
            followed=True,
            reason=f"{AGAIN}: {reason}",
            now=now,
            actor=by.email,
            moved="warning",
            edition=row.edition,
        )
    elif is_shown(session, entry):
        render_entry(session, entry, row, now=now)
    detail = {"reason": reason, "person": by.id, "closing": closing, "rechecked": rechecked}
    _record(session, desk, entry, "entry.reopen", detail, now)
    _bring_up_to_date(
        session, desk, entry, Because(entry.notice, f"{AGAIN}, computed anew: {reason}", by, wanted=False), now
    )
    return entry


def _bring_up_to_date(session: Session, desk: Desk, entry: Entry, because: Because, now: datetime) -> None:
    """The dates that the entry would have now, had it not been closed. Where they cannot be computed those that it had
    stay: the check of all dates tells of that each night."""
    try:
        window = of_now(desk, entry)
    except (DeadlinesError, msgspec.MsgspecError):
        return
    move(session, desk, entry, window, because, now=now)


def _was(entry: Entry) -> str:
    """What an entry was before it was closed; raises DamagedRow."""
    closing = kept(entry.closing, Closing)
    if closing is None:
        raise DamagedRow(f"How entry {entry.id[:8]} was closed is damaged and cannot be read.", advice=RESTORE)
    return closing.was


def require_fileable(entry: Entry, window: Window) -> None:
    """Raises Conflict for an entry that is closed, or of which there is nothing to file or waive."""
    if entry.status in CLOSED:
        raise Conflict(
            f"Entry {entry.id[:8]} is {entry.status} already. A wrong closing is taken back by reopening it.",
            advice="`deadlines reopen` does.",
        )
    if entry.status == "information" and (window.state != "no-limit" or window.party == "government"):
        raise Conflict(f"Entry {entry.id[:8]} is kept as information: there is nothing to file or waive.")


def _require_missed(desk: Desk, entry: Entry, window: Window, found_on: date, now: datetime) -> None:
    today, last = _today(desk, now), window.latest or window.last_day
    if entry.status != "open":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}, not open.")
    if last is None or window.last_day is None or last >= today:
        raise Conflict(f"Entry {entry.id[:8]} is not missed: a filing can be argued until {last}. File it now.")
    if not window.last_day <= found_on <= today:
        raise InputError(f"It was found between the last day {window.last_day} and today.", code="bad-date")


def require_day(desk: Desk, entry: Entry, on: date, now: datetime, hint: str) -> None:
    """Raises InputError for a day that has not come, or that lies before the decision."""
    if on > _today(desk, now):
        raise InputError(f"{on} lies in the future: {hint}.", code="bad-date")
    if on < entry.notice.decided_on:
        raise InputError(
            f"{on} lies before the decision of {entry.notice.decided_on}. Check the year and the entry.",
            code="contradictory-dates",
        )


def _require_receipt(entry: Entry, window: Window, on: date, proof: Proof, *, anyway: bool) -> None:
    """A proof that fits what the law counts, and a day of receipt that is not before the dispatch."""
    if is_dispatch_only(window, proof):
        raise InputError(
            f"A tracking number proves that entry {entry.id[:8]} was sent; it counts when {window.filed_when}. Give "
            "the receipt number, the stamped copy or another proof of receipt, or note that it was sent.",
            advice="`deadlines dispatched` notes it.",
            code="dispatch-only",
        )
    sent = (entry.dispatched or {}).get("on")
    if sent is not None and on.isoformat() < sent and not anyway:
        raise InputError(
            f"It was dispatched on {sent} and cannot have been received on {on}.",
            advice="If it was filed another way, give --anyway.",
            code="before-dispatch",
        )


def _check_day(desk: Desk, entry: Entry, window: Window, on: date, now: datetime, *, anyway: bool) -> bool:
    """Whether the day lies before the window opens; raises InputError for a day that cannot be."""
    require_day(desk, entry, on, now, "record the filing when the forum has received it")
    early = window.opens_on is not None and on < window.opens_on
    if early and not anyway:
        raise InputError(
            f"The window opens on {window.opens_on}; a filing on {on} may be rejected.",
            advice="If it was accepted all the same, give --anyway.",
            code="too-early",
        )
    return early


def _check_alternatives(session: Session, entry: Entry, window: Window, *, anyway: bool) -> list[str]:
    """A sentence for each alternative that was filed already; raises Conflict for one unless `anyway`."""
    found = [beside_words(item) for item in filed_alternatives(session, entry, window)]
    if found and not anyway:
        raise Conflict(
            found[0],
            advice="If this one was filed as well, give --anyway; if the other was not, `deadlines reopen` takes it "
            "back.",
            code="alternative-filed",
        )
    return found


def _close(
    session: Session,
    desk: Desk,
    entry: Entry,
    status: str,
    closing: Closing,
    on: date,
    by: Person,
    now: datetime,
) -> None:
    entry.status, entry.closed_on, entry.closed_by, entry.closed_at = status, on, by.id, now
    entry.changed_at = now
    entry.closing = msgspec.to_builtins(closing)
    session.flush()
    cancel(session, entry, now)
    close(session, desk, entry, now)
    supersede_waiting(session, entry, f"{CLOSING}: {status}", who=by.id, now=now)
    end_requests(session, entry, by=by, now=now)
    republish(session, entry, current(session, entry), now)
    detail: dict[str, Any] = {"person": by.id, "closing": entry.closing}
    _record(session, desk, entry, f"entry.{closing.event}", detail, now)


def _record(session: Session, desk: Desk, entry: Entry, action: str, detail: dict[str, Any], now: datetime) -> None:
    session.flush()
    audit.record(session, at=now, actor=desk.actor, action=action, subject=entry.id, detail=detail)


def _today(desk: Desk, now: datetime) -> date:
    return now.astimezone(ZoneInfo(desk.zone)).date()
