"""The days that programs send: each has to lie in the years that the one strict reader takes."""

from datetime import date, datetime

from msgspec import Struct

from deadlines.compute.dates import parse_day
from deadlines.errors import InputError


class OddDay(Struct, frozen=True):
    """A day that cannot be real: where it stands, as `paper/received_on`, and what is wrong with it."""

    place: str
    sentence: str


def odd_day(asked: object, place: str = "") -> OddDay | None:
    """The first day in a request that lies in no year of ours."""
    if isinstance(asked, date) and not isinstance(asked, datetime):
        try:
            parse_day(asked.isoformat())
        except InputError as wrong:
            return OddDay(place, wrong.sentence)
    names = asked.__struct_fields__ if isinstance(asked, Struct) else ()
    inner = (odd_day(getattr(asked, name), f"{place}/{name}".lstrip("/")) for name in names)
    return next((odd for odd in inner if odd is not None), None)
