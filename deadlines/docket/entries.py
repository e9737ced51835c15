"""Entries and the versions of their dates: the only place that writes either.

Every version brings its calendar bytes and its reminders in the same transaction; what was still to be sent
for the version before is withdrawn.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.engine import engine_for
from deadlines.compute.ladder import Severity
from deadlines.compute.ladders import WindowClass
from deadlines.compute.milestones import dispatch_by
from deadlines.compute.notice import Notice
from deadlines.compute.result import Result, Window
from deadlines.docket.reminders import Way, plan_reminders, supersede
from deadlines.docket.renderings import render_entry
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.errors import StoreError
from deadlines.store.seal import seal_of
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person, Rendering

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

FEDERAL_OFFICES = "uscis"
"""The computation whose working days reminders keep to: weekdays that are neither federal holiday nor closure."""
LONGEST_REASON = 200
FIRST_REASON = "recorded with the notice"


def is_followed(desk: "Desk", matter: Matter, window: Window) -> bool:
    """Whether people are reminded of the window: it has dates, it is the client's to act on, and it does not
    tell of a protected case outside a restricted matter."""
    mine = window.state == "due" and window.party != "government"
    return mine and (matter.restricted or not is_discreet(desk, window.rule))


def computed(desk: "Desk", notice: Notice) -> Result:
    """Every window of a notice, as this firm computes it; raises InputError and BeforeKnownLaw."""
    return engine_for(desk.law).compute(notice, desk.policy)


def is_discreet(desk: "Desk", rule: str) -> bool:
    """Whether the remedy itself tells of a protected case; a rule that the law data no longer has does not."""
    found = desk.law.rules.get(rule)
    return found is not None and found.discreet


def reminded(session: Session, matter: Matter) -> list[Person]:
    """Who is told of a matter's dates: its attorney, and the people who keep the docket."""
    clerks = session.scalars(select(Person).where(Person.role == DOCKET_ROLE, Person.active)).all()
    return list({person.id: person for person in (matter.attorney, *clerks)}.values())


def current(session: Session, entry: Entry) -> DeadlineRow:
    """The version in force; raises StoreError where it is missing."""
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise StoreError(f"Entry {entry.id[:8]} has no version {entry.version}: the docket is damaged.")
    return found


def locked(session: Session, entry: Entry) -> Entry:
    """The entry as it is now, held until the end of the transaction, so that two changes follow each other."""
    query = select(Entry).where(Entry.id == entry.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def enter(
    session: Session,
    desk: "Desk",
    notice: NoticeRow,
    window: Window,
    *,
    people: Sequence[Person],
    followed: bool,
    now: datetime,
    reason: str = FIRST_REASON,
    actor: str = "",
    moved: Severity | None = None,
) -> Entry:
    """A new entry of a notice with version 1 of its dates."""
    entry = Entry(
        notice_id=notice.id,
        matter_id=notice.matter_id,
        rule=window.rule,
        title=window.title,
        form=window.form,
        remedy=window.remedy,
        status="open" if followed else "information",
        version=1,
        created_at=now,
        changed_at=now,
    )
    entry.dispatch_by = dispatch_day(desk, notice, window) if followed else None
    session.add(entry)
    session.flush()
    row = _row(desk, entry, window, reason, now, desk.law.edition, actor or desk.actor)
    _store(session, entry, row)
    if followed:
        _publish(session, desk, entry, row, window, people, now, moved)
    return entry


def new_version(
    session: Session,
    desk: "Desk",
    entry: Entry,
    window: Window,
    *,
    followed: bool,
    reason: str,
    now: datetime,
    actor: str,
    moved: Severity | None,
    edition: str = "",
) -> DeadlineRow:
    """The next version of an entry's dates. It ends the verification of the one before."""
    entry.version += 1
    entry.changed_at = now
    entry.status = "open" if followed else "information"
    entry.title, entry.form = window.title, window.form
    entry.verified_at = entry.verified_by = None
    entry.dispatch_by = dispatch_day(desk, entry.notice, window) if followed else None
    row = _row(desk, entry, window, reason, now, edition or desk.law.edition, actor)
    _store(session, entry, row)
    supersede(session, entry, now)
    if followed:
        people = [person for person in reminded(session, entry.matter) if person.active]
        _publish(session, desk, entry, row, window, people, now, moved)
    else:
        republish(session, entry, row, now)
    return row


def republish(session: Session, entry: Entry, row: DeadlineRow, now: datetime) -> None:
    """Write the calendar bytes of an entry anew, by its status and dates; nothing if it was never in a calendar."""
    known = select(Rendering.id).where(Rendering.entry_id == entry.id).limit(1)
    if session.scalar(known) is not None:
        render_entry(session, entry, row, now=now)


def plan(
    session: Session,
    desk: "Desk",
    entry: Entry,
    row: DeadlineRow,
    window: Window,
    people: Sequence[Person],
    now: datetime,
    moved: Severity | None,
) -> None:
    """The reminders of a version, by the firm's channel, zone and working days."""
    plan_reminders(
        session,
        entry,
        row,
        window,
        people=people,
        channel=desk.channel,
        way=way_of(desk, entry, window),
        now=now,
        moved=moved,
    )


def way_of(desk: "Desk", entry: Entry, window: Window) -> Way:
    """How the reminders of an entry are laid, by the firm's practice; its `dispatch_by` must be set."""
    of = desk.practice.class_of(desk.law, window)
    dispatch = desk.practice.dispatch(of)
    told = dispatch is not None and dispatch.remind
    return Way(
        zone=desk.zone,
        at=desk.at,
        is_working_day=is_working_day(desk),
        ladders=desk.practice.ladders,
        of=of,
        dispatch_by=entry.dispatch_by if told else None,
    )


def is_working_day(desk: "Desk") -> Callable[[date], bool]:
    """Whether people and federal offices work on a day."""
    return engine_for(desk.law).days(FEDERAL_OFFICES).is_working_day


def dispatch_day(desk: "Desk", notice: NoticeRow, window: Window) -> date | None:
    """The day on which a courier must have the filing, by the firm's practice and the days of its forum."""
    of: WindowClass = desk.practice.class_of(desk.law, window)
    rule = desk.law.rules.get(window.rule)
    circuit = notice.facts.get("facts", {}).get("circuit")
    days = engine_for(desk.law).days(rule.computation if rule is not None else FEDERAL_OFFICES, circuit)

    def is_open(day: date) -> bool:
        return days.is_working_day(day) and days.off(day) is None

    return dispatch_by(window, desk.practice.dispatch(of), is_open)


def _publish(
    session: Session,
    desk: "Desk",
    entry: Entry,
    row: DeadlineRow,
    window: Window,
    people: Sequence[Person],
    now: datetime,
    moved: Severity | None,
) -> None:
    if not is_discreet(desk, entry.rule):
        render_entry(session, entry, row, now=now)
    # A change must be stored even where everybody has left; the doctor tells of such matters.
    if people or moved is None:
        plan(session, desk, entry, row, window, people, now, moved)


def _store(session: Session, entry: Entry, row: DeadlineRow) -> None:
    session.add(row)
    row.digest = seal_of(row).of(row, entry.rule)
    session.flush()


def _row(
    desk: "Desk", entry: Entry, window: Window, reason: str, now: datetime, edition: str, actor: str
) -> DeadlineRow:
    return DeadlineRow(
        entry_id=entry.id,
        version=entry.version,
        edition=edition,
        state=window.state,
        opens_on=window.opens_on,
        protective_by=window.protective_by,
        safe_by=window.safe_by,
        last_day=window.last_day,
        latest=window.latest,
        window=msgspec.to_builtins(window),
        policy=dict(desk.policy) or None,
        reason=reason[:LONGEST_REASON],
        created_by=actor,
        created_at=now,
    )
