"""What stands beside a window's dates: how it relates to other clocks, what it costs, and what it answers."""

from datetime import date
from typing import Any

from deadlines.compute.case import Case
from deadlines.compute.conditions import match
from deadlines.compute.result import Fee, Relation
from deadlines.law.advice import Fee as FeeOfLaw

OPEN_ENDED = date.max


def beside(case: Case, first: date, last: date | None) -> dict[str, Any]:
    """Relations, fees on the days from `first` to `last` (None: for ever), and the reasons that the remedy fits."""
    return {"relations": _relations(case), "fees": _fees(case, first, last), "fits": _fits(case)}


def _relations(case: Case) -> list[Relation]:
    return [
        Relation(item.kind, item.on, item.rule, item.notice, item.facts, item.text, item.cite)
        for item in case.rule.relation
        if match(item.when, case.notice).holds
    ]


def _fees(case: Case, first: date, last: date | None) -> list[Fee]:
    """The fees in force on any of those days: the day of filing decides which one is owed."""
    end = OPEN_ENDED if last is None else last
    return [
        Fee(fee.filing, fee.amount, fee.from_, fee.until, fee.text, fee.confidence, fee.cite)
        for fee in case.engine.fees_of(case.rule.id)
        if fee.from_ <= end and (fee.until is None or fee.until > first) and _reaches(fee, case)
    ]


def _reaches(fee: FeeOfLaw, case: Case) -> bool:
    """A fee whose condition is not known to fail is shown: to pay nothing by mistake loses the date."""
    return match(fee.when, case.notice).holds is not False


def _fits(case: Case) -> list[str]:
    """Why the remedy answers what the authority said, for each reason that the notice gives."""
    given = case.notice.facts.get("reason")
    if given is None:
        return []
    texts = case.engine.fits_of(case.rule.id)
    return [texts[reason] for reason in given.split(",") if reason in texts]
