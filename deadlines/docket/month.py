"""One month of the docket as one person sees it: each day with the dates that fall on it."""

from calendar import monthrange
from datetime import date
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from deadlines.docket.board import VEILED
from deadlines.docket.extension_views import WANTED_ON
from deadlines.docket.naming import shown_name
from deadlines.docket.records import is_disputed, is_held_to_print
from deadlines.docket.second_person import is_unverified
from deadlines.docket.trust import is_altered
from deadlines.docket.visible import visible
from deadlines.docket.wanted import Wanted, chosen, open_dates
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

SHOWN = 6
"""Dates that one day shows; of the others it tells how many there are."""
What = Literal["protective", "file-by", "last-day", "both"]
ORDER: dict[What, int] = {"both": 0, "last-day": 1, "protective": 2, "file-by": 3}
"""What a day shows first: the dates that lose a remedy. `both`: to file by and the last day as well."""


class MonthDate(Struct, frozen=True, kw_only=True):
    """One date of an open entry. `discrepant`: two people read its notice differently; `unverified`: no second person
    has read it yet, though one could. `disputed`: the notice prints another deadline, and nobody has decided which
    holds; `held_to_print`: somebody decided that the printed one does. `extension_to`: until when more time is asked
    for and not granted.

    Of a `veiled` one nothing is told but the day, what it is, whether it is verified or in doubt, and its attorney.
    """

    entry: str
    matter_id: str
    matter: str
    attorney: str
    title: str
    form: str | None
    what: What
    altered: bool
    discrepant: bool
    unverified: bool
    veiled: bool
    disputed: bool
    held_to_print: bool
    extension_to: date | None


class Day(Struct, frozen=True):
    """The dates of one day, as many as are shown, and how many there are in all."""

    dates: list[MonthDate]
    total: int


def month(session: Session, person: Person, wanted: Wanted, first: date) -> dict[date, Day]:
    """The days of the month that begins on `first` on which an open date falls, for a person."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    found = _ranked(_dates(person, wanted, first, last))
    query = (
        select(found.c.on, found.c.what, found.c.total, Entry, DeadlineRow, Matter, shown_name().label("attorney"))
        .add_columns(visible(person).label("seen"), WANTED_ON.label("wanted"))
        .select_from(found)
        .join(DeadlineRow, DeadlineRow.id == found.c.deadline)
        .join(Entry, Entry.id == DeadlineRow.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(found.c.place <= SHOWN)
        .order_by(found.c.on, found.c.place)
    )
    days: dict[date, Day] = {}
    for row in session.execute(query):
        days.setdefault(row.on, Day([], row.total)).dates.append(_shown(row))
    return days


def _dates(person: Person, wanted: Wanted, first: date, last: date) -> Select[Any]:
    """Every date of those days, whatever it is; each of the three is looked for by itself, by its own index."""
    joined = DeadlineRow.safe_by == DeadlineRow.last_day
    apart = or_(DeadlineRow.safe_by.is_(None), DeadlineRow.safe_by != DeadlineRow.last_day)
    parts: tuple[tuple[Any, ColumnElement[Any], Any], ...] = (
        (DeadlineRow.safe_by, case((joined, "both"), else_="file-by"), true()),
        (DeadlineRow.last_day, literal("last-day"), apart),
        (DeadlineRow.protective_by, literal("protective"), true()),
    )
    asked = list(chosen(person, wanted, first))
    queries = [
        open_dates(person, day.label("on"), what.label("what"), DeadlineRow.id.label("deadline")).where(
            day.between(first, last), rest, *asked
        )
        for day, what, rest in parts
    ]
    found = union_all(*queries).subquery()
    return select(found.c.on, found.c.what, found.c.deadline)


def _ranked(dates: Select[Any]) -> Any:
    """Each date with its place in its day, and how many that day has."""
    each = dates.subquery()
    order = case(ORDER, value=each.c.what)
    return select(
        *each.c,
        func.row_number().over(partition_by=each.c.on, order_by=(order, each.c.deadline)).label("place"),
        func.count().over(partition_by=each.c.on).label("total"),
    ).subquery()


def _shown(row: Any) -> MonthDate:
    entry, veiled = row.Entry, not row.seen
    dispute = None if veiled else row.DeadlineRow.window.get("dispute")
    return MonthDate(
        entry=entry.id,
        matter_id="" if veiled else entry.matter_id,
        matter="" if veiled else row.Matter.reference,
        attorney=row.attorney,
        title=VEILED if veiled else entry.title,
        form=None if veiled else entry.form,
        what=row.what,
        altered=is_altered(entry, row.DeadlineRow),
        discrepant=entry.discrepancy is not None,
        unverified=is_unverified(entry),
        veiled=veiled,
        disputed=is_disputed(entry, dispute),
        held_to_print=is_held_to_print(entry, dispute),
        extension_to=None if veiled else row.wanted,
    )
