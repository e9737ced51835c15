"""Bits flip in the database file, and somebody changes dates and the audit trail by hand: never in silence."""

import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import date
from typing import Any

from sqlalchemy import text

from chaos.firm import Firm
from chaos.ground import MONDAY, Ground
from chaos.judge import listed_wrong
from chaos.ledger import ONE_DAY, WINDOWS

CHANGES = (
    "safe_by = '2026-12-20'",
    "last_day = '2026-12-20'",
    "digest = NULL",
)
"""What somebody does to a stored date."""


def run(ground: Ground) -> None:
    """Flips on copies of a file; then dates changed by hand, and reminders that say so; then the audit trail."""
    with ground.firm() as firm:
        firm.fill(ground.pick(18, 36))
        firm.set_clock(MONDAY)
        if ground.kind == "sqlite":
            _flips(ground, firm)
        firm.settle()  # seals are in force from the first look of a daemon on
        firm.set_clock(MONDAY + ONE_DAY)
        for number, change in enumerate(CHANGES[: ground.pick(1, 9)]):
            _altered(ground, firm, number, change)
        firm.settle()
        alarms = [mail for mail in firm.post.accepted if "INTEGRITY ALARM" in mail.subject]
        ground.tally.expect(alarms, "no mail says that a date was altered")
        firm.judge()
        _audit(ground, firm)
        ground.tally.note(f"{len(alarms)} mails with an alarm")


def _flips(ground: Ground, firm: Firm) -> None:
    """One bit at a time. Where a command answers, what it says is right or carries an alarm."""
    file = firm.folder / "deadlines.sqlite3"
    firm.database.dispose()
    whole = firm.folder / "whole"
    shutil.copyfile(file, whole)
    refused = told = 0
    for _ in range(ground.pick(3, 120)):
        content = bytearray(whole.read_bytes())
        place = ground.drawn.randrange(len(content))
        content[place] ^= 1 << ground.drawn.randrange(8)
        file.write_bytes(content)
        ground.tally.fault("bit flip")
        listing, said = firm.listing()
        if said:
            refused += 1
            ground.tally.expect(len(said.splitlines()) == 1, f"a flip at {place}: {said[-300:]}")
            continue
        told += any(line["altered"] for line in listing)
        _silent(ground, firm, listing, place)
    shutil.copyfile(whole, file)
    ground.tally.note(f"bit flips: {refused} refused, {told} with an alarm, the others in nothing that is shown")


def _silent(ground: Ground, firm: Firm, listing: list[dict[str, Any]], place: int) -> None:
    """Dates that are wrong without a word; matters that are no longer listed at all though nobody says why."""
    false = listed_wrong(_named(firm, listing), listing)
    missing = WINDOWS * len(firm.ledger.notices) - len(listing)
    if not false and not missing:
        return
    states = firm.doctor()
    if false or "ill" not in states.values():
        ground.tally.wrong += 1
        ground.tally.note(f"NOT RIGHT: a flip at {place}: {false[:1]}, {missing} lines missing, doctor {states}")


def _named(firm: Firm, listing: list[dict[str, Any]]) -> dict[str, set[tuple[date, date]]]:
    """The dates of each matter, also where a flip changed the matter's number: that is no date."""
    known = firm.ledger.dates()
    everything = {pair for pairs in known.values() for pair in pairs}
    return {str(line["matter"]): known.get(str(line["matter"]), everything) for line in listing}


def _altered(ground: Ground, firm: Firm, number: int, change: str) -> None:
    """One date is changed by hand: `doctor` is ill, and the list does not show it as a date like any other."""
    listing, _ = firm.listing()
    found = _due(firm, listing, number)
    with firm.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE deadline SET {change} WHERE entry_id = :entry"), {"entry": found})
    ground.tally.fault("date changed by hand")
    state = firm.doctor().get("sealed-dates")
    ground.tally.expect(state == "ill", f"doctor says {state} of a date that was changed by hand")
    listing, _ = firm.listing()
    marked = [line["altered"] for line in listing if line["entry"] == found]
    ground.tally.expect(marked == [True], f"list marks a changed date as {marked}")


def _due(firm: Firm, listing: list[dict[str, Any]], number: int) -> str:
    """An entry of which somebody is to be reminded that day."""
    wanted = {want.matter for want in firm.ledger.wants(MONDAY, firm.now)}
    entries: list[str] = [line["entry"] for line in listing if line["matter"] in wanted and not line["altered"]]
    return entries[number]


def _audit(ground: Ground, firm: Firm) -> None:
    """The audit trail refuses to be changed; forced, it shows."""
    change = "UPDATE audit SET actor = 'nobody' WHERE id = (SELECT min(id) FROM audit)"
    ground.tally.fault("audit row changed")
    try:
        with firm.database.engine.begin() as connection:
            connection.execute(text(change))
        ground.tally.broken.append("the audit trail lets itself be changed")
    except Exception as fault:
        ground.tally.note(f"the audit trail says: {str(fault.__cause__ or fault).splitlines()[0][:80]}")
    if ground.kind == "sqlite":
        with closing(sqlite3.connect(firm.folder / "deadlines.sqlite3")) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{name}"')
            connection.execute(change)
            connection.commit()
    else:
        with firm.database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
            connection.execute(text(change))
    states = firm.doctor()
    for check in ("audit", "audit-guarded"):
        ground.tally.expect(states.get(check) == "ill", f"doctor ({check}) says {states.get(check)} of a changed trail")
    process = firm.start()
    told = firm.until(lambda: "INTEGRITY ALARM" in firm.run("list").stderr, 30)
    ground.tally.expect(told, "list shows dates of a docket with a changed trail without a word")
    firm.end(process, signal.SIGTERM)
