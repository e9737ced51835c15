"""Which of an open entry's dates comes next."""

from datetime import date
from typing import Literal

from deadlines.store.tables import Entry

What = Literal["protective", "file-by", "last-day", "past"]


def next_date(protective_by: date | None, safe_by: date, last_day: date, today: date) -> tuple[date, What]:
    """The date that comes next and what it is: the protective date while it lies ahead, then the safe date, then the
    last day; `past` when that has gone by too."""
    if protective_by is not None and today <= protective_by < safe_by:
        return protective_by, "protective"
    if today <= safe_by:
        return safe_by, "file-by"
    return last_day, "last-day" if today <= last_day else "past"


def courier_for(entry: Entry, on: date, today: date) -> date | None:
    """The day on which a courier must have the filing, to stand beside a date; none that has passed, none of what was
    sent, and none that is later than the date: it belongs to the date to file by, and beside a protective one it would
    come too late."""
    day = entry.dispatch_by if entry.dispatched is None else None
    return day if day is not None and today <= day <= on else None


def protective_passed(protective_by: date | None, today: date) -> date | None:
    """The protective date once it lies behind, to stand beside the date that comes next."""
    return protective_by if protective_by is not None and protective_by < today else None
