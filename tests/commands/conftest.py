import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.commands import program


class Firm:
    """An initialised firm in a folder of its own, worked through the real program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "deadlines.toml"

    def run(self, *words: str, **more: str) -> Any:
        return program.run("--config", str(self.config), *words, folder=self.folder, **more)

    def good(self, *words: str, **more: str) -> str:
        return program.good("--config", str(self.config), *words, folder=self.folder, **more)

    def data(self, *words: str, **more: str) -> Any:
        return program.data("--config", str(self.config), *words, folder=self.folder, **more)

    def add(self, name: str, email: str, role: str = "attorney") -> Any:
        return self.data("person", "add", name, "--email", email, "--role", role)


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` leaves, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("initialised")
    program.good("init", folder=folder)
    return folder


@pytest.fixture
def firm(initialised: Path, tmp_path: Path) -> Firm:
    for made in initialised.iterdir():
        shutil.copy2(made, tmp_path)
    return Firm(tmp_path)
