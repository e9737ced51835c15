"""The nightly check: every stored date is computed anew, once a night and as soon as the law data is another."""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from deadlines.daemon.beats import edition_of
from deadlines.daemon.practising import pass_untold_steps, relay_if_changed
from deadlines.daemon.recomputing import Recomputed, recompute
from deadlines.docket import deliveries, outbox
from deadlines.docket.intake import Desk
from deadlines.docket.recompute import Compute
from deadlines.docket.renderings import refresh_renderings
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat

log = logging.getLogger(__name__)

HOUR = 2
"""The firm's hour from which on it is due."""
ROW = "recompute"
"""The heartbeat that keeps when it last came to its end, and by which edition."""


class NightlyCheck:
    """Brings the docket up to date with the law of `edition` and the firm's practice, page by page.

    Without `desk` and `compute` dates stay as they are. `go_on` is asked before each page, and whether it goes on.
    """

    def __init__(
        self,
        database: Database,
        *,
        zone: str,
        desk: Desk | None,
        compute: Compute | None,
        edition: str,
        go_on: Callable[[], bool],
    ) -> None:
        self._database, self._zone, self._edition = database, ZoneInfo(zone), edition
        self._desk, self._compute, self._go_on = desk, compute, go_on

    def run_if_due(self, now: datetime) -> bool:
        """Try refused reminders again, give steps to who may be told of them, lay those reminders anew that the
        practice asks for otherwise, and check what is due."""
        with self._database.write() as session:
            revived = outbox.revive(session, now=now)
        if revived:
            log.warning("%d refused reminders are tried again", revived)
        self.pass_untold_steps(now)
        self.relay_if_changed(now)
        with self._database.read() as session:
            last = session.get(Heartbeat, ROW)
            due = last is None or self._is_outdated(last, now)
        if due:
            self.run(now)
        return due

    def relay_if_changed(self, now: datetime) -> int | None:
        """Lay unsent reminders anew where the firm's practice is another; how many changed."""
        if self._desk is None:
            return None
        return relay_if_changed(self._database, self._desk, now=now, go_on=self._go_on)

    def pass_untold_steps(self, now: datetime) -> None:
        """Give open steps to who may be told of them, where their owner may not: an earlier version left such steps."""
        if self._desk is not None:
            pass_untold_steps(self._database, self._desk, now=now)

    def run(self, now: datetime) -> Recomputed:
        """Compute every open entry again from its notice: earlier dates take effect, later ones wait."""
        found = Recomputed(0, [], [])
        if self._desk is not None and self._compute is not None:
            found = recompute(self._database, self._desk, self._compute, now=now, go_on=lambda _: self._go_on())
        for move in found.moves:
            log.warning("entry %s: dates computed anew are %s, %s", move.entry, move.kind, move.outcome)
        for failure in found.failures:
            log.error("notice %s cannot be computed again: %s", failure.notice, failure.sentence)
        if found.finished and self.renew_renderings(now):
            self._note(found, now)
        return found

    def renew_renderings(self, now: datetime) -> bool:
        """Write the calendar entries anew that an earlier version of the program worded; whether it came to its end."""
        while self._go_on():
            with self._database.write() as session:
                if not refresh_renderings(session, now=now):
                    return True
        return False

    def _is_outdated(self, last: Heartbeat, now: datetime) -> bool:
        if edition_of(last) != self._edition:
            return True
        local, done = (moment.astimezone(self._zone) for moment in (now, last.at))
        return done.date() < local.date() and local.hour >= HOUR

    def _note(self, found: Recomputed, now: datetime) -> None:
        detail = {
            "edition": self._edition,
            "checked": found.checked,
            "applied": found.count("applied"),
            "waiting": found.count("waiting"),
            "failed": len(found.failures),
        }
        with self._database.write() as session:
            deliveries.forget_old(session, now)
            session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(detail).decode()))
