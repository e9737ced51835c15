"""What looks wrong on the day on which a notice is entered: days that have not come, windows that have gone."""

from datetime import date

from deadlines.compute import Notice, Result
from deadlines.errors import InputError

FAR_AHEAD_DAYS = 31
"""A notice dated so far ahead cannot be in anybody's hands."""


def odd_days(notice: Notice, today: date) -> list[str]:
    """A sentence for each day that has not come yet. Far ahead it is a wrong year, which would make every
    date late: raises InputError."""
    found = []
    for what, day in (
        ("decision date", notice.decided_on),
        ("service date", notice.served_on),
        ("date of receipt", notice.received_on),
    ):
        if day is None or day <= today:
            continue
        sentence = f"The {what} {day} lies in the future. Check the year and the month."
        if (day - today).days > FAR_AHEAD_DAYS:
            raise InputError(sentence, code="bad-date")
        found.append(sentence)
    return found


def past_windows(result: Result, today: date) -> list[str]:
    """A sentence for each window whose date has gone by already."""
    found = []
    for window in result.windows:
        if window.safe_by is None or window.last_day is None or window.safe_by >= today:
            continue
        gone = window.last_day if window.last_day < today else window.safe_by
        what = "last day" if gone == window.last_day else "safe date"
        found.append(f"{window.title}: the {what} {gone} has passed already.")
    return found
