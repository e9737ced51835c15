"""Read the law files strictly: anything doubtful stops the start, with file, id and key.

The files are TOML under `data/`; every table is described in `model.py`. Loading does no other I/O.
"""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from deadlines.errors import LawDataError
from deadlines.law import checks
from deadlines.law.model import (
    Clerk,
    Closures,
    Computation,
    Decision,
    Fact,
    Form,
    HolidayCalendar,
    Kind,
    Rule,
    Table,
)

T = TypeVar("T")


class Law(Struct, frozen=True):
    """One edition of the law data, checked as a whole."""

    edition: str
    rules: dict[str, Rule]
    computations: dict[str, Computation]
    calendars: dict[str, HolidayCalendar]
    closures: Closures
    decisions: list[Decision]
    matrix: dict[str, dict[str, list[Decision]]]
    """The decisions by kind and form, `*` for every form."""
    kinds: dict[str, Kind]
    facts: dict[str, Fact]
    forms: dict[str, Form]
    clerks: dict[str, Clerk]


class Edition(Table, frozen=True, kw_only=True):
    """The name of the edition and the day it was issued."""

    edition: str
    issued: date


@cache
def load_law() -> Law:
    """The packaged edition, read once.

    Raises LawDataError, naming file, id and key, when any file breaks a rule of the format.
    """
    return read_law(files("deadlines.law") / "data")


def read_law(folder: Traversable) -> Law:
    """Every law file of a folder, held against the others. Raises LawDataError."""
    decisions = [row for file in _toml(folder / "decisions") for row in _list(file, "decision", Decision)]
    law = Law(
        edition=_one(folder / "edition.toml", Edition).edition,
        rules=_by_id(_each(folder / "rules", Rule)),
        computations=_by_id(_each(folder / "computation", Computation)),
        calendars=_by_id(_each(folder / "holidays", HolidayCalendar)),
        closures=_one(folder / "closures.toml", Closures),
        decisions=decisions,
        matrix=_matrix(decisions),
        kinds={k.id: k for k in _list(folder / "kinds.toml", "kind", Kind)},
        facts={f.name: f for f in _list(folder / "facts.toml", "fact", Fact)},
        forms={f.id: f for f in _list(folder / "forms.toml", "form", Form)},
        clerks={c.circuit: c for c in _list(folder / "clerks.toml", "clerk", Clerk)},
    )
    checks.check(law)
    return law


def _matrix(decisions: list[Decision]) -> dict[str, dict[str, list[Decision]]]:
    table: dict[str, dict[str, list[Decision]]] = {}
    for row in decisions:
        for kind in row.kinds:
            for form in row.forms:
                table.setdefault(kind, {}).setdefault(form, []).append(row)
    return table


def _toml(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _read(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as wrong:
        raise LawDataError(f"{file.name}: not a readable TOML file: {wrong}.") from None


def _convert(file: Traversable, data: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind, strict=True)
    except msgspec.ValidationError as wrong:
        name = data.get("id") if isinstance(data, dict) else None
        where = f"{file.name}, {name}" if name else file.name
        raise LawDataError(f"{where}: {wrong}. Correct the key; model.py lists what a file may hold.") from None


def _one(file: Traversable, kind: type[T]) -> T:
    return _convert(file, _read(file), kind)


def _list(file: Traversable, key: str, kind: type[T]) -> list[T]:
    data = _read(file)
    extra = sorted(set(data) - {key})
    if extra or key not in data:
        raise LawDataError(f"{file.name}: only [[{key}]] tables belong here; found {extra or 'none'}.")
    return [_convert(file, item, kind) for item in data[key]]


def _each(folder: Traversable, kind: type[T]) -> list[tuple[str, T]]:
    return [(file.name, _one(file, kind)) for file in _toml(folder)]


def _by_id(found: list[tuple[str, T]]) -> dict[str, T]:
    table: dict[str, T] = {}
    for name, item in found:
        key: str = item.id  # type: ignore[attr-defined]
        if key in table:
            raise LawDataError(f"{name}: the id {key} stands in another file already; ids are unique.")
        table[key] = item
    return table
