"""The window map: every remedy of one notice on one line of time, as a picture (SVG) that also reads as a list.

The picture says nothing that the table below it does not say; screen readers get its title and skip the rest. It is
drawn twice, for a wide screen and for a narrow one, and the sheet shows the one that fits: places along the line are
shares of the width, so that words are never scaled down and nothing has to be scrolled to.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule

from deadlines.compute.result import Window
from deadlines.docket.views import EntryView
from deadlines.ical.wording import what_to_file

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NEAR, MUCH, BEFORE = timedelta(days=400), 3, 0.8
"""Days so near the notice have their own part of the line, this share, where the rest is so many times as long."""
LETTER, SAFE, BOTTOM = 2.7, 12, 12
"""A letter of a word above the line, in hundredths of the narrowest screen; the side of a safe date's mark; what stays
free below the rows."""


class _Form(NamedTuple):
    """How a picture is laid out. Across in hundredths of its width, and down in pixels.

    `left` and `right` stay free beside the line; from `top` on each remedy has a `row`, its bar in the middle of the
    lowest `band` of it. `label` and `small` are so many characters of a name and of the line under it as have room,
    `months` and `years` so many names on the line. `today`: where that word stands above the line.
    """

    kind: str
    left: float
    right: float
    top: int
    row: int
    band: int
    label: int
    small: int
    months: int
    years: int
    today: int


WIDE = _Form("map", 34, 3, top=44, row=38, band=38, label=40, small=46, months=9, years=2, today=11)
NARROW = _Form("map stacked", 2.5, 4, top=58, row=70, band=28, label=34, small=38, months=3, years=1, today=25)


class _Scale:
    """From days to places on the line. Where some days lie years behind the others, the line has a bend: what comes
    after it is drawn shorter, so that windows of thirty days are seen beside one of six years."""

    def __init__(self, form: _Form, first: date, days: Sequence[date]) -> None:
        self.form, self.first, self.last = form, first, max([*days, first + timedelta(days=7)]) + timedelta(days=2)
        near = max((day for day in days if day - first <= NEAR), default=self.last) + timedelta(days=2)
        self.bend = near if self.last - first > MUCH * (near - first) else None

    def at(self, day: date) -> float:
        """In hundredths of the picture's width."""
        return round(self.form.left + self._share(day) * (100 - self.form.left - self.form.right), 2)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _share(self, day: date) -> float:
        if self.bend is None:
            return (day - self.first) / (self.last - self.first)
        if day <= self.bend:
            return BEFORE * ((day - self.first) / (self.bend - self.first))
        return BEFORE + (1 - BEFORE) * ((day - self.bend) / (self.last - self.bend))


def draw(entries: Sequence[EntryView], today: date) -> str:
    """The picture for either kind of screen, safe to stand in a page; empty where no entry has a date."""
    dated = [entry for entry in entries if entry.window.safe_by is not None]
    return "".join(part for form in (WIDE, NARROW) for part in _picture(form, dated, today)) if dated else ""


def _picture(form: _Form, dated: Sequence[EntryView], today: date) -> Iterator[str]:
    notice = dated[0].decided_on
    first = notice or min(today, *(_days(entry)[0] for entry in dated))
    scale = _Scale(form, first, [day for entry in dated for day in _days(entry)])
    height = form.top + form.row * len(dated) + BOTTOM
    lines = [("start", notice)] if notice is not None else []
    lines += [("today", today)] if scale.holds(today) else []
    yield f'<svg class="{form.kind}" width="100%" height="{height}" role="img" aria-label="{escape(_words(dated))}">'
    yield from _marks(scale, height)
    for kind, day in lines:
        yield from _head(scale, kind, day)
    for number, entry in enumerate(dated):
        yield from _row(entry, dated, scale, form.top + form.row * number, lines)
    yield "</svg>"


def _words(entries: Sequence[EntryView]) -> str:
    day = entries[0].decided_on
    return f"{len(entries)} windows after the notice{f' of {day}' if day else ''}; the table below has their dates."


def _days(entry: EntryView) -> list[date]:
    window = entry.window
    days = (window.protective_by, window.safe_by, window.last_day, window.latest)
    return sorted(day for day in days if day is not None)


def _marks(scale: _Scale, height: int) -> Iterator[str]:
    """The first of each month, of so many months that they have room, and behind the bend those of years."""
    firsts, form = _firsts(scale), scale.form
    near = [first for first in firsts if scale.bend is None or first <= scale.bend]
    for first in _some(near, form.months):
        year = f" {first.year}" if first.month == 1 or first == near[0] else ""
        yield from _tick(scale, first, height, f"{MONTHS[first.month - 1]}{year}")
    if scale.bend is None:
        return
    for first in _some([first for first in firsts if first > scale.bend and first.month == 1], form.years):
        yield from _tick(scale, first, height, str(first.year))
    at = scale.at(scale.bend)
    yield f'<text class="bend" x="{at}%" y="{form.top - 6}">//<title>From here drawn shorter</title></text>'


def _some(days: Sequence[date], most: int) -> Sequence[date]:
    return days[:: max(1, -(-len(days) // most))]


def _tick(scale: _Scale, day: date, height: int, word: str) -> Iterator[str]:
    at, top = scale.at(day), scale.form.top
    yield f'<line class="month" x1="{at}%" x2="{at}%" y1="{top - 12}" y2="{height}"/>'
    beside = 'dx="-3" text-anchor="end"' if _is_late(at, word) else 'dx="3"'
    yield f'<text class="tick" x="{at}%" y="{top - 18}" {beside}>{word}</text>'


def _is_late(at: float, word: str) -> bool:
    """Whether a word that began here would not end within the picture."""
    return at > 100 - LETTER * len(word)


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


def _head(scale: _Scale, kind: str, day: date) -> Iterator[str]:
    """The beginning of a line down the picture, under its word; between the two stand the names of months."""
    at, form = scale.at(day), scale.form
    word, y = ("today", form.today) if kind == "today" else ("notice", 11)
    # On a wide screen the word of the notice stands before its line: also on the day of the notice both are read.
    ends = _is_late(at, word) if kind == "today" else form is WIDE
    yield _upright(kind, at, form.top - 12, form.top)
    yield f'<text class="{kind}" x="{at}%" y="{y}" text-anchor="{"end" if ends else "start"}">{word}</text>'


def _upright(kind: str, at: float, begins: float, ends: float) -> str:
    return f'<line class="{kind}" x1="{at}%" x2="{at}%" y1="{begins}" y2="{ends}"/>'


def _row(
    entry: EntryView, all_rows: Sequence[EntryView], scale: _Scale, top: int, lines: Sequence[tuple[str, date]]
) -> Iterator[str]:
    """Name, a bar from the notice (or the opening) to the last day, and a mark for each date."""
    form, window = scale.form, entry.window
    foot = top + form.row
    middle = foot - form.band / 2
    kind = "open" if entry.status == "open" else "closed"
    name, beside = what_to_file(window), _beside(entry, [other for other in all_rows if other is not entry])
    yield f'<g class="{kind}"><title>{escape("; ".join(filter(None, (name, beside))))}</title>'
    yield from _bars(scale, entry, middle)
    yield from (_upright(line, scale.at(day), foot - form.band, foot) for line, day in lines)
    yield from _dates(scale, window, middle)
    above = top + (form.row - form.band or form.row) / 2
    yield f'<text class="name" x="0" y="{above - 1 if beside else above + 5}">{escape(_cut(name, form.label))}</text>'
    if beside:
        yield f'<text class="beside" x="0" y="{above + 14}">{escape(_cut(beside, form.small))}</text>'
    yield "</g>"


def _bars(scale: _Scale, entry: EntryView, middle: float) -> Iterator[str]:
    window = entry.window
    begins = max(window.opens_on or scale.first, scale.first)
    ends = window.last_day or window.safe_by or begins
    yield _bar(scale, begins, ends, middle, "bar")
    if window.latest is not None and window.latest > ends:
        yield _bar(scale, ends, window.latest, middle, "argued")


def _dates(scale: _Scale, window: Window, middle: float) -> Iterator[str]:
    if window.protective_by is not None:
        yield f'<circle class="protective" cx="{scale.at(window.protective_by)}%" cy="{middle}" r="5"/>'
    if window.safe_by is not None:  # the sheet turns it onto its corner, with its middle on the day
        at = scale.at(window.safe_by)
        yield f'<rect class="safe" x="{at}%" y="{middle - SAFE / 2}" width="{SAFE}" height="{SAFE}"/>'
    if window.last_day is not None:
        yield _upright("last", scale.at(window.last_day), middle - 12, middle + 12)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _bar(scale: _Scale, begins: date, ends: date, middle: float, kind: str) -> str:
    start = scale.at(begins)
    width = round(max(scale.at(ends) - start, 0.1), 2)
    return f'<rect class="{kind}" x="{start}%" y="{middle - 5}" width="{width}%" height="10" rx="3"/>'
