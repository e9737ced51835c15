"""Days as American authorities print them, wherever they stand in a line."""

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from deadlines.compute.dates import MONTHS, long_day

_SHORT = [month[:3] for month in MONTHS]
_MONTH = "|".join([*MONTHS, "Sept", *_SHORT])
_WORDS = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(\d{{4}})\b", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})[\s-]+({_MONTH})\.?[\s,-]+(\d{{4}})\b", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_FIGURES = re.compile(r"(?<![\d/])(\d{1,2})([/-])(\d{1,2})\2(\d{4})\b")
FIRST_YEAR, LAST_YEAR = 1990, 2090
AMERICAN = "figures read with the month first, as American authorities print them: {0}"


class Printed(Struct, frozen=True):
    """A day where it stands in a text; `note` says so where its figures have two readings."""

    day: date
    start: int
    end: int
    note: str = ""


def days_in(text: str) -> list[Printed]:
    """Every day in the text, from left to right. Figures that are no day with the month first are left out."""
    return sorted(_found(text), key=lambda printed: printed.start)


def _found(text: str) -> Iterator[Printed]:
    for match in _WORDS.finditer(text):
        yield from _printed(match, match[3], _month(match[1]), match[2])
    for match in _DAY_FIRST.finditer(text):
        yield from _printed(match, match[3], _month(match[2]), match[1])
    for match in _ISO.finditer(text):
        yield from _printed(match, match[1], int(match[2]), match[3])
    for match in _FIGURES.finditer(text):
        yield from _printed(match, match[4], int(match[1]), match[3], figures=int(match[3]) <= 12)


def _printed(match: re.Match[str], year: str, month: int, day: str, *, figures: bool = False) -> Iterator[Printed]:
    try:
        found = date(int(year), month, int(day))
    except ValueError:
        return
    if FIRST_YEAR <= found.year <= LAST_YEAR:
        yield Printed(found, match.start(), match.end(), AMERICAN.format(long_day(found)) if figures else "")


def _month(name: str) -> int:
    return _SHORT.index(name[:3].title()) + 1
