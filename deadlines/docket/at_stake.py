"""What the closing of an entry would end, for people who are about to close it."""

from msgspec import Struct
from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import Session

from deadlines.docket.proposals import waiting_for
from deadlines.docket.reminders import PENDING
from deadlines.store.tables import Entry, Milestone, Reminder, Rendering


class AtStake(Struct, frozen=True):
    """How many reminders still to be sent, open milestones and calendar entries end, and whether other dates wait."""

    reminders: int
    milestones: int
    calendars: int
    proposal: bool


def at_stake(session: Session, entry: Entry) -> AtStake:
    """What ends with an entry."""

    def count(*where: ColumnElement[bool] | TextClause) -> int:
        return session.scalar(select(func.count()).where(*where)) or 0

    return AtStake(
        reminders=count(Reminder.entry_id == entry.id, PENDING),
        milestones=count(Milestone.entry_id == entry.id, Milestone.state == "open"),
        calendars=count(Rendering.entry_id == entry.id, Rendering.cancelled.is_(False)),
        proposal=waiting_for(session, entry) is not None,
    )
