"""Rows of a table as notices: which columns there are, how each is read, and every mistake with its row and column.

Nothing is guessed: what a spreadsheet may have changed behind its writer's back is refused.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from math import isfinite
from typing import cast, get_args

from msgspec import Struct

from deadlines import decoding
from deadlines.compute import Notice, Service
from deadlines.compute.checking import refuse_unknown
from deadlines.compute.contract import normal_form
from deadlines.compute.dates import parse_day_as
from deadlines.compute.words import listed
from deadlines.docket.intake import CLIENT_LENGTH, REFERENCE_LENGTH, plain
from deadlines.errors import InputError
from deadlines.law import Law
from deadlines.law.counting import Method
from deadlines.sheets import Grid, Odd, Value
from deadlines.sheets.model import letters

KEY_LENGTH = 100
NEEDED = ("key", "matter", "kind", "decided_on")
DAYS = ("decided_on", "service_on", "received_on", "printed_deadline")
SWITCHES = ("restricted", "again")
COLUMNS = (
    "key", "matter", "client", "attorney", "restricted", "kind", "form", "decided_on", "service", "service_on",
    "received_on", "printed_deadline", "reason", "again",
)  # fmt: skip
FACT = "fact."
"""Before the name of a fact, in the name of its column."""
YES_NO = {"yes": True, "no": False, "true": True, "false": False, "": False}
SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
NO_DAY = date.min
"""Stands where the date of the decision cannot be read; such a row is never computed."""
AS_TEXT = "Format the column as text and type it again"


class Fault(Struct, frozen=True):
    """What is wrong in one place of a table. `row` as a spreadsheet counts; `cell`: its letter and row, or nothing.

    `advice` is for the command line; `code` is that of the error, where one was raised.
    """

    row: int
    column: str
    cell: str
    message: str
    advice: str = ""
    code: str = ""

    @property
    def sentence(self) -> str:
        """Where it is and what is wrong, in one sentence."""
        place = (
            f"Row {self.row}" + (f", {self.column}" if self.column else "") + (f" ({self.cell})" if self.cell else "")
        )
        return f"{place}: {self.message} {self.advice}".rstrip()


class ImportRow(Struct, frozen=True, kw_only=True):
    """One row as it is to stand on the docket. What is None or False was not said."""

    row: int
    key: str
    matter: str
    client: str | None
    attorney: str | None
    restricted: bool
    again: bool
    notice: Notice
    cells: dict[str, str] = {}
    """For each column its cell, such as `C7`, so that mistakes found later can be pointed at."""
    wrong: frozenset[str] = frozenset()
    """Columns with a mistake: such a row is looked through for others, and never recorded."""

    def fault(self, column: str, message: str, *, advice: str = "") -> Fault:
        """A mistake in this row."""
        return Fault(self.row, column, self.cells.get(column, ""), message, advice)


def read_rows(grid: Grid, law: Law, *, dates: str = "iso") -> tuple[list[ImportRow], list[Fault]]:
    """The rows below the names of the columns, and every mistake in them.

    Args:
        grid: the table; its first row holds the names.
        law: knows the facts that a column may be named for.
        dates: the order of figures in dates, `mdy` or `dmy`; `iso`: figures alone are refused.
    """
    if not grid.rows:
        return [], [Fault(1, "", "", "the table is empty: its first row must hold the names of the columns.")]
    number, names = grid.rows[0]
    places, faults = _places(number, names, law)
    if faults:
        return [], faults
    rows = []
    for number, values in grid.rows[1:]:
        reader = _Reader(number, values, places, law, dates)
        found = reader.wanted()
        faults += reader.faults
        rows.append(found)
    return rows, faults + _twice(rows)


def _places(number: int, names: Sequence[Value], law: Law) -> tuple[dict[str, int], list[Fault]]:
    """Where each column stands, and what is wrong with the names."""
    known = (*COLUMNS, *(f"{FACT}{name}" for name in law.facts if name != "reason"))
    places: dict[str, int] = {}
    faults = []
    for at, written in enumerate(names):
        if written is None:
            continue
        name = _column(str(written) if not isinstance(written, Odd) else "")
        cell = f"{letters(at)}{number}"
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"The columns are {listed(COLUMNS)}, and {FACT}NAME."
            faults.append(Fault(number, name, cell, f"there is no such column. {hint} Rename it, or take it out."))
        elif name in places:
            faults.append(Fault(number, name, cell, "the column stands twice. Take one out."))
        places.setdefault(name, at)
    missing = [name for name in NEEDED if name not in places]
    faults += [Fault(number, name, "", "the column is missing; every notice needs it.") for name in missing]
    return places, faults


def _column(written: str) -> str:
    """`Decided on` and `DECIDED_ON` are `decided_on`."""
    name = re.sub(r"[\s_-]+", "_", written.strip().lower())
    return re.sub(r"^fact[\s_.:]+", FACT, name)


def _twice(rows: Iterable[ImportRow]) -> list[Fault]:
    """Keys that stand on two rows, as they would be kept: blanks and Unicode forms make no two of one."""
    first: dict[str, int] = {}
    return [
        row.fault("key", f"row {first[row.key]} has the key '{row.key}' too. Give each its own.")
        for row in rows
        if row.key and first.setdefault(row.key, row.row) != row.row
    ]


class _Reader:
    """Reads one row. Every mistake is noted, and the row goes on."""

    def __init__(self, row: int, values: Sequence[Value], places: dict[str, int], law: Law, dates: str) -> None:
        self.row, self.law, self.dates = row, law, dates
        self.values = {name: values[at] for name, at in places.items() if at < len(values)}
        self.cells = {name: f"{letters(at)}{row}" for name, at in places.items()}
        self.faults: list[Fault] = []
        for at, value in enumerate(values):
            if value is not None and at not in places.values():
                message = "the cell stands under no name. Name its column, or empty it."
                self.faults.append(Fault(row, "", f"{letters(at)}{row}", message))

    def wanted(self) -> ImportRow:
        """The row; what cannot be read stands empty in it and is noted."""
        fields = {
            "key": self.text("key", lambda text: plain(text, "key", KEY_LENGTH)),
            "matter": self.text("matter", lambda text: plain(text, "matter number", REFERENCE_LENGTH)),
            "client": self.text("client", lambda text: plain(text, "client name", CLIENT_LENGTH)) or None,
            "attorney": self.text("attorney", str.lower) or None,
            **{name: self.switch(name) for name in SWITCHES},
        }
        notice = self.notice()
        wrong = frozenset(fault.column for fault in self.faults)
        made = {**fields, "row": self.row, "notice": notice, "cells": self.cells, "wrong": wrong}
        return decoding.convert(made, ImportRow)

    def notice(self) -> Notice:
        days = {name: self.day(name) for name in DAYS}
        facts = {name.removeprefix(FACT): self.fact(name) for name in self.values if name.startswith(FACT)}
        facts["reason"] = ",".join(_words(self.text("reason", str.lower)))
        kind = self.text("kind", self.kind)
        form = self.text("form", self.form)
        method = self.text("service", _method)
        return Notice(
            kind=kind,
            decided_on=days["decided_on"] or NO_DAY,
            form=form or None,
            service=Service(cast(Method, method or "unknown"), days["service_on"]),
            received_on=days["received_on"],
            printed_deadline=days["printed_deadline"],
            facts={name: value for name, value in facts.items() if value},
        )

    def kind(self, text: str) -> str:
        """A kind of notice that the law data knows."""
        word = text.lower()
        return word if word in self.law.kinds else refuse_unknown("kind", text, self.law.kinds, "unknown-kind")

    def form(self, text: str) -> str:
        """A form that the law data knows, as it writes it."""
        form = normal_form(text) or ""
        return form if form in self.law.forms else refuse_unknown("form", text, self.law.forms, "unknown-form")

    def text(self, name: str, reading: Callable[[str], str] = str) -> str:
        """The text of a cell, as `reading` takes it; empty where there is none."""
        value = self._value(name)
        if value is None:
            if name in NEEDED:
                self._fault(name, "the cell is empty; every notice needs it.")
            return ""
        if not isinstance(value, str):
            self._fault(name, f"the cell holds {_shown(value)} and not text, and may have lost zeros. {AS_TEXT}.")
            return ""
        if name in ("key", "matter") and SHORTENED.fullmatch(value):
            self._fault(name, f"the spreadsheet has shortened a number to {value}. {AS_TEXT}.")
            return ""
        return self._read(name, value, reading)

    def fact(self, name: str) -> str:
        """A fact as the computation takes it; whole numbers and yes or no may be real ones."""
        value = self._value(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
            return str(int(value))
        if isinstance(value, date):
            day = self.day(name)
            return "" if day is None else day.isoformat()
        if isinstance(value, float):
            self._fault(name, f"{value} is no whole number." if isfinite(value) else "the number is too large.")
            return ""
        return "" if value is None else self._read(name, str(value), lambda text: _date_words(text, self.dates))

    def day(self, name: str) -> date | None:
        """The day of a cell; None where there is none, or a mistake."""
        value = self._value(name)
        if value is None and name in NEEDED:
            self._fault(name, "the cell is empty; every notice needs it.")
        if isinstance(value, datetime):
            self._fault(
                name, f"the cell holds a time of day beside the date ({value:%Y-%m-%d %H:%M}). Write the date alone."
            )
        elif isinstance(value, date):
            return value
        elif isinstance(value, str):
            try:
                return parse_day_as(value, self.dates)
            except InputError as wrong:
                self._fault(name, f"{wrong.fact.rstrip('.')}.", wrong.code)
        elif value is not None:
            self._fault(
                name, f"the cell holds {_shown(value)} and not a date. Format it as a date, or write 2026-02-03."
            )
        return None

    def switch(self, name: str) -> bool:
        """A cell of yes or no."""
        value = self._value(name)
        if isinstance(value, bool):
            return value
        written = "" if value is None else str(value).lower()
        if written not in YES_NO:
            self._fault(name, f"'{written}' is neither yes nor no.")
        return YES_NO.get(written, False)

    def _read(self, name: str, value: str, reading: Callable[[str], str]) -> str:
        try:
            return reading(value)
        except InputError as wrong:
            self._fault(name, wrong.fact, wrong.code)
            return ""

    def _value(self, name: str) -> str | int | float | bool | date | datetime | None:
        value = self.values.get(name)
        if isinstance(value, Odd):
            self._fault(name, f"{value.why}.")
            return None
        return value

    def _fault(self, name: str, message: str, code: str = "") -> None:
        found = Fault(self.row, name, self.cells.get(name, ""), message, code=code)
        if not any(fault.column == name and fault.column for fault in self.faults):
            self.faults.append(found)


def _method(text: str) -> str:
    word = re.sub(r"[\s_]+", "-", text.lower())
    if word not in get_args(Method):
        raise InputError(f"'{text}' is no way of service; it is one of {listed(get_args(Method))}.")
    return word


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,;\s]+", text) if word]


def _date_words(text: str, dates: str) -> str:
    """A fact as it was written; figures that are a date in the file's order become one."""
    if dates != "iso" and re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", text):
        return parse_day_as(text, dates).isoformat()
    return text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"the number {value}" if isinstance(value, int | float) else f"the date {value}"
