"""docs/security.md is held against the standard's numbers, the catalogue of attacks, and the tests that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
STATES = {"held", "not applicable", "deviation"}


def requirements() -> dict[str, tuple[str, str, str]]:
    """From its number to level, state and words."""
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([a-z ]+) \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert len(rows) == len({number for number, *_ in rows})
    return {number: (level, state, words) for number, level, state, words in rows}


def attacks() -> dict[int, str]:
    found = re.findall(r"^\| (\d{3}) \| [^|]+ \| (.*) \|$", DOCUMENT, re.MULTILINE)
    return {int(number): words for number, words in found}


def test_every_requirement_of_levels_1_and_2_has_its_row() -> None:
    listed = dict(line.split() for line in (ROOT / "tests" / "asvs-5.0.txt").read_text(encoding="utf-8").splitlines())
    assert {number: level for number, (level, *_) in requirements().items()} == listed
    assert len(listed) == 253


@pytest.mark.parametrize("number", requirements())
def test_each_says_how_or_why(number: str) -> None:
    _, state, words = requirements()[number]
    assert state in STATES
    assert NAMED.search(words) if state == "held" else len(words) >= 8


def test_every_attack_of_the_catalogue_is_tried() -> None:
    found = attacks()
    assert sorted(found) == list(range(116, 147))
    assert all(NAMED.search(words) for words in found.values())


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED.findall(DOCUMENT)}))
def test_every_test_that_is_named_is_there(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    there = set(re.findall(r"^(?:    )?(?:async )?def (test_\w+)\(", text, re.MULTILINE))
    assert {name for file, name in NAMED.findall(DOCUMENT) if file == path} <= there


def test_no_name_of_a_test_is_written_in_another_form() -> None:
    assert re.findall(r"tests/[\w/.]+", NAMED.sub("", DOCUMENT)) == []
