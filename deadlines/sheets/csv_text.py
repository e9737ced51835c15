"""CSV in UTF-8, with commas, semicolons or tabs, as spreadsheets write it."""

import csv
import io
import re

from deadlines.errors import InputError
from deadlines.sheets.model import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Grid, Odd, Row, Value

BOM = "\ufeff"
SEPARATORS = ",;\t"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
NAMED = re.compile(r"""sep=([^\w\s"']|\t)[ \t]*(?:\r\n|\r|\n|$)""", re.IGNORECASE)
"""The first line by which Excel is told the separator; it is no row of the table."""
SAVE_AS = "Save it again as `CSV UTF-8`, or as .xlsx."


def read_csv(data: bytes) -> Grid:
    """The rows of the text. The separator is the one that a first line `sep=;` names, or else the one that the line of
    column names holds most often.

    Raises InputError for another encoding, a quotation mark that is never closed, and more than the limits.
    """
    text = _decoded(data)
    named = NAMED.match(text)
    table, separator = (text[named.end() :], named[1]) if named else (text, _separator(text))
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    number = above = 1 if named else 0
    try:
        for number, cells in enumerate(reader, start=above + 1):
            if any(cell.strip() for cell in cells):
                rows.append((number, [_value(cell) for cell in cells]))
            refuse_too_many(len(rows), len(cells))
    except csv.Error as fault:
        raise InputError(
            f"Row {number + 1}: the file is no CSV ({fault}). Look for a quotation mark that is not closed. {SAVE_AS}"
        ) from None
    return Grid("csv", "", rows)


def refuse_too_many(rows: int, columns: int) -> None:
    """Raises InputError beyond the limits."""
    if rows > MOST_ROWS + 1:
        raise InputError(f"The file has more than {MOST_ROWS:,} rows: split it into several files.")
    if columns > MOST_COLUMNS:
        raise InputError(f"A row has more than {MOST_COLUMNS} cells: take out the columns that are not needed.")


def _decoded(data: bytes) -> str:
    if data.startswith(UTF16):
        raise InputError(f"The file is in UTF-16, not in UTF-8. {SAVE_AS}")
    try:
        text = data.decode("utf-8").removeprefix(BOM)
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise InputError(f"Line {line}: the file is not in UTF-8. {SAVE_AS}") from None
    if "\0" in text:
        raise InputError(f"The file holds characters that no text has: it is no CSV in UTF-8. {SAVE_AS}")
    return text


def _separator(text: str) -> str:
    names = next((line for line in text.splitlines() if line.strip(f"{SEPARATORS} \"'")), "")
    return max(SEPARATORS, key=names.count)


def _value(cell: str) -> Value:
    text = cell.strip()
    if len(text) > LONGEST_CELL:
        return Odd(f"the cell has more than {LONGEST_CELL} characters; shorten it")
    return text or None
