"""The docket on paper: every open date up to a day, with totals, for a person or for the firm's own copy."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import case, func
from sqlalchemy.orm import Session

from deadlines.docket.board import BoardLine, columns, line_of
from deadlines.docket.trust import altered_now
from deadlines.docket.wanted import Wanted, chosen, next_on, open_dates, open_entries, when_is
from deadlines.store.tables import Entry, Person


class Sheet(Struct, frozen=True):
    """The lines up to and with `until`, the next first; how many there are in all, overdue, of today, not verified,
    read differently by two people.

    There are fewer `lines` than `total` only where no more were asked for. `altered` counts those among the lines.
    """

    lines: list[BoardLine]
    until: date
    total: int
    overdue: int
    today: int
    unverified: int
    discrepant: int
    altered: int


def sheet(
    session: Session, person: Person | None, *, today: date, now: datetime, days: int, most: int | None = None
) -> Sheet:
    """What is open and overdue or comes up within `days`; for nobody in particular everything, restricted matters
    veiled. At most so many lines, where `most` says how many.

    A date that cannot be read, or was found altered, stands first, whatever day it is.
    """
    until = today + timedelta(days=days)
    asked = list(chosen(person, Wanted(until=until), today))
    first = case((Entry.id.in_(altered_now(session)), 0), else_=1)
    query = open_dates(person, *columns(person, now)).where(*asked)
    rows = session.execute(query.order_by(first, next_on(today).nulls_first(), Entry.id).limit(most))
    lines = sorted((line_of(row, today) for row in rows), key=lambda line: line.next_is != "altered")
    doubts = (Entry.verified_at.is_(None), Entry.discrepancy.is_not(None))
    conditions = (when_is("overdue", today, person), when_is("today", today, person), *doubts)
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions]
    counted = session.execute(open_entries(person, func.count(), *sums).where(*asked)).one()
    total, overdue, on_today, unverified, discrepant = counted
    altered = sum(line.next_is == "altered" for line in lines)
    return Sheet(lines, until, total, overdue, on_today, unverified, discrepant, altered)
