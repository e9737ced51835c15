"""What keeps the data in order: the table of rows, the seal, the list of what to look at."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec import structs

from deadlines.errors import LawDataError
from deadlines.law import coverage, load_law, seal
from deadlines.law.editions import edition_names
from deadlines.law.firm import Additions
from deadlines.law.load import read_law
from deadlines.law.review import doubts_of, review
from tests.law.editing import issue

DATA = Path(str(files("deadlines.law") / "data"))


def test_the_table_of_rows_is_written_between_its_marks_and_nothing_else_changes() -> None:
    document = f"before\n{coverage.BEGIN}\nold\n{coverage.END}\nafter\n"
    renewed = coverage.with_table(document, load_law())
    assert renewed.startswith("before\n")
    assert renewed.endswith("\nafter\n")
    assert "| uscis R1 |" in renewed
    assert "old" not in renewed.splitlines()
    assert coverage.with_table(renewed, load_law()) == renewed


def test_writing_the_table_again_changes_nothing_where_it_is_up_to_date(tmp_path: Path) -> None:
    document = tmp_path / "law.md"
    whole = (Path(__file__).parents[2] / "docs" / "law.md").read_text(encoding="utf-8")
    document.write_text(whole.replace("| uscis R1 |", "| uscis R0 |"), encoding="utf-8")
    for _ in range(2):
        coverage.main([str(document)])
        assert document.read_text(encoding="utf-8") == whole


def test_a_seal_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "data"
    shutil.copytree(DATA, place)
    (place / "seal.toml").unlink()
    (place / "seal.toml").mkdir()
    assert seal.main([str(place)]) != 0
    assert "seal" in capsys.readouterr().err


def test_the_doubts_of_a_rule_are_those_its_files_name() -> None:
    law = load_law()
    assert "ten-day-text" in doubts_of(law, law.rules["eoir.appeal.bia"])
    assert {"notice-or-postmark", "motion-mail-days", "certified-mail-days"} <= set(
        doubts_of(law, law.rules["uscis.motion.reopen"])
    )
    assert "anniversaries" in doubts_of(law, law.rules["status.asylum-one-year"])


def test_where_every_source_is_recent_nothing_is_said_of_old_ones() -> None:
    law = load_law()
    fresh = structs.replace(
        law,
        rules={
            key: structs.replace(rule, reviewed=structs.replace(rule.reviewed, confidence="primary"))
            for key, rule in law.rules.items()
        },
        decisions=[],
    )
    said = [remark.id for remark in review(fresh, law.issued)]
    assert len(said) == len([remark.id for remark in review(law, law.issued)]) - 1


def test_a_firm_without_a_folder_adds_nothing() -> None:
    assert Additions(None).said == []
    assert read_law(DATA).firm == ()


def test_a_firms_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LawDataError, match="not there"):
        read_law(DATA, tmp_path / "nowhere")


def test_an_earlier_edition_that_was_never_kept_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package may come without its folder of earlier editions; a folder that a firm names must be there."""
    monkeypatch.setattr("deadlines.law.editions.files", lambda package: tmp_path)
    assert not (tmp_path / "editions").exists()
    assert edition_names() == ["2026.11"]
    issue(tmp_path / "editions", "2026.10", "2026-10-01")
    assert edition_names() == ["2026.11", "2026.10"]
