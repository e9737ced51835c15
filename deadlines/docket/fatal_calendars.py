"""Calendars of fatal dates only: a date to file by leaves them when its new version is not fatal any more.

That is noted when the version is written, and does not change afterwards, whatever becomes of the entry.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deadlines.docket.scopes import TOMBSTONE_DAYS, in_reach, of_remedy, of_scope
from deadlines.docket.sequences import sequence_at
from deadlines.store.tables import DeadlineRow, Entry, LeftCalendar, Matter, Rendering, Subscription


def follow(session: Session, entry: Entry, deadline: DeadlineRow, safe: Rendering | None, *, now: datetime) -> int:
    """Note which calendars lose an entry's date to file by, `safe`, with its version in force, or show it again.

    Called before the rendering is written. Returns the sequence that it must have at least: what comes back is later
    than its removal.
    """
    if safe is None or entry.version == 1:
        return 0
    chosen = Subscription.fatal_only.is_(True), Subscription.revoked_at.is_(None)
    calendars = [one for one in session.scalars(select(Subscription).where(*chosen)) if _shows(session, one, safe, now)]
    if not calendars:
        return 0
    if _is_fatal(deadline):
        return _come_back(session, calendars, safe, now)
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version - 1)
    before = session.scalars(query).one_or_none()
    recent = now - deadline.created_at <= timedelta(days=TOMBSTONE_DAYS)
    if before is not None and _is_fatal(before) and recent and not safe.cancelled:
        at = max(now, safe.changed_at)
        for one in calendars:
            if one.created_at <= deadline.created_at and session.get(LeftCalendar, (one.id, safe.id)) is None:
                session.add(LeftCalendar(subscription_id=one.id, rendering_id=safe.id, at=at))
    return 0


def _come_back(session: Session, calendars: list[Subscription], safe: Rendering, now: datetime) -> int:
    ids = [one.id for one in calendars]
    theirs = LeftCalendar.rendering_id == safe.id, LeftCalendar.subscription_id.in_(ids)
    left = session.scalars(select(LeftCalendar).where(*theirs)).all()
    for row in left:
        session.delete(row)
    return sequence_at(max([now, *(row.at for row in left)])) + 1 if left else 0


def _shows(session: Session, calendar: Subscription, safe: Rendering, now: datetime) -> bool:
    """Whether the calendar shows that rendering while it is fatal."""
    query = select(Rendering.id).join(Entry, Entry.id == Rendering.entry_id).join(Matter, Matter.id == Entry.matter_id)
    remedies = [or_(*(of_remedy(word) for word in calendar.remedies))] if calendar.remedies else []
    reach = in_reach(calendar, now.date())
    return session.scalar(query.where(Rendering.id == safe.id, *reach, *of_scope(calendar), *remedies)) is not None


def _is_fatal(version: DeadlineRow) -> bool:
    """The same as `scopes.is_fatal`."""
    joined = version.safe_by is not None and version.safe_by == version.last_day
    return joined or version.window.get("dispute") is not None
