"""Workbooks for the tests, made by openpyxl and, where they are hostile, by hand."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904


def book(
    rows: Sequence[Sequence[Any]], *, sheet: str = "Notices", mac: bool = False, more: Sequence[str] = ()
) -> bytes:
    """A workbook with those rows; `mac`: in the date system that counts from 1904."""
    made = openpyxl.Workbook()
    if mac:
        made.epoch = CALENDAR_MAC_1904
    page = made.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for name in more:
        made.create_sheet(name)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def with_part(data: bytes, name: str, body: bytes) -> bytes:
    """The archive with one part replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, body)
    return target.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of the archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
