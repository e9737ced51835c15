"""XLSX workbooks, read without computing anything and without trusting what they say of their size."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from deadlines.errors import InputError
from deadlines.sheets.csv_text import refuse_too_many
from deadlines.sheets.model import LONGEST_CELL, MOST_COLUMNS, Grid, Odd, Row, Value

SHEET = "Notices"
"""The sheet that is read where a workbook has several and nobody names one."""
MOST_UNPACKED = 200_000_000
MOST_PARTS = 500
MOST_WIDE = 100
"""Rows that may have empty cells beyond the columns that are read."""
FORMULA = "the cell holds a formula; paste its value instead (Paste special, Values)"
FAULTS = (
    zipfile.BadZipFile, DefusedXmlException, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError,
    OSError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What openpyxl raises for a damaged file; each becomes one sentence."""


def read_xlsx(data: bytes, sheet: str | None) -> Grid:
    """The rows of one sheet; dates of either date system come as dates.

    Raises InputError for a damaged or bloated workbook, a sheet that is not there, and more than the limits.
    """
    _refuse_bomb(data)
    with _told(), _opened(data) as book:
        worksheet = book[_chosen(book.sheetnames, sheet)]
        if not hasattr(worksheet, "iter_rows"):
            raise InputError(
                f"The sheet {worksheet.title} is a chart: name one with a table.", advice="That is done by --sheet."
            )
        return Grid("xlsx", worksheet.title, _rows(worksheet))


def _refuse_bomb(data: bytes) -> None:
    """By what the archive says of its parts: nothing beyond that is ever unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise InputError("The file is a damaged .xlsx: open it in the spreadsheet program and save it anew.") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise InputError(
            f"The workbook unpacks to more than {MOST_UNPACKED // 1_000_000} MB or {MOST_PARTS} parts: "
            "copy the table into a new workbook."
        )


@contextmanager
def _told() -> Iterator[None]:
    """One sentence for whatever a damaged or hostile workbook brings about."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FAULTS:
        raise InputError(
            "The file is no workbook that can be read: open it in the spreadsheet program and save it anew as .xlsx."
        ) from None


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    # Not data_only: a value that another program once computed for a formula may be old, or missing.
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    try:
        yield book
    finally:
        book.close()


def _chosen(names: list[str], wanted: str | None) -> str:
    shown = ", ".join(names)
    if wanted is not None:
        if wanted not in names:
            raise InputError(f"The workbook has no sheet '{wanted}'; it has {shown}.")
        return wanted
    if SHEET in names:
        return SHEET
    if len(names) != 1:
        raise InputError(f"The workbook has {len(names)} sheets ({shown}): name one.", advice="Do it with --sheet.")
    return names[0]


def _rows(worksheet: Any) -> list[Row]:
    rows: list[Row] = []
    wide = 0
    worksheet.reset_dimensions()  # the size that a sheet claims may be a lie
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        wide += len(cells) > MOST_COLUMNS
        if wide > MOST_WIDE:
            raise InputError(f"The sheet has cells beyond {MOST_COLUMNS} columns: copy the table into a new workbook.")
        values = [_value(cell) for cell in cells]
        while values and values[-1] is None:
            values.pop()
        if values:
            rows.append((number, values))
            refuse_too_many(len(rows), len(values))
    return rows


def _value(cell: Any) -> Value:
    value, kind = cell.value, cell.data_type
    if kind == "f":
        return Odd(FORMULA)
    if kind == "e":
        return Odd(f"the cell shows the error {value}; write what it should be")
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else value
    if value is None or isinstance(value, bool | int | float | date):
        return value
    if not isinstance(value, str):
        return Odd("the cell holds a time of day; write a date")
    text = value.strip()
    if len(text) > LONGEST_CELL:
        return Odd(f"the cell has more than {LONGEST_CELL} characters; shorten it")
    return text or None
