"""The table that leaves the docket as bytes: CSV, a workbook, or JSON for programs; and what each says of itself."""

from datetime import date
from typing import Any

import msgspec

from deadlines.docket.extension_views import asked_words
from deadlines.docket.table import Copy
from deadlines.docket.table_lines import TableLine
from deadlines.sheets import Column, Sheet, write_csv, write_xlsx

COLUMNS = {
    "next_on": Column("Next date", 12, "date"), "next_is": Column("What", 12),
    "days_left": Column("Days left", 9, "number"), "matter": Column("Matter", 16), "client": Column("Client", 24),
    "attorney": Column("Attorney", 28), "kind": Column("Kind of notice", 24),
    "decided_form": Column("Form decided", 12), "decided_on": Column("Decided on", 12, "date"),
    "title": Column("Window", 40), "form": Column("Form to file", 12), "status": Column("Status", 12),
    "opens_on": Column("Opens on", 12, "date"), "protective_by": Column("Protective date", 14, "date"),
    "safe_by": Column("File by", 12, "date"), "last_day": Column("Last day", 12, "date"),
    "latest": Column("Latest", 12, "date"), "dispatch_by": Column("Courier by", 12, "date"),
    "verified_by": Column("Checked by", 28), "verified_on": Column("Checked on", 12, "date"),
    "look_again": Column("Look again", 40), "closed_on": Column("Closed on", 12, "date"),
    "matter_closed_on": Column("Matter closed", 12, "date"), "edition": Column("Edition", 10),
    "entry": Column("Entry", 28),
}  # fmt: skip
"""The columns, by the name of what stands in them."""
NEXT = {
    "protective": "protective",
    "file-by": "file by",
    "last-day": "LAST DAY",
    "past": "PAST",
    "altered": "ALTERED",
}
DOUBTS = {
    "altered": "INTEGRITY ALARM: altered outside the program; do not rely on these dates",
    "discrepant": "IN DOUBT: two people read the notice differently",
    "disputed": "the notice prints another deadline",
    "held_to_print": "the printed deadline holds, by decision",
    "waits": "other dates wait for two people",
    "blind": "you may still verify the notice, or another of its matter: what was entered is left out",
}
"""What to look at again, by what is so."""
COPIED = "A copy of {day}. It is not kept up to date: dates may have moved since. The docket is the record."
NO_ADVICE = "Each date is explained by `deadlines explain ENTRY`. Not legal advice."
LEFT_OUT = "Entries of restricted matters are left out."
TABLES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
"""The kinds of table, each with its media type."""


def table_file(copy: Copy, kind: str, today: date) -> bytes:
    """The copy of a day as a file of one of `TABLES`."""
    if kind == "json":
        return _json(copy, today)
    sheet = sheet_of(copy)
    return write_csv(sheet) if kind == "csv" else write_xlsx([sheet, _about(copy, today)])


def sheet_of(copy: Copy) -> Sheet:
    """The lines as a table of people; without a column for clients where they are not named."""
    names = [name for name in COLUMNS if copy.clients or name != "client"]
    rows = [[cells[name] for name in names] for cells in (_cells(line, copy) for line in copy.lines)]
    return Sheet("Docket", [COLUMNS[name] for name in names], rows)


def _cells(line: TableLine, copy: Copy) -> dict[str, Any]:
    asked = asked_words(line.extension_to) if line.extension_to is not None else ""
    doubts = [copy.in_doubt or "", *(words for name, words in DOUBTS.items() if getattr(line, name)), asked]
    return {
        **msgspec.structs.asdict(line),
        "next_is": NEXT.get(line.next_is or ""),
        "look_again": "; ".join(filter(None, doubts)) or None,
    }


def _about(copy: Copy, today: date) -> Sheet:
    """A page that says what the table is."""
    lines = [COPIED.format(day=today), NO_ADVICE, *([LEFT_OUT] if copy.left_out else [])]
    return Sheet("About", [Column("About this copy", 100)], [[line] for line in lines], filters=False)


def _json(copy: Copy, today: date) -> bytes:
    """One object: its day, that it is a copy, whether all of it is in doubt, how many entries were left out, and a
    line for each entry."""
    note = f"{COPIED.format(day=today)} {NO_ADVICE}"
    said = {"copied_on": today, "note": note, "in_doubt": copy.in_doubt, "left_out": copy.left_out}
    body = {**said, "entries": copy.lines}
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"
