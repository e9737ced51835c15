"""A copy of the whole edition that a test may spoil."""

import pickle
import shutil
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.law.editing import DATA


@pytest.fixture(scope="session", autouse=True)
def _texts_are_parsed_once() -> Iterator[None]:
    """A test spoils one file of two hundred; to parse the others anew takes most of its time."""

    @lru_cache(maxsize=1000)
    def parsed(text: str) -> bytes:
        return pickle.dumps(tomllib.loads(text))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deadlines.law.files.tomllib", SimpleNamespace(loads=lambda text: pickle.loads(parsed(text))))
        yield


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
