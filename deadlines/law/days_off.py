"""Tables about days: holidays by definition, closures, notices of grace, and where the circuit clerks sit.

Dates are calendar days; `until` is the first day something no longer holds.
"""

from datetime import date
from typing import Literal

from msgspec import field

from deadlines.law.base import Confidence, Reviewed, Table, When


class Holiday(Table, frozen=True, kw_only=True):
    """A holiday by definition: a fixed day, the nth weekday of a month (nth = -1 is the last), a count
    of days from Easter Sunday, or a day relative to another definition.

    `plus`: days added to the day found. `year_cycle` and `year_offset`: only years with
    `year % year_cycle == year_offset`. `dates`: days listed one by one instead of a definition.
    `from`/`until` are the first day it holds and the first day it no longer holds.
    """

    id: str
    name: str
    month: int | None = None
    day: int | None = None
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None
    nth: int | None = None
    easter: int | None = None
    plus: int = 0
    year_cycle: int = 1
    year_offset: int = 0
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    dates: list[date] = field(default_factory=list)
    observed: Literal["as-calendar", "never"] = "as-calendar"
    cite: list[str]
    confidence: Confidence


class Observance(Table, frozen=True, kw_only=True):
    """What a calendar does with a holiday that falls on a weekend."""

    saturday: Literal["friday", "monday", "none"]
    sunday: Literal["monday", "none"]
    cite: list[str]
    why: str = ""


class HolidayCalendar(Table, frozen=True, kw_only=True):
    """The holidays of one jurisdiction."""

    id: str
    name: str
    reviewed: Reviewed
    observance: Observance
    cite: list[str]
    holiday: list[Holiday]


class ClosureEffect(Table, frozen=True, kw_only=True):
    """A forum that does treat a closure as a day off: the last day moves."""

    forum: str
    circuits: list[str] = field(default_factory=list)
    why: str
    cite: list[str]


class Closure(Table, frozen=True, kw_only=True):
    """A one-off closing of offices that is not a legal holiday. Without an effect it moves no last day."""

    on: date
    name: str
    confidence: Confidence
    cite: list[str]
    effect: list[ClosureEffect] = field(default_factory=list)


class Extension(Table, frozen=True, kw_only=True):
    """A dated notice by which a forum accepted filings due in a span until a later day."""

    id: str
    forum: str
    due_from: date
    due_to: date
    accepted_to: date
    when: When = field(default_factory=dict)
    why: str
    confidence: Confidence
    cite: list[str]


class Closures(Table, frozen=True, kw_only=True):
    """The closures and extensions file."""

    reviewed: Reviewed
    closure: list[Closure]
    extension: list[Extension] = field(default_factory=list)


class Clerk(Table, frozen=True, kw_only=True):
    """Where a circuit clerk has the principal office, for FRAP 26(a)(6)(C) and 26(a)(4)(B)."""

    circuit: str
    city: str
    state: str
    calendar: str
    zone: str
    cite: list[str]
    confidence: Confidence
