"""Matters as a list, and those for which the docket holds no date to come: each is looked at, nothing is forgotten."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from deadlines.docket.visible import visible
from deadlines.store.tables import Entry, Matter, NoticeRow, Person


class MatterLine(Struct, frozen=True, kw_only=True):
    """A matter: how many of its entries are open, the last day that comes next, the last that has passed, and when
    anything of it last changed. `quiet`: no open entry has a day to come."""

    matter_id: str
    matter: str
    attorney: str
    restricted: bool
    open: int
    next_last_day: date | None
    passed_last_day: date | None
    changed_at: datetime
    quiet: bool


def is_quiet(today: date) -> ColumnElement[bool]:
    """Whether no open entry of a matter has a day that is today or later."""
    coming = select(Entry.matter_id).where(Entry.status == "open", Entry.last_day >= today)
    return Matter.id.not_in(coming)


def count_quiet(session: Session, person: Person, *, today: date) -> int:
    """How many of the matters that a person may see are quiet."""
    query = select(func.count()).select_from(Matter).where(visible(person), is_quiet(today))
    return session.scalar(query) or 0


def matter_lines(session: Session, person: Person | None, *, today: date, quiet: bool = False) -> list[MatterLine]:
    """The matters that a person may see, the longest unchanged first; without a person no restricted one.

    `quiet`: only those without a date to come.
    """
    seen = visible(person) if person is not None else Matter.restricted.is_(False)
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
        )
        .join(Person, Person.id == Matter.attorney_id)
        .where(seen, is_quiet(today) if quiet else true())
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
    )
