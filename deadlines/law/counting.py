"""How a forum counts: service lines, rolls, computations.

Dates are calendar days. Lengths are calendar days unless the computation counts business days.
"""

from datetime import date
from typing import Literal

from msgspec import field

from deadlines.law.base import Length, Table

Method = Literal["mail", "certified-mail", "in-person", "electronic", "fax", "oral", "unknown"]


class ServiceLine(Table, frozen=True, kw_only=True):
    """Days added for some ways of service: `add` by the prevailing reading, `argue` by the most generous.

    `doubt`: the ambiguity by which the safe date counts none of them.
    """

    methods: list[Method]
    add: Length
    argue: Length | None = None
    doubt: str | None = None
    why: str
    cite: list[str]


class Roll(Table, frozen=True, kw_only=True):
    """What moves a last day that falls on a day off, and where it goes."""

    off: list[Literal["saturday", "sunday", "legal-holiday"]]
    to: Literal["next-open-day", "stays"]
    cite: list[str]


class Computation(Table, frozen=True, kw_only=True):
    """How a forum counts: named, so that rules share it.

    `like`: another computation, of which this one repeats every key that it does not name itself.
    `count`: `business` counts open days only. `state_holidays`: the holidays of the state of the circuit
    clerk's principal office move the last day too. `online_roll`: whether an online filing profits from the
    roll.
    """

    id: str
    like: str | None = None
    count: Literal["calendar", "business"]
    order: list[Literal["period", "service", "roll"]]
    roll: Roll
    holidays: str
    forum: str
    state_holidays: bool = False
    online_roll: bool = True
    online_from: date | None = None
    online_why: str = ""
    online_cite: list[str] = field(default_factory=list)
    observed_why: str = ""
    closure_why: str = ""
    closure_cite: list[str] = field(default_factory=list)
    roll_first_why: str = ""
    cite: list[str]
    service: list[ServiceLine]
