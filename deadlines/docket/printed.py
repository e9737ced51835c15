"""The deadline that a notice prints where the law gives another: until when a filing is in time by both, and when a
decision to leave it aside is none any more."""

from datetime import date

from deadlines.compute.case import printed_day
from deadlines.compute.result import Window
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.records import is_held_to_print, is_to_be_left_aside
from deadlines.store.tables import Entry


def printed_of(desk: Desk, entry: Entry) -> date | None:
    """The day that the notice prints for an entry, if it prints one."""
    rule = desk.law.rules.get(entry.rule)
    return printed_day(rule, notice_of(entry.notice)) if rule is not None else None


def in_time_by_both(desk: Desk, entry: Entry, window: Window) -> date | None:
    """The last day on which a filing is in time by the law and by the printed deadline, or the safe date where that is
    later, as after more time was granted. None where nothing is disputed, or the printed one has been left aside: the
    dates name no dispute then. One person's decision to leave it aside is no bound's end while later dates wait.

    A printed deadline longer than the law's maximum is no bound once a person has decided that it holds.
    """
    if window.dispute is None:
        return None
    rule = desk.law.rules.get(entry.rule)
    if rule is not None and rule.printed == "governs":
        return None if is_held_to_print(entry, window.dispute) else window.safe_by
    return max((day for day in (printed_of(desk, entry), window.safe_by) if day is not None), default=None)


def dispute_again(entry: Entry, dispute: str | None) -> bool:
    """Take a decision to leave the printed deadline aside back, because the dates that it brings were decided against;
    whether there was such a decision. What was carried out stays decided: the dates name no dispute any more."""
    if not is_to_be_left_aside(entry, dispute):
        return False
    entry.resolution = entry.resolved_at = entry.resolved_by = None
    return True
