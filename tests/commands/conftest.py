import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.commands import program

SHOWN = (
    "SELECT id, sequence, [on], cancelled FROM rendering ORDER BY id",
    "SELECT id, status, version, remedy, matter_id FROM entry ORDER BY id",
    "SELECT id, reference, client, attorney_id, restricted FROM matter ORDER BY id",
    "SELECT matter_id, person_id FROM matter_member ORDER BY 1, 2",
    "SELECT id, name FROM team ORDER BY id",
    "SELECT team_id, person_id FROM team_member ORDER BY 1, 2",
    "SELECT id, name, active FROM person ORDER BY id",
    "SELECT id, token_hash, revoked_at, expires_at, ending, claim_hash FROM subscription ORDER BY id",
    "SELECT subscription_id, rendering_id, at FROM left_calendar ORDER BY 1, 2",
)


class Firm:
    """An initialised firm in a folder of its own, worked through the real program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "deadlines.toml"

    def run(self, *words: str, **more: str) -> Any:
        with self._recorded():
            return program.run("--config", str(self.config), *words, folder=self.folder, **more)

    def good(self, *words: str, **more: str) -> str:
        with self._recorded():
            return program.good("--config", str(self.config), *words, folder=self.folder, **more)

    def data(self, *words: str, **more: str) -> Any:
        with self._recorded():
            return program.data("--config", str(self.config), *words, folder=self.folder, **more)

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        """Whatever a command changes of what calendars show must stand in the audit trail: feeds look nowhere else."""
        before = self._shown()
        yield
        after = self._shown()
        if before is not None and after is not None and before[1] != after[1]:
            assert before[0] != after[0], "calendars changed, and the audit trail does not tell"

    def _shown(self) -> tuple[int, list[Any]] | None:
        """The number of audit rows, and everything that calendars are made of."""
        file = self.folder / "deadlines.sqlite3"
        if not file.is_file():
            return None
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                (count,) = connection.execute("SELECT count(*) FROM audit").fetchone()
                return count, [connection.execute(query).fetchall() for query in SHOWN]
        except sqlite3.Error:
            return None

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
