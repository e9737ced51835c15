"""Where a paper begins a notice of its own: a scanned batch may hold several, and a date of one is none of another."""

import re
from collections.abc import Sequence
from itertools import groupby

from deadlines.papers import words
from deadlines.papers.dates import Printed, days_in
from deadlines.papers.model import Line

LETTER_LINES = 30
"""A letter's own date stands by itself within so many lines of its first page."""
LETTERHEAD_LINES = 6
LETTERHEADS = (words.USCIS, words.BOARD, words.COURT, words.OFFICE)


def beginnings(lines: Sequence[Line]) -> list[int]:
    """The pages on which a notice begins: the first, and each later one that has another receipt number than the
    notice before it, or a letterhead and a date of its own."""
    found: list[int] = []
    receipts: set[str] = set()
    days: set[str] = set()
    for number, group in groupby(lines, key=lambda line: line.page):
        page = list(group)
        mine, dated = _receipts(page), _letter_days(page)
        if (
            not found
            or (mine and receipts and not mine & receipts)
            or (_has_letterhead(page) and dated - days and days)
        ):
            found.append(number)
            receipts, days = set(), set()
        receipts |= mine
        days |= dated
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


def _receipts(page: Sequence[Line]) -> set[str]:
    return {number for line in page for number in receipt_numbers(line)}


def _letter_days(page: Sequence[Line]) -> set[str]:
    days = [standing_day(line) for line in page if line.number <= LETTER_LINES]
    return {printed.day.isoformat() for printed in days if printed is not None}


def _has_letterhead(page: Sequence[Line]) -> bool:
    head = " ".join(line.text for line in page[:LETTERHEAD_LINES])
    return any(pattern.search(head) for pattern in LETTERHEADS)
