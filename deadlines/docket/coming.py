"""Which of an open entry's dates comes next."""

from datetime import date
from typing import Literal

What = Literal["protective", "file-by", "last-day", "past"]


def next_date(protective_by: date | None, safe_by: date, last_day: date, today: date) -> tuple[date, What]:
    """The date that comes next and what it is: the protective date while it lies ahead, then the safe date, then the
    last day; `past` when that has gone by too."""
    if protective_by is not None and today <= protective_by < safe_by:
        return protective_by, "protective"
    if today <= safe_by:
        return safe_by, "file-by"
    return last_day, "last-day" if today <= last_day else "past"
