"""From the bytes of a file to its rows. What the file is, its content says, not its name."""

from deadlines.errors import InputError
from deadlines.sheets.model import MOST_BYTES, Grid

ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
OTHER_KINDS = ((b"%PDF", "a PDF"), (b"{\\rtf", "an RTF document"), (b"<", "a web page or XML"))


def read_grid(data: bytes, *, sheet: str | None = None) -> Grid:
    """The rows of a CSV or XLSX file.

    Args:
        data: the whole file.
        sheet: which sheet of a workbook; without it the sheet `Notices`, or the only one.

    Raises:
        InputError: the file is too large, of another kind or encoding, damaged, or has no such sheet.
    """
    if len(data) > MOST_BYTES:
        raise InputError(
            f"The file has {len(data):,} bytes; {MOST_BYTES:,} are the most. Split it, or take out what is no notice."
        )
    if data.startswith(OLD_OFFICE):
        raise InputError("The file is an old Excel file (.xls) or has a password: save it as .xlsx without a password.")
    if data.startswith(ZIP):
        from deadlines.sheets.xlsx import read_xlsx

        return read_xlsx(data, sheet)
    for beginning, what in OTHER_KINDS:
        if data.lstrip().startswith(beginning):
            raise InputError(f"The file is {what}, not a table: save it as .xlsx or as CSV in UTF-8.")
    if sheet is not None:
        raise InputError("A CSV file has no sheets: name none.", advice="Leave out --sheet.")
    from deadlines.sheets.csv_text import read_csv

    return read_csv(data)
