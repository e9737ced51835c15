"""The firm's hours, by which papers that came in grow old."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from deadlines.compute.ladder import moment

DAY = timedelta(days=1)


class Age(Struct, frozen=True):
    """For how long a paper has been waiting: hours of business, and working days after the one it came on."""

    hours: int
    days: int

    @property
    def words(self) -> str:
        """The age as people say it: in days, and within the first one in hours."""
        count, unit = (self.days, "day") if self.days else (self.hours, "hour")
        return f"{count} business {unit}{'' if count == 1 else 's'}"


class MailRoom(Struct, frozen=True):
    """From when to when the firm works on a working day in its `zone`, and how many working days after the one on
    which it came a paper must be on the docket: 0, by the end of the same day.

    `pages`: where mails link to; empty: nowhere.
    """

    zone: str
    opens: time
    closes: time
    days: int
    is_working_day: Callable[[date], bool]
    pages: str = ""

    def local(self, at: datetime) -> datetime:
        """A moment on the firm's clock."""
        return at.astimezone(ZoneInfo(self.zone))

    def since(self, received_on: date, registered_at: datetime) -> datetime:
        """From when a paper counts as waiting: its registration, or the morning of an earlier day of receipt."""
        earlier = received_on < self.local(registered_at).date()
        return moment(received_on, self.opens, self.zone) if earlier else registered_at

    def due_at(self, since: datetime) -> datetime:
        """By when it must be on the docket. What comes after hours, or on a day off, came the next working day."""
        local = self.local(since)
        day = local.date() if local.time() < self.closes else local.date() + DAY
        day = self._working(day)
        for _ in range(self.days):
            day = self._working(day + DAY)
        return moment(day, self.closes, self.zone)

    def morning(self, day: date) -> datetime:
        """When the firm opens on a day, or on the next working day where that is none."""
        return moment(self._working(day), self.opens, self.zone)

    def next_morning(self, now: datetime) -> datetime:
        """When the firm opens on the next working day."""
        return self.morning(self.local(now).date() + DAY)

    def age(self, since: datetime, now: datetime) -> Age:
        """How much of the firm's time has gone by between two moments."""
        first, last = self.local(since).date(), self.local(now).date()
        days = [first + DAY * number for number in range((last - first).days + 1)]
        worked = [day for day in days if self.is_working_day(day)]
        spent = sum((self._spent(day, since, now) for day in worked), timedelta())
        return Age(spent // timedelta(hours=1), sum(day > first for day in worked))

    def _spent(self, day: date, since: datetime, now: datetime) -> timedelta:
        opens, closes = moment(day, self.opens, self.zone), moment(day, self.closes, self.zone)
        return max(min(now, closes) - max(since, opens), timedelta())

    def _working(self, day: date) -> date:
        while not self.is_working_day(day):
            day += DAY
        return day
