"""The one reader of calendar days that people write. It never guesses: what has two readings is refused."""

import re
from calendar import monthrange
from datetime import date

from deadlines.errors import InputError

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""No day of a docket lies outside; one that does is a slip, and no arithmetic of days may run off the calendar."""
EXAMPLES = "write 2026-02-03 or 3 Feb 2026"

ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
DAY_FIRST = re.compile(r"([0-9]{1,2}) ([A-Za-z]+)\.? ([0-9]{4})")
MONTH_FIRST = re.compile(r"([A-Za-z]+)\.? ([0-9]{1,2}), ?([0-9]{4})")
NUMBERS_ONLY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})")


def parse_day(text: str) -> date:
    """The day that a person wrote: `2026-02-03`, `3 Feb 2026`, `3 February 2026`, `Feb 3, 2026`.

    Anything else, and a year before 1900 or after 2100, raises InputError.
    For `02/03/2026` the sentence shows both readings, because the
    same figures mean different days to different readers and a wrong day can lose a case.
    """
    words = text.strip(" ")
    if found := ISO.fullmatch(words):
        return _day(words, int(found[1]), int(found[2]), int(found[3]))
    words = re.sub(" +", " ", words)
    if found := DAY_FIRST.fullmatch(words):
        return _day(words, int(found[3]), _month(words, found[2]), int(found[1]))
    if found := MONTH_FIRST.fullmatch(words):
        return _day(words, int(found[3]), _month(words, found[1]), int(found[2]))
    raise InputError(_refusal(words), code="bad-date")


def parse_day_as(text: str, order: str) -> date:
    """The day, where its writer said in which order figures stand: `mdy` or `dmy`, with a year of four figures.

    `iso` and whatever is no such figures: as `parse_day`. Raises InputError.
    """
    words = text.strip(" ")
    found = NUMBERS_ONLY.fullmatch(words)
    if order == "iso" or found is None:
        return parse_day(text)
    if len(found[3]) != 4:
        raise InputError(f"{_shown(words)} has a year of two figures; {EXAMPLES}", code="bad-date")
    first, second = int(found[1]), int(found[2])
    month, day = (first, second) if order == "mdy" else (second, first)
    return _day(words, int(found[3]), month, day)


def long_day(day: date) -> str:
    """`3 February 2026`: a day in words that cannot be misread."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _month(words: str, name: str) -> int:
    asked = name.lower()
    for number, month in enumerate(MONTHS, start=1):
        full = month.lower()
        if asked in (full, full[:3]) or (asked == "sept" and number == 9):
            return number
    raise InputError(f"{_shown(words)} is not a date: {_shown(name)} is not a month; {EXAMPLES}", code="bad-date")


def _day(words: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise InputError(f"{_shown(words)} is not a date: {_reason(year, month, day)}", code="bad-date") from None
    if FIRST_YEAR <= year <= LAST_YEAR:
        return found
    raise InputError(
        f"{_shown(words)} is too far {'ahead' if year > LAST_YEAR else 'back'} to be real. Check the year.",
        code="bad-date",
    )


def _reason(year: int, month: int, day: int) -> str:
    if year < 1:
        return "there is no year 0"
    if not 1 <= month <= 12:
        return f"there is no month {month}"
    if day < 1:
        return f"{MONTHS[month - 1]} has no day {day}"
    return f"{MONTHS[month - 1]} {year} has {monthrange(year, month)[1]} days"


def _refusal(words: str) -> str:
    if found := NUMBERS_ONLY.fullmatch(words):
        return _both_readings(words, int(found[1]), int(found[2]), found[3])
    if not words:
        return f"The date is empty; {EXAMPLES}"
    if not words.isascii():
        return f"{_shown(words)} is not a date: only plain letters and the digits 0 to 9 are read; {EXAMPLES}"
    return f"{_shown(words)} is not a date that can be read without guessing; {EXAMPLES}"


def _both_readings(words: str, first: int, second: int, year: str) -> str:
    """Numbers alone are refused even where only one reading exists, so that nobody learns the habit."""
    full_year = int(year) if len(year) == 4 else 2000 + int(year)
    readings = dict.fromkeys(day for day in (_maybe(full_year, first, second), _maybe(full_year, second, first)) if day)
    if not readings:
        return f"{_shown(words)} is not a date in either order of day and month; {EXAMPLES}"
    could = " or ".join(long_day(day) for day in readings)
    write = " or ".join(day.isoformat() for day in readings)
    if len(readings) == 1:
        return f"{_shown(words)} is refused, because figures alone are misread: for {could} write {write}"
    return f"{_shown(words)} could be {could}; write {write}"


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shown(words: str) -> str:
    """What was typed, cut and made harmless for a terminal or a log."""
    short = words if len(words) <= 40 else words[:40] + "…"
    return '"' + "".join(c if c.isprintable() else "�" for c in short) + '"'
