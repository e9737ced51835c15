"""Read TOML law files into their tables. Anything doubtful stops here, with file, table, id and key."""

import tomllib
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from deadlines import decoding
from deadlines.errors import LawDataError
from deadlines.law import faults, table_words, toml_words

T = TypeVar("T")


def toml_files(folder: Traversable) -> list[Traversable]:
    """The TOML files of a folder in the order of their names; none where there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def read_toml(file: Traversable) -> dict[str, Any]:
    """The file as plain tables. Raises LawDataError."""
    try:
        text = file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as wrong:
        raise LawDataError(f"{file.name}: not a readable TOML file: {toml_words.unreadable(wrong)}") from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise LawDataError(f"{file.name}: not a readable TOML file: {toml_words.misread(text, wrong)}") from None


def convert(name: str, data: Any, kind: type[T], table: str | None = None) -> T:
    """Plain tables as `kind`. `table`: the one that it is in its file, where that holds several.

    Raises LawDataError with file, table, id or number, and key.
    """
    try:
        return decoding.convert(data, kind, strict=True)
    except msgspec.ValidationError as wrong:
        where = [name, table_words.whole_file(data, kind) if table is None else table]
        said = table_words.wrong_table(wrong, data, kind, where)
        raise LawDataError(f"{said}. Correct the law file; docs/law.md tells what it may hold.") from None


def read_one(file: Traversable, kind: type[T]) -> T:
    """A file that is one table."""
    return convert(file.name, read_toml(file), kind)


def read_list(file: Traversable, key: str, kind: type[T]) -> list[T]:
    """A file that is nothing but `[[key]]` tables."""
    return read_lists(file, {key: kind})[key]


def read_lists(file: Traversable, kinds: dict[str, type[Any]]) -> dict[str, list[Any]]:
    """A file of several lists of tables, each by its key; a missing one is empty unless it is the only one."""
    data = read_toml(file)
    extra = sorted(set(data) - set(kinds))
    empty = len(kinds) == 1 and not set(data)
    single = [key for key, value in data.items() if not isinstance(value, list)]
    if extra or empty or single:
        wanted = " and ".join(f"[[{key}]]" for key in kinds)
        found = f"found '{extra[0]}'{faults.near(extra[0], kinds)}" if extra else _alone(single)
        raise LawDataError(f"{file.name}: only {wanted} tables belong here; {found}. Correct the law file.")
    return {key: _tables(file.name, key, data.get(key, []), kind) for key, kind in kinds.items()}


def _alone(single: list[str]) -> str:
    return f"'{single[0]}' stands there without its two pairs of brackets" if single else "found none"


def _tables(name: str, key: str, items: list[Any], kind: type[T]) -> list[T]:
    return [
        convert(name, item, kind, table_words.one_of_many(key, item, number))
        for number, item in enumerate(items, start=1)
    ]


def by_id(found: list[tuple[str, T]], key: str = "id") -> dict[str, T]:
    """Tables by their id. Raises LawDataError where one stands twice."""
    table: dict[str, T] = {}
    homes: dict[str, str] = {}
    for name, item in found:
        known: str = getattr(item, key)
        if known in table:
            place = f"in {homes[known]} already" if homes[known] != name else "twice in the file"
            raise LawDataError(f"{name}: the {key} {known} stands {place}; ids are unique. Change it.")
        table[known], homes[known] = item, name
    return table
