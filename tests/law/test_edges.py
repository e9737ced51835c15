"""What an installed copy meets and a checkout does not: no earlier editions, the two programs started by name."""

import runpy
import sys
from pathlib import Path

import pytest

from deadlines.errors import LawDataError
from deadlines.law import load_law
from deadlines.law.diff import compare
from deadlines.law.digest import broken_seal
from deadlines.law.editions import edition_names
from deadlines.law.load import packaged, read_law
from tests.law.editing import DATA, change, copy
from tests.law.test_firm import RULE

PROGRAMS = Path(str(DATA)).parent


def test_a_copy_without_a_folder_of_earlier_editions_has_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel holds no empty folders."""
    monkeypatch.setattr("deadlines.law.editions.files", lambda _: tmp_path)
    assert edition_names() == [load_law().edition]


def test_sealing_as_a_program_seals_the_folder_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    assert broken_seal(place) is not None
    monkeypatch.setattr(sys, "argv", ["seal", str(place)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(PROGRAMS / "seal.py"), run_name="__main__")
    assert ended.value.code == 0
    assert broken_seal(place) is None


def test_the_table_of_rows_as_a_program_writes_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, str] = {}

    def keep(path: Path, text: str, encoding: str) -> int:
        written[path.name] = text
        return len(text)

    monkeypatch.setattr(Path, "write_text", keep)
    monkeypatch.setattr(sys, "argv", ["coverage"])
    runpy.run_path(str(PROGRAMS / "coverage.py"), run_name="__main__")
    rows = len(load_law().rows)
    assert list(written) == ["law.md"]
    assert f"{rows} rows, " in written["law.md"]


def test_a_change_in_a_table_without_a_name_is_told(tmp_path: Path) -> None:
    place = copy(tmp_path, load_law().edition, str(load_law().issued))
    change(place, "rules/status-unlawful-presence-180.toml", "years = 18, then = -1", "years = 21, then = -1")
    found = compare(load_law(), read_law(place))
    assert [(item.part, item.id) for item in found] == [("rule", "status.unlawful-presence-180")]
    assert found[0].key.startswith("floor.")
    assert ("18 years" in str(found[0].old), "21 years" in str(found[0].new)) == (True, True)


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path


def test_a_rule_taken_away_from_another_shipped_one_is_the_firms_fault(firm: Path) -> None:
    """The motion to reopen needs the appeal whose expiry makes the order final; the firm's rule stands in its place."""
    (firm / "rules" / "county.toml").write_text(f'replaces = "eoir.appeal.bia"\n{RULE}')
    with pytest.raises(LawDataError, match=r"^In the firm's folder, rule [a-z.-]+: key '[a-z.]+': 'eoir\.appeal\.bia'"):
        read_law(packaged(), firm)


def test_the_fault_is_found_in_the_file_that_holds_it_among_several(firm: Path) -> None:
    (firm / "rules" / "a.toml").write_text(RULE.replace("firm.county-record", "firm.other"))
    (firm / "rules" / "b.toml").write_text(RULE.replace('"uscis.rfe"', '"uscis.rfi"'))
    with pytest.raises(
        LawDataError, match=r"^In the firm's folder, rules/b\.toml: rule firm\.county-record: key 'kinds'"
    ):
        read_law(packaged(), firm)


def test_a_file_in_place_of_the_folder_is_refused(firm: Path) -> None:
    (firm / "file.toml").write_text(RULE)
    with pytest.raises(LawDataError, match="is not there, or it is not a folder"):
        read_law(packaged(), firm / "file.toml")


def test_a_folder_inside_the_rules_is_refused_not_passed_over(firm: Path) -> None:
    (firm / "rules" / "old.toml").mkdir()
    with pytest.raises(LawDataError, match=r"In the firm's folder, rules/old\.toml is no TOML file\. Take it out"):
        read_law(packaged(), firm)


def test_a_motion_that_no_source_confirmed_is_as_sure_as_memory() -> None:
    """A window is no surer than its weakest source (docs/law.md)."""
    rows = [row for row in load_law().decisions if "no source confirmed it" in row.motion_why]
    assert len(rows) > 20
    assert {row.motion_confidence or row.confidence for row in rows} == {"memory"}
