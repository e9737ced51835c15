"""Which reminders must exist and have gone by now, worked out anew: a second opinion on planning and sending.

Nothing here uses what planned the reminders or what claims and marks them. It reads the stored dates, asks the
ladder which moments they call for, and holds the reminders that are there against that. Steps are judged in
`audited_steps`, whether the deputy was told in `audited_deputies`, whether the deputy was asked in
`audited_escalation`, and what proves that somebody was told in `audited_proof`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import case as when
from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES, Rung
from deadlines.compute.result import Window
from deadlines.docket.audited_deputies import deputies_of, deputy_told, is_fatal_stage
from deadlines.docket.audited_escalation import answered_until, away_lately, deputy_asked, here_since
from deadlines.docket.audited_proof import by_a_predecessor, covering_lately, former_attorneys, is_proved, somebody_told
from deadlines.docket.audited_steps import open_steps, steps_in_force, working_on
from deadlines.docket.entries import FIRST_REASON
from deadlines.docket.judging import (
    AT_ONCE,
    LOOK_BACK,
    ON_ITS_WAY,
    PATIENCE,
    WITHDRAWN,
    Case,
    Found,
    Must,
    Record,
    Statement,
    found_of,
    found_without,
    is_too_late,
)
from deadlines.docket.lanes import ESCALATED, UNDELIVERED
from deadlines.docket.milestones import MILESTONE, OVERDUE
from deadlines.docket.new_roles import NEW_ROLE
from deadlines.docket.reminders import PENDING
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.notify.channel import MAIL
from deadlines.store.tables import (
    Attempt,
    Audit,
    DeadlineRow,
    Entry,
    Heartbeat,
    Matter,
    NoticeRow,
    Person,
    Reminder,
)

SLACK = timedelta(minutes=10)
"""What was on its way when dates changed or an entry closed arrives within this time."""
KEEPS_SINCE = (NEW_ROLE, "person.activate")
"""The acts since which somebody keeps the docket: what was stored before was told to others."""
SWEEP = "practice"
"""The heartbeat that says since when reminders are laid by the present practice, and which that is."""
REVIEWED = date(2000, 1, 1)


class Page(Struct):
    """So many entries and what was found of them. `last` is the id to go on after; empty: nothing is left."""

    checked: int
    last: str
    found: list[Found]


def audit_page(session: Session, statement: Statement, *, after: str, limit: int, now: datetime) -> Page:
    """Judge the next entries: the open ones, and those that changed lately."""
    lately = or_(Entry.status == "open", Entry.changed_at >= now - LOOK_BACK)
    query = select(Entry.id).where(Entry.id > after, lately).order_by(Entry.id).limit(limit)
    ids = session.scalars(query).all()
    found = audit_entries(session, statement, ids, now=now)
    return Page(len(ids), ids[-1] if len(ids) == limit else "", found)


def audit_all(session: Session, statement: Statement, *, now: datetime, limit: int = 500) -> tuple[int, list[Found]]:
    """Judge everything in one go; how many entries, and what was found."""
    found = audit_entries(session, statement, strays(session, limit), now=now)
    checked, after = 0, ""
    while checked == 0 or after:
        page = audit_page(session, statement, after=after, limit=limit, now=now)
        found += page.found
        checked, after = checked + page.checked, page.last
        if not page.checked:
            break
    return checked, list({each.key: each for each in found}.values())


def is_laid(session: Session, statement: Statement) -> bool:
    """Whether the reminders are laid by the practice that the statement follows; until then nothing can be judged."""
    laid = session.get(Heartbeat, SWEEP)
    return not statement.practice or (laid is not None and laid.detail == statement.practice)


def strays(session: Session, limit: int) -> list[str]:
    """Entries that are not open, however long that may be, for which something still waits to be sent."""
    waiting = select(Reminder.entry_id).where(PENDING, Reminder.entry_id == Entry.id).exists()
    closed = select(Entry.id).where(Entry.status != "open", waiting)
    return list(session.scalars(closed.order_by(Entry.id).limit(limit)))


def audit_entries(session: Session, statement: Statement, ids: Sequence[str], *, now: datetime) -> list[Found]:
    """Judge these entries, closed ones too."""
    return [found for case in _cases(session, ids, now) for found in _judged(case, statement, now)]


def called_for(statement: Statement, entry: Record, version: Record) -> list[Must]:
    """Which reminders one version of an entry's dates calls for."""
    entered_at = version.created_at
    window, entered_on = _window_of(entry, version), entered_at.astimezone(ZoneInfo(statement.zone)).date()
    moved = version.version > 1 or version.reason != FIRST_REASON
    way = statement.way_of(window, entry.dispatch_by)

    def must(rung: Rung) -> Must:
        due_at = entered_at if rung.id in AT_ONCE else way.moment(rung, window, entered_on)
        return Must(rung.id, rung.on, max(due_at, entered_at), is_fatal_stage(rung), SEVERITIES.index(rung.severity))

    return [must(rung) for rung in way.rungs(window, entered_on, "urgent" if moved else None)]


def _window_of(entry: Record, version: Record) -> Window:
    """What the ladder needs of the stored dates."""
    return Window(
        rule=entry.rule,
        title=entry.title,
        remedy=entry.remedy,
        form=entry.form,
        file_with="",
        filed_when="",
        state=version.state,
        opens_on=version.opens_on,
        protective_by=version.protective_by,
        safe_by=version.safe_by,
        last_day=version.last_day,
        latest=version.latest,
        confidence="",
        reviewed_on=REVIEWED,
    )


def _cases(session: Session, ids: Sequence[str], now: datetime) -> Iterator[Case]:
    entries = session.execute(
        select(
            Entry.id,
            Entry.status,
            Entry.version,
            Entry.changed_at,
            Entry.rule,
            Entry.title,
            Entry.remedy,
            Entry.form,
            Entry.dispatch_by,
            Entry.matter_id,
            Matter.attorney_id,
            Matter.restricted,
            NoticeRow.id.label("notice"),
        )
        # What belongs to nothing is judged too: everything else leaves it out.
        .outerjoin(Matter, Matter.id == Entry.matter_id)
        .outerjoin(NoticeRow, NoticeRow.id == Entry.notice_id)
        .where(Entry.id.in_(ids))
        .order_by(Entry.id)
    ).all()
    versions: dict[str, dict[int, Record]] = defaultdict(dict)
    for row in session.execute(_versions(ids)):
        versions[row.entry_id][row.version] = row
    reminders: dict[str, list[Record]] = defaultdict(list)
    for row in session.execute(_reminders(ids)):
        reminders[row.deadline_id].append(row)
    people = {row.id: row for row in session.execute(_people())}
    steps, deputies = open_steps(session, ids), deputies_of(session, entries, people)
    former, covering = former_attorneys(session, entries), covering_lately(session, now)
    working = working_on(session, entries)
    laid = session.get(Heartbeat, SWEEP)
    since = laid.at if laid is not None else None
    answers, away, here = answered_until(session, ids), away_lately(session, now), here_since(session)
    for entry in entries:
        yield Case(
            entry,
            versions[entry.id],
            reminders,
            people,
            steps.get(entry.id, []),
            deputies.get(entry.id),
            adrift=entry.attorney_id not in people or entry.notice is None,
            since=since,
            answered=answers.get(entry.id, {}),
            attorney_away=entry.attorney_id in away,
            here_since=here,
            former=former.get(entry.matter_id, ()),
            covering=covering,
            working=working.get(entry.matter_id, ()),
        )


def _people() -> Any:
    """Everybody, with the moment since which they have their role and are here, as far as it matters: of who keeps the
    docket."""
    keepers = select(Person.id).where(Person.role == DOCKET_ROLE)
    given = select(Audit.subject, func.max(Audit.at).label("at"))
    given = given.where(Audit.subject.in_(keepers), Audit.action.in_(KEEPS_SINCE))
    roles = given.group_by(Audit.subject).subquery()
    since = func.coalesce(roles.c.at, Person.created_at, type_=Person.created_at.type).label("since")
    asked = Person.id, Person.active, Person.role, Person.created_at, Person.deputy_id, Person.supervisor_id
    return select(*asked, since).outerjoin(roles, roles.c.subject == Person.id)


def _versions(ids: Collection[str]) -> Any:
    row = DeadlineRow
    dates = row.opens_on, row.protective_by, row.safe_by, row.last_day, row.latest
    columns = row.id, row.entry_id, row.version, row.state, row.reason, row.created_at, *dates
    return select(*columns).where(row.entry_id.in_(ids))


def _reminders(ids: Collection[str]) -> Any:
    row = Reminder
    moments = row.due_at, row.next_at, row.sent_at
    columns = row.id, row.deadline_id, row.person_id, row.channel, row.rung, row.state, row.attempts, row.lead_id
    taken = select(Attempt.id).where(Attempt.reminder_id == row.id, Attempt.outcome == "sent").exists()
    # Each try is kept for ever; only of what stands as sent it must be known.
    proved = when((row.state == "sent", taken), else_=false()).label("proved")
    return select(*columns, row.severity, *moments, proved).where(row.entry_id.in_(ids)).order_by(row.id)


def _judged(case: Case, statement: Statement, now: datetime) -> Iterator[Found]:
    entry = case.entry
    if case.adrift:
        yield from _adrift(case)
        return
    # The last version is in force, whatever the entry says: nothing is planned again for one that was set back to.
    in_force = max([entry.version, *case.versions])
    for number, version in case.versions.items():
        rows = case.reminders.get(version.id, [])
        if number == in_force and entry.status == "open":
            yield from _in_force(case, version, rows, statement, now)
            yield from steps_in_force(case, version, statement, now)
            yield from deputy_asked(case, version, rows, statement, now)
        else:
            yield from _ended(case, version, rows, _end_of(case, number), now)
        yield from _twice(case, version, rows, now)
    if entry.status == "open" and entry.version not in case.versions:
        yield Found("missing", entry.id, "", "", entry.attorney_id, entry.changed_at)


def _adrift(case: Case) -> Iterator[Found]:
    """An open entry whose matter, attorney or notice is not there. It is told of beside somebody who keeps the docket:
    whose it is nobody knows."""
    entry = case.entry
    somebody = min(
        case.people.values(), key=lambda row: (row.role != DOCKET_ROLE, not row.active, row.id), default=None
    )
    if entry.status == "open" and somebody is not None:
        yield Found("adrift", entry.id, entry.id, "", somebody.id, entry.changed_at)


def _end_of(case: Case, number: int) -> datetime:
    """When a version stopped being in force: with the next one, else with the entry's closing."""
    following = case.versions.get(number + 1)
    ended: datetime = following.created_at if following is not None else case.entry.changed_at
    return ended


# -- dates in force ---------------------------------------------------------------------------------------


def _in_force(case: Case, version: Record, rows: list[Record], statement: Statement, now: datetime) -> Iterator[Found]:
    musts = called_for(statement, case.entry, version)
    if not musts:
        yield found_without("missing", case, version, "", case.entry.attorney_id, version.created_at)
    musts = [must for must in musts if case.since is None or must.due_at >= case.since]
    told, rungs = _told(case, version), {must.rung for must in musts}
    mails: dict[str, dict[str, Record]] = defaultdict(dict)
    for row in rows:
        if row.channel in MAIL:
            mails[row.rung][row.person_id] = row
            if row.state not in WITHDRAWN or (row.rung in rungs and row.person_id in told):
                yield from _gone(case, version, row, now)
    for must in musts:
        there = mails.get(must.rung, {})
        for person_id in told:
            row = there.get(person_id)
            if row is None:
                if not by_a_predecessor(case, version, told, there):
                    yield found_without("missing", case, version, must.rung, person_id, must.due_at, must.severity)
            elif row.state in ON_ITS_WAY and is_too_late(row, must, statement, now):
                yield found_of("misplaced", case, version, row)
        yield from deputy_told(case, version, must, there, statement)


def _told(case: Case, version: Record) -> list[str]:
    """Who must be told: the matter's attorney, and whoever kept the docket when the dates were stored."""
    keepers = [
        row.id
        for row in case.people.values()
        if row.role == DOCKET_ROLE and row.active and row.since <= version.created_at
    ]
    return list(dict.fromkeys((case.entry.attorney_id, *keepers)))


def _gone(case: Case, version: Record, row: Record, now: datetime) -> Iterator[Found]:
    """Whether a reminder of dates in force has gone, if it is due, and in time."""
    if row.state in ON_ITS_WAY and row.due_at + PATIENCE < now:
        yield found_of("unsent", case, version, row)
    elif row.state in WITHDRAWN and case.is_here(row.person_id):
        yield found_of("withdrawn", case, version, row)
    elif row.state == "dead" and row.next_at + PATIENCE < now and not somebody_told(case, version, row):
        if case.concerns(row):
            yield found_of("refused", case, version, row)
    elif not is_proved(case, version, row, now):
        # Of whom it does not concern any more: that the successor was told is judged there.
        if case.concerns(row):
            yield found_of("unproved", case, version, row)
    elif row.state == "sent":
        late = row.sent_at is None or row.sent_at - row.due_at > PATIENCE
        if late and (row.sent_at or now) >= now - LOOK_BACK:
            yield found_of("late", case, version, row)


# -- dates that are no longer in force, and what went twice ------------------------------------------------


def _ended(case: Case, version: Record, rows: list[Record], ended_at: datetime, now: datetime) -> Iterator[Found]:
    for row in rows:
        if row.state in ON_ITS_WAY and ended_at + SLACK < now:
            yield found_of("left", case, version, row)
        elif row.state == "sent" and row.sent_at is not None and row.sent_at > max(ended_at + SLACK, now - LOOK_BACK):
            yield found_of("outdated", case, version, row)
        elif _was_lost(case, row, now):
            yield found_of("lost", case, version, row)


def _was_lost(case: Case, row: Record, now: datetime) -> bool:
    """Whether a reminder was withdrawn so long after its moment that it ought to have gone before."""
    withdrawn = row.channel in MAIL and row.state in WITHDRAWN
    lately: bool = withdrawn and row.next_at >= now - LOOK_BACK and row.due_at + PATIENCE < row.next_at
    return lately and case.is_here(row.person_id)


def _twice(case: Case, version: Record, rows: list[Record], now: datetime) -> Iterator[Found]:
    """What one moment called for once, and went out under two ids."""
    first: dict[tuple[str, str, datetime], int] = {}
    for row in rows:
        if row.state != "sent" or row.rung.startswith((UNDELIVERED, ESCALATED, MILESTONE, OVERDUE)):
            continue
        message = first.setdefault((row.person_id, row.channel, row.due_at), row.lead_id)
        if message != row.lead_id and (row.sent_at or now) >= now - LOOK_BACK:
            yield found_of("twice", case, version, row)
