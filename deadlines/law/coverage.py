"""Where each row of the research went: the table at the end of docs/law.md.

`python -m deadlines.law.coverage [DOCUMENT]` writes it into the document, by default that of a checkout.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from deadlines.law.load import Law, load_law

BEGIN, END = "<!-- rows: begin (written by python -m deadlines.law.coverage) -->", "<!-- rows: end -->"


def coverage_table(law: Law) -> str:
    """The table as Markdown: row, what it is about, the files it went to or the reason it is left out."""
    return "\n".join((BEGIN, "", *_lines(law), "", END))


def _lines(law: Law) -> Iterator[str]:
    covered = sum(not row.out for row in law.rows)
    yield f"{len(law.rows)} rows, {covered} in the data, {len(law.rows) - covered} left out for the reason given."
    yield ""
    yield "| Row | About | Where |"
    yield "| --- | --- | --- |"
    for row in law.rows:
        where = ", ".join(f"`{name}`" for name in row.where) if row.where else f"left out: {row.out}"
        yield f"| {row.id} | {_plain(row.about)} | {_plain(where)} |"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")


def with_table(document: str, law: Law) -> str:
    """The document with the table between its two marks renewed."""
    before, rest = document.split(BEGIN, 1)
    return before + coverage_table(law) + rest.split(END, 1)[1]


def main(arguments: list[str] | None = None) -> None:
    """Renew the table in the document that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m deadlines.law.coverage", description="Renew the table of rows.")
    usual = Path(__file__).parents[2] / "docs" / "law.md"
    parser.add_argument("document", nargs="?", type=Path, default=usual, help="default: docs/law.md of this checkout")
    path: Path = parser.parse_args(arguments).document
    path.write_text(with_table(path.read_text(encoding="utf-8"), load_law()), encoding="utf-8")


if __name__ == "__main__":
    main()
