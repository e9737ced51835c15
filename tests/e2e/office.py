"""A firm on a fresh machine: the real program in processes of its own, its daemon started and stopped at will."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.commands import program
from tests.commands.test_serve import free_port

ANA = "ana@firm.example"
TODAY = date.today()  # noqa: DTZ011  (any day whose windows are still open; what is expected is asked for)

SETTINGS = """
[firm]
name = "Sample firm"
[web]
port = {port}
[mail]
channel = "folder"
sender = "Deadlines <deadlines@firm.example>"
"""


class Office:
    """One installation with one attorney, its port the same for as long as it exists."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.config, self.log = folder / "deadlines.toml", folder / "serve.log"
        self.config.write_text(SETTINGS.format(port=self.port))
        self.data("init")
        self.hire("Ana Sample", ANA)
        self._process: subprocess.Popen[bytes] | None = None

    def data(self, *words: str) -> Any:
        """What a command of the program answers in JSON."""
        return program.data("--config", str(self.config), *words, folder=self.folder)

    def hire(self, name: str, email: str, role: str = "attorney") -> None:
        self.data("person", "add", name, "--email", email, "--role", role)

    def subscribe(self, label: str, *more: str, person: str = ANA) -> str:
        """A calendar address."""
        url: str = self.data("feed", "add", "--person", person, "--label", label, *more)["url"]
        return url

    def record(self, matter: str, *, days_ago: int = 10, attorney: str = ANA, kind: str = "uscis.denial") -> Any:
        """A notice of a few days ago that was mailed."""
        return self.data(
            "add", "--matter", matter, "--client", f"Client of {matter}", "--attorney", attorney, "--kind", kind,
            "--form", "I-140", "--decided-on", (TODAY - timedelta(days=days_ago)).isoformat(), "--service", "mail",
            "--by", attorney,
        )  # fmt: skip

    def hand_over(self, notice: str) -> Any:
        """It was not mailed but handed over: the days for mail are gone, so the dates move to earlier ones."""
        return self.data("amend", notice, "--service", "in-person", "--reason", "receipt found", "--by", ANA)

    def strike(self, notice: str) -> Any:
        return self.data("strike", notice, "--reason", "another case", "--by", ANA)

    def start(self) -> None:
        """Start the daemon and wait until it serves."""
        before = self.log.read_bytes().count(b"serving on") if self.log.exists() else 0
        with self.log.open("ab") as log:
            command = [*program.PROGRAM, "--config", str(self.config), "serve"]
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=program.environment(), stdout=log, stderr=log
            )
        until(lambda: self.log.read_bytes().count(b"serving on") > before or not self.alive, "the server")
        assert self.alive, self.log.read_text()

    def stop(self) -> None:
        """End the daemon in order."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(timeout=60) == 0, self.log.read_text()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @contextmanager
    def serving(self) -> Iterator[None]:
        self.start()
        try:
            yield
            self.stop()
        finally:
            if self._process is not None:
                self._process.kill()
                self._process.wait()


def until(holds: Callable[[], object], what: str, seconds: float = 30, every: float = 0.1) -> None:
    """Wait until it holds; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(every)
