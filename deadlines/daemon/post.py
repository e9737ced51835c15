"""What everything that sends has in common: the channels, the process's name and lease, and patient marking."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines.daemon.pace import Pace
from deadlines.daemon.standstill import Standstill
from deadlines.docket import letters, outages
from deadlines.docket.lanes import Lanes
from deadlines.errors import ChannelDown, SendError, StoreError
from deadlines.notify.channel import MAIL, Channel, Connecting
from deadlines.notify.message import Message
from deadlines.store.database import Database

log = logging.getLogger(__name__)

DATABASE_FAULTS = (StoreError, SQLAlchemyError)
PAUSES = (0.0, 0.5, 2.0, 5.0)
"""Seconds before each try to write down what became of a message that is already out."""


class SendReport(Struct):
    """What one sweep did, in reminders, and how many letters it sent. `trouble` is the last thing that went wrong;
    `broken`: nobody foresaw it, and it ended the round."""

    claimed: int = 0
    sent: int = 0
    messages: int = 0
    settled: int = 0
    failed: int = 0
    released: int = 0
    letters: int = 0
    trouble: str = ""
    broken: bool = False


class Post(Struct, frozen=True):
    """One process's means of sending. `hook` is called at the points where a process may die, for tests.

    `renew` finds the words of a letter just before it is sent. `not_fatal`: rules and kinds of remedy of which not
    everybody who must know of a fatal date is told. `paces` says what each channel may still be given; `answered` holds
    the channels that took a message in this round. `standstill`: whether mail leaves at all. `pages`: where mails link
    to; empty: nowhere.
    """

    database: Database
    channels: Mapping[str, Channel]
    owner: str
    lease: timedelta
    batch: int
    stopping: threading.Event
    sign_of_life: Callable[[], None]
    hook: Callable[[str], None]
    lanes: Lanes
    paces: Mapping[str, Pace]
    renew: letters.Renew = letters.as_written
    pages: str = ""
    not_fatal: tuple[str, ...] = ()
    answered: set[str] = field(default_factory=set)
    standstill: Standstill = field(default_factory=Standstill)

    def has_room(self, channel: str, now: datetime, *, urgent: bool) -> bool:
        """Whether a channel may be given one more message now."""
        pace = self.paces.get(channel)
        return pace is None or pace.has_room(now, urgent=urgent)

    def connect(self, channel: str) -> SendError | None:
        """Be connected before the last look at the dates, which may change while a server is slow to greet; what went
        wrong, which is then what became of the message. Never raises."""
        try:
            found = self._channel(channel)
            if isinstance(found, Connecting):
                found.open()
        except SendError as fault:
            return fault
        except Exception:
            log.exception("channel %s failed in an unforeseen way while it connected", channel)
            return SendError("The channel failed in an unforeseen way; see the log.")
        finally:
            self.sign_of_life()  # to connect may take as long as the message afterwards
        return None

    def hand_over(
        self, channel: str, message: Message, about: str, now: datetime, unconnected: SendError | None = None
    ) -> SendError | None:
        """Send one message; what went wrong, or None when it was taken. Never raises. `unconnected`: see `connect`."""
        if channel in self.paces:
            self.paces[channel].note(now)
        try:
            if unconnected is not None:
                raise unconnected
            self._channel(channel).send(message)
        except SendError as fault:
            if channel in MAIL and not fault.permanent:
                self.standstill.put_off(message.to_email, now)
            return fault
        except Exception:
            log.exception("channel %s failed in an unforeseen way at %s", channel, about)
            return SendError("The channel failed in an unforeseen way; see the log.", uncertain=True)
        self.answered.add(channel)
        if channel in MAIL:
            self.standstill.taken(message.to_email, now)
        return None

    def goes_on(self, channel: str, fault: SendError, now: datetime) -> bool:
        """Whether the channel is asked again in this round. One that is down is told of by another at once, and so is
        mail that a server there puts off for everybody."""
        if isinstance(fault, ChannelDown):
            self.mark(lambda session: outages.note_down(session, channel, fault, now=now))
            return False
        since = self._stands_since(channel, now)
        if since is not None:
            log.error("no mail was taken since %s: it counts as down", since)
            self.mark(lambda session: outages.note_down(session, channel, fault, now=now, since=since))
            # One that answers may take the next; one that is silent each time would hold up the word of it.
            return not fault.uncertain
        # A chat that is slow or asks for patience rests, so that it holds up nothing else.
        return channel in MAIL or not (fault.uncertain or fault.wait)

    def _stands_since(self, channel: str, now: datetime) -> datetime | None:
        if channel not in MAIL:
            return None
        with self.database.read() as session:
            return self.standstill.since(session, now)

    def mark(self, write: Callable[[Session], None]) -> None:
        """Write down an outcome, patiently: a message that is out and not marked goes out again."""
        for number, pause in enumerate(PAUSES, start=1):
            if pause:
                self.stopping.wait(pause)
            try:
                with self.database.write() as session:
                    write(session)
                    self.hook("mark.before_commit")
                return
            except DATABASE_FAULTS:
                if number == len(PAUSES):
                    raise
                log.warning("an outcome cannot be written yet; trying again")

    def _channel(self, name: str) -> Channel:
        found = self.channels.get(name)
        if found is None and name not in MAIL:
            raise SendError(f"The channel {name} is no longer configured.", permanent=True)
        found = found or next(iter(self.channels.values()), None)
        if found is None:
            raise ChannelDown("No channel is configured; see [mail] in the configuration.")
        return found
