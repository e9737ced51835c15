"""The year-wide tables are those that the law data gives today: an edit of the law must show in them."""

from deadlines.law import load_law
from tests.law.year_tables import FOLDER, tables


def test_the_tables_are_those_of_the_law_data() -> None:
    fresh = dict(tables(load_law()))
    kept = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt")}
    assert sorted(kept) == sorted(fresh)
    changed = [name for name in fresh if fresh[name] != kept[name]]
    assert changed == [], "python -m tests.law.year_tables, then read the difference"
