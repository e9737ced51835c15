"""Whether what did not reach somebody is still theirs to be told: a refused reminder of a former attorney, or of who
has left, is nobody's any more."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from deadlines.docket.fatal import is_second
from deadlines.docket.lanes import ESCALATED
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.visible import visible_to
from deadlines.notify.channel import WEBHOOK
from deadlines.store.tables import Absence, DeadlineRow, Entry, Matter, Milestone, Person, Reminder

ONE_DAY = timedelta(days=1)


def of_dates_in_force() -> ColumnElement[bool]:
    """Whether a reminder is of dates in force, and their entry open. For a query that holds Reminder."""
    in_force = (Entry.id == DeadlineRow.entry_id) & (Entry.version == DeadlineRow.version)
    query = select(DeadlineRow.id).join(Entry, in_force).where(Entry.status == "open")
    return query.where(DeadlineRow.id == Reminder.deadline_id).correlate(Reminder).exists()


def still_told(now: datetime) -> ColumnElement[bool]:
    """Whether the person of a reminder is here and told of its dates today: as attorney or in an attorney's place, as
    who keeps the docket, as the owner of an open step who may see the matter, or as who covers for somebody. Who was
    asked because an attorney did not answer stays asked. The webhook is nobody's own. For a query that holds Reminder.
    """
    attorney = aliased(Person)
    places = or_(
        Person.id.in_((attorney.id, attorney.deputy_id, attorney.supervisor_id)),
        Person.role == DOCKET_ROLE,
        is_second(attorney),
        Reminder.rung.like(f"{ESCALATED}%"),
        _owns_a_step(),
        _covers(now),
    )
    query = select(Person.id).select_from(Entry).join(Matter, Matter.id == Entry.matter_id)
    query = query.join(attorney, attorney.id == Matter.attorney_id).join(Person, Person.id == Reminder.person_id)
    query = query.where(Entry.id == Reminder.entry_id, Person.active.is_(True), places)
    return or_(Reminder.channel == WEBHOOK, query.correlate(Reminder).exists())


def _owns_a_step() -> ColumnElement[bool]:
    theirs = Milestone.owner_id == Person.id, Milestone.entry_id == Entry.id, Milestone.state == "open"
    return and_(visible_to(Person.id), select(Milestone.id).where(*theirs).correlate(Person, Entry).exists())


def _covers(now: datetime) -> ColumnElement[bool]:
    """Whether somebody covers about now; a day more on both sides, whatever the firm's zone."""
    days = Absence.from_on <= (now + ONE_DAY).date(), Absence.until_on >= (now - ONE_DAY).date()
    theirs = Absence.deputy_id == Person.id, Absence.from_on <= Absence.until_on
    return select(Absence.id).where(*theirs, *days).correlate(Person).exists()
