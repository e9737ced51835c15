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
    for path in filter(Path.is_file, DATA.rglob("*")):
        copy = whole / path.relative_to(DATA)
        if not copy.exists() or copy.stat().st_mtime_ns != path.stat().st_mtime_ns:
            shutil.copy2(path, copy)
