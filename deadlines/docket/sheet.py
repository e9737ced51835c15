"""The docket on paper: every open date up to a day, with totals, for a person or for the firm's own copy."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines.docket.board import BoardLine, columns, line_of
from deadlines.docket.wanted import Wanted, chosen, next_on, open_dates
from deadlines.store.tables import Entry, Person


class Sheet(Struct, frozen=True):
    """The lines, the next first, up to and with `until`, and how many of them are overdue, of today, not verified."""

    lines: list[BoardLine]
    until: date
    overdue: int
    today: int
    unverified: int
    altered: int


def sheet(session: Session, person: Person | None, *, today: date, now: datetime, days: int) -> Sheet:
    """What is open and overdue or comes up within `days`; for nobody in particular everything, restricted matters
    veiled.

    A date that cannot be read stands first, whatever day it was.
    """
    until = today + timedelta(days=days)
    query = open_dates(person, *columns(person, now)).where(*chosen(person, Wanted(until=until), today))
    rows = session.execute(query.order_by(next_on(today).nulls_first(), Entry.id))
    lines = sorted((line_of(row, today) for row in rows), key=lambda line: line.next_is != "altered")
    return Sheet(
        lines,
        until,
        overdue=sum(line.days_left < 0 for line in lines),
        today=sum(line.days_left == 0 for line in lines),
        unverified=sum(not line.verified for line in lines),
        altered=sum(line.next_is == "altered" for line in lines),
    )
