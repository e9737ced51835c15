"""One rule applied to one notice: what is handed from step to step while its dates are found."""

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from deadlines.compute.notice import Notice
from deadlines.compute.result import Reading, Step
from deadlines.law.advice import Ambiguity
from deadlines.law.base import Confidence, Length
from deadlines.law.model import Rule

if TYPE_CHECKING:
    from deadlines.compute.asking import Questions
    from deadlines.compute.engine import Engine
    from deadlines.compute.plan import Plan

NO_DAYS = Length()
Policy = dict[str, str]
"""The firm's choices: ambiguity to choice, only where it is not the careful one."""


def printed_day(rule: Rule, notice: Notice) -> date | None:
    """The day that a notice prints for the window of a rule: its deadline, or a date of the rule's own."""
    if rule.printed_fact is None:
        return notice.printed_deadline
    known = notice.facts.get(rule.printed_fact)
    return date.fromisoformat(known) if known is not None else None


class Case(Struct, frozen=True, gc=False):
    """One rule applied to one notice."""

    engine: "Engine"
    plan: "Plan"
    rule: Rule
    notice: Notice
    questions: "Questions"
    policy: Policy

    def ask_all(self, missing: tuple[str, ...]) -> None:
        """Ask for each of these facts on behalf of the rule."""
        for fact in missing:
            self.questions.ask(fact, self.rule)

    def ambiguity(self, doubt: str) -> Ambiguity:
        """The ambiguity of that id."""
        return self.engine.law.ambiguities[doubt]

    def decided_otherwise(self, doubt: str | None) -> bool:
        """Whether the firm has settled the ambiguity the less careful way."""
        return doubt is not None and doubt in self.policy

    @property
    def printed(self) -> date | None:
        """The day that the notice prints for this window."""
        return printed_day(self.rule, self.notice)


class Dates(Struct, gc=False):
    """The dates as they are found, each step beside them."""

    last_raw: date
    last_day: date
    latest: date
    safe_by: date
    protective_by: date | None = None
    capped: bool = False
    """The law itself ends the window before the period does."""
    readings: list[Reading] = []
    steps: list[Step] = []
    sources: list[Confidence] = []
    """How good the sources are that the last day rests on, beside the rule's own."""


def superseded(reading: Reading) -> Reading:
    """The reading, no longer the prevailing one."""
    return Reading(reading.name, reading.last_day, False, reading.why, reading.cite)
