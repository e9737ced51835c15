"""Processes of the program that start at once: forked from one that has imported everything and does nothing else.

`python -m chaos.nursery` reads one JSON order a line, forks a child for each that runs `chaos.program` with its words,
and prints the child's number, and later its exit status.
"""

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOOK = 0.01
"""Seconds between two looks for children that have ended."""


class Child:
    """One process, with what is needed of the manner of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.ended = threading.Event()

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as soon as there is one; raises TimeoutExpired."""
        if not self.ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired("chaos.program", timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, where it still runs."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that the others are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chaos.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith(("DEADLINES_", "CHAOS_"))},
        )  # fmt: skip
        self._children: dict[int, Child] = {}  # of the reader alone
        self._born: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self._orders = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(self, words: list[str], *, folder: Path, output: Path, errors: Path, env: dict[str, str]) -> Child:
        """A process of the program; it adds to the files of its output."""
        order = {"words": words, "folder": str(folder), "output": str(output), "errors": str(errors), "env": env}
        with self._orders:  # until the child is named: another's order in between would take it for its own
            if self._process.stdin is None:
                raise RuntimeError("the nursery takes no orders")
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            try:
                return self._born.get(timeout=60)
            except queue.Empty:
                raise RuntimeError("the nursery does not answer") from None

    def _read(self) -> None:
        for line in self._process.stdout or ():
            said = json.loads(line)
            if "born" in said:
                child = self._children[said["born"]] = Child(said["born"])
                self._born.put(child)
            else:
                child = self._children.pop(said["ended"])
                child.returncode = said["status"]
                child.ended.set()

    def close(self) -> None:
        """End it; its children are ended by whoever started them."""
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def serve() -> None:
    """Import everything, then fork a child for each order, and tell of those that end."""
    _learn()
    buffer = b""
    while True:
        ready, _, _ = select.select([0], [], [], LOOK)
        if ready:
            read = os.read(0, 65536)
            if not read:
                return
            buffer += read
        while b"\n" in buffer:
            line, _, buffer = buffer.partition(b"\n")
            _say({"born": _fork(json.loads(line))})
        _bury()


def _learn() -> None:
    from deadlines.commands.root import COMMANDS
    from deadlines.law import load_law

    for module, _ in COMMANDS.values():
        import_module(f"deadlines.commands.{module}")
    for name in (
        "wiring",
        "daemon",
        "daemon.keeper",
        "web.app",
        "keeping",
        "notify.smtp",
        "store.leader",
        "commands.logs",
    ):
        import_module(f"deadlines.{name}")
    for name in ("psycopg", "time_machine", "chaos.program", "alembic.command", "uvicorn"):
        import_module(name)
    load_law()


def _fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        status = _live(order)
    except BaseException as fault:
        status = _status(fault)
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _live(order: dict[str, Any]) -> int:
    from chaos.program import main

    for number, name in ((1, "output"), (2, "errors")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(order["folder"])
    os.environ.update(order["env"])
    time.tzset()
    sys.argv = ["deadlines", *order["words"]]
    main()
    return 0


def _status(fault: BaseException) -> int:
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else int(fault.code is not None)
    sys.excepthook(type(fault), fault, fault.__traceback__)
    return 1


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            _say({"ended": child, "status": os.waitstatus_to_exitcode(status)})


def _say(what: dict[str, int]) -> None:
    os.write(1, (json.dumps(what) + "\n").encode())


if __name__ == "__main__":
    serve()
