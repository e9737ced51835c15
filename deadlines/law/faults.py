"""How a fault in the law data is said, and the small questions that every check asks."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NoReturn

from msgspec import Struct, structs

from deadlines.errors import LawDataError
from deadlines.law.base import Length, When

FEW = 12
"""So many names can be told in one sentence."""
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 1, 1)


def fail(where: str, key: str, what: str) -> NoReturn:
    """Raise LawDataError with file or id, key, and what is wrong."""
    raise LawDataError(f"{where}: key '{key}': {what}. Correct the law file.")


def near(value: object, known: Iterable[object]) -> str:
    """In brackets, what may have been meant, or everything that there is where that is little; otherwise nothing."""
    from difflib import get_close_matches

    names = sorted({str(name) for name in known})
    close = get_close_matches(str(value), names, n=1)
    if close:
        return f" (did you mean '{close[0]}'?)"
    return f" (there is {', '.join(names)})" if 0 < len(names) <= FEW else ""


def need(holds: bool, where: str, key: str, value: object) -> None:
    """The value must be known in this edition."""
    if not holds:
        fail(where, key, f"{value!r} is not known in this edition")


def need_all(values: Iterable[object], known: Iterable[object], where: str, key: str) -> None:
    """Every value must be among the known ones."""
    names = set(known)
    for value in values:
        need(value in names, where, key, value)


def dates(where: str, key: str, *days: date | None) -> None:
    """No day outside what anybody can mean."""
    for day in days:
        if day is not None and not EARLIEST <= day <= LATEST:
            fail(where, key, f"{day} lies outside {EARLIEST:%Y} to {LATEST:%Y}")


def span(where: str, key: str, from_: date | None, until: date | None) -> None:
    """It begins before it ends."""
    dates(where, key, from_, until)
    if from_ is not None and until is not None and until <= from_:
        fail(where, f"{key}.until", "it ends before it begins")


def counts(where: str, key: str, length: Length, *, back: bool = False) -> None:
    """A length of something; counted back only where that is meant."""
    days = length.years * 365 + length.months * 28 + length.days + length.then
    if days == 0 or (days < 0 and not back):
        fail(where, key, "a period must be longer than nothing")
    if abs(days) > 25 * 366:
        fail(where, key, "no period of the law is so long")


def whens(item: object) -> Iterator[When]:
    """Every condition anywhere inside a table."""
    if isinstance(item, Struct):
        for name in item.__struct_fields__:
            value = getattr(item, name)
            if name in ("when", "appeal_unless"):
                yield value
            else:
                yield from whens(value)
    elif isinstance(item, list):
        for part in item:
            yield from whens(part)


def cited(where: str, item: object, key: str = "") -> None:
    """No empty citation anywhere: a value without its source is not law data. Notes may be plain advice."""
    if isinstance(item, list):
        for part in item:
            cited(where, part, key)
    if not isinstance(item, Struct):
        return
    for name, value in structs.asdict(item).items():
        if name == "cite":
            _sources(where, f"{key}{name}", value)
        elif isinstance(value, list | Struct):
            cited(where, value, f"{key}{name}.")


def _sources(where: str, key: str, value: list[str]) -> None:
    if any(not text.strip() for text in value) or (not value and not key.startswith("note.")):
        fail(where, key, "a citation is missing")
