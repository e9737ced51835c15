"""Matters as a list, and those for which the docket holds no date to come: each is looked at, nothing is forgotten."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session, aliased

from deadlines.docket.reviews import is_put_off
from deadlines.docket.visible import visible
from deadlines.store.tables import Entry, Matter, NoticeRow, Person, Review


class MatterLine(Struct, frozen=True, kw_only=True):
    """A matter: how many of its entries are open, the last day that comes next, the last that has passed, and when
    anything of it last changed.

    `quiet`: no open entry has a day to come; `to_look_at`: nor has anybody said to look at it on a later day.
    `look_again_on` is the day that was said last, by `looked_by`.
    """

    matter_id: str
    matter: str
    attorney: str
    restricted: bool
    open: int
    next_last_day: date | None
    passed_last_day: date | None
    changed_at: datetime
    quiet: bool
    to_look_at: bool
    look_again_on: date | None
    looked_by: str | None
    closed_at: datetime | None = None


def is_quiet(today: date) -> ColumnElement[bool]:
    """Whether a matter is not closed, and no open entry of it has a day that is today or later."""
    coming = select(Entry.matter_id).where(Entry.status == "open", Entry.last_day >= today)
    return and_(Matter.closed_at.is_(None), Matter.id.not_in(coming))


def to_look_at(today: date) -> ColumnElement[bool]:
    """Whether a matter is quiet, and nobody has put it off to a later day."""
    return and_(is_quiet(today), ~is_put_off(today))


def count_quiet(session: Session, person: Person, *, today: date) -> int:
    """How many of the matters that a person may see are quiet and to be looked at now."""
    query = select(func.count()).select_from(Matter).where(visible(person), to_look_at(today))
    return session.scalar(query) or 0


def matter_lines(
    session: Session, person: Person | None, *, today: date, quiet: bool = False, closed: bool = False
) -> list[MatterLine]:
    """The matters that a person may see, the longest unchanged first; without a person no restricted one.

    `quiet`: only those without a date to come, also where somebody has said when to look again. `closed`: also those
    that are closed.
    """
    speaker = aliased(Person)
    query = (
        select(
            Matter,
            Person.email,
            _open(func.count(Entry.id)).label("open"),
            _open(func.min(Entry.last_day), Entry.last_day >= today).label("next"),
            _of(func.max(Entry.last_day), Entry.last_day < today).label("passed"),
            _of(func.max(Entry.changed_at)).label("changed"),
            select(func.max(NoticeRow.entered_at)).where(NoticeRow.matter_id == Matter.id).scalar_subquery(),
            is_quiet(today).label("quiet"),
            to_look_at(today).label("to_look_at"),
            Review.again_on,
            speaker.name,
        )
        .join(Person, Person.id == Matter.attorney_id)
        .outerjoin(Review, and_(Review.matter_id == Matter.id, Review.ended_at.is_(None)))
        .outerjoin(speaker, speaker.id == Review.said_by)
        .where(
            visible(person),
            is_quiet(today) if quiet else true(),
            true() if closed else Matter.closed_at.is_(None),
        )
    )
    lines = [_line(*row) for row in session.execute(query)]
    return sorted(lines, key=lambda line: (line.changed_at, line.matter))


def _of(what: Any, *conditions: Any) -> Any:
    query = select(what).select_from(Entry)
    return query.where(Entry.matter_id == Matter.id, *conditions).correlate(Matter).scalar_subquery()


def _open(what: Any, *conditions: Any) -> Any:
    return _of(what, Entry.status == "open", *conditions)


def _line(
    matter: Matter,
    attorney: str,
    count: int,
    next_on: date | None,
    passed: date | None,
    changed: datetime | None,
    entered: datetime | None,
    quiet: bool,
    to_look: bool,
    again_on: date | None,
    speaker: str | None,
) -> MatterLine:
    return MatterLine(
        matter_id=matter.id,
        matter=matter.reference,
        attorney=attorney,
        restricted=matter.restricted,
        open=count,
        next_last_day=next_on,
        passed_last_day=passed,
        changed_at=max(moment for moment in (matter.created_at, changed, entered) if moment is not None),
        quiet=bool(quiet),
        to_look_at=bool(to_look),
        look_again_on=again_on,
        looked_by=speaker,
        closed_at=matter.closed_at,
    )
