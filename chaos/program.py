"""The real program in a process for which a fault is planned: `python -m chaos.program WORDS`, the plan in CHAOS_PLAN.

The plan is JSON. `clock` names a file with the seconds by which this process's clock differs from the machine's; it is
followed while the program runs, as if somebody set the clock. `at` is a moment that the program's own hooks name,
`count` which time it comes, `do` what happens then: `kill` (SIGKILL), `stop` (SIGSTOP) or `die` (the thread ends).
`loses`: of so many messages one is not sent, though the program is told that it was. `alone`: this daemon does not ask
whether another works on the database, as where locks do not hold.
"""

import faulthandler
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import time_machine

if TYPE_CHECKING:
    from deadlines.notify.message import Message

LOOK = 0.02
"""Seconds between two looks at the clock's file."""


def hook_of(plan: dict[str, Any]) -> Callable[[str], None]:
    """What the program calls at the points where a process may die."""
    passed = 0

    def hook(moment: str) -> None:
        nonlocal passed
        if moment != plan["at"]:
            return
        passed += 1
        if passed == plan.get("count", 1):
            _end(plan)

    return hook


def _end(plan: dict[str, Any]) -> None:
    Path(plan["noted"]).write_text(plan["at"])
    if plan["do"] == "die":
        raise SystemExit
    os.kill(os.getpid(), signal.SIGKILL if plan["do"] == "kill" else signal.SIGSTOP)


def plant(plan: dict[str, Any]) -> None:
    """Give the sweeps, and whatever makes backups, the hook that the plan asks for."""
    import deadlines.daemon
    from deadlines import keeping
    from deadlines.daemon import keeper

    hook = hook_of(plan)
    deadlines.daemon.Sweeps.__init__ = _with(deadlines.daemon.Sweeps.__init__, hook)  # type: ignore[method-assign]
    made = partial(keeping.make_backup, hook=hook)
    for module in (keeping, keeper):
        module.make_backup = made  # type: ignore[attr-defined]


def _with(original: Callable[..., None], hook: Callable[[str], None]) -> Callable[..., None]:
    def begin(self: object, *parts: Any, **more: Any) -> None:
        original(self, *parts, **{**more, "hook": hook})

    return begin


def lose(every: int) -> None:
    """Sabotage: drop each so-manieth message in silence, so that a test can see that the judge sees it."""
    from deadlines.notify.smtp import SmtpChannel

    send, number = SmtpChannel.send, count(1)

    def drop(self: SmtpChannel, message: "Message") -> None:
        if next(number) % every:
            send(self, message)

    SmtpChannel.send = drop  # type: ignore[method-assign]


def follow(file: Path) -> None:
    """Set this process's clock by a file, now and whenever the file says something else.

    The clock since the machine's start goes by the file as well: it says how much time has passed besides.
    """
    from deadlines import clock
    from deadlines.daemon import Sweeps
    from deadlines.docket.timekeeping import Reading

    wall, passed = (float(word) for word in file.read_text().split())
    known = {wall: passed}
    real = time_machine.escape_hatch.time.time
    set_clock = time_machine.travel(time.time() + wall, tick=True).start()

    def read_clocks(now: datetime) -> Reading:
        # By the very time that the caller goes by, so that nobody sees one clock set and the other not yet.
        ahead = now.timestamp() - real()
        passed = known[min(known, key=lambda offset: abs(offset - ahead))]
        return Reading(now, clock.boot(), clock.uptime() + passed, clock.is_synchronised())

    defaults = Sweeps.__init__.__kwdefaults__ or {}
    defaults["clocks"] = read_clocks

    def watch() -> None:
        now = wall
        while True:
            threading.Event().wait(LOOK)
            said = [float(word) for word in file.read_text().split()]
            if len(said) == 2 and said[0] != now:
                known[said[0]] = said[1]
                set_clock.shift(said[0] - now)
                now = said[0]

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Carry the plan out around the program. A crash says in the log where it was."""
    faulthandler.enable()
    plan = json.loads(os.environ.get("CHAOS_PLAN", "{}"))
    if "clock" in plan:
        follow(Path(plan["clock"]))
    if "at" in plan:
        plant(plan)
    if "loses" in plan:
        lose(plan["loses"])
    if plan.get("alone"):
        from deadlines.store import leader

        leader.leader_of = lambda _engine: leader.Alone()  # type: ignore[assignment]
    import cli

    sys.exit(cli.main())


if __name__ == "__main__":
    main()
