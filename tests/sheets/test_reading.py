"""Tables as people send them: what is read, and what is refused with a sentence."""

import csv
import io
import time
from datetime import date, datetime
from typing import Any

import pytest

from deadlines.errors import InputError
from deadlines.sheets import Odd, read_grid, xlsx
from deadlines.sheets.model import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, letters
from tests.sheets.books import book, part, with_part

SHEET = "xl/worksheets/sheet1.xml"


def refused(data: bytes, **more: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_grid(data, **more)
    return caught.value.sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_as_spreadsheets_write_it(encoding: str, separator: str, end: str) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["key", "client"], ["007", 'Núñez, Ana; the "elder"'], ["", " "], ["8", "two\nlines"]])
    rows = read_grid(target.getvalue().encode(encoding)).rows
    assert rows == [
        (1, ["key", "client"]),
        (2, ["007", "Núñez, Ana; the \"elder\""]),
        (4, ["8", "two\nlines"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("key,client\n1,Núñez".encode("latin-1"), "Line 2"),
        ("key,client\n1,Núñez".encode("utf-16"), "UTF-16"),
        (b"key,client\n1,\0", "no CSV"),
        (b'key,client\n1,"open', "quotation mark"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"<html><table>", "web page"),
        (b"\xd0\xcf\x11\xe0 old", ".xls"),
        (b"PK\x03\x04 no archive", "damaged"),
        (b"," * MOST_COLUMNS, "cells"),
        (b"key\n" + b"1\n" * (MOST_ROWS + 1), "split"),
        (b"x" * (MOST_BYTES + 1), "bytes"),
    ],
)  # fmt: skip
def test_what_is_no_table_in_utf8_is_a_sentence(data: bytes, word: str) -> None:
    assert word in refused(data)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["sep={}\r\n", "SEP={}\n", "\ufeffsep={}\r"])
def test_the_first_line_may_name_the_separator_as_excel_has_it(separator: str, line: str) -> None:
    """The line is no row, and the others keep the numbers that a spreadsheet shows."""
    table = line.format(separator) + f'key{separator}client\n1{separator}"a, b; c\td|e"\n'
    assert read_grid(table.encode()).rows == [(2, ["key", "client"]), (3, ["1", "a, b; c\td|e"])]
    assert "Row 4:" in refused((table + f'2{separator}"open\n').encode())


def test_a_separator_that_is_named_counts_whatever_the_columns_hold() -> None:
    assert read_grid(b"sep=;\na,b,c;d\n").rows == [(2, ["a,b,c", "d"])]
    assert read_grid(b"sep=;").rows == []


@pytest.mark.parametrize("table", ["sep=\n1\n", "sep=ab;c\n1;2\n", "key;sep=,\n1;2\n"])
def test_another_first_line_is_a_row(table: str) -> None:
    assert read_grid(table.encode()).rows[0][0] == 1


def test_a_cell_that_is_far_too_long_is_pointed_at() -> None:
    rows = read_grid(b"key,client\n1," + b"x" * 5_000).rows
    assert isinstance(rows[1][1][1], Odd)


@pytest.mark.parametrize("mac", [False, True])
def test_date_cells_are_days_in_both_date_systems(mac: bool) -> None:
    """1904 is what old Macs wrote: the same number is a day 1,462 days later."""
    rows = read_grid(book([["decided_on"], [date(2026, 10, 23)], [datetime(2026, 10, 23, 9, 30)]], mac=mac)).rows
    assert rows[1] == (2, [date(2026, 10, 23)])
    assert rows[2] == (3, [datetime(2026, 10, 23, 9, 30)])


def test_cells_keep_their_types_and_computed_ones_are_odd() -> None:
    cells = ["0012", 12, 12.5, True, "=A1", "#REF!", None, "  padded "]
    [(_, found)] = read_grid(book([cells])).rows
    assert found[:4] == ["0012", 12, 12.5, True]
    assert isinstance(found[4], Odd)
    assert "formula" in found[4].why
    assert isinstance(found[5], Odd)
    assert found[6:] == [None, "padded"]


def test_rows_keep_the_numbers_that_the_spreadsheet_shows() -> None:
    assert [number for number, _ in read_grid(book([["key"], [None], [None], ["a"]])).rows] == [1, 4]


def test_the_sheet_is_the_one_named_notices_or_the_only_one_or_asked_for() -> None:
    two = book([["key"]], sheet="Cases", more=["Help"])
    assert "Cases, Help" in refused(two)
    assert read_grid(two, sheet="Cases").sheet == "Cases"
    assert read_grid(book([["key"]], more=["Help"])).sheet == "Notices"
    assert read_grid(book([["key"]], sheet="Cases")).sheet == "Cases"
    assert "no sheet 'Nope'" in refused(two, sheet="Nope")
    assert "--sheet" in refused(b"key\n1\n", sheet="Cases")


def test_an_archive_that_unpacks_without_end_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_UNPACKED", 5_000_000)  # packing more takes seconds
    bomb = with_part(book([["key"]]), "xl/media/image1.png", b"\0" * 5_000_000)
    assert len(bomb) < 50_000
    assert "unpacks" in refused(bomb)


def test_entities_are_not_resolved() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    data = book([["key"]])
    for name, word in ((SHEET, b"key"), ("xl/workbook.xml", b"Notices")):
        body = part(data, name)
        assert word in body
        assert "no workbook" in refused(with_part(data, name, laughs + body.replace(word, b"&b;")))


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>',
        b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>far</t></is></c></row>',
        b'<row r="no"><c r="?"/></row>',
        b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>',
    ],
)  # fmt: skip
def test_a_sheet_with_far_or_broken_cells_ends_soon(row: bytes) -> None:
    data = book([["key"]])
    body = part(data, SHEET)
    start, end = body.index(b"<sheetData>"), body.index(b"</sheetData>")
    hostile = with_part(data, SHEET, body[:start] + b"<sheetData>" + row + body[end:])
    began = time.monotonic()
    assert refused(hostile)
    assert time.monotonic() - began < 10


def test_no_row_is_dropped_however_far_down_it_stands() -> None:
    data = book([["key"]])
    body = part(data, SHEET)
    far = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>last</t></is></c></row></sheetData>'
    rows = read_grid(with_part(data, SHEET, body.replace(b"</sheetData>", far))).rows
    assert rows == [(1, ["key"]), (1_048_576, ["last"])]


def test_empty_cells_that_reach_far_are_not_gone_through_without_end() -> None:
    data = book([["key"]])
    body = part(data, SHEET)
    empty = b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (at, at) for at in range(2, 2_000))
    assert "beyond" in refused(with_part(data, SHEET, body.replace(b"</sheetData>", empty + b"</sheetData>")))


def test_a_workbook_without_its_parts_is_a_sentence() -> None:
    data = book([["key"]])
    for name in ("xl/workbook.xml", "[Content_Types].xml", SHEET, "xl/styles.xml"):
        assert "no workbook" in refused(with_part(data, name, b"<broken"))


def test_columns_have_the_letters_of_spreadsheets() -> None:
    assert [letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
