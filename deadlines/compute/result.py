"""What a computation answers: the result of the machine contract, ready to be written as JSON.

Dates are calendar days, both ends of a window inclusive.
"""

from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

State = Literal["due", "no-limit", "not-available", "closed"]
Timeliness = Literal["timely", "late", "contested"]


class Step(Struct, frozen=True, gc=False):
    """One step of a working: a sentence, the day it arrives at, and the text it rests on."""

    text: str
    date: date | None
    cite: str | None


class Reading(Struct, frozen=True, gc=False):
    """One tenable answer with its authority."""

    name: str
    last_day: date
    prevails: bool
    why: str
    cite: list[str]


class Relation(Struct, frozen=True, gc=False):
    """How a remedy stands to another clock: what it excludes, starts, ends, or does not stop.

    `on` is the event that makes it so, `rule` the window concerned, `notice` the kind of notice to record when
    the event comes, `facts` what is to be added to the same notice then.
    """

    kind: Literal["alternative", "starts", "ends", "keeps-running"]
    on: Literal["filed", "denied", "granted", "not-filed", "any"]
    rule: str | None
    notice: str | None
    facts: dict[str, str]
    text: str
    cite: list[str]


class Fee(Struct, frozen=True, gc=False):
    """What a filing costs in US dollars (or `none`) on the days from `from_on` until before `until`."""

    filing: str
    amount: str
    from_on: date
    until: date | None
    text: str
    confidence: str
    cite: list[str]


class Window(Struct, frozen=True, kw_only=True, gc=False):
    """One remedy after one notice, with its four dates and everything that explains them.

    `last_day` is the last timely day by the prevailing reading, `safe_by` the day to calendar,
    `protective_by` the day under a shorter text that a court has knocked out for now, `latest` the
    last day that somebody could argue. All four are None unless `state` is `due`. `fits`: why the remedy
    answers the reason of the decision. `dispute`: the deadline printed on the notice is another one, and a
    person has to resolve it.
    """

    rule: str
    title: str
    remedy: str
    form: str | None
    file_with: str
    filed_when: str
    state: State
    opens_on: date | None = None
    protective_by: date | None = None
    safe_by: date | None = None
    last_day: date | None = None
    latest: date | None = None
    contested: bool = False
    readings: list[Reading] = []
    working: list[Step] = []
    cite: list[str] = []
    confidence: str
    reviewed_on: date
    notes: list[str] = []
    relations: list[Relation] = []
    fees: list[Fee] = []
    fits: list[str] = []
    dispute: str | None = None
    party: Literal["client", "government", "either"] = "client"
    timeliness: Timeliness | UnsetType = UNSET

    @property
    def pitfalls(self) -> list[str]:
        """What to watch: what the filing excludes or destroys, each said once, then the notes."""
        grave = (relation.text for relation in self.relations if relation.kind in ("alternative", "ends"))
        return [*dict.fromkeys(grave), *self.notes]


class Ask(Struct, frozen=True, gc=False):
    """A missing fact that changes an answer: what to find out, why, and what it can be."""

    fact: str
    why: str
    choices: list[str]
    rules: list[str]


class Result(Struct, frozen=True, gc=False):
    """Every window that one notice opens."""

    ref: str | None
    edition: str
    windows: list[Window]
    asks: list[Ask]
    warnings: list[str]
