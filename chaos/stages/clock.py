"""The clock is set while the program runs: on by a weekend, back by an hour, to 1970; and every day in turn."""

import signal
import time
from datetime import UTC, datetime, timedelta

from chaos.firm import LEASE, Firm
from chaos.ground import FRIDAY, Ground
from chaos.post import Accepted
from chaos.stages.mail import due_on_monday

WEEKEND = timedelta(hours=68)
HOUR = timedelta(hours=1)
ZONES = ("Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns")
PROMPT = 15.0
"""Seconds within which what is due must go out though the clock was set back: the hour that was gained is no excuse."""


def run(ground: Ground) -> None:
    """One daemon, and the clock is set under it."""
    with ground.firm() as firm:
        firm.fill(ground.pick(18, 36))
        process = firm.start()
        firm.looked()
        firm.move_clock(WEEKEND)
        ground.tally.fault("clock +68 h")
        firm.until(lambda: firm.waiting() == 0 and firm.post.accepted, 30)
        _back(ground, firm)
        firm.end(process, signal.SIGTERM)
        _held(ground, firm)
        _long_ago(ground, firm)
        _days(ground, firm)
        _zones(ground, firm)
        firm.judge()
        ground.tally.note(f"{len(firm.post.accepted)} mails")


def _back(ground: Ground, firm: Firm) -> None:
    """An hour back under a running daemon: what falls due then goes at once, not after that hour."""
    firm.move_clock(-HOUR)
    ground.tally.fault("clock -1 h")
    firm.record("2026-30000", due_on_monday()[0])
    started = time.monotonic()
    out = firm.until(lambda: firm.waiting() == 0 and any(m.matter == "2026-30000" for m in firm.post.accepted), 60)
    taken = time.monotonic() - started
    ground.tally.expect(out and taken < PROMPT, f"after the clock went back an hour a reminder took {taken:.0f} s")
    ground.tally.note(f"{taken:.1f} s after the clock went back an hour")


def _held(ground: Ground, firm: Firm) -> None:
    """Killed with a lease in its hands, and the clock goes back an hour: the lease does not last that hour."""
    firm.record("2026-30001", due_on_monday()[0])
    process = firm.start(at="claim.after_commit", do="kill")
    firm.until(lambda: process.poll() is not None, 20)
    firm.end(process)
    ground.tally.fault("kill -9")
    firm.move_clock(-HOUR)
    ground.tally.fault("clock -1 h")
    taken = firm.settle(60)
    ground.tally.expect(taken < PROMPT + LEASE, f"a lease from the future held a reminder for {taken:.0f} s")


def _long_ago(ground: Ground, firm: Firm) -> None:
    """The machine starts in 1970: no reminder leaves, only word of it, and `doctor` is not well. Then all is right."""
    right, before = firm.now, len(_reminders(firm))
    firm.set_clock(datetime(1970, 1, 2, tzinfo=UTC))
    ground.tally.fault("clock 1970")
    process = firm.start()
    time.sleep(2.0)
    state = firm.doctor()
    ground.tally.expect(len(_reminders(firm)) == before, "reminders left in 1970")
    firm.end(process, signal.SIGTERM)
    firm.set_clock(right, passes=False)
    ground.tally.expect("ill" in state.values(), f"doctor says {state} in 1970")
    firm.settle()


def _reminders(firm: Firm) -> list[Accepted]:
    return [mail for mail in firm.post.accepted if mail.matter]


def _days(ground: Ground, firm: Firm) -> None:
    """Day after day, each with its own look: what is due that day is out that day."""
    process = firm.start()
    firm.looked()
    day = firm.now
    for number in range(ground.pick(1, 14)):
        day += timedelta(days=1)
        firm.set_clock(day)
        ground.tally.fault("clock +1 d")
        out = firm.until(lambda: firm.looked(10) and firm.waiting() == 0, 30)
        ground.tally.expect(out, f"on day {number + 1} something due stayed")
    firm.end(process, signal.SIGTERM)


def _zones(ground: Ground, firm: Firm) -> None:
    """Where the server stands changes no date."""
    here, _ = firm.listing({"TZ": "America/New_York"})
    for zone in ZONES[: ground.pick(1, len(ZONES))]:
        ground.tally.fault("TZ")
        there, _ = firm.listing({"TZ": zone})
        ground.tally.wrong += here != there
    ground.tally.expect(len(here) > 10 and firm.now > FRIDAY, "the list is empty")
