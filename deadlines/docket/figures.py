"""How the docket fares in numbers, for a program that watches: counts and ages, never a name."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines.docket.gaps import STANDING
from deadlines.docket.reminders import PENDING
from deadlines.docket.rounds import has_passed
from deadlines.docket.silence import live
from deadlines.docket.still_told import of_dates_in_force, still_told
from deadlines.docket.unmade import unmade
from deadlines.errors import DeadlinesError
from deadlines.store.tables import Entry, Gap, Heartbeat, Letter, Proposal, Reminder, Subscription

log = logging.getLogger(__name__)


LONGEST_REST = timedelta(days=1)
"""Longer than anything that is due rests between two tries."""


class Figure(Struct, frozen=True):
    """One number: its name, what it means, and for each label its value (one without a label has "")."""

    name: str
    help: str
    values: dict[str, float]
    label: str = ""


def figures(session: Session, now: datetime) -> Iterator[Figure]:
    """Every figure that comes from the database; each is one cheap query. One that cannot be found is left out, and
    counted. Raises what the database raises."""
    standing = and_(Gap.gone_at.is_(None), Gap.kind.in_(STANDING))
    waiting = Proposal.state.in_(("pending", "agreed"))
    failed = 0
    for each in (
        lambda: [_entries(session)],
        lambda: _reminders(session, now),
        lambda: [_count(session, "reminder_gaps", "Reminders that are not as the stored dates ask", standing)],
        lambda: [_passed(session, now)],
        lambda: [_count(session, "letters_refused", "Letters refused for good", Letter.state == "dead")],
        lambda: [_count(session, "proposals_waiting", "Other dates that wait for two people", waiting)],
        lambda: _calendars(session, now),
        lambda: [_beats(session, now)],
        lambda: [_takeovers(session)],
    ):
        try:
            yield from list(each())
        except (DeadlinesError, SQLAlchemyError):
            raise
        except Exception:
            log.exception("a figure cannot be found")
            failed += 1
    yield Figure("figures_failed", "Groups of figures that are left out, because they cannot be found", {"": failed})


def _passed(session: Session, now: datetime) -> Figure:
    passed = float(has_passed(session, now))
    return Figure("audit_passed", "Whether the auditor found every reminder in its place lately", {"": passed})


def _beats(session: Session, now: datetime) -> Figure:
    beats = session.scalars(select(Heartbeat)).all()
    ages = {beat.sweep: max(0.0, (now - beat.at).total_seconds()) for beat in beats}
    return Figure("heartbeat_age_seconds", "Seconds since each sweep gave a sign of life", ages, "sweep")


def _takeovers(session: Session) -> Figure:
    row = session.get(Heartbeat, "daemon")
    detail = msgspec.json.decode(row.detail or "{}") if row is not None else {}
    count = float(detail.get("takeovers", 0))
    return Figure("scheduler_takeovers", "How often a scheduler that stood by took over", {"": count})


def _entries(session: Session) -> Figure:
    query = select(Entry.status, func.count()).group_by(Entry.status)
    counts = {status: float(count) for status, count in session.execute(query)}
    return Figure("entries", "Docket entries by status", counts, "status")


def _reminders(session: Session, now: datetime) -> Iterator[Figure]:
    # What rests between two tries, or is on its way, is due and unsent as well; `next_at` has the index.
    due = PENDING, Reminder.next_at <= now + LONGEST_REST, Reminder.due_at <= now
    count, oldest = session.execute(select(func.count(), func.min(Reminder.due_at)).where(*due)).one()
    yield Figure("reminders_due", "Reminders that are due and unsent", {"": count})
    age = max(0.0, (now - oldest).total_seconds()) if count else 0.0
    yield Figure("reminders_oldest_due_seconds", "Seconds since the oldest of them was due", {"": age})
    refused = and_(Reminder.state == "dead", of_dates_in_force(), still_told(now))
    yield _count(session, "reminders_refused", "Reminders refused for good", refused)


def _calendars(session: Session, now: datetime) -> Iterator[Figure]:
    query = select(func.count(), func.count(Subscription.silent_at)).join(Subscription.person).where(*live(now))
    count, silent = session.execute(query).one()
    yield Figure("calendars", "Calendar addresses that are answered", {"": count})
    yield Figure("calendars_silent", "Those that nobody fetches any more", {"": silent})
    yield Figure(
        "calendars_unmade", "Those that cannot be made and show what was last good", {"": len(unmade(session))}
    )


def _count(session: Session, name: str, text: str, condition: ColumnElement[bool]) -> Figure:
    query = select(func.count()).where(condition)
    return Figure(name, text, {"": float(session.scalar(query) or 0)})
