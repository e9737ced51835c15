"""Entries and the versions of their dates: the only place that writes either.

Every version brings its calendar bytes and its reminders in the same transaction; what was still to be sent
for the version before is withdrawn.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.engine import engine_for
from deadlines.compute.ladder import Severity
from deadlines.compute.notice import Notice
from deadlines.compute.result import Result, Window
from deadlines.docket import milestones
from deadlines.docket.copies import copy_dates
from deadlines.docket.reminders import plan_reminders, supersede
from deadlines.docket.renderings import render_entry
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.versions import last_version, supersede_waiting
from deadlines.docket.ways import dispatch_day, way_of
from deadlines.store.seal import seal_of
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person, Rendering

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

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
        discreet=is_discreet(desk, window.rule),
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
    """The next version of an entry's dates. It ends the verification and the initials of the one before, and whatever
    waits for two people: that would take the place of the one before."""
    entry.version = max(entry.version, last_version(session, entry.id)) + 1
    entry.changed_at = now
    entry.status = "open" if followed else "information"
    entry.title, entry.form = window.title, window.form
    unsign(entry)
    supersede_waiting(session, entry, "the entry has other dates", who=desk.actor, now=now)
    entry.dispatch_by = dispatch_day(desk, entry.notice, window) if followed else None
    row = _row(desk, entry, window, reason, now, edition or desk.law.edition, actor)
    _store(session, entry, row)
    supersede(session, entry, now)
    if followed:
        people = [person for person in reminded(session, entry.matter) if person.active]
        _publish(session, desk, entry, row, window, people, now, moved)
        milestones.lay(session, desk, entry, row, window, now=now)
    else:
        republish(session, entry, row, now)
        milestones.close(session, desk, entry, now)
    return row


def unsign(entry: Entry) -> None:
    """Nobody has verified or initialed the dates any more."""
    entry.verified_at = entry.verified_by = None
    entry.initialed_at = entry.initialed_by = entry.initialed_source = None


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
    render_entry(session, entry, row, now=now, least=int(_disputed_before(session, row) != window.dispute))
    # A change must be stored even where everybody has left; the doctor tells of such matters.
    if people or moved is None:
        plan(session, desk, entry, row, window, people, now, moved)


def _disputed_before(session: Session, row: DeadlineRow) -> str | None:
    """The dispute of the version before: whether there is one decides which calendars show the date."""
    earlier = DeadlineRow.entry_id == row.entry_id, DeadlineRow.version == row.version - 1
    before = session.scalars(select(DeadlineRow.window).where(*earlier)).one_or_none()
    found: str | None = (before or {}).get("dispute")
    return found


def _store(session: Session, entry: Entry, row: DeadlineRow) -> None:
    session.add(row)
    copy_dates(entry, row)
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
        superseded=False,
    )
