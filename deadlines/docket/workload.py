"""How many dates fall on each attorney in each week, before another one is promised."""

from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from deadlines.docket.coming import next_date
from deadlines.docket.naming import shown_name
from deadlines.docket.visible import counted
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

WEEK = timedelta(days=7)


class Load(Struct, frozen=True, kw_only=True):
    """One attorney: open dates that have passed, those of each week, and those after the last week."""

    attorney: str
    name: str
    past: int
    weeks: list[int]
    later: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.past + sum(self.weeks) + self.later


class Workload(Struct, frozen=True):
    """The weeks by their Mondays, and a line for each attorney with an open date. Each open entry counts once, on the
    date that comes next."""

    weeks: list[date]
    lines: list[Load]


def workload(session: Session, person: Person | None, *, weeks: int, today: date) -> Workload:
    """The load of the next so many weeks, this one first, as far as it is on a person's docket; numbers only.

    Without a person everything counts.
    """
    first = today - timedelta(days=today.weekday())
    mondays = [first + WEEK * number for number in range(weeks)]
    found: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for email, name, dates in _rows(session, person):
        names[email] = name
        buckets = found.setdefault(email, [0] * (weeks + 2))
        buckets[_bucket(_next_on(dates, today), today, first, weeks)] += 1
    lines = [
        Load(attorney=email, name=names[email], past=buckets[0], weeks=buckets[1:-1], later=buckets[-1])
        for email, buckets in found.items()
    ]
    return Workload(mondays, sorted(lines, key=lambda line: (-line.total, line.name, line.attorney)))


def _rows(
    session: Session, person: Person | None
) -> list[tuple[str, str, tuple[date | None, date | None, date | None]]]:
    query = (
        select(Person.email, shown_name(), DeadlineRow.protective_by, DeadlineRow.safe_by, DeadlineRow.last_day)
        .select_from(Entry)
        .join(DeadlineRow, and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status == "open")
    )
    query = query if person is None else query.where(counted(person))
    return [(row[0], row[1], (row[2], row[3], row[4])) for row in session.execute(query)]


def _next_on(dates: tuple[date | None, date | None, date | None], today: date) -> date:
    protective_by, safe_by, last_day = dates
    safe_by = safe_by or last_day or today  # both are there, unless the row was altered
    return next_date(protective_by, safe_by, last_day or safe_by, today)[0]


def _bucket(on: date, today: date, first: date, weeks: int) -> int:
    """0 for what has passed, then the weeks from 1, then what comes later."""
    return 0 if on < today else min((on - first).days // 7, weeks) + 1
