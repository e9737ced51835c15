"""A practice in words: which windows something is for, how days are counted, when a milestone is due."""

from deadlines.compute.ladders import Ladder, Reach
from deadlines.compute.milestones import Template


def reach_words(reach: Reach) -> str:
    """`motion, fatal`, or `every window`."""
    named = (*reach.rules, *reach.remedies, *reach.forums)
    fatal = {None: "", True: "fatal", False: "not fatal"}[reach.fatal]
    filed = {None: "", True: "filings", False: "nothing to file"}[reach.filed]
    return ", ".join([*named, *filter(None, (fatal, filed))]) or "every window"


def ladder_words(ladder: Ladder) -> tuple[str, str]:
    """How the days of a ladder are counted, and its own time of day and zone, if it has any."""
    at = " ".join(word for word in (f"{ladder.at:%H:%M}" if ladder.at else "", ladder.zone or "") if word)
    return f"{ladder.count} days", at


def due_words(template: Template) -> str:
    """When a milestone is due."""
    days = f"{template.count} days"
    once = ", once for a notice" if template.once else ""
    if template.after_notice is not None:
        return f"{template.after_notice} {days} after the notice{once}"
    if template.before_safe_by is not None:
        return f"{template.before_safe_by} {days} before the safe date{once}"
    return f"{template.before_dispatch} {days} before the courier's day{once}"
