"""How an entry is worked, by the firm's practice and the law's days: its ladder, its courier's day, working days."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from deadlines.compute.engine import engine_for
from deadlines.compute.milestones import dispatch_by as courier_day
from deadlines.compute.result import Window
from deadlines.docket.reminders import Way
from deadlines.store.tables import Entry, NoticeRow

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

FEDERAL_OFFICES = "uscis"
"""The computation whose working days reminders keep to: weekdays that are neither federal holiday nor closure."""


def way_of(desk: "Desk", entry: Entry, window: Window) -> Way:
    """How the reminders of an entry are laid, by the firm's practice; its `dispatch_by` must be set."""
    return way(desk, window, entry.dispatch_by)


def way(desk: "Desk", window: Window, dispatch_by: date | None) -> Way:
    """How the reminders of a window are laid, by the firm's practice, where a courier must have it on that day."""
    of = desk.practice.class_of(desk.law, window.rule, window.remedy)
    dispatch = desk.practice.dispatch(of)
    told = dispatch is not None and dispatch.remind
    return Way(
        zone=desk.zone,
        at=desk.at,
        is_working_day=is_working_day(desk),
        ladders=desk.practice.ladders,
        of=of,
        dispatch_by=dispatch_by if told else None,
    )


def is_working_day(desk: "Desk") -> Callable[[date], bool]:
    """Whether people and federal offices work on a day."""
    return engine_for(desk.law).days(FEDERAL_OFFICES).is_working_day


def dispatch_day(desk: "Desk", notice: NoticeRow, window: Window) -> date | None:
    """The day on which a courier must have the filing, by the firm's practice and the days of its forum."""
    of = desk.practice.class_of(desk.law, window.rule, window.remedy)
    rule = desk.law.rules.get(window.rule)
    circuit = notice.facts.get("facts", {}).get("circuit")
    days = engine_for(desk.law).days(rule.computation if rule is not None else FEDERAL_OFFICES, circuit)

    def is_open(day: date) -> bool:
        return days.is_working_day(day) and days.off(day) is None

    return courier_day(window, desk.practice.dispatch(of), is_open)
