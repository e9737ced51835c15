"""Which days are off: legal holidays worked out from their definitions, with the days kept in lieu.

A holiday is law (5 USC 6103, a state statute); a closure is an event. They are never merged.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta
from msgspec import Struct

from deadlines.law.base import Confidence
from deadlines.law.days_off import Holiday, HolidayCalendar

WEEKDAYS = {
    "monday": MO,
    "tuesday": TU,
    "wednesday": WE,
    "thursday": TH,
    "friday": FR,
    "saturday": SA,
    "sunday": SU,
}
SATURDAY, SUNDAY = 5, 6


class DayOff(Struct, frozen=True, gc=False):
    """A day on which nothing is due. `in_lieu`: kept for a holiday that fell on a weekend."""

    name: str
    cite: str
    confidence: Confidence = "primary"
    in_lieu: bool = False


class Holidays:
    """The holidays of one calendar, worked out year by year and remembered."""

    def __init__(self, calendar: HolidayCalendar) -> None:
        self.calendar = calendar
        self._years: dict[int, dict[date, DayOff]] = {}

    def get(self, day: date) -> DayOff | None:
        """The holiday on that day, or None."""
        if day.year not in self._years:
            self._years[day.year] = self._year(day.year)
        return self._years[day.year].get(day)

    def _year(self, year: int) -> dict[date, DayOff]:
        """The days of one year, with those of the years beside it: days counted on or kept in lieu cross New Year."""
        found: dict[date, DayOff] = {}
        kept = [pair for source in (year - 1, year, year + 1) for pair in self._kept(source)]
        for on, holiday in kept:
            found.setdefault(on, DayOff(holiday.name, holiday.cite[0], holiday.confidence))
        for on, holiday in kept:
            moved = self._moved(on, holiday)
            if moved is not None:
                found.setdefault(moved, self._in_lieu(on, holiday))
        return found

    def _in_lieu(self, on: date, holiday: Holiday) -> DayOff:
        name = f"{holiday.name} (kept in lieu of {on:%A} {on.day} {on:%B})"
        return DayOff(name, self.calendar.observance.cite[0], holiday.confidence, in_lieu=True)

    def _kept(self, year: int) -> Iterator[tuple[date, Holiday]]:
        for holiday in self.calendar.holiday:
            for on in days_of(holiday, year):
                started = holiday.from_ is None or on >= holiday.from_
                if started and (holiday.until is None or on < holiday.until):
                    yield on, holiday

    def _moved(self, on: date, holiday: Holiday) -> date | None:
        if holiday.observed == "never":
            return None
        rule = self.calendar.observance
        if on.weekday() == SATURDAY and rule.saturday != "none":
            return on + timedelta(days=-1 if rule.saturday == "friday" else 2)
        if on.weekday() == SUNDAY and rule.sunday == "monday":
            return on + timedelta(days=1)
        return None


def days_of(holiday: Holiday, year: int) -> list[date]:
    """The day or days to which a definition leads from a year, before any moving.

    Empty where it names no day: not a year of its cycle, no 29 February, no fifth Monday, an unfinished definition.
    `plus` may lead over New Year.
    """
    if holiday.dates:
        return [on for on in holiday.dates if on.year == year]
    if year % holiday.year_cycle != holiday.year_offset:
        return []
    return [on + timedelta(days=holiday.plus) for on in _defined(holiday, year)]


def _defined(holiday: Holiday, year: int) -> list[date]:
    if holiday.easter is not None:
        return [easter(year) + timedelta(days=holiday.easter)]
    if holiday.month is None:
        return []
    if holiday.day is not None:
        return _fixed(year, holiday.month, holiday.day)
    if holiday.weekday is None or not holiday.nth:
        return []
    weekday = WEEKDAYS[holiday.weekday](holiday.nth)
    found = date(year, holiday.month, 1) + relativedelta(day=31 if holiday.nth < 0 else 1, weekday=weekday)
    return [found] if found.month == holiday.month else []


def _fixed(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []
