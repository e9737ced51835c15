"""How a fault in the law data is said, and the small questions that every check asks."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import NoReturn

from msgspec import Struct, structs

from deadlines.errors import LawDataError
from deadlines.law.base import Length, When

HERE = "known in this edition"
CHOICES = "among the choices of the fact"
FEW = 12
"""So many names can be told in one sentence."""
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 1, 1)


def fail(where: str, key: str, what: str) -> NoReturn:
    """Raise LawDataError with file or id, key, and what is wrong."""
    raise LawDataError(f"{where}: key '{key}': {what}. Correct the law file.")


def near(value: object, known: Iterable[object]) -> str:
    """In brackets, what may have been meant, or everything that there is where that is little; otherwise nothing."""
    names = sorted({str(name) for name in known})
    close = _nearest(str(value), names)
    if close:
        return f" (did you mean {' or '.join(repr(name) for name in close)}?)"
    return f" (there is {', '.join(names)})" if 0 < len(names) <= FEW else ""


def _nearest(value: str, names: list[str]) -> list[str]:
    """The name that is most like a value; more than one where they are equally like it, as I-600 and N-600 to 1-600."""
    from difflib import SequenceMatcher, get_close_matches

    like = {name: SequenceMatcher(None, name, value).ratio() for name in get_close_matches(value, names)}
    return sorted(name for name, ratio in like.items() if ratio == max(like.values()))


def need(value: object, known: Collection[object], where: str, key: str, among: str = HERE) -> None:
    """The value must be one of the known ones. `among`: what these are."""
    if value not in known:
        fail(where, key, f"{value!r} is not {among}{near(value, known)}")


def need_all(values: Iterable[object], known: Iterable[object], where: str, key: str, among: str = HERE) -> None:
    """Every value must be one of the known ones."""
    names = set(known)
    for value in values:
        need(value, names, where, key, among)


def dates(where: str, key: str, *days: date | None) -> None:
    """No day outside what anybody can mean."""
    for day in days:
        if day is not None and not EARLIEST <= day <= LATEST:
            fail(where, key, f"{day} lies outside {EARLIEST:%Y} to {LATEST:%Y}")


def span(where: str, key: str, from_: date | None, until: date | None) -> None:
    """It begins before it ends. `key`: of the table in which `from` and `until` stand, empty for the whole one."""
    above = f"{key}." if key else ""
    dates(where, f"{above}from", from_)
    dates(where, f"{above}until", until)
    if from_ is not None and until is not None and until <= from_:
        fail(where, f"{above}until", "it ends before it begins")


def counts(where: str, key: str, length: Length, *, back: bool = False) -> None:
    """A length of something; counted back only where that is meant."""
    days = length.years * 365 + length.months * 28 + length.days + length.then
    if days == 0 or (days < 0 and not back):
        fail(where, key, "a period must be longer than nothing")
    if abs(days) > 25 * 366:
        fail(where, key, "no period of the law is so long")


def whens(item: object, above: str = "") -> Iterator[tuple[str, When]]:
    """Every condition anywhere inside a table, each with its key."""
    if isinstance(item, Struct):
        for name in item.__struct_fields__:
            value = getattr(item, name)
            if name in ("when", "appeal_unless"):
                yield f"{above}{name}", value
            else:
                yield from whens(value, f"{above}{name}.")
    elif isinstance(item, list):
        for part in item:
            named = getattr(part, "id", None) or getattr(part, "name", None)
            yield from whens(part, f"{above}{named}." if named else above)


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
