"""A date that passed without filing: the record is preserved, people are told at once, each day's work is kept."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.closing import close_missed
from deadlines.docket.direction import DATES
from deadlines.docket.intake import Desk
from deadlines.docket.reasons import plain_reason
from deadlines.docket.roles import PARTNER_ROLE
from deadlines.docket.signed import digest_of
from deadlines.docket.versions import locked
from deadlines.errors import Conflict, InputError
from deadlines.ical.wording import day_text
from deadlines.store import audit
from deadlines.store.tables import (
    Acknowledgement,
    Audit,
    DeadlineRow,
    Entry,
    Extension,
    Matter,
    Milestone,
    Missed,
    MissedNote,
    NoticeRow,
    Person,
    Proposal,
    Reminder,
)

LONGEST_TEXT = 2000
ALARM = """\
A date of matter {matter} passed without filing. It was found on {found}; entry {entry}.

Act today. {how}
The record is frozen: nothing of it is changed.
"""
BY_PAGE = """\
What may still help, what to do about it, and the record of each day's work:
{pages}/entry/{id}/missed
"""
BY_COMMAND = """\
`deadlines missed show {entry}` lists what may still help and what to do about it;
each day's work is written down with `deadlines missed log`.
"""


def miss_entry(
    session: Session, desk: Desk, entry: Entry, *, found_on: date, how: str, by: Person, now: datetime
) -> Missed:
    """Record that a date was missed: reminders end, the record is kept as it stands, and people are told at once.

    The attorney, their deputy and supervisor, the partners and the docket role are told. Raises as `close_missed`.
    """
    entry = locked(session, entry)
    snapshot = snapshot_of(session, entry)
    closing = close_missed(session, desk, entry, found_on=found_on, how=how, by=by, now=now)
    row = Missed(
        entry_id=entry.id,
        found_on=found_on,
        how=closing.reason or "",
        recorded_by=by.id,
        recorded_at=now,
        snapshot=snapshot,
    )
    row.digest = digest_of(entry.id, row.found_on.isoformat(), row.how, row.recorded_by, now, snapshot)
    session.add(row)
    session.flush()
    detail = {"missed": row.id, "person": by.id, "found_on": found_on, "digest": row.digest}
    audit.record(session, at=now, actor=desk.actor, action="missed.record", subject=entry.id, detail=detail)
    matter = entry.matter.reference
    raise_alarm(
        session,
        f"missed/{row.id}",
        subject=f"MISSED: a date of matter {matter} passed without filing",
        text=ALARM.format(matter=matter, found=day_text(found_on), entry=entry.id[:8], how=_how(desk, entry)),
        now=now,
        also=_to_tell(session, desk, entry.matter),
    )
    return row


def log_diligence(
    session: Session, desk: Desk, entry: Entry, *, text: str, on: date | None = None, by: Person, now: datetime
) -> MissedNote:
    """Write down what was done about a missed date on a day, today by default. Lines are never changed.

    Raises Conflict for an entry that is not missed, InputError for an empty or long text or a day that cannot be.
    """
    row = missed_row(session, locked(session, entry))
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    on = on or today
    if on > today:
        raise InputError(f"{on} lies in the future: write down what was done.", code="bad-date")
    note = MissedNote(missed_id=row.id, on=on, text=plain_reason(text, "text", LONGEST_TEXT), person_id=by.id, at=now)
    session.add(note)
    session.flush()
    detail = {"missed": row.id, "note": note.id, "on": on, "text": note.text, "person": by.id}
    audit.record(session, at=now, actor=desk.actor, action="missed.log", subject=entry.id, detail=detail)
    return note


def missed_row(session: Session, entry: Entry) -> Missed:
    """The record of a missed entry; raises Conflict for one that is not missed."""
    query = select(Missed).where(Missed.entry_id == entry.id).order_by(Missed.recorded_at.desc(), Missed.id)
    row = session.scalars(query.limit(1)).first()
    if row is None or entry.status != "missed":
        raise Conflict(f"Entry {entry.id[:8]} is {entry.status}, not missed.")
    return row


def is_whole(row: Missed) -> bool:
    """Whether the record is as it was written."""
    content = (row.entry_id, row.found_on.isoformat(), row.how, row.recorded_by, row.recorded_at, row.snapshot)
    return row.digest == digest_of(*content)


def _how(desk: Desk, entry: Entry) -> str:
    return (BY_PAGE if desk.pages else BY_COMMAND).format(pages=desk.pages, id=entry.id, entry=entry.id[:8])


def _to_tell(session: Session, desk: Desk, matter: Matter) -> list[str]:
    """The attorney, deputy and supervisor, and the partners; the docket role hears of every alarm."""
    attorney = matter.attorney
    partners = select(Person.id).where(or_(Person.role == PARTNER_ROLE, Person.email == desk.partner))
    found = (attorney.id, attorney.deputy_id, attorney.supervisor_id, *session.scalars(partners.order_by(Person.id)))
    return list(dict.fromkeys(who for who in found if who is not None))


# -- the record as it stands ---------------------------------------------------------------------------------------


def snapshot_of(session: Session, entry: Entry) -> dict[str, Any]:
    """Everything that the docket holds of an entry, as plain values: what was entered, every version of its dates, what
    was sent to whom, who took it on, who verified, what was proposed, and what the audit trail says."""
    found: dict[str, Any] = msgspec.to_builtins(
        {
            "entry": _columns(entry, "id", "rule", "title", "form", "status", "version", "created_at"),
            "verified": _columns(entry, "verified_at", "verified_by"),
            "resolution": entry.resolution,
            "notices": [_notice(row) for row in _notices(session, entry)],
            "dates": [_dates(row) for row in _of(session, DeadlineRow, entry, DeadlineRow.version)],
            "reminders": [_reminder(row) for row in _of(session, Reminder, entry, Reminder.id)],
            "taken_on": [
                _columns(row, "version", "person_id", "at", "until")
                for row in _of(session, Acknowledgement, entry, Acknowledgement.id)
            ],
            "milestones": [
                _columns(row, "template", "title", "owner_id", "due_on", "state", "done_at", "done_by")
                for row in _of(session, Milestone, entry, Milestone.due_on)
            ],
            "proposals": [
                _columns(row, "kind", "state", "old", "reason", "proposed_by", "proposed_at", "agreed_by", "decided_by")
                for row in _of(session, Proposal, entry, Proposal.proposed_at)
            ],
            "extensions": [
                _columns(row, "wanted_on", "asked_on", "state", "granted_to", "proof", "decision")
                for row in _of(session, Extension, entry, Extension.recorded_at)
            ],
            "people": {row.id: row.email for row in session.execute(select(Person.id, Person.email))},
            "audit": [
                _columns(row, "id", "at", "actor", "action", "digest")
                for row in session.scalars(select(Audit).where(Audit.subject == entry.id).order_by(Audit.id))
            ],
        }
    )
    return found


def _of(session: Session, kind: Any, entry: Entry, order: Any) -> Iterator[Any]:
    return iter(session.scalars(select(kind).where(kind.entry_id == entry.id).order_by(order)))


def _columns(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _notices(session: Session, entry: Entry) -> list[NoticeRow]:
    """The notice in force and every one that it corrected, the newest first."""
    found, before = [entry.notice], entry.notice.amends_id
    while before is not None:
        found.append(session.get_one(NoticeRow, before))
        before = found[-1].amends_id
    return found


def _notice(row: NoticeRow) -> dict[str, Any]:
    return _columns(row, "id", "kind", "form", "decided_on", "facts", "entered_by", "entered_at", "amends_id")


def _dates(row: DeadlineRow) -> dict[str, Any]:
    named = _columns(
        row, "version", "edition", "state", *DATES, "policy", "reason", "created_by", "created_at", "digest"
    )
    return named | {"working": (row.window or {}).get("working", []), "cite": (row.window or {}).get("cite", [])}


def _reminder(row: Reminder) -> dict[str, Any]:
    return _columns(
        row, "rung", "person_id", "channel", "severity", "due_at", "state", "sent_at", "attempts", "message_id"
    )
