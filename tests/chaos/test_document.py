"""docs/reliability.md speaks of every fault of the catalogue once, and of no test or stage that is not there."""

import ast
import re
from pathlib import Path

import pytest

from chaos.post import MODES as MAIL_MODES
from chaos.stages import BOTH, FILE, STAGES
from chaos.stages.hooks import MODES as HOOK_MODES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ALL = set(range(1, 161))
MUST = {
    1, 5, 6, 10, 12, 15, 18, *range(31, 40), 43, 45, 54, 56, 57, 59, 64, 65, 66, 68, 69, 71, 73, 78, 81, 83, 87, 94,
    *range(99, 104), 110, 116, 119, 121, 126, 127, 130, 136, 139, 140, 147, 153,
}  # fmt: skip
SECTIONS = ("Faults that must be survived", "Also injected", "Left out")


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section(title).splitlines()]
    return [row for row in cells if row[0][:1].isdigit()]


def numbers(title: str) -> list[int]:
    return [int(number) for row in rows(title) for number in row[0].split(",")]


def test_every_fault_that_must_be_survived_has_its_row() -> None:
    found = numbers(SECTIONS[0])
    assert sorted(found) == sorted(MUST)
    for row in rows(SECTIONS[0]):
        assert len(row) == 5
        assert all(row), f"fault {row[0]} has an empty cell"


def test_every_fault_of_the_catalogue_stands_in_one_place() -> None:
    found = [number for title in SECTIONS for number in numbers(title)]
    assert sorted(found) == sorted(ALL)


def test_what_is_left_out_has_a_reason() -> None:
    assert all(len(row[2]) > 10 for row in rows(SECTIONS[2]))


def named() -> list[tuple[str, str]]:
    """Every test that is named, with its file; `::test_x` alone belongs to the file named before it."""
    found, file = [], ""
    for path, name in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", TEXT):
        file = path or file
        found.append((file, name))
    return found


@pytest.mark.parametrize("file, name", sorted(set(named())))
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_of_what_is_injected_names_a_test_or_a_stage() -> None:
    for title, cell in ((SECTIONS[0], 2), (SECTIONS[1], 1)):
        for row in rows(title):
            assert re.search(r"stages? `\w+`|::test_", row[cell]), row


def test_the_stages_that_are_named_are_those_that_run() -> None:
    mentioned = set(re.findall(r"stages? `(\w+)`", TEXT)) | set(re.findall(r"stages `\w+`, `(\w+)`", TEXT))
    assert mentioned <= set(STAGES)
    table = dict(re.findall(r"^\| `(\w+)` \| .* \| (\w+) \|$", TEXT, re.MULTILINE))
    words = {BOTH: "both", FILE: "SQLite"}
    assert table == {name: words.get(kinds, "PostgreSQL") for name, kinds in STAGES.items()}
    for name in STAGES:
        assert (ROOT / "chaos" / "stages" / f"{name}.py").is_file()


@pytest.mark.parametrize("stage, known", [("mail", set(MAIL_MODES)), ("hooks", set(HOOK_MODES))])
def test_the_modes_that_are_named_exist(stage: str, known: set[str]) -> None:
    said = re.findall(rf"stage `{stage}` \(([^)]*)\)", TEXT)
    modes = {mode for words in said for mode in re.findall("`([^`]+)`", words)}
    assert modes
    assert modes <= known
    assert len(MAIL_MODES) == 15
    assert len(HOOK_MODES) == 17


def test_no_figure_was_left_to_be_filled_in() -> None:
    assert re.findall(r"FIG\w*_\w+", TEXT) == []
