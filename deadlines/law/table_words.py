"""What is wrong in a table of a law file: which table, which key, and what belongs there, in plain words."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import msgspec
from msgspec import inspect

from deadlines.law.faults import near

Step = str | int
STEP = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")
ANY = "..."
"""How msgspec writes a key that the file chooses, such as the fact in a condition: it does not say which."""
EXPECTED = {
    "str": "text in quotation marks",
    "int": "a whole number without quotation marks",
    "bool": "true or false, without quotation marks",
    "date": "a date such as 2026-03-09",
    "array": "a list in [ ]",
    "object": "a table",
}
GOT: dict[str, tuple[type, str]] = {
    "str": (str, "text"),
    "int": (int, "a whole number"),
    "float": (float, "a number with a decimal point"),
    "bool": (bool, "true or false"),
    "date": (date, "a date"),
    "datetime": (datetime, "a date with a time of day"),
    "time": (time, "a time of day"),
    "array": (list, "a list"),
    "object": (dict, "a table"),
}
NAMES = ("id", "on", "name", "circuit", "of")
"""Keys by which people find a table, where it has one."""
HINTS = ("row", "filing")
"""Keys that help to find it beside its number: several tables may hold the same words."""
SPECIAL = {"HolidayCalendar": "holidays"}


def whole_file(data: Any, kind: type) -> str:
    """The table that a file is, with its id where it has one."""
    known = data.get("id") if isinstance(data, dict) else None
    what = SPECIAL.get(kind.__name__, kind.__name__.lower())
    return f"{what} {known}" if isinstance(known, str) else ""


def one_of_many(table: str, data: Any, number: int) -> str:
    """A `[[table]]` by its id, or by its number in the file, counted from 1."""
    if not isinstance(data, dict):
        return f"{table} number {number}"
    name = next((data[key] for key in NAMES if _names(key, data.get(key))), None)
    if name is not None:
        return f"{table} {name}"
    hint = next((f" ({data[key]})" for key in HINTS if _names(key, data.get(key))), "")
    return f"{table} number {number}{hint}"


def _names(key: str, value: Any) -> bool:
    """Whether somebody would find a table by it: a relation's `on` is a word that many share."""
    return isinstance(value, date) if key == "on" else isinstance(value, str) and bool(value.strip())


def wrong_table(wrong: msgspec.ValidationError, data: Any, kind: type, where: list[str]) -> str:
    """The sentence for a table that its format refuses. `where`: the file, and the table in it."""
    text, _, path = str(wrong).partition(" - at `")
    got = re.search(r"got `(\w+)`", text)
    steps = [name or (int(at) if at.isdigit() else at) for name, at in STEP.findall(path)]
    place = _found(data, steps, got[1] if got else None) or []
    tables, key = _told(data, place)
    key, what = _said(text, _value(data, place), inspect.type_info(kind), place, key)
    return f"{', '.join(part for part in (*where, *tables) if part)}: {f'{key}: ' if key else ''}{what}"


def _found(data: Any, steps: list[Step], got: str | None) -> list[Step] | None:
    """The way to the value complained of; where a key is not told, the first that leads to a value of that type."""
    if not steps:
        return [] if got not in GOT or type(data) is GOT[got][0] else None
    for step in list(data) if steps[0] == ANY else steps[:1]:
        rest = _found(data[step], steps[1:], got)
        if rest is not None:
            return [step, *rest]
    return None


def _value(data: Any, place: list[Step]) -> Any:
    for step in place:
        data = data[step]
    return data


def _told(data: Any, place: list[Step]) -> tuple[list[str], str]:
    """The tables on the way, each by id or number, and the key inside the last one."""
    tables: list[str] = []
    keys: list[str] = []
    number = ""
    for step in place:
        data = data[step]
        if isinstance(step, str):
            keys.append(step)
        elif isinstance(data, dict):
            tables.append(one_of_many(".".join(keys), data, step + 1))
            keys = []
        else:
            number = f", value number {step + 1}"
    return tables, f"key '{'.'.join(keys)}'{number}" if keys else ""


def _said(text: str, value: Any, kind: inspect.Type, place: list[Step], key: str) -> tuple[str, str]:
    """The key that is at fault, and what is wrong with it."""
    field = re.search(r"field `(.+)`", text)
    if field is not None:
        inner = f"{key[:-1]}.{field[1]}'" if key else f"key '{field[1]}'"
        unknown = f"no such key belongs there{near(field[1], _keys(kind, place))}"
        return inner, unknown if "unknown" in text else "it is missing"
    if text.startswith("Invalid enum value"):
        return key, f"{value!r} is not one of the words that may stand there{near(value, _choices(kind, place))}"
    expected = re.match(r"Expected `([^`]+)`, got `(\w+)`", text)
    if expected is not None:
        wanted = " or ".join(EXPECTED[name] for name in expected[1].split(" | ") if name in EXPECTED)
        return key, f"{wanted} belongs there; found {GOT[expected[2]][1]}"
    return key, f"{value!r} is no date; one is written as 2026-03-09" if "encoded date" in text else text


def _keys(kind: inspect.Type, place: list[Step]) -> list[str]:
    shapes = [shape for shape in _shapes(kind, place) if isinstance(shape, inspect.StructType)]
    return [field.encode_name for shape in shapes for field in shape.fields]


def _choices(kind: inspect.Type, place: list[Step]) -> list[object]:
    shapes = [shape for shape in _shapes(kind, place) if isinstance(shape, inspect.LiteralType)]
    return [value for shape in shapes for value in shape.values]


def _shapes(kind: inspect.Type, place: list[Step]) -> Iterator[inspect.Type]:
    """What may stand at a place, one by one where several may."""
    if isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _shapes(part, place)
    elif not place:
        yield kind
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            if field.encode_name == place[0]:
                yield from _shapes(field.type, place[1:])
    elif isinstance(kind, inspect.ListType):
        yield from _shapes(kind.item_type, place[1:])
    elif isinstance(kind, inspect.DictType):
        yield from _shapes(kind.value_type, place[1:])
