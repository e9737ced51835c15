"""The deadline that a notice prints where the law gives another: until when a filing is in time by both."""

from datetime import date

from deadlines.compute.case import printed_day
from deadlines.compute.result import Window
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.store.tables import Entry


def printed_of(desk: Desk, entry: Entry) -> date | None:
    """The day that the notice prints for an entry, if it prints one."""
    rule = desk.law.rules.get(entry.rule)
    return printed_day(rule, notice_of(entry.notice)) if rule is not None else None


def in_time_by_both(desk: Desk, entry: Entry, window: Window) -> date | None:
    """The last day on which a filing is in time by the law and by the printed deadline, or the safe date where that is
    later, as after more time was granted. None where nothing is disputed, or a person has left the printed one aside.

    A printed deadline longer than the law's maximum is no bound once a person has decided that it holds.
    """
    resolution = entry.resolution or {}
    use = resolution.get("use") if resolution.get("dispute") == window.dispute else None
    if window.dispute is None or use == "computed":
        return None
    rule = desk.law.rules.get(entry.rule)
    if rule is not None and rule.printed == "governs":
        return window.safe_by if use is None else None
    return max((day for day in (printed_of(desk, entry), window.safe_by) if day is not None), default=None)
