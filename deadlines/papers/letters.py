"""Where a paper begins a notice of its own: a scanned batch may hold several, and a date of one is none of another."""

import re
from collections.abc import Sequence
from itertools import groupby

from deadlines.papers import words
from deadlines.papers.dates import Printed, days_in
from deadlines.papers.model import A_NUMBER, Line

LETTER_LINES = 30
"""A letter's own date stands by itself within so many lines of its first page."""
LETTERHEAD_LINES = 6
LETTERHEADS = (words.USCIS, words.BOARD, words.COURT, words.OFFICE)


def beginnings(lines: Sequence[Line]) -> list[int]:
    """The pages on which a notice begins: the first, and each later one whose head bears an authority's name and a
    number that no page before it had. A number further down may be of a case that the notice speaks of."""
    found: list[int] = []
    seen: set[str] = set()
    for number, group in groupby(lines, key=lambda line: line.page):
        page = list(group)
        own = _numbers(page[:LETTER_LINES])
        if not found or (own and not own & seen and _has_letterhead(page)):
            found.append(number)
        seen |= _numbers(page)
    return found


def standing_day(line: Line) -> Printed | None:
    """The day of a line that is a date and nothing else, and that the line above gives no other meaning."""
    other = words.OTHER_LABEL.search(line.before) or words.DEADLINE.search(line.before)
    if other and not days_in(line.before[other.end() :]):
        return None
    days = days_in(line.text)
    if len(days) == 1 and not (line.text[: days[0].start] + line.text[days[0].end :]).strip(" .,"):
        return days[0]
    return None


def receipt_numbers(line: Line) -> list[str]:
    """The receipt numbers of a line, as USCIS writes them."""
    return [re.sub(r"[\s-]", "", match[0]) for match in words.RECEIPT.finditer(line.text)]


def _numbers(page: Sequence[Line]) -> set[str]:
    """Receipt numbers and A-numbers, by which an authority tells its cases apart."""
    aliens = {re.sub(r"[^0-9]", "", match[0]) for line in page for match in A_NUMBER.finditer(line.text)}
    return aliens | {number for line in page for number in receipt_numbers(line)}


def _has_letterhead(page: Sequence[Line]) -> bool:
    head = " ".join(line.text for line in page[:LETTERHEAD_LINES])
    return any(pattern.search(head) for pattern in LETTERHEADS)
