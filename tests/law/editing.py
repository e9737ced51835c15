"""Editions of the tests' own: the packaged data copied into a folder, with single lines changed."""

import shutil
from importlib.resources import files
from pathlib import Path

from deadlines.law.seal import seal

DATA = Path(str(files("deadlines.law") / "data"))
APPEAL = "rules/eoir-appeal-bia.toml"


def copy(folder: Path, name: str, issued: str) -> Path:
    """A copy of the packaged edition under another name, not sealed."""
    place = folder / name
    shutil.copytree(DATA, place)
    change(place, "edition.toml", 'edition = "2026.11"', f'edition = "{name}"')
    change(place, "edition.toml", "issued  = 2026-11-28", f"issued  = {issued}")
    return place


def change(place: Path, file: str, old: str, new: str) -> None:
    """One piece of one file; the test fails where it is no longer there."""
    text = (place / file).read_text()
    assert old in text, f"{file} no longer holds {old!r}"
    (place / file).write_text(text.replace(old, new, 1))


def issue(folder: Path, name: str = "2026.12", issued: str = "2026-12-10") -> Path:
    """A copy of the packaged edition, issued: sealed under another name."""
    place = copy(folder, name, issued)
    seal(place)
    return place
