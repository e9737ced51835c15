"""Ten thousand reminders are overdue on Monday morning, after 63 hours: who hears first, and when have all heard."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from datetime import time as moment
from itertools import cycle, islice

from sqlalchemy import func, select

from chaos.firm import Firm
from chaos.ground import FRIDAY, Ground
from chaos.ledger import FIRST, LAST, ONE_DAY, WINDOWS, ZONE, Notice
from deadlines.daemon.pace import KEPT_SHARE
from deadlines.docket.reminders import PENDING
from deadlines.store.tables import Reminder

AT = moment(18)
"""This firm's reminders leave at six in the evening: those of the weekend fall on Friday, an hour after the stop."""
BACK = datetime(2026, 9, 28, 12, 0, tzinfo=UTC)
"""Monday, eight in the morning: 63 hours after Friday, five in the afternoon."""
REMINDERS = 10_000
IN_FAMILY = 2
"""Denials in one matter, one for each member of a family: they are told of in one mail."""
URGENT_IN = 10
"""Of so many matters one is urgent."""
PACE = 1200
"""Messages a minute that the firm's own relay takes. A hosted provider takes thirty."""
PROVIDER = 30
FIRST_WITHIN, ALL_WITHIN = 60.0, 600.0


def run(ground: Ground) -> None:
    """The drill at the pace of a relay of one's own; then what the pace of a provider would make of it."""
    with ground.firm(pace=PACE, batch=50, more=f'[reminders]\nat = "{AT:%H:%M}"') as firm:
        overdue = _fill(firm, ground.pick(240, REMINDERS))
        firm.set_clock(BACK)
        ground.tally.fault("63 hours down")
        _drill(ground, firm, overdue)
        firm.judge()


def days() -> Iterator[date]:
    """Decisions of which something falls due on Friday evening, over and over: one in ten of them urgent."""
    friday = datetime.combine(FRIDAY.astimezone(ZONE).date(), AT, ZONE).astimezone(UTC)
    every = [Notice("", FIRST + number * ONE_DAY, (), AT) for number in range((LAST - FIRST).days + 1)]
    due = [notice for notice in every if friday in notice.moments()]
    urgent = cycle(notice.decided_on for notice in due if notice.fatal(friday))
    others = cycle(notice.decided_on for notice in due if not notice.fatal(friday))
    while True:
        yield next(urgent)
        yield from islice(others, URGENT_IN - 1)


def _fill(firm: Firm, wanted: int) -> int:
    """Families until so many reminders are overdue; how many."""
    drawn, number, overdue = days(), 0, 0
    while overdue < wanted:
        matter, attorney = f"2026-{number:05}", f"attorney{number % 40:02}@firm.test"
        decided = next(drawn)
        firm.record(matter, decided, attorney=attorney, at=AT, times=IN_FAMILY)
        overdue += IN_FAMILY * WINDOWS * 2
        number += 1
    return overdue


def _drill(ground: Ground, firm: Firm, expected: int) -> None:
    with firm.database.read() as session:
        due = PENDING, Reminder.due_at <= BACK
        overdue = session.scalar(select(func.count()).select_from(Reminder).where(*due)) or 0
    ground.tally.expect(overdue == expected, f"{overdue} reminders are overdue, not {expected}")
    fatal = {(want.email, want.matter) for want in firm.ledger.wants(firm.since, BACK) if want.fatal}
    started = time.monotonic()
    process = firm.start()
    done = firm.until(lambda: firm.waiting() == 0, ALL_WITHIN + 60, 0.5)
    firm.end(process, signal.SIGTERM)
    ground.tally.expect(done, f"{firm.waiting()} reminders still wait after {ALL_WITHIN + 60:.0f} s")
    mails = [mail for mail in firm.post.accepted if mail.reminders]
    urgent = [mail.clock - started for mail in mails if (mail.to, mail.matter) in fatal]
    last = max(mail.clock for mail in mails) - started
    ground.tally.expect(min(urgent) <= FIRST_WITHIN, f"the first urgent mail left after {min(urgent):.0f} s")
    ground.tally.expect(last <= ALL_WITHIN, f"the last mail left after {last:.0f} s")
    most = max(Counter((mail.to, matter) for mail in mails for matter, _ in mail.said).values())
    ground.tally.expect(most == 1, f"somebody got {most} mails of one matter")
    order = [(mail.to, mail.matter) in fatal for mail in mails]
    ground.tally.expect(order == sorted(order, reverse=True), "a mail that is not urgent left before one that is")
    ground.tally.expect(all("LATE by" in mail.subject for mail in mails), "a late mail does not say so")
    ground.tally.note(
        f"{overdue} reminders in {len(mails)} mails at {PACE} a minute: the first urgent after {min(urgent):.1f} s, "
        f"all {len(urgent)} urgent after {max(urgent):.0f} s, all after {last:.0f} s"
    )
    # A fifth of each minute is kept for what is urgent.
    calm = PROVIDER - PROVIDER // KEPT_SHARE
    first, rest = len(urgent) / PROVIDER * 60, (len(mails) - len(urgent)) / calm * 60
    ground.tally.expect(first + rest <= ALL_WITHIN, f"by {PROVIDER} a minute all would take {first + rest:.0f} s")
    ground.tally.note(
        f"by {PROVIDER} a minute, the default: urgent {first / 60:.1f} minutes, all {(first + rest) / 60:.1f}"
    )
