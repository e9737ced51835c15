"""Which kind of notice a paper seems to be: by its headings, and only without any by its sentences."""

import re
from collections.abc import Sequence

from msgspec import Struct

from deadlines.law import Law
from deadlines.papers import words
from deadlines.papers.model import Candidate, Line

HEADING_SHARE = 0.55
"""A line is a heading where the words that were looked for make up so much of it."""
HEAD = 500
"""Characters of the first page in which an authority names itself."""
Table = Sequence[tuple[str, re.Pattern[str], re.Pattern[str]]]


class Hit(Struct, frozen=True):
    """A kind, the line that tells of it, where the words end, and whether that line is a heading."""

    kind: str
    line: Line
    end: int
    heading: bool


def kinds(lines: Sequence[Line], law: Law) -> list[Candidate]:
    """The kinds that the paper may be, with the line that says so."""
    table, headings = _table(lines)
    found = _search(lines, table)
    there = {hit.kind for hit in found}
    kept = [hit for hit in found if there.isdisjoint(words.GENERAL.get(hit.kind, ()))]
    strong = _outdo(kept) if headings else kept
    return [hit.line.offer("kind", hit.kind, end=hit.end) for hit in strong if hit.kind in law.kinds]


def _outdo(found: Sequence[Hit]) -> list[Hit]:
    """Headings outdo sentences, but for those of a page before the first heading: it may be another notice."""
    first = min((hit.line.page for hit in found if hit.heading), default=None)
    return [hit for hit in found if first is None or hit.heading or hit.line.page < first]


def _table(lines: Sequence[Line]) -> tuple[Table, bool]:
    """The kinds of the authority that the first page names, and whether its headings outdo its sentences."""
    page = " ".join(line.text for line in lines if line.page == 1)
    if words.BOARD.search(page):
        return words.OF_BOARD, False
    if words.OFFICE.search(page[:HEAD]):
        return words.OF_OFFICE, False
    if words.COURT.search(page) and not words.USCIS.search(page[:HEAD]):
        return words.OF_JUDGE, False
    return words.OF_USCIS, True


def _search(lines: Sequence[Line], table: Table) -> list[Hit]:
    found: dict[str, Hit] = {}
    for kind, elsewhere, pattern in table:
        for line in lines:
            match = pattern.search(line.both)
            if match is None or match.start() >= len(line.text):
                continue
            heading = _is_heading(match, line)
            if not heading and elsewhere.search(_around(line.both, match)):
                continue
            if kind not in found or (heading and not found[kind].heading):
                found[kind] = Hit(kind, line, match.end(), heading)
    return list(found.values())


def _is_heading(match: re.Match[str], line: Line) -> bool:
    return match.end() <= len(line.text) and len(match[0]) >= HEADING_SHARE * len(line.text.strip(" .:*_-"))


def _around(text: str, match: re.Match[str]) -> str:
    """The words around a match up to the next full stop on either side, without the match itself."""
    before = re.split(r"[.;]\s", text[: match.start()])[-1]
    after = re.split(r"[.;](?:\s|$)", text[match.end() :])[0]
    return f"{before} {after}"
