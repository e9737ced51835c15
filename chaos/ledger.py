"""What must be sent, worked out beside the program: its own count of days, for one kind of notice only.

An I-140 that USCIS denies by mail opens three windows with one pair of dates: thirty days, moved back to a business
day, is the date to file by; thirty-three days, moved forward, is the last day (8 CFR 103.3, 103.5, 103.8(b)). The
decisions are chosen so that neither date comes near a holiday; the one holiday on the way to them is named here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
FIRST, LAST = date(2026, 8, 17), date(2026, 9, 3)
"""Decisions from one to the other, both included, have dates far from every holiday."""
LABOR_DAY = date(2026, 9, 7)
STAGES = (14, 7, 3, 1, 0)
"""Days before the date to file by, for a window of thirty days."""
LAST_STAGES = (1, 0)
WINDOWS = 3
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Notice:
    """One denial in one matter: when it was decided, and who is told. `at` is the firm's time for reminders."""

    matter: str
    decided_on: date
    told: tuple[str, ...]
    at: time = time(9)

    @property
    def file_by(self) -> date:
        """The thirtieth day, or the business day before."""
        return _back(self.decided_on + 30 * ONE_DAY)

    @property
    def last_day(self) -> date:
        """The thirty-third day, or the business day after."""
        day = self.decided_on + 33 * ONE_DAY
        while _off(day):
            day += ONE_DAY
        return day

    @property
    def entered_at(self) -> datetime:
        """Five days after the decision, before the first reminder is due."""
        return datetime.combine(self.decided_on + 5 * ONE_DAY, time(8), ZONE).astimezone(UTC)

    def moments(self) -> list[datetime]:
        """When people are to be told, one moment for each day."""
        days = {_back(self.file_by - before * ONE_DAY) for before in STAGES}
        days |= {_back(self.last_day - before * ONE_DAY) for before in LAST_STAGES}
        return [datetime.combine(day, self.at, ZONE).astimezone(UTC) for day in sorted(days)]

    def fatal(self, moment: datetime) -> bool:
        """Whether what is due at a moment is urgent: the date to file by or the last day, or the day before."""
        urgent = {_back(self.file_by - before * ONE_DAY) for before in LAST_STAGES}
        urgent |= {_back(self.last_day - before * ONE_DAY) for before in LAST_STAGES}
        return moment.astimezone(ZONE).date() in urgent


@dataclass(frozen=True)
class Want:
    """One person must be told of one matter at a moment or later."""

    email: str
    matter: str
    moment: datetime
    fatal: bool


class Ledger:
    """All notices of a firm. Several notices of one matter are told in one message."""

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self.notices = list(notices)

    def add(self, notice: Notice) -> None:
        """One more."""
        self.notices.append(notice)

    def dates(self) -> dict[str, set[tuple[date, date]]]:
        """For each matter the pairs of dates that may be said of it: to file by, last day."""
        found: dict[str, set[tuple[date, date]]] = {}
        for notice in self.notices:
            found.setdefault(notice.matter, set()).add((notice.file_by, notice.last_day))
        return found

    def wants(self, since: datetime, until: datetime) -> Iterator[Want]:
        """What falls due after `since`, up to and with `until`."""
        for notice in self.notices:
            for moment in notice.moments():
                if since < moment <= until:
                    for email in notice.told:
                        yield Want(email, notice.matter, moment, notice.fatal(moment))


def _off(day: date) -> bool:
    return day.weekday() > 4 or day == LABOR_DAY


def _back(day: date) -> date:
    while _off(day):
        day -= ONE_DAY
    return day
