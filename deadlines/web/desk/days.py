"""Days as pages are handed them: every one that is reckoned with is read by the one strict reader, with its bounds."""

from collections.abc import Mapping
from datetime import date

from deadlines.compute.dates import parse_day
from deadlines.errors import InputError


def chosen_day(text: str) -> date:
    """A day that somebody had to choose. Raises InputError for none, for no date, and for one of no real year."""
    if not text.strip():
        raise InputError("Choose a day, as 2026-03-03.", code="bad-date")
    return parse_day(text)


def day_of(query: Mapping[str, str], name: str) -> date | None:
    """A day in the address of a page, or None for anything else."""
    try:
        return parse_day(query.get(name, ""))
    except InputError:
        return None
