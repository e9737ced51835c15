"""What starts the count, and the earlier and later days that somebody could start from."""

from collections.abc import Callable
from datetime import date, timedelta

from msgspec import Struct, structs

from deadlines.compute.days import add_length
from deadlines.compute.notice import Notice
from deadlines.compute.result import Step, Window
from deadlines.compute.words import long_date
from deadlines.law.model import Rule

ONE_DAY = timedelta(days=1)


class Trigger(Struct, frozen=True, gc=False):
    """Day 0 by the prevailing reading (`base`), by the most careful (`safe`), by the most generous (`latest`)."""

    base: date
    safe: date
    latest: date
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()


Other = Callable[[str], Window | None]
"""Another rule's window for the same notice."""


def trigger_of(rule: Rule, notice: Notice, other: Other) -> Trigger | str:
    """Day 0 of a rule for a notice, with the sentence that says why; or the date fact without which there is none."""
    if rule.trigger == "final-order":
        return _final_order(rule, notice, other)
    if rule.trigger == "after":
        return _after(rule, other)
    start = _fact_day(rule, notice) if rule.trigger == "fact" else _start(rule, notice)
    if start is None:
        return rule.trigger_fact or ""
    base, latest, missing = start
    careful = base if rule.trigger == "fact" else min(notice.decided_on, base)
    if notice.kind in rule.day_one:
        base, latest, careful = base - ONE_DAY, latest - ONE_DAY, careful - ONE_DAY
    why, cite = rule.trigger_words, rule.cite[0]
    floor = _floor(rule, notice)
    if floor is not None and base < floor.day:
        base = latest = careful = floor.day
        why, cite = floor.why, floor.cite
    elif floor is not None:
        careful = max(careful, floor.day)
    found = Trigger(base, careful, latest, (Step(f"{long_date(base)} is day 0: {why}.", base, cite),), missing)
    return found if rule.counted_before is None else _counted_before(rule, notice, rule.counted_before, found)


class Lowest(Struct, frozen=True, gc=False):
    """The day before which day 0 cannot lie, and what day that is."""

    day: date
    why: str
    cite: str


def _floor(rule: Rule, notice: Notice) -> Lowest | None:
    """The latest of a day of the law and those that follow from facts, such as a birthday."""
    days = [] if rule.not_before is None else [Lowest(rule.not_before, rule.trigger_words, rule.cite[0])]
    for floor in rule.floor:
        known = notice.facts.get(floor.fact)
        if known is not None:
            days.append(Lowest(add_length(date.fromisoformat(known), floor.length), floor.why, floor.cite[0]))
    return max(days, key=lambda lowest: lowest.day, default=None)


def _counted_before(rule: Rule, notice: Notice, fact: str, found: Trigger) -> Trigger:
    """Days counted already bring the end nearer. They are asked for, unless the notice gives the first day itself."""
    known = notice.facts.get(fact)
    if known is None:
        missing = () if notice.kind in rule.day_one else (fact,)
        return structs.replace(found, missing=(*found.missing, *missing))
    back = timedelta(days=int(known))
    base, safe, latest = found.base - back, found.safe - back, found.latest - back
    if not back:
        return found
    text = f"{known} days had been counted before: the count goes on as from {long_date(base)}."
    return Trigger(base, safe, latest, (*found.steps, Step(text, base, rule.cite[0])), found.missing)


def _fact_day(rule: Rule, notice: Notice) -> tuple[date, date, tuple[str, ...]] | None:
    known = notice.facts.get(rule.trigger_fact or "")
    if known is None:
        return None
    day = date.fromisoformat(known)
    return day, day, ()


def _start(rule: Rule, notice: Notice) -> tuple[date, date, tuple[str, ...]]:
    """The prevailing and the latest start, and what is missing to know them."""
    served, decided = notice.served_on, notice.decided_on
    if rule.trigger == "served":
        return served, served, ()
    if rule.trigger == "received":
        received = notice.received_on
        return (received, received, ()) if received is not None else (decided, served, ("received_on",))
    if rule.trigger == "stated-or-served" and notice.service.method != "oral":
        return (decided if notice.service.method == "unknown" else served), served, ()
    return decided, decided, ()


def _after(rule: Rule, other: Other) -> Trigger | str:
    """The last day of another window of the same notice."""
    window = other(rule.after or "")
    if window is None or window.last_day is None or window.safe_by is None:
        return ""
    last, latest = window.last_day, window.latest or window.last_day
    text = f"{long_date(last)} is day 0: {rule.trigger_words}."
    return Trigger(last, window.safe_by, latest, (Step(text, last, rule.cite[0]),))


def _final_order(rule: Rule, notice: Notice, other: Other) -> Trigger:
    """8 CFR 1003.39, 1241.1: final on waiver, on expiry of the appeal period, or on entry in absentia."""
    decided = notice.decided_on
    appeal = notice.facts.get("appeal")
    window = other(rule.finality) if rule.finality is not None and appeal != "waived" else None
    expires = window.last_day if window is not None else None
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
