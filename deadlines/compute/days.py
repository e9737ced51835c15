"""Counting and rolling. The engine holds no numbers: lengths and days off come from the law data."""

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from deadlines.law import Law
from deadlines.law.base import Length
from deadlines.law.counting import Computation
from deadlines.law.days_off import Closure
from deadlines.law.holidays import DayOff, Holidays

ONE_DAY = timedelta(days=1)
SATURDAY_OFF = DayOff("Saturday", "")
SUNDAY_OFF = DayOff("Sunday", "")


def add_length(start: date, length: Length) -> date:
    """The day a period ends, the day of the event being day 0.

    Days first, then months and years, a missing 29 February becoming the 28th, then the days of `then`.
    """
    end = start + timedelta(length.days)
    if length.months:
        end += relativedelta(years=length.years, months=length.months)
    elif length.years:
        end = _anniversary(end, length.years)
    return end + timedelta(length.then) if length.then else end


def _anniversary(day: date, years: int) -> date:
    """The same day of a later year; 28 February for a missing 29th."""
    leap = (day.month, day.day) == (2, 29) and not isleap(day.year + years)
    return day.replace(year=day.year + years, day=28 if leap else day.day)


class Rolled(Struct, frozen=True, gc=False):
    """Where a day came to rest, and each day passed over with the reason."""

    day: date
    skipped: tuple[tuple[date, DayOff], ...] = ()

    @property
    def in_lieu(self) -> bool:
        """Whether a day kept in lieu of a weekend holiday was passed over."""
        return any(off.in_lieu for _, off in self.skipped)


class ForumDays:
    """The days off of one forum, with every roll remembered.

    Three questions with three answers: the last day (`forward`), the most generous day
    (`forward_past_closures`), and the day to calendar (`back`, which never rests on a closure).
    """

    def __init__(
        self, law: Law, computation: Computation, circuit: str | None, holidays: Callable[[str], Holidays]
    ) -> None:
        self._business = computation.count == "business"
        self._weekend = {
            index: off
            for index, name, off in ((5, "saturday", SATURDAY_OFF), (6, "sunday", SUNDAY_OFF))
            if name in computation.roll.off
        }
        self._federal = holidays(computation.holidays)
        self._always_open = not computation.roll.off
        self._state: Holidays | None = None
        if computation.state_holidays and circuit is not None:
            self._state = holidays(law.clerks[circuit].calendar)
        self._closures = {c.on: _closed(c) for c in law.closures.closure}
        self._effective = {c.on: _closed(c) for c in law.closures.closure if _moves(c, computation.forum, circuit)}
        self._forward: dict[date, Rolled] = {}
        self._past: dict[date, Rolled] = {}
        self._back: dict[date, Rolled] = {}

    def add(self, start: date, length: Length, *, careful: bool = False) -> date:
        """The day a period ends as this forum counts: calendar days, or business days only.

        A day closed by order is counted as a business day: that gives the earlier date. So is, where the count is
        `careful`, a day kept in lieu of a weekend holiday.
        """
        return self._open_days(start, length.days, careful) if self._business else add_length(start, length)

    def _open_days(self, start: date, days: int, careful: bool) -> date:
        day, step = start, ONE_DAY if days >= 0 else -ONE_DAY
        for _ in range(abs(days)):
            day += step
            while (off := self._plain(day)) is not None and not (careful and off.in_lieu):
                day += step
        return day

    def off(self, day: date) -> DayOff | None:
        """Why nothing is due that day, or None: weekend, legal holiday, or a closure with effect here."""
        if self._always_open:
            return None
        return self._plain(day) or (self._state.get(day) if self._state else None) or self._effective.get(day)

    def _plain(self, day: date) -> DayOff | None:
        return self._weekend.get(day.weekday()) or self._federal.get(day)

    def closure(self, day: date) -> DayOff | None:
        """The closure on that day, whatever its effect."""
        return self._closures.get(day)

    def is_working_day(self, day: date) -> bool:
        """Neither weekend, federal legal holiday nor closure: a day to have people act on."""
        return self._always_open or (self._plain(day) is None and day not in self._closures)

    def forward(self, day: date) -> Rolled:
        """The next day that is not off; the day itself when it is open."""
        if day not in self._forward:
            self._forward[day] = self._roll(day, ONE_DAY, self.off)
        return self._forward[day]

    def forward_past_closures(self, day: date) -> Rolled:
        """As `forward`, and a closure counts as a day off: what somebody could argue."""
        if day not in self._past:
            self._past[day] = self._roll(day, ONE_DAY, lambda d: self.off(d) or self.closure(d))
        return self._past[day]

    def back(self, day: date) -> Rolled:
        """The last working day on or before, or the day itself where every day will do. State holidays are not used."""
        if self._always_open:
            return Rolled(day)
        if day not in self._back:
            self._back[day] = self._roll(day, -ONE_DAY, lambda d: self._plain(d) or self.closure(d))
        return self._back[day]

    def without_lieu(self, day: date) -> date:
        """Where the day rests if days kept in lieu of weekend holidays do not count."""

        def off(on: date) -> DayOff | None:
            found = self.off(on)
            return None if found is not None and found.in_lieu else found

        return self._roll(day, ONE_DAY, off).day

    @staticmethod
    def _roll(day: date, step: timedelta, off: Callable[[date], DayOff | None]) -> Rolled:
        skipped: list[tuple[date, DayOff]] = []
        while (why := off(day)) is not None:
            skipped.append((day, why))
            day += step
        return Rolled(day, tuple(skipped))


def _closed(closure: Closure) -> DayOff:
    return DayOff(closure.name, closure.cite[0], closure.confidence)


def _moves(closure: Closure, forum: str, circuit: str | None) -> bool:
    return any(
        effect.forum == forum and (not effect.circuits or circuit in effect.circuits) for effect in closure.effect
    )
