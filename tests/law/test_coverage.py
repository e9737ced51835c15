"""Every row of the research has a place, and the document says which."""

from pathlib import Path

from deadlines.law import load_law
from deadlines.law.coverage import coverage_table
from deadlines.law.load import packaged

ROOT = Path(__file__).parents[2]


def test_the_document_holds_the_table_of_rows() -> None:
    text = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    assert coverage_table(load_law()) in text, "python -m deadlines.law.coverage"


def test_the_files_that_rows_name_are_there() -> None:
    named = {name for row in load_law().rows for name in row.where if name not in ("engine", "NEWS.md")}
    assert sorted(name for name in named if not (packaged() / name).is_file()) == []


def test_every_rule_file_comes_from_a_row() -> None:
    named = {name for row in load_law().rows for name in row.where}
    files = {f"rules/{file.name}" for file in (packaged() / "rules").iterdir()}
    assert sorted(files - named) == []


def test_no_row_stands_twice() -> None:
    ids = [row.id for row in load_law().rows]
    assert sorted({name for name in ids if ids.count(name) > 1}) == []
