"""The last resort for a reminder that cannot be made into a message: a few words from its columns."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from deadlines.docket.outbox import FROM_THE_ROWS, extend_lease
from deadlines.docket.parcels import Parcel
from deadlines.notify.channel import MAIL
from deadlines.notify.message import Message, clean_line
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Reminder

TEXT = """\
A reminder of matter {reference} is due to you, and cannot be written in full.
{dates}
Open the docket, or the file itself, and check the dates against the notice now.

This is a reminder from the firm's docket, not legal advice. The docket, not this message, is the record.
"""


def in_few_words(session: Session, reminder_id: int, *, owner: str, now: datetime, lease: timedelta) -> Parcel | None:
    """The least that must be said, to the person of a reminder; None where nothing is to be said any more.

    By mail only: a chat's reminder has its like by mail. Nothing but columns is read, no window and no seal.
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
    dates = {"File by": row.safe_by, "Last day": row.last_day}
    said = "\n".join(f"  {name}: {clean_line(day)}" for name, day in dates.items() if day)
    message = Message(
        to_name=row.name,
        to_email=row.email,
        subject=f"[CHECK] Deadline of matter {reference}: open the docket",
        text=TEXT.format(reference=reference, dates=said),
        message_id=row.message_id,
        at=now,
        headers={"X-Deadlines-Reminders": str(reminder_id), "Importance": "high"},
    )
    session.get_one(Reminder, reminder_id, execution_options=FROM_THE_ROWS).lead_id = reminder_id
    return Parcel([reminder_id], message, fresh=True)
