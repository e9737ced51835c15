"""A copy of the whole edition that a test may spoil."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.law.editing import DATA


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once for each file of tests."""
    return Path(shutil.copytree(DATA, tmp_path_factory.mktemp("law") / "data"))


@pytest.fixture
def folder(whole: Path) -> Iterator[Path]:
    """The edition, put right again afterwards."""
    yield whole
    shutil.copytree(DATA, whole, dirs_exist_ok=True)
