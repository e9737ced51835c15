"""The steps on the way to a filing, and the day by which a courier must have it: counted by the firm's template."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from deadlines.compute.ladder import day_before
from deadlines.compute.ladders import Count, Reach, WindowClass
from deadlines.compute.result import Window


class Dispatch(Struct, frozen=True):
    """How many business days a courier takes, for filings that count when they are received.

    `remind`: whether people are told on that day; it is shown in any case.
    """

    days: int
    reach: Reach = Reach()
    remind: bool = False


class Template(Struct, frozen=True, kw_only=True):
    """One milestone of a firm's template: what is to be done, by whom, and by when.

    Exactly one of `after_notice` (days from the entry of the notice), `before_safe_by` and `before_dispatch` says the
    day. `owner`: `attorney`, `paralegal`, `docket`, or a mail address. `once`: once for a notice, with the entry whose
    date comes first. `remind`: business days before its day on which the owner is told.
    """

    id: str
    title: str
    owner: str = "attorney"
    after_notice: int | None = None
    before_safe_by: int | None = None
    before_dispatch: int | None = None
    count: Count = "business"
    once: bool = False
    remind: tuple[int, ...] = (0,)
    reach: Reach = Reach()


DISPATCHES = (Dispatch(2),)
"""What holds where a firm sets nothing: two business days, shown and not reminded of."""


def must_be_received(window: Window) -> bool:
    """Whether nothing but receipt makes the filing timely, so that the day of sending does not count."""
    return window.filed_when.startswith("received") and ", or " not in window.filed_when


def dispatch_of(dispatches: Sequence[Dispatch], of: WindowClass) -> Dispatch | None:
    """The narrowest that fits a window of that class."""
    fitting = [dispatch for dispatch in dispatches if dispatch.reach.fits(of)]
    return max(fitting, key=lambda dispatch: dispatch.reach.narrowness(of), default=None)


def dispatch_by(window: Window, dispatch: Dispatch | None, is_open: Callable[[date], bool]) -> date | None:
    """The day on which a courier must have the filing to deliver it by the safe date; None where that says nothing.

    `is_open`: whether the forum takes deliveries on a day and couriers work.
    """
    if dispatch is None or window.safe_by is None or not must_be_received(window):
        return None
    return day_before(window.safe_by, dispatch.days, is_open, "business")


def due_on(
    template: Template,
    window: Window,
    dispatch_by: date | None,
    noted_on: date,
    is_working_day: Callable[[date], bool],
) -> date | None:
    """The working day by which a milestone is due; None for a window without dates, or without a day to count from.

    Never before the notice was entered (`noted_on`), and otherwise never after the safe date, nor, once that has
    passed, after the last day. What should have been done before the notice was there is due on the day it came.
    """
    if window.safe_by is None:
        return None
    found = _counted(template, window.safe_by, dispatch_by, noted_on, is_working_day)
    if found is None:
        return None
    end = window.safe_by if window.safe_by >= noted_on else window.last_day or window.safe_by
    return max(min(found, end), noted_on)


def _counted(
    template: Template,
    safe_by: date,
    dispatch_by: date | None,
    noted_on: date,
    is_working_day: Callable[[date], bool],
) -> date | None:
    if template.after_notice is not None:
        return _day_after(noted_on, template.after_notice, is_working_day, template.count)
    if template.before_safe_by is not None:
        return day_before(safe_by, template.before_safe_by, is_working_day, template.count)
    if dispatch_by is None or template.before_dispatch is None:
        return None
    return day_before(dispatch_by, template.before_dispatch, is_working_day, template.count)


def _day_after(day: date, after: int, is_working_day: Callable[[date], bool], count: Count) -> date:
    """So many days after another; calendar days that end on a day off end on the working day before it."""
    if count == "calendar":
        return day_before(day + timedelta(days=after), 0, is_working_day)
    for _ in range(after):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day
