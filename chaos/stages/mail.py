"""The mail server refuses, stalls, breaks off, takes and says nothing, and is away for three days."""

import signal
from datetime import date, timedelta

from chaos.firm import Firm
from chaos.ground import MONDAY, Ground
from chaos.ledger import FIRST, LAST, ONE_DAY, Notice
from chaos.nursery import Child
from chaos.post import MODES

STATES = {
    "550 at RCPT": "dead",
    "close in the text": "uncertain",
    "stall after the dot": "uncertain",
    "taken then closed": "uncertain",
    "taken then stalled": "uncertain",
}
"""How a reminder stands after each; after every other it waits as planned."""
SHORT = ("451 at RCPT", "550 at RCPT", "taken then closed", "gone")
PAUSE = timedelta(minutes=16)
"""Longer than the longest pause between two tries."""
REVIVED = timedelta(minutes=61)
"""After that a refused reminder gets another chance."""


def due_on_monday() -> list[date]:
    """Decisions of which something urgent falls due on Monday."""
    days = [FIRST + number * ONE_DAY for number in range((LAST - FIRST).days + 1)]
    notices = [Notice("", day, ()) for day in days]
    return [each.decided_on for each in notices if MONDAY in each.moments() and each.fatal(MONDAY)]


def run(ground: Ground) -> None:
    """Each mode in turn with matters of its own, then days without a server, then one that offers no encryption."""
    with ground.firm(MONDAY - timedelta(hours=1), batch=50) as firm:
        firm.set_clock(MONDAY)
        for number, mode in enumerate(SHORT if ground.short else MODES):
            _mode(ground, firm, mode, f"2026-1{number:04}")
        _unsecured(ground, firm)
        firm.settle()
        firm.judge()
        ground.tally.note(f"{firm.post.attempts} mails offered, {len(firm.post.accepted)} taken")


def _mode(ground: Ground, firm: Firm, mode: str, matter: str) -> None:
    """Three matters are due while the server is so; then it is well again, and all of them arrive."""
    firm.post.becomes(mode)
    process = firm.start()
    before = firm.post.injected
    for number in range(3):
        firm.record(f"{matter}-{number}", ground.drawn.choice(due_on_monday()))
    wanted = STATES.get(mode, "planned")
    references = [f"{matter}-{number}" for number in range(3)]
    stands = firm.until(
        lambda: any(wanted in firm.states(each) for each in references) and _struck(firm, mode, before), 60
    )
    states = {state for each in references for state in firm.states(each)}
    ground.tally.expect(stands, f"after `{mode}` reminders stand as {states}, not {wanted}")
    ground.tally.fault(f"SMTP {mode}", max(1, firm.post.injected - before))
    if mode == "gone":
        _three_days(ground, firm)
    _recovered(ground, firm, process, mode)


def _struck(firm: Firm, mode: str, before: int) -> bool:
    return mode == "gone" or firm.post.injected > before


def _three_days(ground: Ground, firm: Firm) -> None:
    for _ in range(ground.pick(3, 12)):
        firm.move_clock(timedelta(hours=72) / ground.pick(3, 12))
        firm.looked(5)
    down = firm.doctor().get("channels")
    ground.tally.expect(down == "ill", f"doctor says {down} of a mail server that is away for three days")


def _recovered(ground: Ground, firm: Firm, process: Child, mode: str) -> None:
    """The server is well; a refused reminder is tried again after an hour, by a daemon that looks for it."""
    firm.post.becomes("ok")
    firm.end(process, signal.SIGTERM)
    firm.move_clock(REVIVED if mode == "550 at RCPT" else PAUSE)
    firm.settle(30)


def _unsecured(ground: Ground, firm: Firm) -> None:
    """A server that offers no STARTTLS is given nothing."""
    firm.configure(security="starttls")
    firm.record("2026-19999", ground.drawn.choice(due_on_monday()))
    offered, taken = firm.post.attempts, len(firm.post.accepted)
    process = firm.start()
    firm.looked()
    firm.end(process, signal.SIGTERM)
    given = (firm.post.attempts - offered, len(firm.post.accepted) - taken)
    ground.tally.fault("SMTP without STARTTLS")
    ground.tally.expect(given == (0, 0), f"a server without STARTTLS was offered and took {given}")
    firm.configure(security="none")
    firm.move_clock(PAUSE)
