"""An empty table for importing notices: the columns, what each is for, and what may stand in it."""

from collections.abc import Sequence
from typing import get_args

from deadlines.docket.import_rows import COLUMNS, DAYS, FACT, NEEDED
from deadlines.law import Law
from deadlines.law.counting import Method
from deadlines.sheets import Column, Sheet, write_csv, write_xlsx

ABOUT = {
    "key": "The firm's own name for the row, such as a number of its system. A key is recorded once.",
    "matter": "The firm's number of the matter; a new one is opened.",
    "client": "The client, for a new matter. It leaves in no feed or mail.",
    "attorney": "Mail address of an attorney of the firm; needed where the matter is new.",
    "restricted": "yes: keep the matter out of every feed. VAWA, T and U cases are kept out anyway.",
    "kind": "Kind of notice; see the sheet Values.",
    "form": "The form that was decided, such as I-485.",
    "decided_on": "The date on the notice; the sheet Values says what it is for each kind.",
    "service": "How it was served; empty is unknown.",
    "service_on": "Day of service; empty is the day of the decision.",
    "received_on": "Day it provably arrived.",
    "printed_deadline": "The deadline that the notice prints.",
    "reason": "Why it was decided so; several with commas.",
    "again": "yes: another notice of the same matter, kind, form and date.",
}
EXAMPLES = {
    "key": "C-1041/3", "matter": "2026-0143", "client": "Garcia", "attorney": "ana@firm.example",
    "kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23", "service": "mail", "reason": "evidence",
}  # fmt: skip
WIDTHS = {"kind": 26, "client": 24, "attorney": 26, "reason": 20}


def csv_template() -> bytes:
    """The names of the columns on one line."""
    return write_csv(Sheet("Notices", [Column(name) for name in COLUMNS], []))


def xlsx_template(law: Law) -> bytes:
    """A workbook: an empty sheet of notices, one that explains the columns, and one with every allowed value."""
    values = _values(law)
    places = {name: f"Values!${'ABCDEFG'[at]}$2:${'ABCDEFG'[at]}${len(column) + 1}" for at, (name, _, column) in
              enumerate(values) if name in COLUMNS}  # fmt: skip
    places |= dict.fromkeys(("restricted", "again"), places["restricted"])
    columns = [
        Column(name, WIDTHS.get(name, 16), "date" if name in DAYS else "text", places.get(name, "")) for name in COLUMNS
    ]
    return write_xlsx([Sheet("Notices", columns, []), _explanation(), _value_sheet(values)])


def explained() -> list[tuple[str, str, str, str]]:
    """For each column its name, whether it is needed, what it is for, and an example."""
    rows = [(name, "yes" if name in NEEDED else "", ABOUT[name], EXAMPLES.get(name, "")) for name in COLUMNS]
    fact = "One column for each fact that is known, named for it; the sheet Values lists the facts."
    return [*rows, (f"{FACT}NAME", "", fact, f"{FACT}asylum: none")]


def _explanation() -> Sheet:
    columns = [Column("Column", 18), Column("Needed", 8), Column("What it is", 80), Column("Example", 24)]
    rows: list[Sequence[str]] = [
        *explained(),
        ("", "", "Dates: a date cell, or text such as 2026-10-23. 10/23/2026 needs --dates mdy at the import.", ""),
        ("", "", "Format key and matter as text, or leading zeros are lost. Formulas are refused.", ""),
        ("", "", "Without --apply nothing is recorded: `deadlines import FILE --by ADDRESS` says what would be.", ""),
    ]
    return Sheet("Explanation", columns, rows, filters=False)


def _values(law: Law) -> list[tuple[str, int, list[str]]]:
    """The columns of the sheet Values: name, width, values."""
    covered = {kind for rule in law.rules.values() for kind in rule.kinds}
    kinds = [kind for kind in law.kinds.values() if kind.id in covered]
    facts = [fact for name, fact in law.facts.items() if name != "reason"]
    return [
        ("kind", 34, [kind.id for kind in kinds]),
        ("What the kind is; what decided_on means", 70, [f"{kind.title}; {kind.decided_on}" for kind in kinds]),
        ("service", 16, list(get_args(Method))),
        ("restricted", 10, ["yes", "no"]),
        ("form", 14, sorted(law.forms)),
        ("reason", 16, list(law.facts["reason"].choices)),
        ("fact", 24, [f"{FACT}{fact.name}" for fact in facts]),
        ("Values of the fact", 40, [", ".join(fact.choices) or f"a {fact.type}" for fact in facts]),
        ("What the fact asks", 90, [fact.question for fact in facts]),
    ]


def _value_sheet(values: list[tuple[str, int, list[str]]]) -> Sheet:
    longest = max(len(column) for _, _, column in values)
    rows = [[column[at] if at < len(column) else None for _, _, column in values] for at in range(longest)]
    return Sheet("Values", [Column(name, width) for name, width, _ in values], rows, filters=False)
