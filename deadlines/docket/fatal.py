"""Fatal dates: whoever else is told, the responsible attorney, that attorney's deputy and the docket people always are.

Where a firm has neither a deputy nor docket people, somebody else is told beside the attorney: the supervisor, or else
the partners, or else the administrators. What one person overlooks a second one sees.

Who that is, is found when a reminder falls due and not when the dates are stored: so a deputy who is named today, and
an attorney who took a matter over, are told of what was planned before. What was tried before a matter went over is
told to no attorney who came later, when it is tried again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.attorneys import HAND_OVER
from deadlines.docket.lanes import ESCALATED, NEVER_MINDED, UNDELIVERED, add_rows, like_of, row_of, wake
from deadlines.docket.reminders import PENDING, URGENT
from deadlines.docket.roles import ADMINISTRATOR, DOCKET_ROLE, PARTNER_ROLE
from deadlines.notify.channel import MAIL
from deadlines.store.tables import Attempt, Audit, Entry, Matter, Person, Reminder

PROTECTIVE = "protective-"
FATAL_STAGES = ("last-", PROTECTIVE)
"""Stages that speak of a fatal date itself; of the safe date, the urgent ones do: what is lost there is the margin."""


def tell_all(session: Session, *, now: datetime, not_fatal: Collection[str] = ()) -> int:
    """Add the mails that somebody who must know of a fatal date would otherwise not get; how many.

    Called in the transaction that claims, before it does, so that all of them leave together. `not_fatal`: rules and
    kinds of remedy of which the firm says that their last day ends nothing.
    """
    found = session.execute(_missing(now, not_fatal)).all()
    rows = {(like.deadline_id, like.rung, person): _row(like, person) for like, person in found}
    added = add_rows(session, [rows[key] for key in sorted(rows)])
    # Not all are new: some were taken back from their person, because they were another's meanwhile.
    return added if added == len(rows) else added + sum(_woken(session, like, person) for like, person in found)


def _row(like: Reminder, person_id: str) -> dict[str, Any]:
    return row_of(like, person_id, like.channel, like.rung, like.severity, like.due_at)


def _woken(session: Session, like: Reminder, person_id: str) -> bool:
    there = like_of(session, like, person_id)
    return there is not None and wake(session, there, like.due_at)


def _missing(now: datetime, not_fatal: Collection[str]) -> Select[Reminder, str]:
    """Each due mail of a fatal date with each person who must have its like and has not, or had it taken back."""
    # First what is due, by its index: otherwise SQLite begins with the people and goes through all they ever had.
    due = select(Reminder.id).where(*_due(now)).cte("due").prefix_with("MATERIALIZED")
    attorney, other = aliased(Person), aliased(Reminder)
    has = select(other.id).where(
        other.deadline_id == Reminder.deadline_id,
        other.rung == Reminder.rung,
        other.channel == Reminder.channel,
        other.person_id == Person.id,
        other.state.not_in(NEVER_MINDED),
    )
    return (
        select(Reminder, Person.id)
        .join(due, due.c.id == Reminder.id)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(attorney, attorney.id == Matter.attorney_id)
        .join(
            Person,
            or_(
                and_(Person.id == attorney.id, ~_tried_before_hand_over()),
                Person.id == attorney.deputy_id,
                Person.role == DOCKET_ROLE,
                is_second(attorney),
            ),
        )
        .where(Entry.status == "open", *_fatal(list(not_fatal)), Person.active.is_(True), ~has.exists())
        .order_by(Reminder.id)
    )


def _tried_before_hand_over() -> ColumnElement[bool]:
    """Whether a mail was tried before the matter went to its attorney of today: whoever was it then was told beside it,
    and what they had not answered was asked of the next. For a query that holds Reminder and Matter."""
    handed = select(func.max(Audit.at)).where(Audit.subject == Matter.id, Audit.action == HAND_OVER).correlate(Matter)
    tried = select(Attempt.id).where(Attempt.reminder_id == Reminder.id, Attempt.at < handed.scalar_subquery())
    return tried.correlate(Reminder, Matter).exists()


def is_second(attorney: type[Person]) -> ColumnElement[bool]:
    """Whether a person is told because the attorney would be the only one. For a query that holds Person."""
    one, supervisor, partner = aliased(Person), aliased(Person), aliased(Person)
    others = select(one.id).where(one.active, or_(one.id == attorney.deputy_id, one.role == DOCKET_ROLE)).exists()
    supervised = select(supervisor.id).where(supervisor.active, supervisor.id == attorney.supervisor_id).exists()
    led = select(partner.id).where(partner.active, partner.id != attorney.id, partner.role == PARTNER_ROLE).exists()
    return and_(
        ~others,
        or_(
            Person.id == attorney.supervisor_id,
            and_(~supervised, Person.role == PARTNER_ROLE),
            and_(~supervised, ~led, Person.role == ADMINISTRATOR),
        ),
    )


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    of_date = [Reminder.rung.like(f"{stage}%") for stage in FATAL_STAGES]
    return (
        PENDING,  # type: ignore[return-value]
        Reminder.next_at <= now,
        Reminder.channel.in_(MAIL),
        or_(Reminder.severity >= URGENT, *of_date),
        Reminder.rung.not_like(f"{UNDELIVERED}%"),
        Reminder.rung.not_like(f"{ESCALATED}%"),
    )


def _fatal(not_fatal: Sequence[str]) -> list[ColumnElement[bool]]:
    """The condition that a window's last day is fatal."""
    return [
        and_(Entry.rule != word, Entry.remedy != word, ~Entry.remedy.startswith(f"{word} ", autoescape=True))
        for word in not_fatal
    ]
