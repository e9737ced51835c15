"""What a message says of a change of dates: what it was, what it is, and why."""

from collections.abc import Iterator
from datetime import date

from deadlines.docket.direction import DATES, NAMES, classify, dates_of
from deadlines.ical.wording import day_text
from deadlines.notify.message import clean_line
from deadlines.store.tables import DeadlineRow, Matter

AGAIN = "open again"
"""Begins the reason of a version that reopens its entry."""
OPEN = "OPEN AGAIN"
MARKS = {
    "earlier": "MOVED EARLIER",
    "mixed": "MOVED EARLIER",
    "later": "MOVED LATER",
    "gone": "NO LONGER GIVEN",
    "same": "LOOK AGAIN",
}


def mark_of(deadline: DeadlineRow, before: DeadlineRow | None, today: date) -> list[str]:
    """What a reader must know first: that it moved, is new or open again, and whether it has passed."""
    gone = deadline.last_day is not None and deadline.last_day < today
    return [*_became(deadline, before), *(["LATE: last day has passed"] if gone else [])]


def _became(deadline: DeadlineRow, before: DeadlineRow | None) -> list[str]:
    if before is None or before.safe_by is None:
        return ["NEW WINDOW"]
    moved = MARKS[classify(dates_of(before), dates_of(deadline))]
    if not deadline.reason.startswith(AGAIN):
        return [moved]
    return {MARKS["same"]: [OPEN], MARKS["earlier"]: [OPEN, moved]}.get(moved, [moved])


def lines_of(deadline: DeadlineRow, before: DeadlineRow | None, matter: Matter) -> Iterator[str]:
    """Each date that is another now, and the reason. Of a restricted matter no reason: it may tell of the case."""
    for name in DATES:
        was, now = getattr(before, name) if before is not None else None, getattr(deadline, name)
        if was == now or (name == "opens_on" and before is None):
            continue
        moved = f"was {day_text(was)}, is now" if was is not None else "is now"
        yield f"The {NAMES[name]} {moved} {day_text(now) if now is not None else 'gone'}."
    if not matter.restricted:
        yield f"Why: {_without_client(deadline.reason, matter)}"


def names_client(words: str, matter: Matter) -> bool:
    """Whether somebody named the client, whose name leaves in no mail."""
    names = [word.casefold() for word in (matter.client or "").replace(",", " ").split() if len(word) > 1]
    return any(name in words.casefold() for name in names)


def _without_client(reason: str, matter: Matter) -> str:
    """A person wrote the reason and may have named the client."""
    if names_client(reason, matter):
        return "the docket says it."
    return clean_line(f"{reason.rstrip('.')}.")
