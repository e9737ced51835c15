"""Reminders: claim, send and mark to an SMTP server of another process, and the due query among a million rows."""

import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, select

from bench.feed import NOW, fill
from deadlines.daemon import Sweeps
from deadlines.docket import claiming
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from deadlines.store.tables import Reminder

MILLION = 1_000_000
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
    """Both figures, on SQLite."""
    with TemporaryDirectory() as folder:
        return [_sending(Path(folder) / "s.sqlite3"), _due_query(Path(folder) / "q.sqlite3")]


def _sending(path: Path) -> tuple[str, str, str]:
    database = Database.create(f"sqlite:///{path}", now=NOW, version="bench")
    fill(database)
    port = 20_000 + hash(str(path)) % 20_000
    sink = subprocess.Popen(
        [sys.executable, "-c", SINK, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        if sink.stdout is None or "ready" not in sink.stdout.readline():
            raise RuntimeError("the mail server did not start")
        channel = SmtpChannel(host="127.0.0.1", port=port, sender="d@firm.test", security="none")
        sweeps = Sweeps(database, {"folder": channel}, zone="America/New_York", lease=timedelta(seconds=120), batch=50)
        started, worked = time.perf_counter(), time.process_time()
        report = sweeps.send_due(NOW + timedelta(days=400))
        taken, worked = time.perf_counter() - started, time.process_time() - worked
    finally:
        sink.terminate()
        sink.wait()
        database.dispose()
    what = f"claim, send, mark: {report.messages:,} messages for {report.sent:,} reminders"
    figure = f"{report.messages / taken:,.0f} messages/s, {worked / report.messages * 1e3:.1f} ms of processor each"
    return what, figure, "≥ 100/s"


def _due_query(path: Path) -> tuple[str, str, str]:
    database = Database.create(f"sqlite:///{path}", now=NOW, version="bench")
    fill(database)
    with database.write() as session:
        planned = session.execute(select(Reminder.__table__).order_by(Reminder.id)).mappings().all()
        if not planned:
            raise RuntimeError("no reminder was planned")
        models = [{name: value for name, value in row.items() if name != "id"} for row in planned]
        for start in range(0, MILLION, 50_000):
            rows = [_row(models[number % len(models)], number) for number in range(start, start + 50_000)]
            session.execute(insert(Reminder), rows)
    taken, worked = [], []
    for number in range(300):
        with database.write() as session:
            started, began = time.perf_counter(), time.process_time()
            claiming.claim(
                session, now=NOW + timedelta(minutes=number), owner="bench", lease=timedelta(seconds=120), limit=50
            )
            taken.append(time.perf_counter() - started)
            worked.append(time.process_time() - began)
    database.dispose()
    figure = f"{_spread(taken)}; of processor {_spread(worked)}"
    return f"claim of 50 due among {MILLION:,} reminders", figure, "≤ 5 ms p99"


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99) - 1]
    return f"median {statistics.median(ordered) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms"


def _row(columns: dict[str, Any], number: int) -> dict[str, Any]:
    """Spread over two years around now and over the dates of the docket; one more is due each minute."""
    when = NOW + timedelta(minutes=number - MILLION // 2)
    sent = number < MILLION // 2
    return {
        **columns,
        "rung": f"bench-{number}",
        "due_at": when,
        "next_at": when,
        "state": "sent" if sent else "planned",
        "message_id": f"<bench-{number}@deadlines.invalid>",
    }
