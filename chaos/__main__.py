"""`python -m chaos`: every stage on both databases, side by side; the last line says what came of it."""

import argparse
import atexit
import contextlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

from chaos.ground import Ground, NotRun
from chaos.nursery import ROOT, Nursery
from chaos.servers import postgres
from chaos.stages import BOTH, STAGES, runner
from chaos.tally import Tally

ENDED = "chaos-lane "
"""Begins the line with which a lane hands its figures to the run."""


def main(words: list[str] | None = None) -> int:
    """Run what is asked for; the exit status is 0 where everything holds, 2 where something could not run, else 1."""
    asked = _arguments(words)
    # Servers and folders are cleared away all the same.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    print(f"chaos: seed {asked.seed}", flush=True)
    tally = _lane(asked) if asked.database else _lanes(asked)
    if asked.lane:
        print(ENDED + json.dumps(tally.to_json()), flush=True)
        return 0
    for sentence in tally.broken:
        print(f"broken: {sentence}")
    for sentence in tally.not_run:
        print(f"NOT RUN: {sentence}")
    print(f"chaos: {tally.figures()}", flush=True)
    return tally.status


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form that runs with the tests")
    parser.add_argument("--database", choices=BOTH, help="only on this database")
    parser.add_argument("--stage", action="append", choices=list(STAGES), help="only this stage; may be repeated")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="repeat a run")
    parser.add_argument("--lane", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _lanes(asked: argparse.Namespace) -> Tally:
    """One process for each database, at the same time."""
    found = {kind: Tally() for kind in BOTH}
    threads = [threading.Thread(target=_watch, args=[asked, kind, found[kind]]) for kind in BOTH]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Tally()
    for tally in found.values():
        whole.add(tally)
    return whole


def _watch(asked: argparse.Namespace, kind: str, tally: Tally) -> None:
    """Run a lane, pass its lines on, and take its figures."""
    words = [sys.executable, "-m", "chaos", "--lane", "--database", kind, "--seed", str(asked.seed)]
    words += ["--short"] if asked.short else []
    words += [word for stage in asked.stage or [] for word in ("--stage", stage)]
    ended = False
    lane = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    atexit.register(lane.terminate)
    with lane:
        for line in lane.stdout or ():
            if line.startswith(ENDED):
                tally.add(Tally.from_json(json.loads(line.removeprefix(ENDED))))
                ended = True
            elif not line.startswith("chaos: seed"):
                print(line, end="", flush=True)
    tally.expect(ended, f"the lane of {kind} ended without figures")


def _lane(asked: argparse.Namespace) -> Tally:
    """Every stage on one database, one after the other."""
    whole = Tally()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True)))
        (folder / "server").mkdir()
        server = stack.enter_context(postgres(folder / "server")) if asked.database == "postgres" else None
        nursery = stack.enter_context(contextlib.closing(Nursery()))
        for name in asked.stage or STAGES:
            if asked.database not in STAGES[name]:
                continue
            drawn = random.Random(f"{asked.seed}/{name}")
            ground = Ground(asked.database, folder / name, drawn, nursery, asked.short, server)
            _stage(name, ground)
            whole.add(ground.tally)
    return whole


def _stage(name: str, ground: Ground) -> None:
    """Carry one stage out; whatever it raises is told and counted as broken."""
    title = f"{name:10} {ground.kind:8}"
    if sys.stdout.isatty():
        print(f"{title} …", end="\r", flush=True)
    started = time.monotonic()
    try:
        runner(name)(ground)
    except NotRun as reason:
        ground.tally.not_run.append(f"{name} on {ground.kind}: {reason}")
    except Exception as fault:
        traceback.print_exc()
        ground.tally.broken.append(f"{name} on {ground.kind} ended early: {type(fault).__name__}: {fault}")
    figures = ground.tally.figures()
    state = "" if ground.tally.holds else "  NOT RIGHT"
    print(f"{title} {time.monotonic() - started:6.1f} s  {figures}{state}", flush=True)
    for sentence in [*ground.tally.notes, *(f"broken: {broken}" for broken in ground.tally.broken)]:
        print(f"{'':19}  {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
