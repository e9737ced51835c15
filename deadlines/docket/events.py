"""Events for other programs, derived from the audit trail: every change of the docket stands there, so none is lost.

An event holds ids and dates and no word of the case. What else there is to know a program asks the API.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid5

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.direction import Dates, dates_of
from deadlines.docket.legible import kept
from deadlines.docket.reminders import NAMESPACE
from deadlines.docket.trust import is_altered
from deadlines.store.tables import Audit, DeadlineRow, Entry, Incoming, Matter, NoticeRow

OF_ACTIONS = {
    "matter.open": "matter.opened",
    "matter.hand-over": "matter.handed-over",
    "incoming.register": "paper.registered",
    "incoming.docketed": "paper.docketed",
    "incoming.dismissed": "paper.dismissed",
    "incoming.wait": "paper.waiting",
    "matter.close": "matter.closed",
    "matter.reopen": "matter.reopened",
    "notice.record": "notice.recorded",
    "notice.amend": "notice.amended",
    "notice.strike": "notice.struck",
    "notice.discrepancy": "notice.discrepant",
    "deadline.move": "dates.moved",
    "proposal.accept": "dates.moved",
    "proposal.agree": "dates.agreed",
    "proposal.ignore": "dates.ignored",
    "entry.filed": "entry.filed",
    "entry.waived": "entry.waived",
    "entry.struck": "entry.struck",
    "entry.missed": "entry.missed",
    "entry.reopen": "entry.reopened",
    "entry.verify": "entry.verified",
    "entry.resolve": "entry.resolved",
    "entry.acknowledge": "entry.acknowledged",
    "entry.initial": "entry.initialed",
    "entry.dispatched": "entry.dispatched",
    "entry.recheck": "entry.rechecked",
    "milestone.done": "milestone.done",
    "milestone.undo": "milestone.undone",
    "milestone.assign": "milestone.assigned",
    "extension.request": "extension.requested",
    "extension.grant": "extension.granted",
    "extension.refuse": "extension.refused",
    "reminder.dead": "reminder.undelivered",
    "reminder.escalate": "reminder.escalated",
}
"""What an action of the audit trail is to other programs."""
PROPOSED = "dates.proposed"
EVENTS = tuple(sorted({*OF_ACTIONS.values(), PROPOSED}))
"""Every event that a webhook may ask for."""


class EntryDates(Struct, frozen=True, kw_only=True):
    """One entry with its dates in force; none where they were altered outside the program."""

    entry: str
    version: int
    dates: Dates | None


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event tells of: ids and dates. `dates` are those in force when it was written.

    `old` are the dates before a move, `proposal` other dates that wait for two people, `proposed` those dates,
    `entries` those of a notice, `amends` the notice that this one corrects, `until` when an acknowledgement ends,
    `paper` one that came in for the matter.
    """

    matter: str
    notice: str | None = None
    entry: str | None = None
    version: int | None = None
    dates: Dates | None = None
    old: Dates | None = None
    proposed: Dates | None = None
    proposal: str | None = None
    closed_on: date | None = None
    until: datetime | None = None
    reminder: int | None = None
    milestone: str | None = None
    paper: str | None = None
    amends: str | None = None
    entries: list[EntryDates] = []


class Event(Struct, frozen=True, kw_only=True):
    """One event in the form of Standard Webhooks. `timestamp` is when it happened, whenever it arrives."""

    type: str
    timestamp: datetime
    data: EventData


def event_of(session: Session, row: Audit) -> Event | None:
    """The event that a row of the audit trail is; None where it is none."""
    kind = _kind(row)
    data = _data(session, row) if kind is not None else None
    return Event(type=kind, timestamp=row.at, data=data) if kind is not None and data is not None else None


def id_of(row: Audit) -> str:
    """The id of a row's event, the same for every webhook, in every repeat, and after a restore."""
    return f"evt_{uuid5(NAMESPACE, f'event/{row.digest}').hex}"


def _kind(row: Audit) -> str | None:
    if row.action != "deadline.move":
        return OF_ACTIONS.get(row.action)
    if row.detail.get("kind") == "same":
        return None
    waits = row.detail.get("outcome") == "waiting" and row.detail.get("kind") != "mixed"
    return PROPOSED if waits else OF_ACTIONS[row.action]


def _data(session: Session, row: Audit) -> EventData | None:
    noun = row.action.partition(".")[0]
    if noun == "matter":
        matter = session.get(Matter, row.subject)
        return EventData(matter=matter.id) if matter is not None else None
    if noun == "notice":
        return _of_notice(session, row)
    if noun == "incoming":
        return _of_paper(session, row)
    return _of_entry(session, row)


def _of_paper(session: Session, row: Audit) -> EventData | None:
    """A paper of a matter; one that belongs to none yet is nobody's to hear of."""
    paper = session.get(Incoming, row.subject)
    if paper is None or paper.matter_id is None:
        return None
    return EventData(matter=paper.matter_id, paper=paper.id, notice=row.detail.get("notice"))


def _of_notice(session: Session, row: Audit) -> EventData | None:
    amended_by = row.detail.get("amended_by")
    notice = session.get(NoticeRow, amended_by or row.subject)
    if notice is None:
        return None
    found = session.scalars(select(Entry).where(Entry.notice_id == notice.id).order_by(Entry.rule)).all()
    return EventData(
        matter=notice.matter_id,
        notice=notice.id,
        amends=row.subject if amended_by else None,
        entries=[_entry_dates(session, entry) for entry in found],
    )


def _of_entry(session: Session, row: Audit) -> EventData | None:
    entry = session.get(Entry, row.subject)
    if entry is None:
        return None
    now = _entry_dates(session, entry)
    return EventData(
        matter=entry.matter_id,
        notice=entry.notice_id,
        entry=entry.id,
        version=now.version,
        dates=now.dates,
        **_more(row),
    )


def _more(row: Audit) -> dict[str, Any]:
    """What the row itself tells beside the entry."""
    detail = row.detail
    found: dict[str, Any] = {}
    if row.action == "deadline.move":
        found["old"] = _dates(detail.get("old"))
        if detail.get("outcome") == "waiting":
            found["proposed"] = _dates(detail.get("new"))
    if detail.get("proposal"):
        found["proposal"] = detail["proposal"]
    if row.action.startswith("entry.") and row.action != "entry.reopen":
        found["closed_on"] = _day((detail.get("closing") or {}).get("on"))
    if row.action == "entry.acknowledge":
        found["until"] = kept(detail.get("until"), datetime)
    if row.action.startswith("milestone."):
        found["milestone"] = detail.get("milestone")
    if row.action.startswith("reminder."):
        found["reminder"] = detail.get("reminder")
    return found


def _entry_dates(session: Session, entry: Entry) -> EntryDates:
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    found: Sequence[DeadlineRow] = session.scalars(query).all()
    trusted = [row for row in found if not is_altered(entry, row)]
    return EntryDates(entry=entry.id, version=entry.version, dates=dates_of(trusted[0]) if trusted else None)


def _dates(stored: Any) -> Dates | None:
    return kept(stored, Dates)


def _day(stored: Any) -> date | None:
    return kept(stored, date)
