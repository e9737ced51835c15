"""Tables of people: CSV and XLSX in and out, under limits, computed by no program.

The room knows nothing of the docket. It is handed bytes and gives bytes.
"""

from deadlines.sheets.model import Grid, Odd, Value
from deadlines.sheets.reading import read_grid
from deadlines.sheets.writing import Column, Sheet, write_csv, write_xlsx

__all__ = ["Column", "Grid", "Odd", "Sheet", "Value", "read_grid", "write_csv", "write_xlsx"]
