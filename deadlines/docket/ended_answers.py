"""Dates that somebody had taken on while they went to another attorney: when that ends, the attorney of now is asked.

Nobody asked them before: they were somebody else's then. Whoever was asked of their own is asked anew in `escalation`.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.asked import LOOK_BACK, ONE_DAY, asks
from deadlines.docket.handed import ask_anew
from deadlines.docket.lanes import NEVER_MINDED
from deadlines.notify.channel import MAIL
from deadlines.store.tables import Acknowledgement, DeadlineRow, Entry, Matter, Person, Reminder


def ask_successors(session: Session, *, now: datetime) -> int:
    """Ask each attorney what another was urgently asked before them, once somebody's answer to it has ended; how many.

    The newest of the same dates. Not where something of their own has asked them, or will within a day.
    """
    newest = {row.deadline_id: (row, attorney, ended) for row, attorney, ended in _found(session, now)}
    return sum(ask_anew(session, [row], attorney, ended) for row, attorney, ended in newest.values())


def _found(session: Session, now: datetime) -> Iterator[tuple[Reminder, Person, datetime]]:
    ended = _ended(now).subquery()
    own = aliased(Reminder)
    asked = select(own.id).where(
        own.deadline_id == Reminder.deadline_id,
        own.person_id == Matter.attorney_id,
        own.due_at <= now + ONE_DAY,
        *_mails(own),
        own.state != "covered",
    )
    query = (
        select(Reminder, Person, ended.c.until)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(ended, ended.c.entry_id == Entry.id)
        .join(DeadlineRow, and_(DeadlineRow.id == Reminder.deadline_id, DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status == "open", Person.active.is_(True), *_mails(Reminder))
        .where(Reminder.due_at < ended.c.until, ~asked.exists())
        .order_by(Reminder.due_at, Reminder.id)
    )
    yield from (tuple(found) for found in session.execute(query))


def _ended(now: datetime) -> Select[str, datetime]:
    """The entries whose dates of today somebody had taken on and nobody has any more, and since when."""
    until = func.max(Acknowledgement.until, type_=Acknowledgement.until.type)
    return (
        select(Acknowledgement.entry_id, until.label("until"))
        .join(Entry, and_(Entry.id == Acknowledgement.entry_id, Entry.version == Acknowledgement.version))
        .where(Acknowledgement.until >= now - LOOK_BACK)
        .group_by(Acknowledgement.entry_id)
        .having(until <= now)
    )


def _mails(of: type[Reminder]) -> tuple[ColumnElement[bool], ...]:
    """Whether a mail urgently asked somebody of their own to act."""
    return *asks(of), of.channel.in_(MAIL), of.state.not_in(NEVER_MINDED)
