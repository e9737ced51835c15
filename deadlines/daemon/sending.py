"""Sending what is due: claim, send, mark, each message on its own; letters when no reminder waits.

No transaction is open while a message travels, and neither a message nor the database can end the loop.
"""

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.orm import Session

from deadlines import clock
from deadlines.daemon.letters import LetterSender
from deadlines.daemon.post import DATABASE_FAULTS, Post, SendReport
from deadlines.docket import claiming, outages, outbox, unreadable
from deadlines.docket.absences import tell_covers
from deadlines.docket.alarms import tell_broken
from deadlines.docket.fatal import tell_all
from deadlines.docket.few_words import in_few_words
from deadlines.docket.lanes import fan_out
from deadlines.docket.parcels import Parcel, group, prepare
from deadlines.docket.reminders import URGENT
from deadlines.errors import SendError, StoreError
from deadlines.store.tables import Heartbeat
from deadlines.store.types import LONG_AGO

log = logging.getLogger(__name__)

LOOK_AGAIN, LOOKS = 0.5, 20
"""Seconds until what somebody else held locked for a moment is looked for again, and how often within one turn."""


class _NotMade(Exception):
    """A message could not be made, for a reason that nobody foresaw and the log tells."""


class Sender:
    """One process's part in sending. `zone` is the firm's time zone, in which reminders say dates."""

    def __init__(self, post: Post, *, zone: str) -> None:
        self._post, self._zone = post, zone
        self._letters = LetterSender(post)
        self._owed: Callable[[Session], None] | None = None
        """The outcome of the message that just left, written with the preparation of the next one: a commit less."""
        self._untried: set[int] = set()
        """What this process claimed and has not come to: what it gives back at its end, and after a fault."""

    def send_due(self, now: datetime) -> SendReport:
        """Send everything that is due, the most urgent first, until nothing is left or a stop is asked."""
        report = SendReport()
        started = clock.elapsed()

        def present() -> datetime:
            return now + timedelta(seconds=clock.elapsed() - started)

        down: set[str] = set()
        self._post.answered.clear()
        looks = LOOKS
        try:
            # Where a fault broke the turn before off: what it was at stays leased, so that it holds up no other.
            self._settle()
            self.give_back(now)
            self._tell_damaged(now)
            while not self._post.stopping.is_set():
                # Letters go a few at a time, and only when no reminder is left that is due by then.
                if self._send_batch(present, report, down) or self._letters.send_batch(present, report, down):
                    continue
                if not looks or not self._passed_over(present(), down):
                    break
                looks -= 1
            with self._post.database.write() as session:
                outages.note_up(session, self._post.answered - down, now=present())
                detail = msgspec.json.encode(report).decode()
                session.merge(Heartbeat(sweep="send", at=present(), detail=detail))
        except DATABASE_FAULTS as fault:
            report.trouble = _told(fault)
            log.error("the database failed while sending; what is due stays due: %s", report.trouble)
        except Exception as fault:
            log.exception("sending stopped in an unforeseen way; what is due stays due")
            self._broken(report, fault, present())
        finally:
            for channel in self._post.channels.values():
                channel.close()
        return report

    def give_back(self, now: datetime) -> None:
        """Give back what was claimed and not begun: else what is urgent would wait for the end of its lease, and what
        is not would leave first. What is at hand stays leased: nobody can tell whether it leaves.

        Another thread may call this once a stop is asked, while a message is on its way: nothing is begun after that.
        """
        untried = set(self._untried)
        if untried:
            with self._post.database.write() as session:
                outbox.release(session, untried, owner=self._post.owner, now=now)
            self._untried.difference_update(untried)
        self._letters.give_back(now)

    def _tell_damaged(self, now: datetime) -> None:
        """What is due and damaged is told of and mended, rather than sent as half a century late."""
        with self._post.database.read() as session:
            if not unreadable.is_due_and_unreadable(session, now=now):
                return
        unreadable.watch_rows(self._post.database, now=now)

    def _broken(self, report: SendReport, fault: Exception, now: datetime) -> None:
        """Tell of a fault that nobody foresaw: `doctor` says it, and the people who keep the docket hear it by mail.

        The moment of the heartbeat stays: a monitor outside must not be told that mails go.
        """
        report.broken = True
        report.trouble = f"Sending stopped in an unforeseen way ({type(fault).__name__}); see the log."
        try:
            with self._post.database.write() as session:
                tell_broken(session, report.trouble, now)
                before = session.get(Heartbeat, "send")
                detail = msgspec.json.encode(report).decode()
                session.merge(Heartbeat(sweep="send", at=before.at if before is not None else LONG_AGO, detail=detail))
        except DATABASE_FAULTS as error:
            log.error("that cannot be written down: %s", _told(error))

    def _passed_over(self, now: datetime, down: set[str]) -> bool:
        """Whether a reminder was due that another transaction held just now; then a moment is given to it."""
        with self._post.database.read() as session:
            waits = claiming.waits(session, now=now, except_channels=down | self._full(now))
        if waits:
            self._post.stopping.wait(LOOK_AGAIN)
        return waits

    def _send_batch(self, present: Callable[[], datetime], report: SendReport, down: set[str]) -> bool:
        """Claim a batch and send it; whether there may be more."""
        self._post.sign_of_life()
        self._post.hook("claim.before")
        with self._post.database.write() as session:
            tell_all(session, now=present(), not_fatal=self._post.not_fatal)
            tell_covers(session, now=present(), zone=self._zone)
            fan_out(session, self._post.lanes, self._post.channels, now=present())
            rows = claiming.claim(
                session,
                now=present(),
                owner=self._post.owner,
                lease=self._post.lease,
                limit=self._post.batch,
                except_channels=down | self._full(present()),
                today=present().astimezone(ZoneInfo(self._zone)).date(),
            )
            channels = {row.id: row.channel for row in rows}
            self._untried = set(channels)
            urgent = {row.id for row in rows if row.severity >= URGENT}
            parcels = group(session, rows, present())
            self._post.hook("claim.before_commit")
        self._post.hook("claim.after_commit")
        report.claimed += len(channels)
        for ids in parcels:
            self._untried.difference_update(ids)
            channel = channels[ids[0]]
            if self._post.stopping.is_set() or channel in down:
                self._release(ids, present(), report)
            elif not self._post.has_room(channel, present(), urgent=ids[0] in urgent):
                # What comes after is no more urgent: it goes at the next look.
                self._release(ids, present(), report)
                down.add(channel)
            elif not self._deliver(ids, channel, present, report):
                down.add(channel)
        self._settle()
        return bool(channels)

    def _full(self, now: datetime) -> set[str]:
        """The channels that may not be given even what is urgent now."""
        return {name for name in self._post.paces if not self._post.has_room(name, now, urgent=True)}

    def _deliver(self, ids: list[int], channel: str, present: Callable[[], datetime], report: SendReport) -> bool:
        """Send one message and write down what became of it; False if the channel is down."""
        self._post.sign_of_life()
        unconnected = self._post.connect(channel)
        try:
            parcel = self._made(ids, present)
        except _NotMade:
            return self._each_alone(ids, channel, present, report)
        report.settled += len(ids) - (len(parcel.ids) if parcel else 0)
        return parcel is None or self._hand_over(parcel, channel, present, report, unconnected)

    def _each_alone(self, ids: list[int], channel: str, present: Callable[[], datetime], report: SendReport) -> bool:
        """One that cannot be told of must not silence those that it would have been told with."""
        for number, each in enumerate(ids):
            parcel = self._alone(each, present, report)
            if parcel is not None and not self._hand_over(parcel, channel, present, report):
                self._release(ids[number + 1 :], present(), report)
                return False
        return True

    def _alone(self, each: int, present: Callable[[], datetime], report: SendReport) -> Parcel | None:
        """The message of one reminder: in full, else in a few words; None where nothing leaves, which is noted."""
        with contextlib.suppress(_NotMade):
            parcel = self._made([each], present, alone=True)
            report.settled += parcel is None
            return parcel
        with contextlib.suppress(_NotMade):
            parcel = self._try(
                lambda session: in_few_words(
                    session, each, owner=self._post.owner, now=present(), lease=self._post.lease
                ),
                [each],
            )
            if parcel is not None:
                return parcel
        self._failed([each], SendError("The message cannot be made; see the log."), present, report)
        return None

    def _made(self, ids: list[int], present: Callable[[], datetime], *, alone: bool = False) -> Parcel | None:
        """The message of a group. Raises _NotMade."""
        post = self._post
        return self._try(
            lambda session: prepare(
                session,
                ids,
                owner=post.owner,
                now=present(),
                lease=post.lease,
                zone=self._zone,
                lanes=post.lanes,
                pages=post.pages,
                alone=alone,
            ),
            ids,
        )

    def _try(self, make: Callable[[Session], Parcel | None], ids: list[int]) -> Parcel | None:
        """Make a message; with it the outcome of the one before is written, whatever becomes of this one.

        Raises _NotMade for what nobody foresaw, and what the database raises.
        """
        owed, self._owed = self._owed, None
        try:
            with self._post.database.write() as session:
                if owed is not None:
                    owed(session)
                    self._post.hook("mark.before_commit")
                parcel = make(session)
        except Exception as fault:
            self._owed = owed
            self._settle()
            if isinstance(fault, DATABASE_FAULTS):
                raise
            log.exception("reminders %s cannot be made into a message", ids)
            raise _NotMade from fault
        if owed is not None:
            self._post.hook("mark.after_commit")
        return parcel

    def _settle(self) -> None:
        """Write the outcome of the message that left last, if that is still to be done."""
        if self._owed is not None:
            self._post.mark(self._owed)
            self._owed = None
            self._post.hook("mark.after_commit")

    def _hand_over(
        self,
        parcel: Parcel,
        channel: str,
        present: Callable[[], datetime],
        report: SendReport,
        unconnected: SendError | None = None,
    ) -> bool:
        ids, owner = parcel.ids, self._post.owner
        self._post.hook("send.before")
        fault = self._post.hand_over(channel, parcel.message, f"reminders {ids}", present(), unconnected)
        if fault is not None:
            self._failed(ids, fault, present, report, fresh=parcel.fresh)
            return self._post.goes_on(channel, fault, present())
        self._post.hook("send.after")
        sent_at = present()
        self._owed = lambda session: outbox.mark_sent(session, ids, owner=owner, now=sent_at)
        report.sent += len(ids)
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
        owner = self._post.owner
        self._post.mark(
            lambda session: outbox.mark_failed(session, ids, error, owner=owner, now=present(), fresh=fresh)
        )

    def _release(self, ids: list[int], now: datetime, report: SendReport) -> None:
        self._settle()
        with self._post.database.write() as session:
            outbox.release(session, ids, owner=self._post.owner, now=now)
        report.released += len(ids)


def _told(fault: Exception) -> str:
    """What failed, without the values of a statement."""
    return fault.sentence if isinstance(fault, StoreError) else type(fault).__name__
