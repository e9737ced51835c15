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


def shown_day(query: Mapping[str, str], today: date, *, to_come: bool = True) -> date:
    """The day that the address of a page names, and today where it names none.

    Raises InputError for no date, for one of no real year, and where a page has none `to_come` for one to come: a page
    never shows another day than the one that was asked for.
    """
    text = query.get("on", "")
    on = parse_day(text) if text.strip() else today
    if on > today and not to_come:
        raise InputError(f"{on} has not come yet: choose today or an earlier day.", code="bad-date")
    return on


def day_of(query: Mapping[str, str], name: str) -> date | None:
    """A day in the address of a page, or None for anything else: for what is only looked for."""
    try:
        return parse_day(query.get(name, ""))
    except InputError:
        return None
