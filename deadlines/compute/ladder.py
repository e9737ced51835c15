"""The reminder moments of a window: which days before its dates somebody is told.

Practice asks for at least 180, 90, 60 and 30 days before a fatal date, fewer for short windows, and for a
last stage of its own. A reminder that falls on a day off is moved back, never forward.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from deadlines.compute.ladders import LADDERS, Count, Ladder, WindowClass, ladder_of
from deadlines.compute.result import Window

About = Literal["safe_by", "last_day", "protective_by", "opens_on", "dispatch_by"]
Severity = Literal["notice", "warning", "urgent"]
SEVERITIES: tuple[Severity, ...] = ("notice", "warning", "urgent")
LAST = (1, 0)
PROTECTIVE = (7, 3, 1, 0)


class Rung(Struct, frozen=True):
    """One reminder: stable name, the working day it is sent, and the date it speaks of.

    `now` stands for everything that had passed when the notice was entered, `past` for a window whose
    last day had passed, `moved` for a change of the dates; all three are sent at once.
    """

    id: str
    on: date
    about: About
    about_on: date
    severity: Severity


def length_of(window: Window, entered_on: date) -> int:
    """The days from the opening of a window, or else from its entry, to its safe date; 0 without one."""
    return (window.safe_by - (window.opens_on or entered_on)).days if window.safe_by is not None else 0


def day_before(day: date, before: int, is_working_day: Callable[[date], bool], count: Count = "calendar") -> date:
    """The working day on or before the day that lies so many calendar or business days before another."""
    if count == "calendar":
        return _back(day - timedelta(days=before), is_working_day)
    found = _back(day, is_working_day)
    for _ in range(before):
        found = _back(found - timedelta(days=1), is_working_day)
    return found


def _back(day: date, is_working_day: Callable[[date], bool]) -> date:
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def weekday(day: date) -> bool:
    """Monday to Friday: what counts as a working day where nothing better is known."""
    return day.weekday() < 5


def ladder_for(
    window: Window,
    entered_on: date,
    is_working_day: Callable[[date], bool] = weekday,
    *,
    ladders: Sequence[Ladder] = LADDERS,
    of: WindowClass | None = None,
    dispatch_by: date | None = None,
    moved: Severity | None = None,
) -> list[Rung]:
    """The rungs of a window entered on a day, in order of their days; none for a window without dates.

    `ladders` are the firm's, of which the one for a window of the class `of` is taken; `dispatch_by` is the day on
    which a courier must have the filing, where people are told of it. Two rungs never share a day. `moved`: its dates
    changed on that day, so that the first rung says so, at least so severe, and speaks for everything that had passed
    as well.
    """
    if window.safe_by is None:
        return []
    last_day = window.last_day or window.safe_by
    if last_day < entered_on:
        return [Rung("moved" if moved else "past", entered_on, "last_day", last_day, "urgent")]
    days: dict[date, Rung] = {}
    ladder = ladder_of(length_of(window, entered_on), ladders, of)
    for rung in _stages(window, window.safe_by, last_day, entered_on, is_working_day, ladder, dispatch_by):
        days[rung.on] = max(days.get(rung.on, rung), rung, key=_weight)
    rungs = _from(entered_on, [days[day] for day in sorted(days)])
    return rungs if moved is None else _moved(entered_on, window.safe_by, last_day, rungs, moved)


def moment(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, of a wall-clock time on a day in an IANA time zone.

    A time that happens twice is taken the first time; one that a clock change skips is moved forward by
    the length of the gap.
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _stages(
    window: Window,
    safe_by: date,
    last_day: date,
    entered_on: date,
    is_working_day: Callable[[date], bool],
    ladder: Ladder,
    dispatch_by: date | None,
) -> Iterator[Rung]:
    """Every rung of the window, before what is past is gathered and shared days are settled."""

    def rung(
        name: str, about: About, about_on: date, before: int, severity: Severity, count: Count = "calendar"
    ) -> Rung:
        return Rung(f"{name}-{before}", day_before(about_on, before, is_working_day, count), about, about_on, severity)

    opens_on = window.opens_on
    for before in ladder.days:
        yield rung("safe", "safe_by", safe_by, before, _severity(before), ladder.count)
    if dispatch_by is not None:
        yield rung("dispatch", "dispatch_by", dispatch_by, 0, "warning")
    if last_day > safe_by:
        for before in LAST:
            yield rung("last", "last_day", last_day, before, "urgent")
    if window.protective_by is not None:
        for before in PROTECTIVE:
            yield rung(
                "protective",
                "protective_by",
                window.protective_by,
                before,
                "notice" if before > 3 else "warning",
            )
    if opens_on is not None and opens_on > entered_on:
        yield rung("opens", "opens_on", opens_on, 0, "notice")


def _severity(before: int) -> Severity:
    if before > 7:
        return "notice"
    return "warning" if before > 1 else "urgent"


def _weight(rung: Rung) -> tuple[int, int]:
    """Which of two rungs on one day speaks: the more severe, then the date to calendar before others."""
    order: tuple[About, ...] = ("opens_on", "dispatch_by", "protective_by", "last_day", "safe_by")
    return SEVERITIES.index(rung.severity), order.index(rung.about)


def _from(entered_on: date, rungs: list[Rung]) -> list[Rung]:
    """The rungs from the day of entry on. What had passed becomes one rung, `now`, with today's in it."""
    ahead = [rung for rung in rungs if rung.on >= entered_on]
    if len(ahead) == len(rungs):
        return rungs
    gathered = [rung for rung in rungs if rung.on <= entered_on]
    speaks = next((rung for rung in gathered if rung.about_on >= entered_on), gathered[-1])
    severity = max((rung.severity for rung in gathered), key=SEVERITIES.index)
    now = Rung("now", entered_on, speaks.about, speaks.about_on, severity)
    return [now, *(rung for rung in ahead if rung.on > entered_on)]


def _moved(entered_on: date, safe_by: date, last_day: date, rungs: list[Rung], severity: Severity) -> list[Rung]:
    """The rungs with a first one, today, that tells of the change; today's own is in it."""
    today = [rung.severity for rung in rungs if rung.on == entered_on]
    about: About = "safe_by" if safe_by >= entered_on else "last_day"
    day = safe_by if about == "safe_by" else last_day
    first = Rung("moved", entered_on, about, day, max((severity, *today), key=SEVERITIES.index))
    return [first, *(rung for rung in rungs if rung.on > entered_on)]
