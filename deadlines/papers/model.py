"""Candidates, each with the line of the paper that it was taken from."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

FIELDS = ("kind", "form", "decided_on", "service", "service_on", "printed_deadline")
"""What a notice is recorded with; the other fields are for the person's eyes."""
LABELS = {
    "kind": "kind of notice",
    "form": "form",
    "decided_on": "date",
    "service": "way of service",
    "service_on": "day of service",
    "printed_deadline": "printed deadline",
    "receipt_number": "receipt number",
    "a_number": "A-number",
    "deadline_words": "words about a deadline",
}
LONGEST_LINE = 240
A_NUMBER = re.compile(r"\bA[\s#:-]{0,3}(?:[0-9]{3}[\s-]?[0-9]{3}[\s-]?[0-9]{3}|[0-9]{2}[\s-]?[0-9]{3}[\s-]?[0-9]{3})\b")


class Candidate(Struct, frozen=True, kw_only=True):
    """One thing that the paper seems to say.

    `field`: an option of `add` (see FIELDS), or `receipt_number`, `a_number`, `deadline_words`. `value` is as the
    docket would keep it; `line` is what is printed, on that page and line, with A-numbers masked; `note` says how it
    was read.
    """

    field: str
    value: str
    page: int
    line_number: int
    line: str
    note: str = ""


class Found(Struct, frozen=True):
    """Every candidate in the order of the fields, and what the reader of them should know."""

    candidates: list[Candidate]
    notes: list[str] = []

    def of(self, field: str) -> list[Candidate]:
        """The candidates of one field; with more than one value none of them is more likely than another."""
        return [candidate for candidate in self.candidates if candidate.field == field]

    def values(self, field: str) -> list[str]:
        """The different values of one field."""
        return list(dict.fromkeys(candidate.value for candidate in self.of(field)))


class Line(Struct, frozen=True):
    """One line of the paper; `before` and `after` are the lines above and below it, on the same page."""

    page: int
    number: int
    text: str
    before: str = ""
    after: str = ""

    @property
    def both(self) -> str:
        """The line and the one below it, for sentences that break."""
        return f"{self.text} {self.after}".strip()

    def offer(self, field: str, value: str, *, note: str = "", end: int = 0) -> Candidate:
        """A candidate taken from this line; also from the one below where it ends there, by its place in `both`."""
        shown = masked(self.both if end > len(self.text) else self.text)
        cut = shown if len(shown) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]}…"
        return Candidate(field=field, value=value, page=self.page, line_number=self.number, line=cut, note=note)


def lines_of(pages: Sequence[Sequence[str]]) -> list[Line]:
    """Every line with its place and its neighbours."""
    return [line for number, page in enumerate(pages, start=1) for line in _of_page(number, page)]


def _of_page(page: int, texts: Sequence[str]) -> Iterator[Line]:
    for at, text in enumerate(texts):
        before = texts[at - 1] if at else ""
        yield Line(page, at + 1, text, before, texts[at + 1] if at + 1 < len(texts) else "")


def masked(text: str) -> str:
    """The text with all but the last three figures of A-numbers hidden."""
    return A_NUMBER.sub(lambda found: f"A***-***-{re.sub(r'[^0-9]', '', found[0])[-3:]}", text)
