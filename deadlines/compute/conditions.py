"""Conditions of the law data against a notice, with three answers: yes, no, or it depends on a missing fact."""

from msgspec import Struct

from deadlines.compute.notice import Notice
from deadlines.law.base import When
from deadlines.law.model import Recount, Rule


class Match(Struct, frozen=True, gc=False):
    """`holds` is None while it depends on the `missing` facts."""

    holds: bool | None
    missing: tuple[str, ...] = ()


YES = Match(True)
NO = Match(False)


def match(when: When, notice: Notice) -> Match:
    """Whether every condition holds. A condition that fails settles it, whatever else is missing."""
    missing: tuple[str, ...] = ()
    for name, values in when.items():
        value = value_of(name, notice)
        if value is None:
            missing += (name,)
        elif value not in values and not _holds(value, values):
            return NO
    return Match(None, missing) if missing else YES


def recount_of(rule: Rule, notice: Notice) -> Recount | None:
    """The first of the rule's other ways to count that surely holds for this notice."""
    open_to = (item for item in rule.recount if item.without not in notice.facts)
    return next((item for item in open_to if match(item.when, notice).holds), None)


def value_of(name: str, notice: Notice) -> str | None:
    """The notice's value for a name used in conditions; None while it is not known."""
    if name == "kind":
        return notice.kind
    if name == "form":
        return notice.form
    if name == "method":
        return notice.service.method if notice.service.method != "unknown" else None
    return notice.facts.get(name)


def _holds(value: str, values: list[str]) -> bool:
    """Whether a number lies in one of the ranges (`181-364`, `365-`), or one of several words is among them."""
    if value.isdecimal():
        return any(_inside(int(value), text) for text in values)
    return "," in value and any(word in values for word in value.split(","))


def _inside(number: int, text: str) -> bool:
    low, dash, high = text.partition("-")
    return bool(dash) and low.isdecimal() and int(low) <= number and (not high or number <= int(high))
