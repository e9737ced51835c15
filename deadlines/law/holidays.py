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


class DayOff(Struct, frozen=True):
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
        """The days of one year; those kept in lieu may come from New Year's Day of the next."""
        found: dict[date, DayOff] = {}
        for on, holiday in self._kept(year):
            if on.year == year:
                found.setdefault(on, DayOff(holiday.name, holiday.cite[0], holiday.confidence))
        for source in (year - 1, year, year + 1):
            for on, holiday in self._kept(source):
                moved = self._moved(on, holiday)
                if moved is not None and moved.year == year:
                    lieu = f"{holiday.name} (kept in lieu of {on:%A} {on.day} {on:%B})"
                    found.setdefault(
                        moved, DayOff(lieu, self.calendar.observance.cite[0], holiday.confidence, in_lieu=True)
                    )
        return found

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
    """The day or days on which a definition falls in a year, before any moving."""
    if holiday.dates:
        return [on for on in holiday.dates if on.year == year]
    if year % holiday.year_cycle != holiday.year_offset:
        return []
    if holiday.easter is not None:
        return [easter(year) + timedelta(days=holiday.easter)]
    month = holiday.month or 1
    if holiday.weekday is None:
        return _fixed(year, month, holiday.day or 1)
    nth = holiday.nth or 1
    start = date(year, month, 1) + relativedelta(day=31 if nth < 0 else 1)
    return [start + relativedelta(weekday=WEEKDAYS[holiday.weekday](nth)) + timedelta(days=holiday.plus)]


def _fixed(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []
