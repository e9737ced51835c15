"""Editions by name, and the seal that shows an edit of an issued one."""

import hashlib
import tomllib
from datetime import date
from pathlib import Path

import pytest

from deadlines.errors import InputError, LawDataError
from deadlines.law import load_law
from deadlines.law.digest import broken_seal, digest_of, sha256_of
from deadlines.law.editions import edition_names, load_edition
from deadlines.law.load import read_law
from deadlines.law.seal import main
from tests.law.editing import APPEAL, DATA, change, copy, issue


def test_nobody_edited_the_packaged_edition_since_it_was_sealed() -> None:
    """After a wanted change of the data: `python -m deadlines.law.seal`."""
    assert broken_seal(DATA) is None
    assert tomllib.loads((DATA / "seal.toml").read_text())["issued"] == load_law().issued


def test_the_hash_is_over_path_length_and_bytes_in_order(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "b.toml").write_bytes(b"x = 1\n")
    (tmp_path / "rules" / "a.toml").write_bytes(b"")
    (tmp_path / "seal.toml").write_bytes(b"left out")
    (tmp_path / "README.md").write_bytes(b"left out")
    whole = hashlib.sha256(b"b.toml\x006\x00x = 1\n" + b"rules/a.toml\x000\x00").hexdigest()
    assert sha256_of(tmp_path) == whole
    assert digest_of(tmp_path) == whole[:12]


def test_the_law_names_the_state_of_its_files(tmp_path: Path) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    before = read_law(place).digest
    assert len(before) == 12
    change(place, "closures.toml", "Christmas Eve", "Christmas eve")
    assert read_law(place).digest != before
    (tmp_path / "firm").mkdir()
    assert read_law(place, tmp_path / "firm").digest != read_law(place).digest


def test_without_a_name_the_newest_issued_edition_is_used(tmp_path: Path) -> None:
    issue(tmp_path)
    issue(tmp_path, "2026.10", "2026-10-01")
    assert edition_names([tmp_path]) == ["2026.12", "2026.11", "2026.10"]
    assert load_edition("", [tmp_path]).edition == "2026.12"
    assert load_edition("2026.10", [tmp_path]).issued == date(2026, 10, 1)
    assert load_edition("2026.11", [tmp_path]) is load_law()
    assert load_edition() is load_law()


def test_an_unknown_edition_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    issue(tmp_path)
    with pytest.raises(InputError, match=r"no edition '2027\.01' of the law; there is 2026\.12, 2026\.11"):
        load_edition("2027.01", [tmp_path])


def test_an_issued_edition_that_was_edited_is_refused_by_name(tmp_path: Path) -> None:
    place = issue(tmp_path)
    change(place, APPEAL, "length = { days = 30 }", "length = { days = 31 }")
    with pytest.raises(LawDataError, match=r"Edition 2026\.12 of the law was changed after it was issued"):
        load_edition("2026.12", [tmp_path])
    assert load_edition("2026.11", [tmp_path]) is load_law()


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda place: (place / "seal.toml").unlink(), "it has no seal.toml"),
        (lambda place: (place / APPEAL).unlink(), "Edition 2026.12"),
        (lambda place: (place / "rules" / "more.toml").write_text(""), "Edition 2026.12"),
        (lambda place: (place / "seal.toml").write_text('sha256 = "00"\n'), "issued"),
        (lambda place: place.rename(place.parent / "other"), "other: the folder of an edition bears its name"),
        (lambda place: (place / "edition.toml").unlink(), "2026.12: the folder among the editions holds no"),
    ],
    ids=["no seal", "file gone", "file added", "seal of another form", "another name", "no edition"],
)
def test_a_spoilt_edition_is_refused(tmp_path: Path, spoil: object, said: str) -> None:
    place = issue(tmp_path)
    assert callable(spoil)
    spoil(place)
    with pytest.raises(LawDataError, match=said):
        load_edition("2026.12", [tmp_path])


def test_two_editions_of_one_name_must_be_the_same(tmp_path: Path) -> None:
    place = issue(tmp_path, "2026.11", "2026-11-28")
    assert edition_names([tmp_path]) == ["2026.11"]
    change(place, APPEAL, "length = { days = 30 }", "length = { days = 31 }")
    with pytest.raises(LawDataError, match=r"Two editions of the law are called 2026\.11"):
        edition_names([tmp_path])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LawDataError, match="nowhere: the folder of installed editions is not there"):
        edition_names([tmp_path / "nowhere"])


def test_sealing_refuses_data_that_does_not_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    (place / "seal.toml").unlink()
    change(place, APPEAL, "1996-07-01", "1096-07-01")
    assert main([str(place)]) == 4
    assert "thirty-days" in capsys.readouterr().err
    assert not (place / "seal.toml").exists()
    change(place, APPEAL, "1096-07-01", "1996-07-01")
    assert main([str(place)]) == 0
    assert broken_seal(place) is None
