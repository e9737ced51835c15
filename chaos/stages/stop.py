"""A daemon is stopped for longer than its lease and goes on; two daemons work at once; a second one is refused."""

import signal
import time
from datetime import timedelta

from chaos.firm import LEASE, Firm
from chaos.ground import MONDAY, Ground
from chaos.stages.mail import due_on_monday

HELD, GOING = "claim.after_commit", "send.before"
"""A batch in hand of which nothing is out; one message on its way."""


def run(ground: Ground) -> None:
    """Stopped with a batch in hand, stopped with a message on its way, a second daemon, two at once."""
    with ground.firm(batch=6) as firm:
        firm.fill(ground.pick(36, 108))
        firm.set_clock(MONDAY)
        for number, moment in enumerate((HELD, GOING) * ground.pick(1, 2)):
            for more in range(4):  # so that something is due, however fast the daemons before were
                firm.record(f"2026-4{number}{more:03}", due_on_monday()[0])
            _overtaken(ground, firm, moment)
        _second(ground, firm)
        _two(ground, firm)
        firm.settle()
        firm.judge()
        going = ground.pick(1, 2)
        sentence = f"{ground.tally.duplicates} repeats after {going} stops with one message on its way"
        ground.tally.expect(ground.tally.duplicates <= going, sentence)
        ground.tally.note(sentence)


def _overtaken(ground: Ground, firm: Firm, moment: str) -> None:
    """Another daemon does the work while one is stopped for three leases; then that one goes on."""
    stopped = firm.start(at=moment, do="stop", alone=True)
    if not firm.until(lambda: firm.noted, 20):
        ground.tally.broken.append(f"no daemon came to {moment}")
        return
    ground.tally.fault("SIGSTOP")
    firm.move_clock(timedelta(seconds=3 * LEASE))
    other = firm.start(alone=True)
    before = len(firm.post.accepted)
    firm.until(lambda: len(firm.post.accepted) >= before + 8 or firm.waiting() == 0, ground.pick(6, 20))
    firm.end(other, signal.SIGTERM)
    if moment == GOING:
        firm.unclear.times.append(time.monotonic())
    stopped.send_signal(signal.SIGCONT)
    ground.tally.fault("SIGCONT")
    time.sleep(0.5)
    firm.end(stopped, signal.SIGTERM)


def _second(ground: Ground, firm: Firm) -> None:
    """A second daemon on a file is refused; on a server it stands by and takes over from one that is killed."""
    ground.tally.fault("second daemon")
    first = firm.start()
    firm.looked()
    if ground.kind == "sqlite":
        refused = firm.run("daemon")
        ground.tally.expect(refused.returncode == 10, f"a second daemon answers {refused.returncode}")
        ground.tally.expect(str(first.pid) in refused.stderr, "a second daemon does not name the first")
        firm.end(first, signal.SIGTERM)
        return
    second = firm.start()
    stands = firm.until(lambda: "stands by" in firm.log.read_text(errors="replace"), 20)
    ground.tally.expect(stands, "a second daemon on a server does not say that it stands by")
    firm.end(first)
    ground.tally.fault("kill -9")
    firm.move_clock(timedelta(seconds=LEASE + 1))
    started = time.monotonic()
    ground.tally.expect(firm.looked(), "the daemon that stood by did not take over")
    ground.tally.note(f"took over after {time.monotonic() - started:.1f} s")
    firm.end(second, signal.SIGTERM)


def _two(ground: Ground, firm: Firm) -> None:
    """Two daemons on one database, as where no lock holds: each message goes once."""
    firm.fill(ground.pick(12, 36), first=500)
    both = [firm.start(alone=True), firm.start(alone=True)]
    ground.tally.fault("two daemons")
    firm.looked()
    firm.until(lambda: firm.waiting() == 0, 30)
    for process in both:
        firm.end(process, signal.SIGTERM)
