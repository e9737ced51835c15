"""The main job, end to end, on both databases: a decision date typed in, a calendar subscribed, a mail received.

Every part is real: the program in processes of its own, an SMTP server, vdirsyncer and khal, SQLite and PostgreSQL.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.commands import program
from tests.commands.test_serve import free_port
from tests.e2e.calendar_clients import Subscriber
from tests.notify.servers import Inbox, mail_server


@pytest.fixture
def mailbox() -> Iterator[tuple[Inbox, int]]:
    box = Inbox()
    with mail_server(box) as port:
        yield box, port


class Office:
    """A firm on a fresh machine."""

    def __init__(self, folder: Path, database_url: str, smtp_port: int) -> None:
        self.folder, self.port = folder, free_port()
        self.config = folder / "deadlines.toml"
        url = make_url(database_url)
        self.password = {"DEADLINES_DATABASE_PASSWORD": url.password} if url.password else {}
        shown = url._replace(password=None).render_as_string()
        self.config.write_text(
            f'[firm]\nname = "Test firm"\n[database]\nurl = "{shown}"\n[web]\nport = {self.port}\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "none"\n'
            'sender = "Deadlines <deadlines@firm.test>"\n[daemon]\ntick_seconds = 1\n'
        )

    def data(self, *words: str) -> Any:
        return program.data("--config", str(self.config), *words, folder=self.folder, **self.password)

    @contextmanager
    def serving(self) -> Iterator[None]:
        with (self.folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                [*program.PROGRAM, "--config", str(self.config), "serve"],
                cwd=self.folder, env=program.environment(**self.password), stdout=log, stderr=log,
            )  # fmt: skip
            try:
                self._wait(process)
                yield
                process.terminate()
                assert process.wait(timeout=60) == 0
            finally:
                process.kill()
                process.wait()

    def _wait(self, process: Any) -> None:
        until(lambda: b"serving on" in (self.folder / "serve.log").read_bytes(), "the server")
        assert process.poll() is None


def until(holds: Any, what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} never came"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_denial_becomes_calendar_entries_and_a_mail(
    empty_database_url: str, mailbox: tuple[Inbox, int], tmp_path: Path
) -> None:
    box, smtp_port = mailbox
    office = Office(tmp_path, empty_database_url, smtp_port)
    office.data("init")
    office.data("person", "add", "Ana Ruiz", "--email", "ana@firm.test", "--role", "attorney")
    feed = office.data("feed", "add", "--person", "ana@firm.test", "--label", "Outlook at work")
    with office.serving():
        recent = date.today() - timedelta(days=10)  # noqa: DTZ011  (any recent day; the dates are asked for below)
        added = office.data(
            "add", "--matter", "2026-0143", "--client", "Garcia CANARY", "--attorney", "ana@firm.test",
            "--kind", "uscis.denial", "--form", "I-485", "--decided-on", recent.isoformat(), "--service", "mail",
            "--fact", "basis=245",
        )  # fmt: skip
        entries = {entry["rule"]: entry for entry in added["entries"]}
        assert entries["uscis.appeal.aao"]["state"] == "not-available"

        subscriber = Subscriber(tmp_path / "client", feed["url"])
        subscriber.sync()
        shown = {(entry.on, entry.title) for entry in subscriber.entries(recent, 120)}
        for rule, words in (
            ("uscis.motion.reopen", "motion to reopen"),
            ("uscis.motion.reconsider", "motion to reconsider"),
        ):
            for field, opening in (("safe_by", "FILE BY"), ("last_day", "LAST DAY")):
                day = date.fromisoformat(entries[rule][field])
                fitting = [title for on, title in shown if on == day and opening in title and words in title]
                assert len(fitting) == 1, (rule, field, shown)
                assert "2026-0143" in fitting[0]
                assert "received" in fitting[0]
        assert not any("CANARY" in title for _, title in shown)

        # What had passed when the notice was entered is due at once: nothing for ten days, a reminder for 29.
        urgent = date.today() - timedelta(days=29)  # noqa: DTZ011
        office.data(
            "add", "--matter", "2026-0144", "--client", "Lopez CANARY", "--attorney", "ana@firm.test",
            "--kind", "uscis.denial", "--form", "I-140", "--decided-on", urgent.isoformat(), "--service", "mail",
        )  # fmt: skip
        until(lambda: any("2026-0144" in str(mail["Subject"]) for mail in box.mails), "the reminder")
    mail = next(mail for mail in box.mails if "2026-0144" in str(mail["Subject"]))
    text = mail.get_content()
    assert mail["To"] is not None
    assert "ana@firm.test" in str(mail["To"])
    assert "I-290B" in text
    assert "8 CFR 103.3(a)(2)(i)" in text
    assert "CANARY" not in mail.as_string()
    assert feed["url"].split("/f/")[1].split("/")[0] not in mail.as_string()
    listed = {line["matter"] for line in office.data("list")}
    assert listed == {"2026-0143", "2026-0144"}
    assert office.data("feed", "list")[0]["fetches"] >= 1
