"""The disk is full, fails, fails now and then; the database is locked, missing, empty, or something else."""

import os
import signal
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

from chaos.firm import LEASE, Firm
from chaos.ground import MONDAY, Ground
from chaos.shim import Disk
from chaos.stages.mail import due_on_monday

MODES = ("full", "error", "random")
STRUCK = 12
"""So many calls fail before the disk is well again."""


def run(ground: Ground) -> None:
    """A daemon goes through each fault of the disk, and every date that was acknowledged is there after."""
    with ground.firm() as firm:
        file = firm.folder / "deadlines.sqlite3"
        disk = Disk(firm.folder, file)
        firm.fill(ground.pick(24, 120))
        firm.set_clock(MONDAY)
        for mode in MODES[: ground.pick(1, 3)]:
            _failing(ground, firm, disk, mode)
        _acknowledged(ground, firm, disk)
        _locked(ground, firm, file)
        firm.settle()
        firm.judge()
        _replaced(ground, firm, file)


def _failing(ground: Ground, firm: Firm, disk: Disk, mode: str) -> None:
    """Calls on the file fail under a daemon that sends; then the disk is well, and the same daemon goes on."""
    firm.fill(6, first=600 + 10 * MODES.index(mode))
    before, taken = disk.faults, len(firm.post.accepted)
    process = firm.spawn("daemon", env=disk.env)
    firm.until(lambda: len(firm.post.accepted) > taken, 20)
    disk.becomes(mode)
    firm.until(lambda: disk.faults - before >= STRUCK or process.poll() is not None, 6)
    firm.unclear.times.append(time.monotonic())
    disk.becomes("ok")
    ground.tally.fault(f"disk {mode}", disk.faults - before)
    ground.tally.expect(disk.faults > before, f"no call failed while the disk was {mode}")
    ground.tally.expect(process.poll() is None, f"the daemon ended with {process.poll()} while the disk was {mode}")
    lives = firm.looked(30)
    ground.tally.expect(lives, f"the daemon does not go on after the disk was {mode}")
    firm.end(process, signal.SIGTERM)
    firm.move_clock(timedelta(seconds=LEASE + 1))


def _acknowledged(ground: Ground, firm: Firm, disk: Disk) -> None:
    """What `add` says it recorded is there; what it refused leaves nothing."""
    disk.becomes("random")
    words = ["--client", "Canary-x", "--attorney", "ana@firm.test", "--by", "ana@firm.test"]
    words += ["--kind", "uscis.denial", "--form", "I-140"]
    before, said = disk.faults, 0
    for number in range(ground.pick(2, 20)):
        matter, decided = f"2026-4{number:04}", due_on_monday()[0].isoformat()
        process = firm.spawn(
            "add", "--matter", matter, *words, "--decided-on", decided, "--service", "mail", env=disk.env
        )
        status = process.wait(60)
        said += status == 0
        with firm.database.read() as session:
            there, whole = firm.entries(session, matter), firm.entries(session, "2026-00000")
        ground.tally.expect(status in {0, 6}, f"`add` on a failing disk ended with {status}")
        ground.tally.lost += status == 0 and there != whole
        ground.tally.expect(there == 0 or status == 0, f"`add` was refused and left {there} entries")
        if status == 0:
            firm.take_over(matter, due_on_monday()[0])
    disk.becomes("ok")
    ground.tally.fault("disk random", disk.faults - before)
    ground.tally.note(f"`add` on a failing disk: {said} recorded, {ground.pick(2, 20) - said} refused")


def _locked(ground: Ground, firm: Firm, file: Path) -> None:
    """Another program holds the lock for longer than anybody waits: the daemon goes on when it lets go."""
    process = firm.start()
    firm.looked()
    firm.record("2026-50000", due_on_monday()[0])
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        ground.tally.fault("database locked")
        time.sleep(ground.pick(2, 20))
        firm.unclear.times.append(time.monotonic())
        other.execute("ROLLBACK")
    ground.tally.expect(firm.looked(30), "the daemon does not go on after the database was locked")
    firm.end(process, signal.SIGTERM)


def _replaced(ground: Ground, firm: Firm, file: Path) -> None:
    """A missing, empty, foreign or destroyed file is refused with a sentence, and never made anew."""
    whole = file.read_bytes()
    faults: dict[str, bytes | None] = {
        "missing": None,
        "zero bytes": b"",
        "no database": os.urandom(8192),
        "first page destroyed": os.urandom(4096) + whole[4096:],
    }
    for name, content in faults.items():
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        ground.tally.fault(f"database file {name}")
        for words in (("list",), ("daemon",)):
            done = firm.run(*words)
            ground.tally.expect(done.returncode == 6, f"{words[0]} on a file with {name} ends with {done.returncode}")
            ground.tally.expect(len(done.stderr.splitlines()) == 1, f"{words[0]} on a file with {name} says much")
        left = file.read_bytes() if file.exists() else None
        ground.tally.expect(left == content, f"a file with {name} was written to")
        ground.tally.expect(set(firm.doctor().values()) != {"well"}, f"doctor is well on a file with {name}")
