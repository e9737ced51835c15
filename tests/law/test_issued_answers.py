"""An issued edition answers for ever what it answered, byte for byte, whatever happens to the program around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deadlines.law.editions import load_edition
from tests.law.issued_answers import FOLDER, sealed

FILES = sorted(FOLDER.glob("*.txt"))


def facts_of(file: Path) -> Iterator[bytes]:
    return (line.split("  ", 1)[1].encode() for line in file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_answers_of_an_issued_edition_never_change(file: Path) -> None:
    now = sealed(load_edition(file.stem), facts_of(file)).splitlines()
    then = file.read_text(encoding="utf-8").splitlines()
    changed = [line.split("  ", 1)[1] for line, old in zip(now, then, strict=True) if line != old]
    assert changed == [], f"{len(changed)} of {len(then)} answers of edition {file.stem} are no longer the same bytes"


def test_there_is_an_issued_edition() -> None:
    assert FILES
