"""Sending what is due: claim, send, mark, each message on its own.

No transaction is open while a message travels, and neither a message nor the database can end the loop.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines import clock
from deadlines.daemon.pace import Pace
from deadlines.docket import outages, outbox
from deadlines.docket.lanes import Lanes, fan_out
from deadlines.docket.parcels import Parcel, group, prepare
from deadlines.docket.reminders import URGENT
from deadlines.errors import ChannelDown, SendError, StoreError
from deadlines.notify.channel import MAIL, Channel
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat

log = logging.getLogger(__name__)

DATABASE_FAULTS = (StoreError, SQLAlchemyError)
PAUSES = (0.0, 0.5, 2.0, 5.0)
"""Seconds before each try to write down what became of a message that is already out."""


class SendReport(Struct):
    """What one sweep did, in reminders. `trouble` is the last thing that went wrong."""

    claimed: int = 0
    sent: int = 0
    messages: int = 0
    settled: int = 0
    failed: int = 0
    released: int = 0
    trouble: str = ""


class Sender:
    """One process's part in sending. `hook` is called at the points where a process may die, for tests."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        *,
        owner: str,
        zone: str,
        lease: timedelta,
        batch: int,
        stopping: threading.Event,
        sign_of_life: Callable[[], None],
        hook: Callable[[str], None],
        lanes: Lanes,
        paces: Mapping[str, Pace],
    ) -> None:
        self._lanes, self._paces = lanes, paces
        self._database, self._channels, self.owner, self._zone = database, channels, owner, zone
        self._lease, self._batch, self.stopping = lease, batch, stopping
        self._sign_of_life, self._hook = sign_of_life, hook
        self._answered: set[str] = set()
        """The channels that took a message in this round."""

    def send_due(self, now: datetime) -> SendReport:
        """Send everything that is due, the most urgent first, until nothing is left or a stop is asked."""
        report = SendReport()
        started = clock.elapsed()

        def present() -> datetime:
            return now + timedelta(seconds=clock.elapsed() - started)

        down: set[str] = set()
        self._answered = set()
        try:
            while self._send_batch(present, report, down) and not self.stopping.is_set():
                pass
            with self._database.write() as session:
                outages.note_up(session, self._answered - down, now=present())
                detail = msgspec.json.encode(report).decode()
                session.merge(Heartbeat(sweep="send", at=present(), detail=detail))
        except DATABASE_FAULTS as fault:
            report.trouble = _told(fault)
            log.error("the database failed while sending; what is due stays due: %s", report.trouble)
        finally:
            for channel in self._channels.values():
                channel.close()
        return report

    def _send_batch(self, present: Callable[[], datetime], report: SendReport, down: set[str]) -> bool:
        """Claim a batch and send it; whether there may be more."""
        self._sign_of_life()
        self._hook("claim.before")
        with self._database.write() as session:
            fan_out(session, self._lanes, self._channels, now=present())
            rows = outbox.claim(
                session,
                now=present(),
                owner=self.owner,
                lease=self._lease,
                limit=self._batch,
                except_channels=down
                | {name for name in self._paces if not self._has_room(name, present(), urgent=True)},
            )
            channels = {row.id: row.channel for row in rows}
            urgent = {row.id for row in rows if row.severity >= URGENT}
            parcels = group(session, rows)
            self._hook("claim.before_commit")
        self._hook("claim.after_commit")
        report.claimed += len(channels)
        for ids in parcels:
            channel = channels[ids[0]]
            if self.stopping.is_set() or channel in down:
                self._release(ids, present(), report)
            elif not self._has_room(channel, present(), urgent=ids[0] in urgent):
                # What comes after is no more urgent: it goes at the next look.
                self._release(ids, present(), report)
                down.add(channel)
            elif not self._deliver(ids, channel, present, report):
                down.add(channel)
        return len(channels) >= self._batch

    def _has_room(self, channel: str, now: datetime, *, urgent: bool) -> bool:
        pace = self._paces.get(channel)
        return pace is None or pace.has_room(now, urgent=urgent)

    def _deliver(self, ids: list[int], channel: str, present: Callable[[], datetime], report: SendReport) -> bool:
        """Send one message and write down what became of it; False if the channel is down."""
        self._sign_of_life()
        try:
            with self._database.write() as session:
                parcel = prepare(
                    session, ids, owner=self.owner, now=present(), lease=self._lease, zone=self._zone, lanes=self._lanes
                )
        except DATABASE_FAULTS:
            raise
        except Exception:
            log.exception("reminders %s cannot be made into a message; they are put off", ids)
            self._failed(ids, SendError("The message cannot be made; see the log."), present, report)
            return True
        report.settled += len(ids) - (len(parcel.ids) if parcel else 0)
        return parcel is None or self._hand_over(parcel, channel, present, report)

    def _hand_over(self, parcel: Parcel, channel: str, present: Callable[[], datetime], report: SendReport) -> bool:
        self._hook("send.before")
        if channel in self._paces:
            self._paces[channel].note(present())
        try:
            self._channel(channel).send(parcel.message)
        except SendError as fault:
            self._failed(parcel.ids, fault, present, report, fresh=parcel.fresh)
            return self._goes_on(channel, fault, present())
        except Exception:
            log.exception("channel %s failed in an unforeseen way at reminders %s", channel, parcel.ids)
            error = SendError("The channel failed in an unforeseen way; see the log.", uncertain=True)
            self._failed(parcel.ids, error, present, report, fresh=parcel.fresh)
            return True
        self._hook("send.after")
        self._mark(lambda session: outbox.mark_sent(session, parcel.ids, owner=self.owner, now=present()))
        self._hook("mark.after_commit")
        self._answered.add(channel)
        report.sent += len(parcel.ids)
        report.messages += 1
        return True

    def _goes_on(self, channel: str, fault: SendError, now: datetime) -> bool:
        """Whether the channel is asked again in this round. One that is down is told of by another at once."""
        if isinstance(fault, ChannelDown):
            self._mark(lambda session: outages.note_down(session, channel, fault, self._lanes, now=now))
            return False
        # A chat that is slow or asks for patience rests, so that it holds up nothing else.
        return channel in MAIL or not (fault.uncertain or fault.wait)

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
            lambda session: outbox.mark_failed(session, ids, error, owner=self.owner, now=present(), fresh=fresh)
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
        found = self._channels.get(name)
        if found is None and name not in MAIL:
            raise SendError(f"The channel {name} is no longer configured.", permanent=True)
        found = found or next(iter(self._channels.values()), None)
        if found is None:
            raise ChannelDown("No channel is configured; see [mail] in the configuration.")
        return found


def _told(fault: Exception) -> str:
    """What failed, without the values of a statement."""
    return fault.sentence if isinstance(fault, StoreError) else type(fault).__name__
