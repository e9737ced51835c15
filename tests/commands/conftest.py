from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands import program

Call = Callable[..., Any]


class Firm:
    """An initialised firm in a folder of its own, worked through the real program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "deadlines.toml"
        program.good("--config", str(self.config), "init", folder=folder)

    def run(self, *words: str, **more: str) -> Any:
        return program.run("--config", str(self.config), *words, folder=self.folder, **more)

    def good(self, *words: str, **more: str) -> str:
        return program.good("--config", str(self.config), *words, folder=self.folder, **more)

    def data(self, *words: str, **more: str) -> Any:
        return program.data("--config", str(self.config), *words, folder=self.folder, **more)

    def add(self, name: str, email: str, role: str = "attorney") -> Any:
        return self.data("person", "add", name, "--email", email, "--role", role)


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)
