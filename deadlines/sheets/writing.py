"""Tables as files that a spreadsheet opens: real dates, the names frozen above, and no text that is computed."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from deadlines.sheets.harmless import for_csv, starts_formula
from deadlines.sheets.model import MOST_ROWS, letters

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

BOM = "\ufeff"
DATE_FORMAT = "yyyy-mm-dd"
TEXT_FORMAT = "@"
LONGEST_CELL = 32_000
"""Characters that a cell of a workbook may hold, rounded down."""
FORMATS = {"text": TEXT_FORMAT, "date": DATE_FORMAT, "number": "General"}
Out = str | int | bool | date | None


class Column(Struct, frozen=True):
    """A column: its name, how wide it is in characters, what it holds.

    `choices`: the cells of another sheet that a person may choose from, such as `Values!$A$2:$A$9`.
    """

    name: str
    width: int = 14
    kind: Literal["text", "date", "number"] = "text"
    choices: str = ""


class Sheet(Struct, frozen=True):
    """One table: its name, its columns, its rows. `filters`: arrows above the columns that filter them."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Out]]
    filters: bool = True


def write_csv(sheet: Sheet) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark, without which Excel takes it for another encoding."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([column.name for column in sheet.columns])
    writer.writerows([[_plain(value) for value in row] for row in sheet.rows])
    return (BOM + target.getvalue()).encode("utf-8", errors="replace")


def _plain(value: Out) -> str | int:
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, date):
        return value.isoformat()
    return for_csv(value) if isinstance(value, str) else value


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The tables as one workbook. Text is stored as text whatever it begins with, and days as days."""
    from openpyxl import Workbook

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for sheet in sheets:
        _fill(book, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _fill(book: "Workbook", sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font

    page: Worksheet = book.create_sheet(sheet.name)
    for at, column in enumerate(sheet.columns, start=1):
        cell = page.cell(1, at)
        _put(cell, column.name)
        cell.font = Font(bold=True)
        _dress(page, at, column)
    for number, row in enumerate(sheet.rows, start=2):
        for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True), start=1):
            if value is not None:
                cell = page.cell(number, at)
                _put(cell, value)
                cell.number_format = _format(value)
                if isinstance(value, str) and len(value) > column.width:
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A2"
    if sheet.filters:
        page.auto_filter.ref = f"A1:{letters(len(sheet.columns) - 1)}{len(sheet.rows) + 1}"


def _format(value: Out) -> str:
    if isinstance(value, date):
        return DATE_FORMAT
    return TEXT_FORMAT if isinstance(value, str) else "General"


def _put(cell: "Cell | MergedCell", value: Out) -> None:
    """A value into a cell; a text never becomes a formula, an error or a number."""
    if not isinstance(value, str):
        cell.value = ("yes" if value else "no") if isinstance(value, bool) else value
        return
    cell.value = "".join(c if c.isprintable() or c in "\n\t" else " " for c in value)[:LONGEST_CELL]
    cell.data_type = "s"
    # The sign by which Excel and LibreOffice keep a text a text when somebody edits the cell.
    cell.quotePrefix = starts_formula(value.lstrip())


def _dress(page: "Worksheet", at: int, column: Column) -> None:
    """Width, format and choices of a whole column, so that an empty sheet keeps what is typed as it was typed."""
    from openpyxl.worksheet.datavalidation import DataValidation

    dimension = page.column_dimensions[letters(at - 1)]
    dimension.width = column.width
    dimension.number_format = FORMATS[column.kind]
    if column.choices:
        allowed = DataValidation(type="list", formula1=f"={column.choices}", allow_blank=True, showErrorMessage=True)
        allowed.add(f"{letters(at - 1)}2:{letters(at - 1)}{MOST_ROWS + 1}")
        page.add_data_validation(allowed)
