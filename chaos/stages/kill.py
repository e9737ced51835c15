"""The daemon is killed with SIGKILL at every point between claim and mark, and at random, and started again."""

import time
from collections import Counter
from datetime import timedelta

from chaos.firm import LEASE, Firm
from chaos.ground import MONDAY, Ground
from chaos.nursery import Child

MOMENTS = (
    "claim.before",
    "claim.before_commit",
    "claim.after_commit",
    "send.before",
    "send.after",
    "mark.before_commit",
    "mark.after_commit",
)


def run(ground: Ground) -> None:
    """So many kills at each moment, as many again at random, then one daemon that ends in peace."""
    rounds = ground.pick(1, 4)
    with ground.firm() as firm:
        firm.fill(ground.pick(36, 160))
        firm.set_clock(MONDAY)
        killed: Counter[str] = Counter()
        for _ in range(rounds):
            for moment in MOMENTS:
                killed[_at(ground, firm, moment)] += 1
        for _ in range(ground.pick(1, 12)):
            killed[_by_chance(ground, firm)] += 1
        firm.settle()
        firm.judge()
        ground.tally.note(f"killed {dict(killed)}, {len(firm.post.accepted)} mails")
        missed = [moment for moment in MOMENTS if not killed[moment]]
        ground.tally.expect(not missed, f"no kill struck at {missed}")


def _at(ground: Ground, firm: Firm, moment: str) -> str:
    """Kill one daemon at a moment; where it struck, or that it did not."""
    process = firm.start(at=moment, count=ground.drawn.randint(1, 3), do="kill")
    firm.until(lambda: process.poll() is not None or firm.waiting() == 0, 60)
    return _done(ground, firm, process)


def _by_chance(ground: Ground, firm: Firm) -> str:
    process = firm.start()
    time.sleep(ground.drawn.uniform(0.5, 1.5))
    _done(ground, firm, process)
    return "by chance"


def _done(ground: Ground, firm: Firm, process: Child) -> str:
    firm.end(process)
    ground.tally.fault("kill -9")
    # Nobody waits for the dead process's lease in real time.
    firm.move_clock(timedelta(seconds=LEASE + 1))
    return firm.noted or "elsewhere"
