"""The window map: every remedy of one notice on one line of time, as a picture (SVG) that also reads as a list.

The picture says nothing that the table below it does not say; screen readers get its title and skip the rest.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape

from deadlines.docket.views import EntryView
from deadlines.ical.wording import what_to_file

WIDTH, LEFT, RIGHT = 960, 310, 30
ROW, TOP, BOTTOM = 38, 44, 12
LABEL = 38
"""Characters of a remedy's name that fit before its bar."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TICKS = 9


class _Scale:
    """From days to places on the line."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, max(last, first + timedelta(days=7))

    def at(self, day: date) -> float:
        share = (day - self.first).days / (self.last - self.first).days
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def draw(entries: Sequence[EntryView], today: date) -> str:
    """The picture, safe to stand in a page; empty where no entry has a date."""
    dated = [entry for entry in entries if entry.window.safe_by is not None]
    if not dated:
        return ""
    first = dated[0].decided_on or min(today, *(_days(entry)[0] for entry in dated))
    scale = _Scale(first, max(_days(entry)[-1] for entry in dated) + timedelta(days=2))
    height = TOP + ROW * len(dated) + BOTTOM
    parts = [
        f'<svg class="map" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(_words(dated))}">',
        *(_line(scale.at(first), height, "start", "notice") if dated[0].decided_on is not None else ()),
        *_months(scale, height),
        *(part for number, entry in enumerate(dated) for part in _row(entry, scale, TOP + ROW * number)),
        *(_line(scale.at(today), height, "today", "today") if scale.holds(today) else ()),
        "</svg>",
    ]
    return "".join(parts)


def _words(entries: Sequence[EntryView]) -> str:
    day = entries[0].decided_on
    return f"{len(entries)} windows after the notice{f' of {day}' if day else ''}; the table below has their dates."


def _days(entry: EntryView) -> list[date]:
    window = entry.window
    days = (window.protective_by, window.safe_by, window.last_day, window.latest)
    return sorted(day for day in days if day is not None)


def _months(scale: _Scale, height: int) -> Iterator[str]:
    """A mark at the first of each month, of so many months that they have room."""
    months = _firsts(scale)
    step = max(1, -(-len(months) // TICKS))
    for first in months[::step]:
        at = scale.at(first)
        yield f'<line class="month" x1="{at}" x2="{at}" y1="{TOP - 14}" y2="{height}"/>'
        year = f" {first.year}" if first.month == 1 or first == months[0] else ""
        yield f'<text class="tick" x="{at + 3}" y="{TOP - 22}">{MONTHS[first.month - 1]}{year}</text>'


def _firsts(scale: _Scale) -> list[date]:
    found: list[date] = []
    year, month = scale.first.year, scale.first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if (first := date(year, month, 1)) > scale.last:
            return found
        found.append(first)


def _line(at: float, height: int, kind: str, word: str) -> Iterator[str]:
    yield f'<line class="{kind}" x1="{at}" x2="{at}" y1="14" y2="{height}"/>'
    yield f'<text class="{kind}" x="{at}" y="11" text-anchor="middle">{word}</text>'


def _row(entry: EntryView, scale: _Scale, top: int) -> Iterator[str]:
    """Name, a bar from the notice (or the opening) to the last day, and a mark for each date."""
    window, middle = entry.window, top + ROW / 2
    kind = "open" if entry.status == "open" else "closed"
    name = what_to_file(window)
    shown = name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"
    begins = max(window.opens_on or scale.first, scale.first)
    ends = window.last_day or window.safe_by or begins
    yield f'<g class="{kind}"><title>{escape(name)}</title>'
    yield f'<text class="name" x="0" y="{middle + 5}">{escape(shown)}</text>'
    yield _bar(scale, begins, ends, middle, "bar")
    if window.latest is not None and window.latest > ends:
        yield _bar(scale, ends, window.latest, middle, "argued")
    if window.protective_by is not None:
        yield f'<circle class="protective" cx="{scale.at(window.protective_by)}" cy="{middle}" r="5"/>'
    if window.safe_by is not None:
        at = scale.at(window.safe_by)
        yield f'<path class="safe" d="M{at} {middle - 11}l7 11l-7 11l-7 -11z"/>'
    if window.last_day is not None:
        at = scale.at(window.last_day)
        yield f'<line class="last" x1="{at}" x2="{at}" y1="{middle - 12}" y2="{middle + 12}"/>'
    yield "</g>"


def _bar(scale: _Scale, begins: date, ends: date, middle: float, kind: str) -> str:
    start = scale.at(begins)
    width = max(scale.at(ends) - start, 1)
    return f'<rect class="{kind}" x="{start}" y="{middle - 5}" width="{round(width, 1)}" height="10" rx="3"/>'
