"""The option type for days: every date on the command line is read by the one strict reader."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from deadlines.errors import InputError


class Day(click.ParamType[date]):
    """A calendar day such as `2026-02-03` or `3 Feb 2026`; raises InputError naming the option."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day that was written."""
        from deadlines.compute.dates import parse_day

        if isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except InputError as error:
            option = f"{param.opts[-1]}: " if param else ""
            raise InputError(f"{option}{error.sentence}", code=error.code) from None


DAY = Day()


def end_of_day(day: date, zone: str) -> datetime:
    """The first moment of the day after, in the firm's zone: on the day itself it still holds."""
    from deadlines.clock import end_of

    return end_of(day, ZoneInfo(zone))
