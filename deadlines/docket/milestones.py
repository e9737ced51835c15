"""The milestones of an entry: laid with its dates by the firm's template, moved with them, closed with it.

Their reminders are rows like all others, of the version of the dates that is in force: what belonged to earlier dates
is withdrawn with them, and an owner is reminded by mail whether or not they want an agenda.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES, day_before, moment
from deadlines.compute.milestones import Template, due_on
from deadlines.compute.result import Window
from deadlines.docket.laying import Wanted, settle
from deadlines.docket.owners import may_own, owner_of
from deadlines.docket.trust import window_of
from deadlines.docket.versions import current
from deadlines.docket.ways import is_working_day
from deadlines.store.tables import DeadlineRow, Entry, Milestone, Reminder

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

MILESTONE = "milestone-"
"""Begins the rung of a reminder of a milestone; the days before its day and its id follow."""
OVERDUE = "overdue-"
"""Begins the rung that says that a milestone was not done by its day; its id follows."""
NOTICE, WARNING = SEVERITIES.index("notice"), SEVERITIES.index("warning")


def lay_notice(session: Session, desk: "Desk", entries: Sequence[Entry], *, now: datetime) -> None:
    """Lay the milestones of a notice's new entries, once all of them are there."""
    for entry in entries if desk.practice.milestones else ():
        if entry.status == "open":
            row = current(session, entry)
            lay(session, desk, entry, row, window_of(entry, row), now=now)


def lay(
    session: Session,
    desk: "Desk",
    entry: Entry,
    row: DeadlineRow,
    window: Window,
    *,
    now: datetime,
    anew: bool = False,
) -> int:
    """Bring an open entry's milestones and their reminders to its dates of today; how many reminders changed.

    What is done stays done. `anew`: the practice file changed, so owners whom nobody named are found again.
    """
    held = {found.template: found for found in of_entry(session, entry)}
    if not (desk.practice.milestones or held):
        return 0
    wanted = {template.id: template for template in _templates(session, desk, entry, window, held)}
    changed = 0
    for template in wanted.values():
        milestone = _laid(session, desk, entry, window, template, held.get(template.id), now, anew=anew)
        if milestone is not None and milestone.state == "open":
            changed += remind(session, desk, milestone, row, template.remind, now=now)
    for name, left in held.items():
        if name not in wanted and left.state == "open":
            left.state = "cancelled"
            changed += remind(session, desk, left, row, (), now=now)
    session.flush()
    return changed


def close(session: Session, desk: "Desk", entry: Entry, now: datetime) -> None:
    """End what is open with its entry; its reminders were withdrawn. What is once for a notice goes on elsewhere."""
    open_ones = [found for found in of_entry(session, entry) if found.state == "open"]
    for milestone in open_ones:
        milestone.state = "cancelled"
    session.flush()
    ended = {milestone.template for milestone in open_ones}
    heirs = [
        _first_open(session, desk, entry.notice_id, template)
        for template in desk.practice.milestones
        if template.once and template.id in ended
    ]
    for heir in {heir.id: heir for heir in heirs if heir is not None}.values():
        row = current(session, heir)
        lay(session, desk, heir, row, window_of(heir, row), now=now)


def of_entry(session: Session, entry: Entry) -> Sequence[Milestone]:
    """The milestones of an entry by their days."""
    query = select(Milestone).where(Milestone.entry_id == entry.id)
    return session.scalars(query.order_by(Milestone.due_on, Milestone.template)).all()


def remind(
    session: Session, desk: "Desk", milestone: Milestone, row: DeadlineRow, days: Sequence[int], *, now: datetime
) -> int:
    """Bring a milestone's reminders to its owner and its day; none of what is not open. How many changed."""
    wanted = list(_reminders(session, desk, milestone, days, now)) if milestone.state == "open" else []
    return settle(session, row, wanted, of=reminders_of(milestone), channel=desk.channel, now=now)


def reminders_of(milestone: Milestone) -> ColumnElement[bool]:
    """Whether a reminder is of that milestone. For a query that holds Reminder."""
    return or_(Reminder.rung.like(f"{MILESTONE}%-{milestone.id}"), Reminder.rung == f"{OVERDUE}{milestone.id}")


def milestone_of(rung: str) -> str | None:
    """The id of the milestone that a rung speaks of."""
    if rung.startswith(OVERDUE):
        return rung.removeprefix(OVERDUE)
    return rung.removeprefix(MILESTONE).partition("-")[2] if rung.startswith(MILESTONE) else None


def _reminders(
    session: Session, desk: "Desk", milestone: Milestone, days: Sequence[int], now: datetime
) -> Iterator[Wanted]:
    """Those before and on the day, and one on the working day after it; none that was sent to the owner already."""
    works, today = is_working_day(desk), now.astimezone(ZoneInfo(desk.zone)).date()
    sent = select(Reminder.rung).where(
        Reminder.entry_id == milestone.entry_id,
        Reminder.person_id == milestone.owner_id,
        Reminder.state.in_(("sent", "covered")),
    )
    told = set(session.scalars(sent))

    def wanted(rung: str, severity: int, day: date) -> Wanted:
        return Wanted(rung, milestone.owner_id, severity, max(moment(day, desk.at, desk.zone), now))

    for before in days:
        day = day_before(milestone.due_on, before, works, "business")
        rung = f"{MILESTONE}{before}-{milestone.id}"
        if day >= today and rung not in told:
            yield wanted(rung, NOTICE if before else WARNING, day)
    if f"{OVERDUE}{milestone.id}" not in told:
        after = milestone.due_on + timedelta(days=1)
        while not works(after):
            after += timedelta(days=1)
        yield wanted(f"{OVERDUE}{milestone.id}", WARNING, after)


def _templates(
    session: Session, desk: "Desk", entry: Entry, window: Window, held: dict[str, Milestone]
) -> Iterator[Template]:
    """What the firm wants of this entry. What is once for a notice begins with its first date, and stays there."""
    for template in desk.practice.templates(desk.practice.class_of(desk.law, window.rule, window.remedy)):
        if template.once and (template.id not in held or held[template.id].state == "cancelled"):
            first = _first_open(session, desk, entry.notice_id, template)
            if first is None or first.id != entry.id or _elsewhere(session, desk, entry, template):
                continue
        yield template


def _first_open(session: Session, desk: "Desk", notice_id: str, template: Template) -> Entry | None:
    """The open entry of a notice whose safe date comes first, of those that the template is for."""
    query = (
        select(Entry)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.notice_id == notice_id, Entry.status == "open", DeadlineRow.safe_by.is_not(None))
        .order_by(DeadlineRow.safe_by, Entry.rule)
    )
    return next((entry for entry in session.scalars(query) if _is_for(desk, template, entry.rule, entry.remedy)), None)


def _is_for(desk: "Desk", template: Template, rule: str, remedy: str) -> bool:
    return template.reach.fits(desk.practice.class_of(desk.law, rule, remedy))


def _elsewhere(session: Session, desk: "Desk", entry: Entry, template: Template) -> bool:
    """Whether another entry of the notice has the milestone, open or done. An open one of which the template is no
    longer is about to end."""
    query = (
        select(Milestone.state, Entry.rule, Entry.remedy)
        .join(Entry, Entry.id == Milestone.entry_id)
        .where(Entry.notice_id == entry.notice_id, Entry.id != entry.id)
        .where(Milestone.template == template.id, Milestone.state != "cancelled")
    )
    found = session.execute(query)
    return any(state == "done" or _is_for(desk, template, rule, remedy) for state, rule, remedy in found)


def _laid(
    session: Session,
    desk: "Desk",
    entry: Entry,
    window: Window,
    template: Template,
    found: Milestone | None,
    now: datetime,
    *,
    anew: bool,
) -> Milestone | None:
    """The milestone on its day, with its owner; None where its template gives no day, or the window has passed."""
    if found is not None and found.state == "done":
        return found
    zone = ZoneInfo(desk.zone)
    today, noted_on = now.astimezone(zone).date(), entry.created_at.astimezone(zone).date()
    day = due_on(template, window, entry.dispatch_by, noted_on, is_working_day(desk))
    if day is None or (window.last_day is not None and window.last_day < today):
        if found is not None:
            found.state = "cancelled"
        return found
    if found is None:
        return _born(session, entry, template, day, today, now, anew=anew)
    if (anew and not found.assigned) or not may_own(session, entry.matter, found.owner_id):
        found.owner_id, found.assigned = owner_of(session, entry.matter, template.owner).id, False
    found.title, found.state, found.due_on = template.title, "open", _moved(found.due_on, day, today)
    session.flush()
    return found


def _born(
    session: Session, entry: Entry, template: Template, day: date, today: date, now: datetime, *, anew: bool
) -> Milestone | None:
    """A new milestone, never overdue from the start. What a new practice file asks for soon after a notice is not
    asked of notices that came long before it."""
    if anew and day < today and template.after_notice is not None:
        return None
    owner = owner_of(session, entry.matter, template.owner)
    made = Milestone(
        entry_id=entry.id,
        template=template.id,
        title=template.title,
        owner_id=owner.id,
        due_on=max(day, today),
        state="open",
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _moved(before: date, day: date, today: date) -> date:
    """The day of a milestone whose dates changed: not in the past, unless it was overdue already."""
    if day == before or day >= today:
        return day
    return min(before, today)
