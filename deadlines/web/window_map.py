"""The window map: every remedy of one notice on one line of time, as a picture (SVG) that also reads as a list.

The picture says nothing that the table below it does not say; screen readers get its title and skip the rest.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule

from deadlines.compute.result import Window
from deadlines.docket.views import EntryView
from deadlines.ical.wording import what_to_file

WIDTH, LEFT, RIGHT = 960, 330, 30
ROW, TOP, BOTTOM = 38, 44, 12
LABEL, BESIDE = 40, 52
"""Characters of a remedy's name, and of the smaller line under it, that fit before its bar."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TICKS = 9
NEAR, MUCH, BEFORE = timedelta(days=400), 3, 0.8
"""Days so near the notice have their own part of the line, this share, where the rest is so many times as long."""


class _Scale:
    """From days to places on the line. Where some days lie years behind the others, the line has a bend: what comes
    after it is drawn shorter, so that windows of thirty days are seen beside one of six years."""

    def __init__(self, first: date, days: Sequence[date]) -> None:
        self.first, self.last = first, max([*days, first + timedelta(days=7)]) + timedelta(days=2)
        near = max((day for day in days if day - first <= NEAR), default=self.last) + timedelta(days=2)
        self.bend = near if self.last - first > MUCH * (near - first) else None

    def at(self, day: date) -> float:
        width = WIDTH - LEFT - RIGHT
        if self.bend is None:
            share = (day - self.first) / (self.last - self.first)
        elif day <= self.bend:
            share = BEFORE * ((day - self.first) / (self.bend - self.first))
        else:
            share = BEFORE + (1 - BEFORE) * ((day - self.bend) / (self.last - self.bend))
        return round(LEFT + share * width, 1)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def draw(entries: Sequence[EntryView], today: date) -> str:
    """The picture, safe to stand in a page; empty where no entry has a date."""
    dated = [entry for entry in entries if entry.window.safe_by is not None]
    if not dated:
        return ""
    notice = dated[0].decided_on
    first = notice or min(today, *(_days(entry)[0] for entry in dated))
    scale = _Scale(first, [day for entry in dated for day in _days(entry)])
    height = TOP + ROW * len(dated) + BOTTOM
    parts = [
        f'<svg class="map" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(_words(dated))}">',
        *(_line(scale.at(first), height, "start", "notice") if notice is not None else ()),
        *_marks(scale, height),
        *(part for number, entry in enumerate(dated) for part in _row(entry, dated, scale, TOP + ROW * number)),
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


def _marks(scale: _Scale, height: int) -> Iterator[str]:
    """The first of each month, of so many months that they have room, and behind the bend those of years."""
    firsts = _firsts(scale)
    near = [first for first in firsts if scale.bend is None or first <= scale.bend]
    for first in _some(near, TICKS):
        year = f" {first.year}" if first.month == 1 or first == near[0] else ""
        yield from _tick(scale.at(first), height, f"{MONTHS[first.month - 1]}{year}")
    if scale.bend is None:
        return
    for first in _some([first for first in firsts if first > scale.bend and first.month == 1], 2):
        yield from _tick(scale.at(first), height, str(first.year))
    at = scale.at(scale.bend)
    yield f'<path class="bend" d="M{at - 4} {TOP - 8}l4 -12m3 12l4 -12"><title>From here drawn shorter</title></path>'


def _some(days: Sequence[date], most: int) -> Sequence[date]:
    return days[:: max(1, -(-len(days) // most))]


def _tick(at: float, height: int, word: str) -> Iterator[str]:
    yield f'<line class="month" x1="{at}" x2="{at}" y1="{TOP - 12}" y2="{height}"/>'
    yield f'<text class="tick" x="{at + 3}" y="{TOP - 18}">{word}</text>'


def _firsts(scale: _Scale) -> list[date]:
    """The first days of the months on the line."""
    start = scale.first.replace(day=1)
    moments = rrule(MONTHLY, dtstart=start + relativedelta(months=1), until=scale.last)
    return [moment.date() for moment in moments]


def _beside(entry: EntryView, others: Sequence[EntryView]) -> str:
    """Which of the other remedies in the picture stand in the way of this one, and which it ends."""
    mine = entry.window
    either = [
        other.window
        for other in others
        if _ties("alternative", mine, other) or _ties("alternative", other.window, entry)
    ]
    ended = [other.window for other in others if _ties("ends", mine, other)]
    said = (("not beside", either), ("filed, it ends", ended))
    return "; ".join(f"{words} {', '.join(map(what_to_file, windows))}" for words, windows in said if windows)


def _ties(kind: str, window: Window, other: EntryView) -> bool:
    return any(relation.kind == kind and relation.rule == other.window.rule for relation in window.relations)


def _line(at: float, height: int, kind: str, word: str) -> Iterator[str]:
    """A line under its word; between the two stand the names of months, which it does not cross."""
    yield f'<line class="{kind}" x1="{at}" x2="{at}" y1="{TOP - 12}" y2="{height}"/>'
    anchor = "end" if kind == "start" else "start"  # beside each other, also on the day of the notice
    yield f'<text class="{kind}" x="{at}" y="11" text-anchor="{anchor}">{word}</text>'


def _row(entry: EntryView, all_rows: Sequence[EntryView], scale: _Scale, top: int) -> Iterator[str]:
    """Name, a bar from the notice (or the opening) to the last day, and a mark for each date."""
    window, middle = entry.window, top + ROW / 2
    kind = "open" if entry.status == "open" else "closed"
    name, beside = what_to_file(window), _beside(entry, [other for other in all_rows if other is not entry])
    begins = max(window.opens_on or scale.first, scale.first)
    ends = window.last_day or window.safe_by or begins
    yield f'<g class="{kind}"><title>{escape("; ".join(filter(None, (name, beside))))}</title>'
    yield f'<text class="name" x="0" y="{middle - 1 if beside else middle + 5}">{escape(_cut(name, LABEL))}</text>'
    if beside:
        yield f'<text class="beside" x="0" y="{middle + 13}">{escape(_cut(beside, BESIDE))}</text>'
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


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _bar(scale: _Scale, begins: date, ends: date, middle: float, kind: str) -> str:
    start = scale.at(begins)
    width = max(scale.at(ends) - start, 1)
    return f'<rect class="{kind}" x="{start}" y="{middle - 5}" width="{round(width, 1)}" height="10" rx="3"/>'
