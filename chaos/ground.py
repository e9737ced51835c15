"""What a stage stands on: a database kind, a folder, a seed, and how long it may take."""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaos.firm import Firm, firm
from chaos.nursery import Nursery
from chaos.servers import PostgresServer
from chaos.tally import Tally

FRIDAY = datetime(2026, 9, 25, 21, 0, tzinfo=UTC)
"""Friday 25 September 2026, five in the afternoon in New York: where every story begins unless it says otherwise."""
MONDAY = datetime(2026, 9, 28, 13, 0, tzinfo=UTC)
"""Monday, nine in the morning: the reminders of the day are due."""


class NotRun(Exception):
    """A stage cannot run on this machine; the words say why."""


@dataclass
class Ground:
    """One stage's means. `short`: the form that runs with the tests."""

    kind: str
    folder: Path
    drawn: random.Random
    nursery: Nursery
    short: bool = False
    server: PostgresServer | None = None
    tally: Tally = field(default_factory=Tally)
    _made: int = 0

    @contextlib.contextmanager
    def firm(self, now: datetime = FRIDAY, **settings: Any) -> Iterator[Firm]:
        """A new firm with a database of its own."""
        folder = self.place()
        with firm(folder, self.address(folder), self.tally, self.nursery, now=now, **settings) as made:
            yield made

    def place(self) -> Path:
        """A new folder."""
        self._made += 1
        folder = self.folder / f"{self._made}"
        folder.mkdir(parents=True)
        return folder

    def address(self, folder: Path) -> str:
        """Where a database may be created: a file in the folder, or a new database on the server."""
        return self.server.new() if self.server is not None else f"sqlite:///{folder}/deadlines.sqlite3"

    def pick(self, short: int, full: int) -> int:
        """A number by the length of the run."""
        return short if self.short else full
