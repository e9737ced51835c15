"""What stands beside a window's dates: how it relates to other clocks, what it costs, and what it answers."""

from datetime import date
from typing import Any

from deadlines.compute.case import Case
from deadlines.compute.conditions import match
from deadlines.compute.result import Fee
from deadlines.law.advice import Fee as FeeOfLaw

OPEN_ENDED = date.max


def beside(case: Case, first: date, last: date | None) -> dict[str, Any]:
    """Relations, fees on the days from `first` to `last` (None: for ever), and the reasons that the remedy fits."""
    plan = case.plan
    return {"relations": list(plan.relations), "fees": _fees(case, first, last), "fits": list(plan.fits)}


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
