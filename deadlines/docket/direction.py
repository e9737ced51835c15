"""Which way dates move, and what may hold at once. Pure: windows and dates in, answers out."""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import Struct

from deadlines.compute.result import Step, Window
from deadlines.compute.words import long_date

Direction = Literal["same", "earlier", "later", "mixed", "gone"]
DEADLINES = ("protective_by", "safe_by", "last_day", "latest")
"""The dates by which something must be done."""
DATES = ("opens_on", *DEADLINES)
NAMES = {
    "opens_on": "first day",
    "protective_by": "protective date",
    "safe_by": "safe date",
    "last_day": "last day",
    "latest": "latest arguable day",
}


class Dates(Struct, frozen=True):
    """The five dates of one version; None where it has none."""

    opens_on: date | None = None
    protective_by: date | None = None
    safe_by: date | None = None
    last_day: date | None = None
    latest: date | None = None


def dates_of(source: Any) -> Dates:
    """The dates of a window or of a stored version."""
    return Dates(*(getattr(source, name) for name in DATES))


def classify(old: Dates, new: Dates) -> Direction:
    """How the new dates lie to the old ones.

    `earlier`: a date comes earlier or is newly there, none later. `later`: a date comes later or goes, none
    earlier. `mixed`: both. `gone`: every deadline goes. The first day decides only where the deadlines are
    the same.
    """
    pairs = [_pair(old, new, name) for name in DEADLINES]
    if all(was == now for was, now in pairs):
        pairs = [_pair(old, new, "opens_on")]
    elif all(now is None for _, now in pairs):
        return "gone"
    sooner = any(_sooner(now, was) for was, now in pairs)
    later = any(_sooner(was, now) for was, now in pairs)
    if sooner and later:
        return "mixed"
    return "earlier" if sooner else "later" if later else "same"


def earlier_of(old: Dates, new: Dates) -> Dates:
    """For each date the earlier of the two; one that only one side has stays."""
    found = (_pair(old, new, name) for name in DATES)
    return Dates(*(min((day for day in pair if day is not None), default=None) for pair in found))


def merged(window: Window, old: Dates) -> Window:
    """The window with the earlier of each old and new date, and a last step that says what waits."""
    new = dates_of(window)
    held = earlier_of(old, new)
    waits = [
        f"{NAMES[name]} {long_date(now)} waits, {long_date(stays)} holds" if now else f"{NAMES[name]} stays"
        for name in DATES
        if (now := getattr(new, name)) != (stays := getattr(held, name))
    ]
    step = Step(f"Until two people have agreed to the later dates: {'; '.join(waits)}.", held.last_day, None)
    return msgspec.structs.replace(window, working=[*window.working, step], **msgspec.structs.asdict(held))


def withdrawn(window: Window, edition: str) -> Window:
    """What is left of a window that the law data of an edition gives no more."""
    step = Step(f"Edition {edition} of the law data gives no such window for this notice.", None, None)
    return msgspec.structs.replace(
        window,
        state="not-available",
        working=[step],
        readings=[],
        contested=False,
        dispute=None,
        **dict.fromkeys(DATES),
    )


def _pair(old: Dates, new: Dates, name: str) -> tuple[date | None, date | None]:
    return getattr(old, name), getattr(new, name)


def _sooner(first: date | None, second: date | None) -> bool:
    """Whether the first day binds sooner; no date never binds."""
    return first is not None and (second is None or first < second)
