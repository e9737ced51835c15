"""The sweeps: plain methods that are handed the time and can be called by anybody, a test or a scheduler.

No sweep holds a transaction while a message travels, and none ends because one message or the database fails.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines import clock
from deadlines.docket import outbox
from deadlines.docket.parcels import Parcel, group, prepare
from deadlines.docket.recompute import Compute, Difference, differences, record_difference, stored_entries
from deadlines.errors import ChannelDown, SendError, StoreError
from deadlines.notify.channel import Channel
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat

log = logging.getLogger(__name__)

DATABASE_FAULTS = (StoreError, SQLAlchemyError)
PAUSES = (0.0, 0.5, 2.0, 5.0)
"""Seconds before each try to write down what became of a message that is already out."""
STEP_BACK = timedelta(seconds=60)
RECOMPUTE_HOUR = 2
PAGE = 500


class SendReport(Struct):
    """What one sweep did, in reminders. `trouble` is the last thing that went wrong."""

    claimed: int = 0
    sent: int = 0
    messages: int = 0
    settled: int = 0
    failed: int = 0
    released: int = 0
    trouble: str = ""


class Beat(Struct):
    """What a daemon writes of itself: who it is, and what it noticed."""

    owner: str
    stopped: bool = False
    other: str = ""
    clock_back_seconds: int = 0


def _nothing(_moment: str) -> None:
    """No hook."""


class Sweeps:
    """Sends what is due, shows signs of life, and checks the stored dates.

    `channels` by the name that reminders carry; a reminder of a channel that is no longer configured goes by
    the first. `hook` is called with a name at the points where a process may die, for tests.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        *,
        zone: str,
        lease: timedelta = timedelta(seconds=120),
        batch: int = 50,
        compute: Compute | None = None,
        edition: str = "",
        flush: Callable[[Session, datetime], object] | None = None,
        hook: Callable[[str], None] = _nothing,
    ) -> None:
        self._database, self._channels, self._zone = database, channels, zone
        self._lease, self._batch = lease, batch
        self._compute, self._edition, self._flush = compute, edition, flush
        self._hook = hook
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.stopping = threading.Event()
        self.alive_at: dict[str, float] = {}
        """When each sweep last showed that it goes on, on the clock that never steps."""
        self._foreign_beats = 0

    # -- sending -----------------------------------------------------------------------------------------

    def send_due(self, now: datetime) -> SendReport:
        """Send everything that is due, the most urgent first, until nothing is left or a stop is asked."""
        report = SendReport()
        started = clock.elapsed()

        def present() -> datetime:
            return now + timedelta(seconds=clock.elapsed() - started)

        down: set[str] = set()
        try:
            while self._send_batch(present, report, down) and not self.stopping.is_set():
                pass
            self._note("send", present(), msgspec.json.encode(report).decode())
        except DATABASE_FAULTS as fault:
            report.trouble = _told(fault)
            log.error("the database failed while sending; what is due stays due: %s", report.trouble)
        finally:
            for channel in self._channels.values():
                channel.close()
        return report

    def _send_batch(self, present: Callable[[], datetime], report: SendReport, down: set[str]) -> bool:
        """Claim a batch and send it; whether there may be more."""
        self.sign_of_life("send")
        self._hook("claim.before")
        with self._database.write() as session:
            rows = outbox.claim(
                session,
                now=present(),
                owner=self.owner,
                lease=self._lease,
                limit=self._batch,
                except_channels=down,
            )
            channels = {row.id: row.channel for row in rows}
            parcels = group(session, rows)
            self._hook("claim.before_commit")
        self._hook("claim.after_commit")
        report.claimed += len(channels)
        for ids in parcels:
            if self.stopping.is_set() or channels[ids[0]] in down:
                self._release(ids, present(), report)
            elif not self._deliver(ids, channels[ids[0]], present, report):
                down.add(channels[ids[0]])
        return len(channels) >= self._batch

    def _deliver(
        self, ids: list[int], channel: str, present: Callable[[], datetime], report: SendReport
    ) -> bool:
        """Send one message and write down what became of it; False if the channel is down."""
        self.sign_of_life("send")
        try:
            with self._database.write() as session:
                parcel = prepare(
                    session, ids, owner=self.owner, now=present(), lease=self._lease, zone=self._zone
                )
        except DATABASE_FAULTS:
            raise
        except Exception:
            log.exception("reminders %s cannot be made into a message; they are put off", ids)
            self._failed(ids, SendError("The message cannot be made; see the log."), present, report)
            return True
        report.settled += len(ids) - (len(parcel.ids) if parcel else 0)
        return parcel is None or self._hand_over(parcel, channel, present, report)

    def _hand_over(
        self, parcel: Parcel, channel: str, present: Callable[[], datetime], report: SendReport
    ) -> bool:
        self._hook("send.before")
        try:
            self._channel(channel).send(parcel.message)
        except SendError as fault:
            self._failed(parcel.ids, fault, present, report, fresh=parcel.fresh)
            return not isinstance(fault, ChannelDown)
        except Exception:
            log.exception("channel %s failed in an unforeseen way at reminders %s", channel, parcel.ids)
            error = SendError("The channel failed in an unforeseen way; see the log.", uncertain=True)
            self._failed(parcel.ids, error, present, report, fresh=parcel.fresh)
            return True
        self._hook("send.after")
        self._mark(lambda session: outbox.mark_sent(session, parcel.ids, owner=self.owner, now=present()))
        self._hook("mark.after_commit")
        report.sent += len(parcel.ids)
        report.messages += 1
        return True

    def _failed(
        self,
        ids: list[int],
        error: SendError,
        present: Callable[[], datetime],
        report: SendReport,
        *,
        fresh: bool = False,
    ) -> None:
        log.error("reminders %s were not sent: %s", ids, error.sentence)
        report.failed += len(ids)
        report.trouble = error.sentence
        self._mark(
            lambda session: outbox.mark_failed(
                session, ids, error, owner=self.owner, now=present(), fresh=fresh
            )
        )

    def _mark(self, write: Callable[[Session], None]) -> None:
        """Write down an outcome, patiently: a message that is out and not marked goes out again."""
        for number, pause in enumerate(PAUSES, start=1):
            if pause:
                self.stopping.wait(pause)
            try:
                with self._database.write() as session:
                    write(session)
                    self._hook("mark.before_commit")
                return
            except DATABASE_FAULTS:
                if number == len(PAUSES):
                    raise
                log.warning("an outcome cannot be written yet; trying again")

    def _release(self, ids: list[int], now: datetime, report: SendReport) -> None:
        with self._database.write() as session:
            outbox.release(session, ids, owner=self.owner, now=now)
        report.released += len(ids)

    def _channel(self, name: str) -> Channel:
        found = self._channels.get(name) or next(iter(self._channels.values()), None)
        if found is None:
            raise ChannelDown("No channel is configured; see [mail] in the configuration.")
        return found

    # -- signs of life -----------------------------------------------------------------------------------

    def sign_of_life(self, sweep: str) -> None:
        """Remember that a sweep goes on."""
        self.alive_at[sweep] = clock.elapsed()

    def beat(self, now: datetime, *, stopped: bool = False) -> Beat:
        """Write the daemon's heartbeat. Reports a clock set back, and another daemon on this database."""
        self.sign_of_life("beat")
        beat = Beat(self.owner, stopped)
        with self._database.write() as session:
            before = session.get(Heartbeat, "daemon")
            if before is not None:
                self._compare(beat, before, now)
            if beat.clock_back_seconds:
                moved = outbox.forget_future(session, now=now, lease=self._lease)
                log.error(
                    "the clock went back by %d s; %d waiting reminders are due again",
                    beat.clock_back_seconds,
                    moved,
                )
            session.merge(Heartbeat(sweep="daemon", at=now, detail=msgspec.json.encode(beat).decode()))
        return beat

    def _compare(self, beat: Beat, before: Heartbeat, now: datetime) -> None:
        if before.at - now > STEP_BACK:
            beat.clock_back_seconds = int((before.at - now).total_seconds())
        earlier = _earlier(before)
        if earlier is None or earlier.owner == self.owner or earlier.stopped:
            self._foreign_beats = 0
            return
        # One foreign beat may be the daemon that ran here before us; two mean that it lives.
        self._foreign_beats += 1
        if self._foreign_beats > 1:
            beat.other = earlier.owner
            log.warning("another daemon works on this database: %s; each message still goes once", beat.other)

    def _note(self, sweep: str, now: datetime, detail: str) -> None:
        with self._database.write() as session:
            session.merge(Heartbeat(sweep=sweep, at=now, detail=detail))

    # -- checks ------------------------------------------------------------------------------------------

    def recompute_if_due(self, now: datetime) -> bool:
        """Run the check once a night, and at once when the edition of the law data has changed."""
        with self._database.read() as session:
            last = session.get(Heartbeat, "recompute")
            due = last is None or self._outdated(last, now)
        if due:
            self.recompute_check(now)
        return due

    def _outdated(self, last: Heartbeat, now: datetime) -> bool:
        local, done = (moment.astimezone(ZoneInfo(self._zone)) for moment in (now, last.at))
        if _edition(last) != self._edition:
            return True
        return done.date() < local.date() and local.hour >= RECOMPUTE_HOUR

    def recompute_check(self, now: datetime) -> list[Difference]:
        """Compute every open entry again from its notice. Differences are recorded; no date moves."""
        found: list[Difference] = []
        checked, after = 0, ""
        while self._compute is not None and not self.stopping.is_set():
            self.sign_of_life("recompute")
            with self._database.read() as session:
                page = stored_entries(session, after, PAGE)
            if not page:
                break
            checked, after = checked + len(page), page[-1].notice_id
            different = list(differences(page, self._compute))
            found += different
            if different:
                self._record(different, now)
        detail = {"edition": self._edition, "checked": checked, "different": len(found)}
        self._note("recompute", now, msgspec.json.encode(detail).decode())
        return found

    def _record(self, different: list[Difference], now: datetime) -> None:
        with self._database.write() as session:
            for difference in different:
                if record_difference(session, difference, now):
                    log.error("entry %s: the law data now gives other dates", difference.entry_id)

    def flush_fetches(self, now: datetime) -> None:
        """Write down which feeds were fetched since the last time."""
        self.sign_of_life("fetches")
        if self._flush is not None:
            with self._database.write() as session:
                self._flush(session, now)
                session.merge(Heartbeat(sweep="fetches", at=now, detail=""))


def _earlier(row: Heartbeat) -> Beat | None:
    try:
        return msgspec.json.decode(row.detail, type=Beat)
    except msgspec.DecodeError:
        return None


def _edition(row: Heartbeat) -> str | None:
    try:
        edition = msgspec.json.decode(row.detail, type=dict[str, str | int]).get("edition")
    except msgspec.DecodeError:
        return None
    return edition if isinstance(edition, str) else None


def _told(fault: Exception) -> str:
    """What failed, without the values of a statement."""
    return fault.sentence if isinstance(fault, StoreError) else type(fault).__name__
