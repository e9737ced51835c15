"""Two editions of the law compared by meaning: what was added, taken away, or changed, key by key.

The order of files and of keys, comments and spaces are no difference. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from msgspec import Struct, structs

from deadlines.law.base import Length
from deadlines.law.load import Law

NAMES = ("id", "name", "of", "on", "methods", "filing", "forum", "when", "text")
"""What tells the tables of a list apart, the first that there is."""
LONGEST_NAME = 40


class Change(Struct, frozen=True):
    """One difference. `key` is empty where the whole item was added (`old` is None) or taken away (`new` is None)."""

    part: str
    id: str
    key: str
    old: str | None
    new: str | None


def compare(old: Law, new: Law) -> list[Change]:
    """Every difference between two editions, in the order of the parts of `items`. Their names are none."""
    found: list[Change] = []
    for (part, before), (_, after) in zip(items(old), items(new), strict=True):
        for key in sorted(before | after):
            found += _item(part, key, before.get(key), after.get(key))
    return found


def items(law: Law) -> Iterator[tuple[str, dict[str, Struct]]]:
    """The parts of an edition, each with its items by what people call them."""
    yield "rule", dict(law.rules)
    yield "computation", dict(law.computations)
    yield "closure", {str(closure.on): closure for closure in law.closures.closure}
    yield "extension", {extension.id: extension for extension in law.closures.extension}
    yield "holidays", dict(law.calendars)
    yield "decision", _told_apart((f"{d.row} ({', '.join(d.forms)})", d) for d in law.decisions)
    yield "fee", _told_apart((f"{fee.filing} from {fee.from_}", fee) for fee in law.fees)
    yield "ambiguity", dict(law.ambiguities)
    yield "fact", dict(law.facts)
    yield "kind", dict(law.kinds)
    yield "form", dict(law.forms)
    yield "clerk", dict(law.clerks)
    yield "reason", dict(law.reasons)
    yield "rescue", dict(law.rescues)


def _item(part: str, key: str, old: Struct | None, new: Struct | None) -> Iterator[Change]:
    if old == new:
        return
    if old is None or new is None:
        yield Change(part, key, "", None if old is None else _title(old), None if new is None else _title(new))
        return
    before, after = dict(_leaves(old)), dict(_leaves(new))
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Change(part, key, name, before.get(name), after.get(name))


def _title(item: Struct) -> str:
    return str(getattr(item, "title", None) or getattr(item, "name", None) or "there")


def _leaves(item: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each value of a table as text, under its path; what is empty is not there."""
    if isinstance(item, Length):
        yield path, _length(item)
    elif isinstance(item, Struct):
        for field in structs.fields(item):
            yield from _leaves(getattr(item, field.name), _join(path, field.encode_name))
    elif isinstance(item, dict):
        for key, value in item.items():
            yield from _leaves(value, _join(path, key))
    elif isinstance(item, list) and item and isinstance(item[0], Struct):
        for name, part in _told_apart((_name(part), part) for part in item).items():
            yield from _leaves(part, _join(path, name))
    elif item is not None and item not in ("", []):
        yield path, _text(item)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _name(part: Struct) -> str:
    for name in NAMES:
        value = getattr(part, name, None)
        if value:
            return _text(value)[:LONGEST_NAME]
    return "one"


def _told_apart(pairs: Iterable[tuple[str, Struct]]) -> dict[str, Struct]:
    found: dict[str, Struct] = {}
    for name, item in pairs:
        number, key = 1, name
        while key in found:
            number += 1
            key = f"{name} ({number})"
        found[key] = item
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return " and ".join(f"{key} = {_text(item)}" for key, item in value.items())
    return value.isoformat() if isinstance(value, date) else str(value)


def _length(length: Length) -> str:
    parts = ((length.years, "year"), (length.months, "month"), (length.days, "day"), (length.then, "day"))
    said = [f"{number} {unit}{'' if abs(number) == 1 else 's'}" for number, unit in parts if number]
    return " and ".join(said) or "none"
