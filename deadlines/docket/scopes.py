"""Which dates a calendar shows on a day: the one condition behind its state, its bytes and what is prepared for it."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.sequences import DEFAULT_REDACTION
from deadlines.store.tables import DeadlineRow, Entry, Matter, MatterMember, Rendering, Subscription, TeamMember
from deadlines.store.types import word_in

DAYS_BACK = 30
MONTHS_AHEAD = 18
TOMBSTONE_DAYS = 30


def shown(subscription: Subscription, today: date, *columns: Any) -> Select[Any]:
    """These columns of every rendering that the subscription shows on that day."""
    return (
        select(*columns)
        .select_from(Rendering)
        .join(Entry, Entry.id == Rendering.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(
            Rendering.redaction == DEFAULT_REDACTION,
            *in_reach(subscription, today),
            *of_scope(subscription),
            in_calendars(),
            *filtered(subscription),
        )
    )


def in_calendars() -> ColumnElement[bool]:
    """Whether a calendar may show an entry: what itself tells of a protected case only in a restricted matter."""
    return or_(Entry.discreet.is_(False), Matter.restricted.is_(True))


def works_on(person_id: str | SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether somebody is the attorney of a matter or works on it."""
    members = select(MatterMember.matter_id).where(MatterMember.person_id == person_id)
    return or_(Matter.attorney_id == person_id, Matter.id.in_(members))


def of_team(team_id: str) -> ColumnElement[bool]:
    """Whether somebody of a team is the attorney of a matter or works on it."""
    people = select(TeamMember.person_id).where(TeamMember.team_id == team_id)
    members = select(MatterMember.matter_id).where(MatterMember.person_id.in_(people))
    return or_(Matter.attorney_id.in_(people), Matter.id.in_(members))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def remedies_on_docket(session: Session) -> list[str]:
    """The kinds of remedy that stand on the docket, for who chooses among them."""
    return sorted(session.scalars(select(Entry.remedy).where(Entry.remedy != "").distinct()))


def restricted_matters(session: Session, subscription: Subscription | None = None) -> list[str]:
    """The ids of the restricted matters: of all, or of those that a calendar shows."""
    restricted = select(Matter.id).where(Matter.restricted.is_(True))
    return sorted(session.scalars(restricted.where(*of_scope(subscription)) if subscription else restricted))


def in_reach(subscription: Subscription, today: date) -> Iterator[ColumnElement[bool]]:
    """Which days, and of what is cancelled, which a program may still show."""
    yield Rendering.on >= today - timedelta(days=DAYS_BACK)
    yield Rendering.on <= months_later(today, MONTHS_AHEAD)
    oldest = datetime.combine(today - timedelta(days=TOMBSTONE_DAYS), time(), UTC)
    # What ended before the address was made is in nobody's program to be taken out.
    yield or_(Rendering.cancelled.is_(False), Rendering.changed_at >= max(oldest, subscription.created_at))


def of_scope(subscription: Subscription) -> Iterator[ColumnElement[bool]]:
    """Whose matters. Restricted ones only where the person asked for them and works on them."""
    open_to_all = Matter.restricted.is_(False)
    theirs = works_on(subscription.person_id)
    yield or_(open_to_all, theirs) if subscription.restricted else open_to_all
    if subscription.scope == "own":
        yield theirs
    elif subscription.scope == "matter":
        yield Matter.id == subscription.matter_id
    elif subscription.scope == "team":
        yield of_team(str(subscription.team_id))


def filtered(subscription: Subscription) -> Iterator[ColumnElement[bool]]:
    """Which of their dates, by what the person chose."""
    if subscription.remedies:
        yield or_(*(of_remedy(word) for word in subscription.remedies))
    if not subscription.protective:
        yield Rendering.slot != "protective"
    if subscription.fatal_only:
        yield or_(Rendering.slot != "safe", is_fatal(DeadlineRow.version == Entry.version))


def is_fatal(version: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an entry's date to file by is fatal in such a version of its dates.

    It is where it falls on the last day, so that one rendering stands for both, and where sources dispute the day,
    as a notice does that prints an earlier one: missing that day may be missing the remedy.
    """
    disputed = word_in(DeadlineRow.window, "dispute").is_not(None)
    fatal = or_(DeadlineRow.safe_by == DeadlineRow.last_day, disputed)
    return select(DeadlineRow.entry_id).where(DeadlineRow.entry_id == Entry.id, version, fatal).exists()


def of_remedy(word: str) -> ColumnElement[bool]:
    """`motion` is every remedy that begins with that word."""
    return or_(Entry.remedy == word, Entry.remedy.startswith(f"{word} ", autoescape=True))
