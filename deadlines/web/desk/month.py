"""The month page: a calendar of weeks with the open dates that a person may see, holidays and closures."""

from calendar import SUNDAY, Calendar
from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.compute.dates import MONTHS
from deadlines.docket.month import Day, month
from deadlines.docket.wanted import Wanted
from deadlines.law import Law
from deadlines.law.holidays import Holidays
from deadlines.web.desk.choosing import address_of, choices_of, wanted_of
from deadlines.web.desk.door import Door
from deadlines.web.desk.visit import Visit

FEDERAL = "us-federal"
FIRST_YEAR, LAST_YEAR = 1990, 2100
WEEKS = Calendar(SUNDAY)
WHAT = {
    "file-by": ("File by", "safe date"),
    "last-day": ("Last day", "the last day by the law"),
    "both": ("Last day", "file by and last day at once"),
    "protective": ("Protective", "protective date"),
}
"""What a date is, short and in full."""


class Cell(Struct, frozen=True):
    """One day of the calendar. `off`: why federal offices are closed; `elsewhere`: state holidays of circuit clerks."""

    on: date
    day: Day
    off: list[str]
    elsewhere: list[str]
    more: str


class MonthPages:
    """The calendar of a month for who is signed in."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route("/month", self.month, methods=["GET"])]

    async def month(self, request: Request) -> Response:
        """The dates of one month; this one where none is named."""
        query = dict(request.query_params)
        return await self._door.show(request, lambda visit: _month(visit, query, self._door.root))


def _month(visit: Visit, query: Mapping[str, str], root: str) -> Response:
    wanted, first = _all_of(wanted_of(visit, query)), first_of(query.get("month", ""), visit.today)
    days = month(visit.session, visit.person, wanted, first)
    off = DaysOff(visit.law)
    weeks = [
        [_cell(on, days, off, wanted, root) if on.month == first.month else None for on in week]
        for week in WEEKS.monthdatescalendar(first.year, first.month)
    ]
    return visit.page(
        "month.html",
        weeks=weeks,
        first=first,
        name=f"{MONTHS[first.month - 1]} {first.year}",
        total=sum(day.total for day in days.values()),
        wanted=wanted,
        what=WHAT,
        choices=choices_of(visit),
        before=_beside(root, wanted, first, -1),
        after=_beside(root, wanted, first, 1),
        now=address_of(root, "/month", wanted),
    )


def _all_of(wanted: Wanted) -> Wanted:
    """A calendar shows what is overdue too, and each day by itself."""
    return Wanted(
        attorney=wanted.attorney, remedy=wanted.remedy, forum=wanted.forum, rules=wanted.rules, words=wanted.words
    )


def first_of(text: str, today: date) -> date:
    """The first day of a month written as `2026-12`; of the present month for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01") if len(text) == len("2026-12") else today
    except ValueError:
        first = today
    return (first if FIRST_YEAR <= first.year <= LAST_YEAR else today).replace(day=1)


def _beside(root: str, wanted: Wanted, first: date, months: int) -> str:
    year, number = divmod(first.year * 12 + first.month - 1 + months, 12)
    return address_of(root, "/month", wanted, month=f"{year:04}-{number + 1:02}")


def _cell(on: date, days: Mapping[date, Day], off: "DaysOff", wanted: Wanted, root: str) -> Cell:
    more = address_of(root, "/", wanted, on=on)
    return Cell(on, days.get(on, Day([], 0)), off.federal(on), off.states(on), more)


class DaysOff:
    """Why a day is off: federal holidays and closures, and the state holidays where circuit clerks sit."""

    def __init__(self, law: Law) -> None:
        self._closures = law.closures.closure
        self._federal = Holidays(law.calendars[FEDERAL])
        self._clerks = [(clerk.circuit, Holidays(law.calendars[clerk.calendar])) for clerk in law.clerks.values()]

    def federal(self, on: date) -> list[str]:
        """The holiday and the closures of a day."""
        holiday = self._federal.get(on)
        closed = [f"Closed: {closure.name}" for closure in self._closures if closure.on == on]
        return [*([holiday.name] if holiday is not None else []), *closed]

    def states(self, on: date) -> list[str]:
        """The state holidays of a day that are no federal ones, each with the circuits whose clerks sit there."""
        found: dict[str, list[str]] = {}
        for circuit, calendar in self._clerks:
            holiday = calendar.get(on)
            if holiday is not None and self._federal.get(on) is None:
                found.setdefault(holiday.name, []).append(circuit)
        return [f"{name} (clerk of circuit {', '.join(circuits)})" for name, circuits in found.items()]
