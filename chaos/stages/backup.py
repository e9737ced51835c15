"""Backups are killed half way, cut short, copied by hand; a restore is killed; an old one is restored and goes on."""

import shutil
import time
from pathlib import Path

from chaos.firm import Firm
from chaos.ground import MONDAY, Ground
from chaos.judge import listed_wrong
from chaos.ledger import WINDOWS
from deadlines.store.database import Database

MOMENTS = {"sqlite": ("verified", "written", "manifest"), "postgres": ("copied", "verified", "written", "manifest")}


def run(ground: Ground) -> None:
    """What is in the folder can be restored, whatever happened; what is not whole is refused."""
    with ground.firm(more='folder = "backups"') as firm:
        firm.fill(ground.pick(18, 60))
        folder = firm.folder / "backups"
        good = _backed_up(ground, firm, folder)
        for moment in MOMENTS[ground.kind][: ground.pick(1, 9)]:
            _killed(ground, firm, folder, moment)
        _copies(ground, firm, good)
        _restores(ground, firm, good)
        _drill(ground, firm)
        _rolled_back(ground, firm, good)


def _backed_up(ground: Ground, firm: Firm, folder: Path) -> Path:
    started = time.monotonic()
    done = firm.run("db", "backup", "--json")
    ground.tally.expect(done.returncode == 0, f"a backup fails: {done.stderr[-300:]}")
    ground.tally.note(f"backup in {time.monotonic() - started:.1f} s")
    return max(_whole(folder))


def _whole(folder: Path) -> list[Path]:
    """What looks like a backup to whoever opens the folder."""
    return [path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix != ".json"]


def _killed(ground: Ground, firm: Firm, folder: Path, moment: str) -> None:
    before = set(_whole(folder))
    done = firm.run("db", "backup", at=moment, do="kill")
    ground.tally.fault("backup killed")
    ground.tally.expect(done.returncode == -9, f"a backup was not killed at {moment}: {done.returncode}")
    ground.tally.expect(set(_whole(folder)) == before, f"a backup killed at {moment} left what looks like one")


def _restored(firm: Firm, file: Path, url: str) -> tuple[int, str]:
    done = firm.run("db", "restore", str(file), "--into", url)
    return done.returncode, done.stderr


def _copies(ground: Ground, firm: Firm, good: Path) -> None:
    """A copy by hand without its manifest, one that was cut short, one with a bit flipped: refused, nothing made."""
    place = ground.place()
    manifest = good.with_name(f"{good.name}.json")
    content = good.read_bytes()
    flipped = bytearray(content)
    flipped[ground.drawn.randrange(len(flipped))] ^= 1
    wrong = {"no manifest": content, "cut short": content[: len(content) // 2], "bit flipped": bytes(flipped)}
    for name, bad in wrong.items():
        copy = place / name.replace(" ", "-") / good.name
        copy.parent.mkdir()
        copy.write_bytes(bad)
        if name != "no manifest":
            shutil.copyfile(manifest, copy.with_name(manifest.name))
        ground.tally.fault(f"backup with {name}")
        url = ground.address(copy.parent)
        status, said = _restored(firm, copy, url)
        ground.tally.expect(status == 11, f"a restore of a backup with {name} ends with {status}: {said[-200:]}")
        ground.tally.expect(not _there(url), f"a refused restore of a backup with {name} left something")


def _there(url: str) -> bool:
    """Whether a docket is at an address."""
    try:
        Database.open(url).dispose()
    except Exception:
        return False
    return True


def _restores(ground: Ground, firm: Firm, good: Path) -> None:
    """Killed at any moment, a restore leaves nothing that could be taken for the docket, or the whole of it."""
    for number in range(ground.pick(2, 12)):
        url = ground.address(ground.place())
        process = firm.start("db", "restore", str(good), "--into", url)
        time.sleep(ground.drawn.uniform(0.02, 0.6))
        firm.end(process)
        ground.tally.fault("restore killed")
        if _there(url):
            _same(ground, firm, url, f"a restore killed in round {number}")


def _same(ground: Ground, firm: Firm, url: str, what: str) -> None:
    listing, _ = firm.listing({"DEADLINES_DATABASE_URL": url})
    ground.tally.wrong += len(listed_wrong(firm.ledger.dates(), listing))
    ground.tally.expect(len(listing) == WINDOWS * len(firm.ledger.notices), f"{what} holds {len(listing)} lines")


def _drill(ground: Ground, firm: Firm) -> None:
    started = time.monotonic()
    done = firm.run("db", "drill", "--json")
    ground.tally.expect(done.returncode == 0, f"the rehearsal finds fault: {(done.stdout + done.stderr)[-300:]}")
    ground.tally.note(f"rehearsal in {time.monotonic() - started:.1f} s")


def _rolled_back(ground: Ground, firm: Firm, good: Path) -> None:
    """The firm works on, loses its database, and restores Friday's backup: some hear twice, and nobody not at all."""
    firm.set_clock(MONDAY)
    firm.settle()
    before = len(firm.post.accepted)
    firm.database.dispose()
    url = ground.address(ground.place())
    status, said = _restored(firm, good, url)
    ground.tally.expect(status == 0, f"the restore ends with {status}: {said[-300:]}")
    ground.tally.fault("restored an old backup")
    firm.unclear.forgotten.append(time.monotonic())
    firm.move_to(url)
    firm.settle()
    _same(ground, firm, url, "the restored docket")
    firm.judge()
    again = len(firm.post.accepted) - before
    ground.tally.note(f"after the restore {again} of {before} mails went again, each under its Message-ID")
