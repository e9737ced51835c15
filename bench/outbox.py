"""Reminders: claim, send and mark to an SMTP server of another process, and the due query among a million rows."""

import statistics
import subprocess
import sys
import time
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, insert, select

from bench.feed import NOW, fill
from bench.pages import fill as fill_docket
from deadlines.daemon import Sweeps
from deadlines.docket import claiming
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, Matter, Reminder

MILLION = 1_000_000
ONE_DAY, HALF = timedelta(days=1), timedelta(minutes=25)
"""Between two turns; what is due for more than half an hour is late, and told of in another way."""
SINK = """
import sys, time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"
controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
sys.stdin.read()
controller.stop()
"""


def rows() -> list[tuple[str, str, str]]:
    """Each figure, on SQLite."""
    with TemporaryDirectory() as folder:
        small, big = (
            Database.create(f"sqlite:///{folder}/{name}.sqlite3", now=NOW, version="bench") for name in ("small", "big")
        )
        fill(small)
        fill_docket(big)
        _add_million(big)
        try:
            sending = _sending(small, "", ONE_DAY, 60)
            return [sending, _due_query(big), _claim(big), _sending(big, f" among {MILLION:,}", HALF, 20)]
        finally:
            small.dispose()
            big.dispose()


def _sending(database: Database, among: str, step: timedelta, turns: int) -> tuple[str, str, str]:
    """Turn by turn what is due by then, after a first turn in which statements are made and pages read."""
    port = 20_000 + hash(str(database.engine.url)) % 20_000
    sink = subprocess.Popen(
        [sys.executable, "-c", SINK, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        if sink.stdout is None or "ready" not in sink.stdout.readline():
            raise RuntimeError("the mail server did not start")
        channel = SmtpChannel(host="127.0.0.1", port=port, sender="d@firm.test", security="none")
        sweeps = Sweeps(database, {"folder": channel}, zone="America/New_York", lease=timedelta(seconds=120), batch=50)
        sweeps.send_due(NOW)
        messages, reminders = 0, 0
        started, worked = time.perf_counter(), time.process_time()
        for turn in range(1, turns + 1):
            report = sweeps.send_due(NOW + turn * step)
            messages, reminders = messages + report.messages, reminders + report.sent
        taken, worked = time.perf_counter() - started, time.process_time() - worked
    finally:
        sink.terminate()
        sink.wait()
    what = f"claim, send, mark{among}: {messages:,} messages for {reminders:,} reminders"
    figure = f"{messages / taken:,.0f} messages/s, {worked / messages * 1e3:.1f} ms of processor each"
    return what, figure, "≥ 100/s"


def _add_million(database: Database) -> None:
    """Reminders of every date of the docket that `bench.pages` makes, in the order of the dates over and over."""
    with database.write() as session:
        session.execute(delete(Reminder))
        of = select(DeadlineRow.id, DeadlineRow.entry_id, Matter.attorney_id)
        of = of.join(Entry, Entry.id == DeadlineRow.entry_id).join(Matter, Matter.id == Entry.matter_id)
        dates = session.execute(of.order_by(DeadlineRow.id)).all()
        for start in range(0, MILLION, 50_000):
            rows = [_row(*dates[number % len(dates)], number) for number in range(start, start + 50_000)]
            session.execute(insert(Reminder), rows)


def _due_query(database: Database) -> tuple[str, str, str]:
    """What is most urgent of what is due, which each turn asks first: the answer says whether there is anything."""
    taken = []
    for number in range(300):
        with database.read() as session:
            started = time.perf_counter()
            claiming.waits(session, now=NOW + timedelta(minutes=number))
            taken.append(time.perf_counter() - started)
    return f"the due query among {MILLION:,} reminders", _spread(taken), "≤ 5 ms p99"


def _claim(database: Database) -> tuple[str, str, str]:
    """That query, the rows taken on a lease, and what belongs into the same messages."""
    taken, worked = [], []
    for number in range(300):
        with database.write() as session:
            started, began = time.perf_counter(), time.process_time()
            claiming.claim(
                session, now=NOW + timedelta(minutes=number), owner="bench", lease=timedelta(seconds=120), limit=50
            )
            taken.append(time.perf_counter() - started)
            worked.append(time.process_time() - began)
    figure = f"{_spread(taken)}; of processor {_spread(worked)}"
    return "claim of 50 due among them, with what goes into the same messages", figure, ""


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99) - 1]
    return f"median {statistics.median(ordered) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms"


def _row(deadline_id: str, entry_id: str, person_id: str, number: int) -> dict[str, Any]:
    """Spread over two years around now; one more is due each minute."""
    when = NOW + timedelta(minutes=number - MILLION // 2)
    return {
        "deadline_id": deadline_id,
        "entry_id": entry_id,
        "person_id": person_id,
        "channel": "folder",
        "rung": f"safe-{number}",
        "due_at": when,
        "next_at": when,
        "state": "sent" if number < MILLION // 2 else "planned",
        "message_id": f"<bench-{number}@deadlines.invalid>",
    }
