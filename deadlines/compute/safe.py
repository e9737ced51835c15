"""The safe date: the earliest serious reading, moved back to a working day, and the open questions behind it.

Each open question has a careful answer. A firm may decide some of them otherwise; this moves its own safe
date, never a last day, and the working says so.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from deadlines.compute import narrate
from deadlines.compute.case import NO_DAYS, Dates
from deadlines.compute.counting import Counting
from deadlines.compute.words import long_date
from deadlines.law.base import Length


class Candidate(Struct, frozen=True, gc=False):
    """A day that may be the safe one, and why."""

    day: date
    why: str


def find_safe(counting: Counting, found: Dates) -> None:
    """Set `safe_by`; never later than the last day, never on a day off or a closure."""
    case = counting.case
    careful = _careful(counting)
    candidates = [careful, Candidate(found.last_raw, "the last day itself"), *_others(counting, found)]
    first = min(candidates, key=lambda item: item.day)
    back = counting.days.back(first.day)
    found.safe_by = back.day
    found.steps.append(narrate.safe(first.day, first.why, back, counting.text.cite[0]))
    overtaken = first.day < careful.day
    idle = set(_of_the_count(counting)) if overtaken else ()
    for doubt in dict.fromkeys(_doubts(counting, found, moot=overtaken and counting.printed_governs())):
        found.steps.append(narrate.settled(case.ambiguity(doubt), case.policy.get(doubt), idle=doubt in idle))
    if found.latest > found.last_day:
        found.steps.append(narrate.latest(found.latest, counting.text.cite[0]))


def _careful(counting: Counting) -> Candidate:
    """The period from the earliest start without mail days, as far as the firm has not decided otherwise."""
    case, text, trigger = counting.case, counting.text, counting.trigger
    start = trigger.base if case.decided_otherwise(case.rule.start_doubt) else trigger.safe
    length = text.length if case.decided_otherwise(text.period.safe_doubt) else text.safe_length
    more = _mail_days(counting) if case.decided_otherwise(_mail_doubt(counting)) else NO_DAYS
    why = narrate.careful(length, start, more, mail=_mail_days(counting) != NO_DAYS)
    return Candidate(counting.add(start, length, more, careful=True), why)


def _others(counting: Counting, found: Dates) -> list[Candidate]:
    """What else may come earlier: careful alternatives, a printed date, a text that a court knocked out."""
    case = counting.case
    # Where the ordinary case is shown while a fact is missing, the other may come sooner.
    candidates = [
        Candidate(counting.add(counting.trigger.safe, other.safe_length, careful=True), narrate.if_so(other.why))
        for other in counting.text.others
    ]
    for item in case.plan.alternatives:
        if item.effect == "safe" and not case.decided_otherwise(item.doubt):
            day = counting.alternative_raw(item, found)
            if day is not None:
                candidates.append(Candidate(day, f"{item.name}: {item.why}"))
    printed = case.printed
    if printed is not None and case.rule.printed != "ignored":
        whose = "the deadline printed on the notice" if case.rule.printed_fact is None else "the day of the decision"
        candidates.append(Candidate(printed, whose))
    if found.protective_by is not None and any(case.decided_otherwise(a.doubt) for a in case.rule.court_action):
        candidates.append(Candidate(found.protective_by, "the firm works to the protective date"))
    return candidates


def _doubts(counting: Counting, found: Dates, *, moot: bool) -> list[str]:
    """The open questions whose answer could move the safe date of this window. `moot`: an earlier printed day leaves
    those of the count without effect."""
    case = counting.case
    doubts: list[str | None] = [] if moot else list(_of_the_count(counting))
    for item in case.plan.alternatives:
        if item.doubt is not None and item.effect == "safe" and counting.alternative_raw(item, found) is not None:
            doubts.append(item.doubt)
        if item.rolls and found.latest > found.last_day:
            doubts.append(item.doubt)
    if found.protective_by is not None:
        doubts += [action.doubt for action in case.rule.court_action]
    return [doubt for doubt in doubts if doubt is not None]


def _of_the_count(counting: Counting) -> Iterator[str | None]:
    """The open questions on the count itself: where it starts, its days for mail, its length."""
    if counting.trigger.safe != counting.trigger.base:
        yield counting.case.rule.start_doubt
    if _mail_days(counting) != NO_DAYS:
        yield _mail_doubt(counting)
    if counting.text.safe_length != counting.text.length:
        yield counting.text.period.safe_doubt


def _mail_days(counting: Counting) -> Length:
    return counting.line.argue or counting.line.add


def _mail_doubt(counting: Counting) -> str | None:
    """By the rule where mail days prevail for it, else by the way of service."""
    if counting.line.add != NO_DAYS and counting.case.rule.mail_doubt is not None:
        return counting.case.rule.mail_doubt
    return counting.line.doubt


def dispute_of(counting: Counting, found: Dates) -> str | None:
    """A sentence where the deadline printed on the notice is not the computed one; a person has to resolve it.

    A printed response deadline is the law's own answer as long as it keeps to the maximum.
    """
    printed, rule = counting.case.printed, counting.case.rule
    if printed is None or rule.printed == "ignored":
        return None
    computed = counting.rest(counting.raw) if counting.printed_governs() else found.last_day
    if printed == computed or (counting.printed_governs() and printed < computed):
        return None
    order = "earlier" if printed < computed else "later"
    said = narrate.prints(printed, rule.printed_fact)
    return (
        f"{said[0].upper()}{said[1:]}, {order} than the computed last day {long_date(computed)}. "
        f"The earlier date controls the safe date, {long_date(found.safe_by)}; somebody has to find out which is right."
    )
