"""A table as it was read: rows of values, each with the number by which a spreadsheet shows it."""

from datetime import date, datetime

from msgspec import Struct

MOST_BYTES = 20_000_000
"""Bytes that a file may have, before anything of it is read."""
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 2_000
"""Characters of one cell; what a notice needs is far shorter."""


class Odd(Struct, frozen=True):
    """A cell that cannot be taken for what it shows, such as a formula; `why` is a sentence for people."""

    why: str


Value = str | int | float | bool | date | datetime | Odd | None
"""What a cell holds; None where it is empty. Only a date without a time of day is a `date` and no `datetime`."""
Row = tuple[int, list[Value]]


class Grid(Struct, frozen=True):
    """The rows that hold anything, the first with the names of the columns. `kind`: csv or xlsx; `sheet`: its name."""

    kind: str
    sheet: str
    rows: list[Row]


def letters(column: int) -> str:
    """The letters by which a spreadsheet names a column, from 0: A, B, … Z, AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
