"""The last resort for a reminder that cannot be made into a message: a few words from its columns."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from deadlines.docket.outbox import FROM_THE_ROWS, extend_lease
from deadlines.docket.parcels import Parcel
from deadlines.docket.trail_watch import doubt
from deadlines.docket.trust import is_altered
from deadlines.notify.channel import MAIL
from deadlines.notify.message import Message, clean_line
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Reminder

log = logging.getLogger(__name__)

NO_DATE = (
    "INTEGRITY ALARM: it cannot be told that the stored dates are as the program wrote them, so none is given here."
)
TEXT = """\
A reminder of matter {reference} is due to you, and cannot be written in full.
{dates}
Open the docket, or the file itself, and check the dates against the notice now.

This is a reminder from the firm's docket, not legal advice. The docket, not this message, is the record.
"""


def in_few_words(session: Session, reminder_id: int, *, owner: str, now: datetime, lease: timedelta) -> Parcel | None:
    """The least that must be said, to the person of a reminder; None where nothing is to be said any more.

    By mail only: a chat's reminder has its like by mail. Its words come from columns, not from the window; a date is
    among them only where its seal fits and nothing puts all dates in doubt.
    """
    if not extend_lease(session, [reminder_id], owner=owner, now=now, lease=lease):
        return None
    query = (
        select(
            Reminder.message_id,
            Entry.id.label("entry"),
            Matter.reference,
            Person.name,
            Person.email,
            cast(DeadlineRow.safe_by, String).label("safe_by"),
            cast(DeadlineRow.last_day, String).label("last_day"),
        )
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
        .outerjoin(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.id == reminder_id, Reminder.channel.in_(MAIL), Person.active.is_(True))
        .where(Entry.status == "open", DeadlineRow.version == Entry.version)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    reference = clean_line(row.reference or f"unknown (entry {row.entry[:8]})")
    sound = _is_sound(session, reminder_id)
    dates = {"File by": row.safe_by, "Last day": row.last_day}
    said = "\n".join(f"  {name}: {clean_line(day)}" for name, day in dates.items() if day) if sound else NO_DATE
    message = Message(
        to_name=row.name,
        to_email=row.email,
        subject=f"{'' if sound else '[INTEGRITY ALARM] '}[CHECK] Deadline of matter {reference}: open the docket",
        text=TEXT.format(reference=reference, dates=said),
        message_id=row.message_id,
        at=now,
        headers={"X-Deadlines-Reminders": str(reminder_id), "Importance": "high"},
    )
    session.get_one(Reminder, reminder_id, execution_options=FROM_THE_ROWS).lead_id = reminder_id
    return Parcel([reminder_id], message, fresh=True)


def _is_sound(session: Session, reminder_id: int) -> bool:
    """Whether the stored dates may be told. Rows that cannot be read say no."""
    query = (
        select(Entry, DeadlineRow)
        .join(Reminder, Reminder.entry_id == Entry.id)
        .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
        .where(Reminder.id == reminder_id)
    )
    try:
        with session.begin_nested():  # a query that fails leaves the transaction as it was
            entry, row = session.execute(query, execution_options=FROM_THE_ROWS).one()
            return doubt(session) is None and not is_altered(entry, row)
    except Exception:  # whatever is wrong with the rows, the mail must leave
        log.exception("the seal of the dates of reminder %s cannot be checked; no date is given", reminder_id)
        return False
