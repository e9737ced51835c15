"""Read TOML law files into their tables. Anything doubtful stops here, with file, id and key."""

import tomllib
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from deadlines.errors import LawDataError

T = TypeVar("T")


def toml_files(folder: Traversable) -> list[Traversable]:
    """The TOML files of a folder in the order of their names; none where there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def read_toml(file: Traversable) -> dict[str, Any]:
    """The file as plain tables. Raises LawDataError."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as wrong:
        raise LawDataError(f"{file.name}: not a readable TOML file: {wrong}.") from None


def convert(name: str, data: Any, kind: type[T]) -> T:
    """Plain tables as `kind`. Raises LawDataError with file, id and key."""
    try:
        return msgspec.convert(data, kind, strict=True)
    except msgspec.ValidationError as wrong:
        known = data.get("id") if isinstance(data, dict) else None
        where = f"{name}, {known}" if isinstance(known, str) else name
        raise LawDataError(f"{where}: {wrong}. Correct the key; docs/law.md lists what a file may hold.") from None


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
    if extra or empty or not all(isinstance(value, list) for value in data.values()):
        wanted = " and ".join(f"[[{key}]]" for key in kinds)
        raise LawDataError(f"{file.name}: only {wanted} tables belong here; found {extra or 'none'}.")
    return {key: [convert(file.name, item, kind) for item in data.get(key, [])] for key, kind in kinds.items()}


def by_id(found: list[tuple[str, T]], key: str = "id") -> dict[str, T]:
    """Tables by their id. Raises LawDataError where one stands twice."""
    table: dict[str, T] = {}
    for name, item in found:
        known: str = getattr(item, key)
        if known in table:
            raise LawDataError(f"{name}: the {key} {known} stands in another file already; ids are unique.")
        table[known] = item
    return table
