"""How dates, lengths and forms are said in a working. Cached, because a batch says the same days often."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from deadlines.law.base import Length


@lru_cache(maxsize=8192)
def long_date(day: date) -> str:
    """`Monday 23 November 2026`."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


@lru_cache(maxsize=512)
def length_words(length: Length) -> str:
    """`30 days`, `1 year`, `1 year less a day`, `3 years and 1 day`, `30 days back`."""
    days = length.days + length.then
    parts = [
        f"{number} {unit}{'' if number == 1 else 's'}"
        for number, unit in ((length.years, "year"), (length.months, "month"), (days, "day"))
        if number > 0
    ]
    words = " and ".join(parts)
    back = -days
    if back <= 0:
        return words or "0 days"
    if not words:
        return f"{back} day{'' if back == 1 else 's'} back"
    return f"{words} less a day" if back == 1 else f"{words} less {back} days"


def end_words(length: Length) -> str:
    """`30 days end`, `1 year ends`, `30 days back is`."""
    words = length_words(length)
    if words.endswith("back"):
        return f"{words} is"
    return f"{words} ends" if words in ("1 year", "1 month", "1 day") else f"{words} end"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
