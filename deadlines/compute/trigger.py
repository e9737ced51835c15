"""What starts the count, and the earlier and later days that somebody could start from."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from deadlines.compute.notice import Notice
from deadlines.compute.result import Step
from deadlines.compute.words import long_date
from deadlines.law.model import Rule


class Trigger(Struct, frozen=True):
    """Day 0 by the prevailing reading (`base`), by the most careful (`safe`), by the most generous (`latest`)."""

    base: date
    safe: date
    latest: date
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()


Expiry = Callable[[str], date | None]
"""The last day of another rule's window for the same notice."""


def trigger_of(rule: Rule, notice: Notice, expiry: Expiry) -> Trigger:
    """Day 0 of a rule for a notice, with the sentence that says why."""
    if rule.trigger == "final-order":
        return _final_order(rule, notice, expiry)
    base, latest = _start(rule, notice)
    if rule.not_before is not None and base < rule.not_before:
        base = latest = rule.not_before
    safe = min(notice.decided_on, base) if rule.not_before is None else base
    text = f"{long_date(base)} is day 0: {rule.trigger_words}."
    return Trigger(base, safe, latest, (Step(text, base, rule.cite[0]),))


def _start(rule: Rule, notice: Notice) -> tuple[date, date]:
    served = notice.served_on
    if rule.trigger == "served":
        return served, served
    if rule.trigger == "stated-or-served":
        if notice.service.method == "oral":
            return notice.decided_on, notice.decided_on
        if notice.service.method == "unknown":
            return notice.decided_on, served
        return served, served
    return notice.decided_on, notice.decided_on


def _final_order(rule: Rule, notice: Notice, expiry: Expiry) -> Trigger:
    """8 CFR 1003.39, 1241.1: final on waiver, on expiry of the appeal period, or on entry in absentia."""
    decided = notice.decided_on
    appeal = notice.facts.get("appeal")
    expires = expiry(rule.finality) if rule.finality is not None and appeal != "waived" else None
    if expires is None:
        why = "appeal was waived" if appeal == "waived" else "an order with no appeal is final when entered"
        text = f"{long_date(decided)} is day 0: {rule.trigger_words}, because {why}."
        return Trigger(decided, decided, decided, (Step(text, decided, "8 CFR 1003.39"),))
    ends = f"the appeal period ends on {long_date(expires)}"
    if appeal is None:
        text = (
            f"{long_date(decided)} is day 0, the earliest day the order can have become final; "
            f"if appeal was not waived, {ends} and the count starts then."
        )
        return Trigger(decided, decided, expires, (Step(text, decided, "8 CFR 1003.39"),), ("appeal",))
    text = f"No appeal taken: {ends}, which is day 0: {rule.trigger_words}."
    return Trigger(expires, decided, expires, (Step(text, expires, "8 CFR 1003.39"),))
