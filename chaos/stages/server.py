"""The PostgreSQL server crashes under a daemon again and again, stays away, and becomes read-only as in a failover."""

import signal
import time

from chaos.firm import Firm
from chaos.ground import MONDAY, Ground, NotRun

RECOVERED = 30.0
"""Seconds within which a daemon must work again after the server does."""


def run(ground: Ground) -> None:
    """One daemon through everything, its process never restarted."""
    if ground.server is None:
        raise NotRun("needs a PostgreSQL server of its own")
    with ground.firm() as firm:
        firm.fill(ground.pick(36, 240))
        firm.set_clock(MONDAY)
        process = firm.start()
        for _ in range(ground.pick(1, 6)):
            _crash(ground, firm)
        if not ground.short:
            _away(ground, firm)
        _read_only(ground, firm)
        ground.tally.expect(process.poll() is None, f"the daemon ended with {process.poll()}")
        firm.until(lambda: firm.waiting() == 0, 60)
        firm.end(process, signal.SIGTERM)
        firm.settle()
        firm.judge()


def _crash(ground: Ground, firm: Firm, pause: float = 0.0) -> None:
    """The server goes without a word, in the middle of whatever the daemon does."""
    server = ground.server
    if server is None:
        return
    taken = len(firm.post.accepted)
    firm.until(lambda: len(firm.post.accepted) > taken or firm.waiting() == 0, 20)
    firm.unclear.times.append(time.monotonic())
    server.crash(pause)
    firm.unclear.times.append(time.monotonic())
    ground.tally.fault("PostgreSQL crashed")
    _recovers(ground, firm, "crashed")


def _away(ground: Ground, firm: Firm) -> None:
    _crash(ground, firm, 15.0)


def _read_only(ground: Ground, firm: Firm) -> None:
    """Connections live, and every write is refused; then it can be written to again."""
    if ground.server is None:
        return
    firm.unclear.times.append(time.monotonic())
    ground.server.read_only(on=True)
    ground.tally.fault("PostgreSQL read-only")
    time.sleep(ground.pick(3, 10))
    ground.server.read_only(on=False)
    firm.unclear.times.append(time.monotonic())
    _recovers(ground, firm, "was read-only")


def _recovers(ground: Ground, firm: Firm, what: str) -> None:
    started = time.monotonic()
    again = firm.looked(RECOVERED)
    ground.tally.expect(again, f"the daemon does not work {RECOVERED:.0f} s after the server {what}")
    ground.tally.note(f"works again {time.monotonic() - started:.1f} s after the server {what}")
