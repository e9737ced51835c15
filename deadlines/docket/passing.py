"""Reminders that go over from one person to another: what waits, what was refused, and what these had covered.

So nobody is told of dates that are theirs no more, and whoever comes after them lacks nothing that they were not told.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from deadlines.docket.covering import cover, covering
from deadlines.docket.lanes import ESCALATED, UNDELIVERED, like_of, wake
from deadlines.docket.outbox import FROM_THE_ROWS, Held
from deadlines.docket.reminders import PENDING, message_id, reminder_row
from deadlines.docket.still_told import of_dates_in_force
from deadlines.notify.channel import MAIL, WEBHOOK
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Person, Reminder

Leads = dict[int, int | None]
"""By a reminder that goes over, which one stands in its place; None: none does."""


def pass_on(session: Session, before: Person, to: Person, now: datetime, *of: ColumnElement[bool]) -> None:
    """Give somebody the reminders of another that never left; one that they get anyway is not doubled. `of`: which.

    A refused one is asked anew of them, due now, unless a newer one says the same. The refused row stays as it was:
    nobody sends it while it is of somebody who is told no more.
    """
    theirs = select(Reminder).where(Reminder.person_id == before.id, *of).order_by(Reminder.due_at, Reminder.id)
    leads: Leads = dict.fromkeys(end_refused_escalations(session, now, Reminder.person_id == before.id, *of))
    leads |= _ask_refused(session, theirs, to, now)
    held = theirs.where(PENDING).order_by(None).order_by(Reminder.id)  # locked in the order of everybody else
    held = held.with_for_update(**HELD).execution_options(**FROM_THE_ROWS)
    for row in session.scalars(held).all():
        leads[row.id] = _give(session, _taken_back(row, now), to, now)
    _give_covered(session, theirs, leads, to, now)


def end_refused_escalations(session: Session, now: datetime, *of: ColumnElement[bool]) -> list[int]:
    """What somebody was asked in an attorney's place and did not get, `of` which reminders: whoever takes that place is
    asked it anew. Which they were."""
    refused = Reminder.state == "dead", Reminder.rung.like(f"{ESCALATED}%"), of_dates_in_force()
    ended = session.scalars(select(Reminder).where(*of, *refused)).all()
    beneath = Reminder.state == "covered", Reminder.rung.like(f"{ESCALATED}%")
    covered = select(Reminder).where(Reminder.lead_id.in_([row.id for row in ended]), *beneath)
    for row in [*ended, *session.scalars(covered).all()]:
        _end(row, now)
    return [row.id for row in ended]


def _ask_refused(session: Session, theirs: Select[Any], to: Person, now: datetime) -> Leads:
    """Ask anew what was refused of dates in force; which new reminder stands for each. The firm's webhook goes on."""
    refused = session.scalars(theirs.where(Reminder.state == "dead", of_dates_in_force())).all()
    for row in refused:
        if row.channel == WEBHOOK and like_of(session, row, to.id) is None:
            row.person_id = to.id
    mails = [row for row in refused if row.channel in MAIL and not row.rung.startswith((UNDELIVERED, ESCALATED))]
    left = _not_covered(session, mails, now)
    said: dict[int, int] = {}
    for held in _by_channel(left, to.id):
        said |= covering(session, held, now)
    return {row.id: _ask(session, row, to, now, said.get(row.id)) for row in left}


def _not_covered(session: Session, refused: Sequence[Reminder], now: datetime) -> list[Reminder]:
    """Those of which no newer one of the same person speaks, sent, waiting or refused too; the others are covered."""
    for row in refused:
        row.state = "planned"
    session.flush()
    left: set[int] = set()
    for held in _by_channel(refused, refused[0].person_id if refused else ""):
        left |= cover(session, held, now)
    for row in refused:
        session.refresh(row)
        row.state = "dead" if row.id in left else row.state
    session.flush()
    return [row for row in refused if row.id in left]


def _by_channel(rows: Sequence[Reminder], person_id: str) -> list[list[Held]]:
    """What may cover and be covered: the reminders of each channel, as those of one person."""
    return [
        [
            Held(row.id, row.deadline_id, row.entry_id, person_id, channel, row.rung, row.due_at)
            for row in rows
            if row.channel == channel
        ]
        for channel in sorted({row.channel for row in rows})
    ]


def _ask(session: Session, row: Reminder, to: Person, now: datetime, said_by: int | None) -> int:
    """The same reminder to another person: due now, or covered by what they were told since. Or the one that they have,
    under which they are asked anew elsewhere."""
    same = like_of(session, row, to.id)
    if same is not None:
        if said_by is None:
            wake(session, same, now)
        return same
    due_at = now if said_by is None else row.due_at
    deadline = session.get_one(DeadlineRow, row.deadline_id)
    made = reminder_row(deadline, to.id, row.channel, row.rung, row.severity, due_at)
    if said_by is not None:
        made.state, made.lead_id, made.next_at = "covered", said_by, now
    session.add(made)
    session.flush()
    return made.id


def _give(session: Session, row: Reminder, to: Person, now: datetime) -> int:
    """A reminder goes to another person, or ends where they have the same; which one stands in its place."""
    same = like_of(session, row, to.id)
    if same is not None:
        if row.state != "covered":  # what covers it went over, and says the same
            wake(session, same, row.next_at)
        _end(row, now)
        return same
    if row.channel == WEBHOOK:  # the firm's own: it is the same event, whoever it speaks of
        row.person_id = to.id
        return row.id
    row.person_id, row.message_id = to.id, message_id(row.deadline_id, row.rung, to.id, row.channel)
    return row.id


def _taken_back(row: Reminder, now: datetime) -> Reminder:
    """What is being sent to the other in this moment, or may have reached them, is still to be sent: whoever sends it
    marks nothing that is not held by them any more."""
    if row.state != "planned" and row.channel != WEBHOOK:
        row.state, row.next_at, row.lead_id = "planned", now, None
        row.owner = row.lease_until = None
    return row


def _give_beneath(session: Session, row: Reminder, lead: int | None, to: Person, now: datetime) -> int | None:
    """A covered reminder goes where what covers it went, or ends with it."""
    if lead is None:
        _end(row, now)
        return None
    given = _give(session, row, to, now)
    row.lead_id = lead if given == row.id else row.lead_id
    return given


def _end(row: Reminder, now: datetime) -> None:
    row.state, row.next_at = "cancelled", now
    row.owner = row.lease_until = None


def _give_covered(session: Session, theirs: Select[Any], leads: Leads, to: Person, now: datetime) -> None:
    """What is covered by something that went over goes with it."""
    query = theirs.where(Reminder.state == "covered", of_dates_in_force())
    left = list(session.scalars(query.execution_options(**FROM_THE_ROWS)).all())
    while found := [row for row in left if row.lead_id in leads]:
        for row in found:
            leads[row.id] = _give_beneath(session, row, leads[row.lead_id or 0], to, now)
        left = [row for row in left if row.id not in leads]
