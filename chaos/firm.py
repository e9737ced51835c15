"""A firm with a docket, the real program as a process, a mail server, and a clock that can be set."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chaos.judge import Unclear, judge_mail, leaked, listed_wrong
from chaos.ledger import FIRST, LAST, ONE_DAY, WINDOWS, Ledger, Notice
from chaos.nursery import ROOT, Child, Nursery
from chaos.post import PostOffice
from chaos.tally import Tally
from deadlines.compute import Notice as Facts
from deadlines.compute import Service
from deadlines.docket.intake import Desk, open_matter, record_notice
from deadlines.docket.reminders import PENDING
from deadlines.errors import StoreError
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Entry, Heartbeat, Matter, Person, Reminder

NINE = clock_time(9)
LEASE = 10
"""Seconds; the shortest that the configuration takes."""
PASSWORD = "horse-battery-" + secrets.token_hex(4)
SETTINGS = """
[firm]
name = "Sample firm"
timezone = "America/New_York"
[database]
url = "{url}"
[web]
port = {web}
[mail]
host = "127.0.0.1"
port = {port}
security = "{security}"
sender = "Docket <docket@firm.test>"
user = "docket"
password_file = "mail-password"
timeout = 2
per_minute = {pace}
[daemon]
tick_seconds = 1
lease_seconds = {lease}
batch = {batch}
[keeping]
key_file = "deadlines.key"
{more}
"""


Process = Child | subprocess.Popen[bytes]


class Answer(NamedTuple):
    """What a command ended with and said."""

    returncode: int
    stdout: str
    stderr: str


class Firm:
    """One installation in a folder of its own. Everything it says and sends is kept for the judge."""

    def __init__(
        self,
        folder: Path,
        url: str,
        tally: Tally,
        nursery: Nursery,
        *,
        now: datetime,
        pace: int = 600,
        batch: int = 4,
        more: str = "",
        web: int = 8099,
    ) -> None:
        self.folder, self.url, self.tally = folder, url, tally
        self.since, self._nursery, self._asked = now, nursery, 0
        self.ledger, self.post, self.unclear = Ledger(), PostOffice(), Unclear()
        self.canaries = {PASSWORD, self._key(), "Canary-"}
        self.config, self._clock, self.log = folder / "deadlines.toml", folder / "clock", folder / "log"
        self.settings = {"pace": pace, "batch": batch, "more": more, "web": web, "security": "none"}
        self.configure()
        self.set_clock(now)
        self._running: list[Process] = []
        self.log.touch()
        self.database = Database.create(url, now=now, version="chaos", key=bytes.fromhex(self._key()))
        self._said: dict[str, str] = {}

    def move_to(self, url: str) -> None:
        """The docket is at another address from now on."""
        self.database.dispose()
        self.url = url
        self.database = Database.open(url, key=bytes.fromhex(self._key()))
        self.configure()

    def configure(self, **changes: object) -> None:
        """Write the configuration, with other settings from now on."""
        self.settings |= changes
        text = SETTINGS.format(url=self.url, port=self.post.port, lease=LEASE, **self.settings)
        self.config.write_text(text)
        self._secret("mail-password", PASSWORD)

    def _key(self) -> str:
        file = self.folder / "deadlines.key"
        if not file.exists():
            self._secret("deadlines.key", secrets.token_hex(32))
        return file.read_text()

    def _secret(self, name: str, text: str) -> None:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(text)

    # -- the clock ---------------------------------------------------------------------------------------------

    def set_clock(self, moment: datetime, *, passes: bool = True) -> None:
        """It is that moment for the program now, in the processes that run and those to come.

        `passes`: the time until then goes by on the machine, as its clock that nobody can set tells; without it, or
        back, only the wall clock is set.
        """
        self._offset(moment.timestamp() - time.time(), passes=passes)

    def move_clock(self, by: timedelta) -> None:
        """Time goes by, or the wall clock is set back."""
        self._offset(self._offsets()[0] + by.total_seconds())

    def _offset(self, seconds: float, *, passes: bool = True) -> None:
        before, passed = self._offsets()
        passed += max(seconds - before, 0.0) if passes else 0.0
        beside = self._clock.with_suffix(".new")
        beside.write_text(f"{seconds!r} {passed!r}")
        beside.rename(self._clock)

    def _offsets(self) -> tuple[float, float]:
        """By how many seconds the wall clock is ahead, and how many have gone by besides those that really did."""
        if not self._clock.exists():
            return 0.0, 0.0
        wall, passed = self._clock.read_text().split()
        return float(wall), float(passed)

    @property
    def now(self) -> datetime:
        """What time it is for the program."""
        moment = time.time() + self._offsets()[0]
        return datetime.fromtimestamp(moment, self.since.tzinfo)

    # -- the docket --------------------------------------------------------------------------------------------

    def fill(self, matters: int, *, clerk: bool = True, first: int = 0) -> None:
        """Matters with one notice each, decided on every day that the ledger knows; what was due is taken as sent."""
        days = [FIRST + number * ONE_DAY for number in range((LAST - FIRST).days + 1)]
        for number in range(first, first + matters):
            self.record(f"2026-{number:05}", days[number % len(days)], clerk=clerk)

    def record(
        self,
        matter: str,
        decided_on: date,
        *,
        clerk: bool = True,
        attorney: str = "ana@firm.test",
        at: clock_time = NINE,
        times: int = 1,
    ) -> Notice:
        """One notice, or the same of so many people of one family, in the database and in the ledger."""
        with self.database.write() as session:
            ana = self.person(session, attorney, "attorney")
            if clerk:
                self.person(session, "dora@firm.test", "docket")
            notice = Notice(matter, decided_on, (attorney, "dora@firm.test") if clerk else (attorney,), at)
            desk = Desk(law=load_law(), channel="smtp", zone="America/New_York", at=at, actor="chaos")
            client, entered_at = f"Canary-{matter}-Garcia", notice.entered_at
            of = open_matter(session, matter, client=client, attorney=ana, actor="chaos", now=entered_at)
            facts = Facts(kind="uscis.denial", form="I-140", decided_on=decided_on, service=Service("mail"))
            for _ in range(times):
                record_notice(session, desk, of, facts, now=entered_at, again=True)
            self._forget(session)
        for _ in range(times):
            self.ledger.add(notice)
        return notice

    def person(self, session: Session, email: str, role: str) -> Person:
        """One of the firm, made where there is none yet."""
        found: Person | None = session.scalars(select(Person).where(Person.email == email)).one_or_none()
        if found is None:
            name = f"{email.partition('@')[0].capitalize()} Person"
            found = Person(name=name, email=email, role=role, created_at=self.since - 60 * ONE_DAY)
            session.add(found)
            session.flush()
        return found

    def _forget(self, session: Session) -> None:
        """What fell due before the story begins is taken as sent: it is not what the stage is about."""
        before = PENDING, Reminder.due_at <= self.since
        gone = update(Reminder).where(*before).values(state="sent", sent_at=Reminder.due_at)
        made = session.execute(
            gone.returning(Reminder.id, Reminder.due_at).execution_options(synchronize_session=False)
        )
        tried = [{"reminder_id": row.id, "at": row.due_at, "outcome": "sent", "detail": ""} for row in made]
        if tried:  # without a try the auditor would hold each for marked by hand, and send it again
            session.execute(insert(Attempt), tried)

    def take_over(self, matter: str, decided_on: date) -> None:
        """Note a notice in the ledger that a command recorded."""
        self.ledger.add(Notice(matter, decided_on, ("ana@firm.test", "dora@firm.test")))
        with self.database.write() as session:
            self._forget(session)

    def entries(self, session: Session, matter: str) -> int:
        """How many entries a matter has."""
        theirs = select(func.count()).select_from(Entry).join(Matter, Matter.id == Entry.matter_id)
        return session.scalar(theirs.where(Matter.reference == matter)) or 0

    def states(self, matter: str, channel: str = "smtp") -> set[str]:
        """How the reminders of a matter stand that fell due since the story began."""
        with self.database.read() as session:
            theirs = select(Entry.id).join(Matter, Matter.id == Entry.matter_id).where(Matter.reference == matter)
            due = Reminder.due_at > self.since, Reminder.due_at <= self.now, Reminder.channel == channel
            return set(session.scalars(select(Reminder.state).where(Reminder.entry_id.in_(theirs), *due)))

    def waiting(self) -> int:
        """How many reminders are due and not out; -1 while the database does not answer."""
        try:
            with self.database.read() as session:
                due = select(func.count()).select_from(Reminder).where(PENDING, Reminder.due_at <= self.now)
                return session.scalar(due) or 0
        except (StoreError, SQLAlchemyError):
            return -1

    # -- the program -------------------------------------------------------------------------------------------

    def start(self, *words: str, env: dict[str, str] | None = None, **plan: Any) -> Child:
        """Start the program, `daemon` unless other words are given, with a fault that is planned for it."""
        noted = self.folder / "noted"
        noted.unlink(missing_ok=True)
        return self._start(words or ("daemon",), self.log, self.log, {"noted": str(noted), **plan}, env)

    def _start(
        self, words: tuple[str, ...], output: Path, errors: Path, plan: dict[str, Any], env: dict[str, str] | None
    ) -> Child:
        more = {"CHAOS_PLAN": json.dumps({"clock": str(self._clock), **plan}), **(env or {})}
        process = self._nursery.start(
            ["--config", str(self.config), *words], folder=self.folder, output=output, errors=errors, env=more
        )
        self._running.append(process)
        return process

    def spawn(self, *words: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start the program anew and not from the nursery, for what has to be there before it is loaded."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DEADLINES_")}
        path = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
        more = {"PYTHONPATH": path, "CHAOS_PLAN": json.dumps({"clock": str(self._clock)}), **env}
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "chaos.program", "--config", str(self.config), *words],
                cwd=self.folder, env={**kept, **more}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._running.append(process)
        return process

    def run(self, *words: str, env: dict[str, str] | None = None, **plan: Any) -> Answer:
        """What a command answers; its words are kept for the judge."""
        self._asked += 1
        output, errors = (self.folder / f"{name}-{self._asked}" for name in ("out", "err"))
        status = self._start(words, output, errors, {"noted": str(self.folder / "noted"), **plan}, env).wait(120)
        answer = Answer(
            status, *(file.read_text(errors="replace") if file.exists() else "" for file in (output, errors))
        )
        self._said[f"the output of {' '.join(words[:2])}, asked {self._asked}"] = answer.stdout + answer.stderr
        return answer

    def listing(self, env: dict[str, str] | None = None) -> tuple[list[dict[str, Any]], str]:
        """Every open window that the program shows, past ones too; or nothing, and what it says instead."""
        done = self.run("list", "--json", env=env)
        return ([], f"{done.returncode}: {done.stderr}") if done.returncode else (json.loads(done.stdout), "")

    def doctor(self) -> dict[str, str]:
        """How each check of `doctor` stands; empty where it cannot answer."""
        with contextlib.suppress(json.JSONDecodeError):
            return {check["id"]: check["state"] for check in json.loads(self.run("doctor", "--json").stdout)["checks"]}
        return {}

    @property
    def noted(self) -> str:
        """At which moment the last planned fault struck; empty where it did not."""
        file = self.folder / "noted"
        return file.read_text() if file.exists() else ""

    def end(self, process: Process, number: signal.Signals = signal.SIGKILL) -> int:
        """End a process. A kill leaves it unclear what was out."""
        if process.poll() is None:
            process.send_signal(number)
        status = process.wait(30)
        if number == signal.SIGKILL or status == -signal.SIGKILL:
            self.unclear.times.append(time.monotonic())
        return status

    def settle(self, seconds: float = 60.0) -> float:
        """Let one daemon work until nothing is due, then end it in order; the seconds that took."""
        started = time.monotonic()
        process = self.start()
        self.looked(30)
        done = self.until(lambda: self.waiting() == 0 or process.poll() is not None, seconds) and not process.returncode
        taken = time.monotonic() - started
        self.tally.expect(done, f"{self.waiting()} reminders were still due after {seconds:.0f} s without a fault")
        status = self.end(process, signal.SIGTERM)
        self.tally.expect(status == 0, f"the daemon ended with status {status} when it was asked to")
        return taken

    def looked(self, seconds: float = 20.0) -> bool:
        """Wait until a daemon has been through what is due once more; False at once where none runs."""
        before = self._last_look()
        return self.until(lambda: self._last_look() != before or not self._alive(), seconds) and self._alive()

    def _alive(self) -> bool:
        return any(process.poll() is None for process in self._running)

    def _last_look(self) -> datetime | None:
        try:
            with self.database.read() as session:
                row = session.get(Heartbeat, "send")
                return row.at if row is not None else None
        except (StoreError, SQLAlchemyError):
            return None

    def until(self, holds: Callable[[], object], seconds: float, every: float = 0.05) -> bool:
        """Whether it comes to hold within so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(every)
        return bool(holds())

    # -- the judge ---------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """Hold everything against the ledger: mails, the list, the log, what is marked."""
        judge_mail(self.tally, self.ledger, list(self.post.accepted), self.unclear, self.since, self.now)
        self._judge_list()
        self._judge_marks()
        self._judge_secrets()

    def _judge_list(self) -> None:
        listing, refused = self.listing()
        self.tally.expect(not refused, f"list answers: {refused}")
        false = listed_wrong(self.ledger.dates(), listing)
        self.tally.wrong += len(false)
        self.tally.notes += [f"NOT RIGHT: {sentence}" for sentence in false[:3]]
        missing = WINDOWS * len(self.ledger.notices) - len(listing)
        self.tally.expect(not missing, f"list leaves out {missing} windows")

    def _judge_marks(self) -> None:
        """What the database says is out must have been taken, and the other way round."""
        taken = {reminder for mail in self.post.accepted for reminder in mail.reminders}
        with self.database.read() as session:
            marked = select(Reminder.id).where(
                Reminder.state == "sent", Reminder.due_at > self.since, Reminder.channel == "smtp"
            )
            never = [row for row in session.scalars(marked) if str(row) not in taken]
        self.tally.lost += len(never)
        if never:
            self.tally.note(f"LOST: {len(never)} reminders are marked as sent that no server took, such as {never[0]}")

    def _judge_secrets(self) -> None:
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        mails = {f"a mail to {mail.to}": mail.raw for mail in self.post.accepted}
        found = leaked(self.canaries, {"the log": log, **mails, **self._shown()})
        self.tally.leaked += len(found)
        self.tally.notes += [f"LEAKED: {sentence}" for sentence in found[:3]]
        for word in ("Traceback", "Fatal Python error"):
            self.tally.expect(word not in log, f"the log holds a {word}: {_around(log, word)}")

    def forgive(self, words: str) -> None:
        """What this command said is a secret by its nature, shown once to who asks for it."""
        self._said = {where: text for where, text in self._said.items() if words not in where}

    def _shown(self) -> dict[str, str]:
        """What commands said. The list is for who may see clients' names."""
        return {where: text for where, text in self._said.items() if "list" not in where}

    def close(self) -> None:
        """End whatever still runs."""
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(10)
        self.post.close()
        self.database.dispose()


def _around(log: str, word: str) -> str:
    at = log.find(word)
    return "\n".join([*log[:at].splitlines()[-3:], *log[at : at + 12000].splitlines()])


@contextlib.contextmanager
def firm(folder: Path, url: str, tally: Tally, nursery: Nursery, **more: Any) -> Iterator[Firm]:
    """A firm that is cleared away at the end."""
    made = Firm(folder, url, tally, nursery, **more)
    try:
        yield made
    finally:
        made.close()
