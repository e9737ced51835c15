"""What a remedy costs on the days on which it may be filed."""

from datetime import date

from deadlines.compute.conditions import match
from deadlines.compute.notice import Notice
from deadlines.compute.result import Fee
from deadlines.law import advice


def fees_between(fees: list[advice.Fee], notice: Notice, first: date, last: date) -> list[Fee]:
    """The fees in force on any day from `first` to `last`: the day of filing decides which one is owed.

    A fee whose condition is not known to fail is shown: to pay nothing by mistake loses the date.
    """
    return [
        Fee(fee.filing, fee.amount, fee.from_, fee.until, fee.text, fee.confidence, fee.cite)
        for fee in fees
        if fee.from_ <= last and (fee.until is None or fee.until > first) and match(fee.when, notice).holds is not False
    ]
