"""Processes that the tests end by force. Never part of the product.

`python -m tests.daemon.runner rounds` imports everything once, then reads one JSON order a line and forks a
child for each: the child does one round of sending and may be killed on the way; its exit status is printed.
`python -m tests.daemon.runner daemon` runs a whole daemon with a channel that is slow or hangs.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deadlines.daemon import Scheduler, Sweeps, run
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.engine import build_engine, parse_url
from tests.docket.samples import ZONE

LEASE = timedelta(seconds=120)


class Sink:
    """Writes one line for each message that it takes, flushed to disk, after so many seconds."""

    name = "smtp"

    def __init__(self, path: Path, seconds: float = 0.0) -> None:
        self.path, self.seconds = path, seconds

    def send(self, message: Message) -> None:
        if self.seconds:
            self.path.with_suffix(".began").touch()
            time.sleep(self.seconds)
        about = message.headers.get("X-Deadlines-Reminders") or f"letter {message.headers['X-Deadlines-Letter']}"
        line = {"id": message.message_id, "reminders": [about] if about.startswith("letter") else about.split()}
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        pass


def killer(at: int) -> Callable[[str], None]:
    """Kills this process at the so-manieth hook."""
    passed = 0

    def hook(moment: str) -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            os.write(2, f"{moment}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def one_round(order: dict[str, Any]) -> None:
    # Not `open`: its checks take longer than the round, and are not what is tested.
    database = Database(build_engine(parse_url(order["url"])))
    daemon = Sweeps(
        database,
        {"smtp": Sink(Path(order["sink"]))},
        zone=ZONE,
        lease=LEASE,
        batch=4,
        hook=killer(order.get("at", 0)),
    )
    daemon.send_due(datetime.fromisoformat(order["now"]))
    database.dispose()


def rounds() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            one_round(order)
            os._exit(0)
        if "after" in order:
            time.sleep(order["after"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def daemon(url: str, sink: str, now: str, seconds: str, patience: str) -> int:
    database = Database.open(url)
    channel = Sink(Path(sink), float(seconds))
    sweeps = Sweeps(database, {"smtp": channel}, zone=ZONE, lease=LEASE, batch=4)
    instant = datetime.fromisoformat(now)
    return run(
        Scheduler(sweeps, tick=0.2, beat=0.2, patience=float(patience), now=lambda: instant),
        threading.Event(),
    )


if __name__ == "__main__":
    if sys.argv[1] == "rounds":
        rounds()
    else:
        sys.exit(daemon(*sys.argv[2:]))
