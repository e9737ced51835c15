"""Which reminders must exist and have gone by now, worked out anew: a second opinion on planning and sending.

Nothing here uses what planned the reminders or what claims and marks them. It reads the stored dates, asks the
ladder which moments they call for, and holds the reminders that are there against that.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import Rung, ladder_for, moment
from deadlines.compute.result import Window
from deadlines.docket.entries import FIRST_REASON
from deadlines.docket.lanes import UNDELIVERED
from deadlines.docket.reminders import PENDING
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.notify.channel import MAIL
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Reminder

PATIENCE = timedelta(hours=1)
"""How long after its moment a reminder may leave without being late."""
SLACK = timedelta(minutes=10)
"""What was on its way when dates changed or an entry closed arrives within this time."""
LOOK_BACK = timedelta(days=7)
"""What cannot be mended any more is told of for so long."""
AT_ONCE = ("now", "past", "moved")
ON_ITS_WAY = ("planned", "leased", "uncertain")
REVIEWED = date(2000, 1, 1)
Record = Any
"""A row of one of the queries below, by the names of its columns."""


class Statement(Struct, frozen=True):
    """What the firm lays down about reminders: zone and time of day, the channel for mail, its working days."""

    zone: str
    at: time
    channel: str
    is_working_day: Callable[[date], bool]


class Must(Struct, frozen=True):
    """A reminder that the dates call for: its rung, its day in the firm's zone, and its moment."""

    rung: str
    on: date
    due_at: datetime


class Found(Struct, frozen=True):
    """One difference. `reminder` is the row's id, None where there is no row. `gaps.WORDS` holds the kinds."""

    kind: str
    entry: str
    deadline: str
    rung: str
    person: str
    due_at: datetime
    reminder: int | None = None

    @property
    def key(self) -> str:
        """The same for the same difference, however often it is found."""
        return f"{self.kind}/{self.deadline}/{self.rung}/{self.person}"


class Case(Struct):
    """One entry with everything that is judged: its versions by number, its reminders by the version's id."""

    entry: Record
    versions: dict[int, Record]
    reminders: dict[str, list[Record]]
    people: dict[str, Record]


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
    return [_must(statement, rung, entered_at) for rung in _stated(statement, entry, version)]


def _stated(statement: Statement, entry: Record, version: Record) -> list[Rung]:
    """The one place that asks the ladder."""
    window = Window(
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
    entered_on = version.created_at.astimezone(ZoneInfo(statement.zone)).date()
    moved = version.version > 1 or version.reason != FIRST_REASON
    return ladder_for(window, entered_on, statement.is_working_day, moved="urgent" if moved else None)


def _must(statement: Statement, rung: Rung, entered_at: datetime) -> Must:
    due_at = entered_at if rung.id in AT_ONCE else moment(rung.on, statement.at, statement.zone)
    return Must(rung.id, rung.on, max(due_at, entered_at))


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
            Matter.attorney_id,
        )
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Entry.id.in_(ids))
        .order_by(Entry.id)
    ).all()
    versions: dict[str, dict[int, Record]] = defaultdict(dict)
    for row in session.execute(_versions(ids)):
        versions[row.entry_id][row.version] = row
    reminders: dict[str, list[Record]] = defaultdict(list)
    for row in session.execute(_reminders(ids)):
        reminders[row.deadline_id].append(row)
    people = {row.id: row for row in session.execute(select(Person.id, Person.active, Person.role, Person.created_at))}
    for entry in entries:
        yield Case(entry, versions[entry.id], reminders, people)


def _versions(ids: Collection[str]) -> Any:
    row = DeadlineRow
    dates = row.opens_on, row.protective_by, row.safe_by, row.last_day, row.latest
    columns = row.id, row.entry_id, row.version, row.state, row.reason, row.created_at, *dates
    return select(*columns).where(row.entry_id.in_(ids))


def _reminders(ids: Collection[str]) -> Any:
    row = Reminder
    moments = row.due_at, row.next_at, row.sent_at
    columns = row.id, row.deadline_id, row.person_id, row.channel, row.rung, row.state, row.attempts, row.lead_id
    return select(*columns, *moments).where(row.entry_id.in_(ids)).order_by(row.id)


def _judged(case: Case, statement: Statement, now: datetime) -> Iterator[Found]:
    entry = case.entry
    for number, version in case.versions.items():
        rows = case.reminders.get(version.id, [])
        if number == entry.version and entry.status == "open":
            yield from _in_force(case, version, rows, statement, now)
        else:
            yield from _ended(case, version, rows, _end_of(case, number), now)
        yield from _twice(case, version, rows, now)
    if entry.status == "open" and entry.version not in case.versions:
        yield Found("missing", entry.id, "", "", entry.attorney_id, entry.changed_at)


def _end_of(case: Case, number: int) -> datetime:
    """When a version stopped being in force: with the next one, else with the entry's closing."""
    following = case.versions.get(number + 1)
    ended: datetime = following.created_at if following is not None else case.entry.changed_at
    return ended


# -- dates in force ---------------------------------------------------------------------------------------


def _in_force(case: Case, version: Record, rows: list[Record], statement: Statement, now: datetime) -> Iterator[Found]:
    musts = called_for(statement, case.entry, version)
    if not musts:
        yield _found("missing", case, version, "", case.entry.attorney_id, version.created_at)
    mails: dict[str, dict[str, Record]] = defaultdict(dict)
    for row in rows:
        if row.channel in MAIL:
            mails[row.rung][row.person_id] = row
            yield from _gone(case, version, row, now)
    for must in musts:
        there = mails.get(must.rung, {})
        for person_id in _told(case, version):
            row = there.get(person_id)
            if row is None:
                if not _by_a_predecessor(case, there):
                    yield _found("missing", case, version, must.rung, person_id, must.due_at)
            elif row.state in ON_ITS_WAY and _too_late(row, must, statement, now):
                yield _of("misplaced", case, version, row)


def _told(case: Case, version: Record) -> list[str]:
    """Who must be told: the matter's attorney, and whoever kept the docket when the dates were stored."""
    keepers = [
        row.id
        for row in case.people.values()
        if row.role == DOCKET_ROLE and row.active and row.created_at <= version.created_at
    ]
    return list(dict.fromkeys((case.entry.attorney_id, *keepers)))


def _by_a_predecessor(case: Case, there: dict[str, Record]) -> bool:
    """Whether somebody who has left was told: what is still to come went over to the successor."""
    return any(row.state in ("sent", "covered") and not case.people[row.person_id].active for row in there.values())


def _too_late(row: Record, must: Must, statement: Statement, now: datetime) -> bool:
    """Whether a reminder that nobody tried to send yet waits for a later day than its own."""
    waits_until: datetime = row.next_at if row.attempts == 0 else row.due_at
    latest = must.due_at + PATIENCE
    if must.rung not in AT_ONCE:
        # The time of day may have been set anew since; the day may not.
        latest = max(latest, moment(must.on + timedelta(days=1), time(), statement.zone) - timedelta(seconds=1))
    due_at: datetime = row.due_at
    return max(waits_until, due_at) > max(latest, now)


def _gone(case: Case, version: Record, row: Record, now: datetime) -> Iterator[Found]:
    """Whether a reminder of dates in force has gone, if it is due, and in time."""
    if row.state in ON_ITS_WAY and row.due_at + PATIENCE < now:
        yield _of("unsent", case, version, row)
    elif row.state in ("superseded", "cancelled") and case.people[row.person_id].active:
        yield _of("withdrawn", case, version, row)
    elif row.state == "dead" and row.next_at + PATIENCE < now and not _told_of(case, version, row):
        yield _of("refused", case, version, row)
    elif row.state == "covered" and not _is_covered(case, version, row):
        yield _of("unsent", case, version, row)
    elif row.state == "sent":
        late = row.sent_at is None or row.sent_at - row.due_at > PATIENCE
        if late and (row.sent_at or now) >= now - LOOK_BACK:
            yield _of("late", case, version, row)


def _told_of(case: Case, version: Record, row: Record) -> bool:
    """Whether somebody was told that this reminder does not arrive."""
    rung = f"{UNDELIVERED}{row.id}"
    return any(other.rung == rung and other.state == "sent" for other in case.reminders.get(version.id, []))


def _is_covered(case: Case, version: Record, row: Record) -> bool:
    """Whether the reminder that said it as well is there, is the same person's, and was not withdrawn itself."""
    return any(
        other.id == row.lead_id and other.person_id == row.person_id and other.state in (*ON_ITS_WAY, "sent", "covered")
        for other in case.reminders.get(version.id, [])
    )


# -- dates that are no longer in force, and what went twice ------------------------------------------------


def _ended(case: Case, version: Record, rows: list[Record], ended_at: datetime, now: datetime) -> Iterator[Found]:
    for row in rows:
        if row.state in ON_ITS_WAY and ended_at + SLACK < now:
            yield _of("left", case, version, row)
        elif row.state == "sent" and row.sent_at is not None and row.sent_at > max(ended_at + SLACK, now - LOOK_BACK):
            yield _of("outdated", case, version, row)
        elif _was_lost(case, row, now):
            yield _of("lost", case, version, row)


def _was_lost(case: Case, row: Record, now: datetime) -> bool:
    """Whether a reminder was withdrawn so long after its moment that it ought to have gone before."""
    withdrawn = row.channel in MAIL and row.state in ("superseded", "cancelled")
    lately: bool = withdrawn and row.next_at >= now - LOOK_BACK and row.due_at + PATIENCE < row.next_at
    return lately and case.people[row.person_id].active


def _twice(case: Case, version: Record, rows: list[Record], now: datetime) -> Iterator[Found]:
    """What one moment called for once, and went out under two ids."""
    first: dict[tuple[str, str, datetime], int] = {}
    for row in rows:
        if row.state != "sent" or row.rung.startswith((UNDELIVERED, "escalated-")):
            continue
        message = first.setdefault((row.person_id, row.channel, row.due_at), row.lead_id)
        if message != row.lead_id and (row.sent_at or now) >= now - LOOK_BACK:
            yield _of("twice", case, version, row)


def _of(kind: str, case: Case, version: Record, row: Record) -> Found:
    return Found(kind, case.entry.id, version.id, row.rung, row.person_id, row.due_at.astimezone(UTC), row.id)


def _found(kind: str, case: Case, version: Record, rung: str, person_id: str, due_at: datetime) -> Found:
    return Found(kind, case.entry.id, version.id, rung, person_id, due_at)
