"""Why the nightly check gives other dates than are stored, and whether they can still matter to anybody."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from deadlines.clock import day_of
from deadlines.compute.result import Window
from deadlines.docket.direction import classify, dates_of
from deadlines.docket.intake import Desk
from deadlines.store.tables import DeadlineRow

CAREFUL = "the careful answer"
ANEW = "computed anew"
"""Begins the reason that a check gives, and no person."""


def cause_of(desk: Desk, row: DeadlineRow) -> str:
    """What is another than when these dates were computed: the law data, the firm's choices, or both."""
    chosen, law = choices_changed(row.policy or {}, desk.policy), f"edition {desk.law.edition} of the law data"
    if not chosen:
        return by_the_law(desk)
    if row.edition == desk.law.edition:
        return f"{ANEW} because the firm chose otherwise under [policy]: {chosen}; the law data is the same"
    return f"{ANEW} by {law}, and because the firm chose otherwise under [policy]: {chosen}"


def by_the_law(desk: Desk) -> str:
    """By which law: that of the edition, and of the firm where it adds any."""
    more = " and what the firm adds to it" if desk.law.firm else ""
    return f"{ANEW} by edition {desk.law.edition} of the law data{more}"


def choices_changed(old: dict[str, str], new: dict[str, str]) -> str:
    """Each of the firm's choices that is another now, as the configuration names it; empty where none is."""
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return "; ".join(
        f"{name.replace('-', '_')} is {new.get(name, CAREFUL)} now, was {old.get(name, CAREFUL)}" for name in names
    )


def too_late_to_matter(desk: Desk, row: DeadlineRow, window: Window, now: datetime) -> bool:
    """Whether dates that have passed would come later and have passed all the same: there is nothing to decide."""
    today = day_of(now, ZoneInfo(desk.zone))
    later = classify(dates_of(row), dates_of(window)) == "later"
    return later and _is_over(row, today) and _is_over(window, today)


def _is_over(source: DeadlineRow | Window, today: date) -> bool:
    last = source.latest or source.last_day
    return last is not None and last < today
