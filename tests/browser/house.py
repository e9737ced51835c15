"""A firm on a fresh machine, its clock set by the test: the real program, the mail in a folder, people who sign in."""

import email
import email.policy
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from tests.browser.driving import DESK, Browser, Window
from tests.commands.program import ROOT, environment
from tests.commands.test_serve import free_port

PAULA, ANA, DORA, PAT = "paula@firm.example", "ana@firm.example", "dora@firm.example", "pat@firm.example"
PEOPLE = (
    ("Pat Partner", PAT, "partner"),
    ("Ana Attorney", ANA, "attorney"),
    ("Paula Paralegal", PAULA, "paralegal"),
    ("Dora Docket", DORA, "docket"),
)
NAMES = {email: name for name, email, _ in PEOPLE}
PASSWORD = "seven green kettles whistle"
SETTINGS = """
[firm]
name = "Sample firm"
timezone = "America/New_York"
[database]
url = "{url}"
[web]
port = {port}
[mail]
channel = "folder"
folder = "mail"
sender = "Deadlines <deadlines@firm.example>"
[evening]
by = "19:00"
[reminders]
escalate_hours = 2
[daemon]
tick_seconds = 1
"""


class House:
    """One installation in a folder of its own, with a partner, an attorney, a paralegal, and who keeps the docket."""

    def __init__(self, folder: Path, url: str, now: datetime) -> None:
        self.folder, self.port, self._clock = folder, free_port(), folder / "clock"
        self.log, self.config, self.site = folder / "serve.log", folder / "deadlines.toml", ""
        self.site = f"http://127.0.0.1:{self.port}"
        address = make_url(url)
        self._password = {"DEADLINES_DATABASE_PASSWORD": address.password} if address.password else {}
        shown = address._replace(password=None).render_as_string()
        self.config.write_text(SETTINGS.format(url=shown, port=self.port))
        self.set_clock(now)
        self.data("init")
        for name, at, role in PEOPLE:
            self.data("person", "add", name, "--email", at, "--role", role)
        self.data("person", "deputy", ANA, "--deputy", DORA, "--supervisor", PAT)

    def set_clock(self, moment: datetime) -> None:
        """It is that moment for the program now; the time until then has gone by."""
        before = [float(word) for word in self._clock.read_text().split()] if self._clock.exists() else [0.0, 0.0]
        wall = moment.timestamp() - time.time()
        beside = self._clock.with_suffix(".new")
        beside.write_text(f"{wall!r} {before[1] + max(wall - before[0], 0.0)!r}")
        beside.rename(self._clock)

    def data(self, *words: str) -> Any:
        """What a command answers in JSON."""
        command = [*self._program, *words, "--json"]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def mails(self) -> list[EmailMessage]:
        """Everything that left, in no order."""
        found = []
        for path in (self.folder / "mail").rglob("*.eml"):
            parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            found.append(parsed)
        return found

    def told(self, to: str, *words: str) -> list[EmailMessage]:
        """The mail to somebody in which all these words stand."""
        return [mail for mail in self.mails if to in str(mail["To"]) and all(one in words_of(mail) for one in words)]

    def sign_in(self, browser: Browser, to: str, **more: Any) -> Window:
        """A window of somebody who signs in with the password, for the first time by the link on which it is chosen."""
        window = browser.window(f"{to} {time.monotonic_ns()}", self.site, **{"size": DESK, **more})
        if not (self.folder / to).exists():
            link = self.data("person", "sign-in", to)["link"]
            window.go(link.removeprefix(self.site))
            window.fill(password=PASSWORD, again=PASSWORD)
            assert "Your password is chosen" in window.press("Choose this password")
            (self.folder / to).touch()
        else:
            window.go("/sign-in")
        window.fill(email=to, password=PASSWORD)
        window.press("Sign in")
        assert "Sign out" in window.text, window.text
        return window

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The daemon and the pages, in one process."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*self._program, "serve"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        try:
            until(lambda: process.poll() is not None or b"serving on" in self.log.read_bytes(), "the server")
            assert process.poll() is None, self.log.read_text()
            yield
            process.terminate()
            assert process.wait(timeout=30) == 0, self.log.read_text()
            assert "Traceback" not in self.log.read_text()
        finally:
            process.kill()
            process.wait()

    @property
    def _program(self) -> list[str]:
        return [sys.executable, "-m", "chaos.program", "--config", str(self.config)]

    @property
    def _environment(self) -> dict[str, str]:
        plan = {"clock": str(self._clock)}
        return environment(CHAOS_PLAN=json.dumps(plan), **self._password)


def words_of(mail: EmailMessage) -> str:
    """The subject and the text of a mail, each run of white space as one blank."""
    body = mail.get_body(("plain",))
    return " ".join(f"{mail['Subject']} {body.get_content() if body else ''}".split())


def until(holds: Callable[[], object], what: str, seconds: float = 40) -> None:
    """Wait until it holds; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.1)
