"""A window that is waived or struck when its last day has passed: nobody is kept from it, and nothing hides it."""

from datetime import date
from typing import Any

from deadlines.store.tables import Entry

ENDED = ("waived", "struck")
"""How a window ends of which nothing is filed, other than as missed."""
AFTER = "{} after the last day"


def passed_on(status: str, last_day: date | None, today: date) -> date | None:
    """The last day of a window that is open though it has passed."""
    return last_day if status == "open" and last_day is not None and last_day < today else None


def ended_after(entry: Entry, last_day: date | None) -> bool:
    """Whether it was waived or struck, having been open still when its last day had passed.

    Not so of what was kept as information: nobody had a date in it.
    """
    closing: dict[str, Any] = entry.closing if isinstance(entry.closing, dict) else {}
    if entry.status not in ENDED or entry.closed_on is None or closing.get("was") != "open":
        return False
    return last_day is not None and last_day < entry.closed_on
