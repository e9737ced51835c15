"""Where a paper begins a notice of its own: a scanned batch may hold several, and a date of one is none of another."""

import re
from collections.abc import Sequence
from itertools import groupby, takewhile

from deadlines.papers import words
from deadlines.papers.dates import Printed, days_in
from deadlines.papers.model import A_NUMBER, Line

LETTER_LINES = 30
"""A letter's own date stands by itself within so many lines of its first page."""
LETTERHEAD_LINES = 6
LETTERHEADS = {
    "USCIS": (words.USCIS,),
    "the Board": (words.BOARD, words.BOARD_NAME),
    "the court": (words.COURT,),
    "the office": (words.OFFICE,),
}


def beginnings(lines: Sequence[Line]) -> list[int]:
    """The pages on which a notice begins: the first, and each later one whose head bears an authority's name and a
    number or a date that no head before it had, or is another authority's. A number further down may be of a case that
    the notice speaks of."""
    found: list[int] = []
    seen: set[str] = set()
    for number, group in groupby(lines, key=lambda line: line.page):
        page = list(group)
        head = page[:LETTER_LINES]
        if not found or (_authorities(page) and _is_another(head, seen)):
            found.append(number)
        seen |= _receipts(head) | _aliens(head) | _days(_letter(head)) | _authorities(_headings(page))
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


def _is_another(head: Sequence[Line], seen: set[str]) -> bool:
    """Whether a head under an authority's name is that of another letter. Every letter to the same person bears the
    same A-number, so that one tells letters apart only where they have no receipt number, and then those of another
    authority too; and letters in the same case differ only in their dates. To say so of a page that is none costs a
    look, not to say so costs a notice."""
    receipts = _receipts(head)
    own = receipts or _aliens(head)
    if own and (not own & seen or (not receipts and _is_of_another_authority(head, seen))):
        return True
    own_page = any(words.CERTIFICATE.match(line.text.strip()) for line in head[:LETTERHEAD_LINES])
    return not own_page and not _days(_letter(head)) <= seen


def _letter(head: Sequence[Line]) -> list[Line]:
    """The lines above a certificate: what stands below its heading is the day on which the letter went out."""
    return list(takewhile(lambda line: not words.CERTIFICATE.match(line.text.strip()), head))


def _receipts(lines: Sequence[Line]) -> set[str]:
    return {number for line in lines for number in receipt_numbers(line)}


def _aliens(lines: Sequence[Line]) -> set[str]:
    return {re.sub(r"[^0-9]", "", match[0]) for line in lines for match in A_NUMBER.finditer(line.text)}


def _days(head: Sequence[Line]) -> set[str]:
    """The letter's own dates, which its next pages may repeat without their label. One in a sentence is of another
    paper, which may follow."""
    days = [standing_day(line) for line in head]
    days += [days_in(line.text)[0] for line in head if words.DATE_LABEL.match(line.text) and days_in(line.text)]
    return {printed.day.isoformat() for printed in days if printed is not None}


def _is_of_another_authority(head: Sequence[Line], seen: set[str]) -> bool:
    """Whether it is headed by another authority than every head before it, of which one at least is known."""
    return bool(seen & LETTERHEADS.keys()) and not _authorities(_headings(head)) <= seen


def _authorities(page: Sequence[Line]) -> set[str]:
    head = " ".join(line.text for line in page[:LETTERHEAD_LINES])
    return {name for name, patterns in LETTERHEADS.items() if any(pattern.search(head) for pattern in patterns)}


def _headings(page: Sequence[Line]) -> list[Line]:
    """The lines at the top without those of a sentence, which may name any authority: every long word of a heading
    begins with a capital."""
    return [
        line
        for line in page[:LETTERHEAD_LINES]
        if not any(len(word) > 3 and word.islower() for word in line.text.split())
    ]
