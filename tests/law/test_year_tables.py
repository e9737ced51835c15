"""The year-wide tables are those that the law data gives today: an edit of the law must show in them."""

import pytest

from deadlines.law import load_law
from tests.law.year_tables import FOLDER, LAST, MONDAYS, tables

HINT = "python -m tests.law.year_tables, then read the difference"


def kept() -> dict[str, str]:
    """The tables as they are written down."""
    return {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt")}


def test_every_eighth_week_is_that_of_the_law_data() -> None:
    written, fresh = kept(), dict(tables(load_law(), every=8))
    assert sorted(written) == sorted(fresh)
    assert [name for name in fresh if not follow(fresh[name], written[name])] == [], HINT


@pytest.mark.long
def test_the_tables_are_those_of_the_law_data() -> None:
    written, fresh = kept(), dict(tables(load_law()))
    assert [name for name in fresh if fresh[name] != written[name]] == [], HINT


def test_every_day_of_the_years_has_its_week() -> None:
    assert (MONDAYS[0].weekday(), (LAST - MONDAYS[-1]).days) == (0, 4)


def test_a_line_that_differs_or_is_out_of_place_is_seen() -> None:
    assert follow("b\nd\n", "a\nb\nc\nd\n")
    assert not follow("b\nx\n", "a\nb\nc\nd\n")
    assert not follow("d\nb\n", "a\nb\nc\nd\n")


def follow(some: str, whole: str) -> bool:
    """Whether these lines stand in the whole, in this order."""
    rest = iter(whole.splitlines())
    return all(line in rest for line in some.splitlines())
