"""The sweeps: plain methods that are handed the time and can be called by anybody, a test or a scheduler.

What they share is kept here: who this process is, when each sweep last went on, and the wish to stop.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial

import msgspec
from sqlalchemy.orm import Session

from deadlines import clock
from deadlines.daemon import calendars
from deadlines.daemon.agendas import write_agendas
from deadlines.daemon.alarming import tell_faults
from deadlines.daemon.auditing import Auditor
from deadlines.daemon.beats import Beat, earlier_beat
from deadlines.daemon.hooks import HookSender
from deadlines.daemon.keeper import Keeper
from deadlines.daemon.letters import words_now
from deadlines.daemon.monitor import Monitor
from deadlines.daemon.nightly import NightlyCheck
from deadlines.daemon.pace import Pace
from deadlines.daemon.post import Post, SendReport
from deadlines.daemon.sending import Sender
from deadlines.daemon.turns import Turns
from deadlines.docket import deliveries, letters, outbox
from deadlines.docket.agendas import Rhythm
from deadlines.docket.away import note_return
from deadlines.docket.dangling import watch_missing
from deadlines.docket.escalation import Escalation, escalate
from deadlines.docket.evening_watch import watch_evening
from deadlines.docket.intake import Desk
from deadlines.docket.lanes import Lanes
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.recompute import Compute
from deadlines.docket.reviews import tell_reviews
from deadlines.docket.rounds import Round
from deadlines.docket.seal_watch import watch_dates
from deadlines.docket.timekeeping import Reading, is_held, read_clocks, watch_clock
from deadlines.docket.trail_watch import watch_trail
from deadlines.docket.turns import note_turns
from deadlines.docket.undocketed import tell_undocketed
from deadlines.docket.unreadable import watch_rows
from deadlines.docket.untrailed import watch_acts
from deadlines.ical import Party
from deadlines.notify.channel import Channel
from deadlines.notify.outbound import Outbound
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from deadlines.store.vault import Vault

log = logging.getLogger(__name__)

STEP_BACK = timedelta(seconds=60)
GIVE_WAY = 0.2
"""Seconds between two pages while mails leave: who waits to write a file looks now and then only."""


def _nothing(_moment: str) -> None:
    """No hook."""


class Sweeps:
    """Sends what is due, shows signs of life, and checks the stored dates, for which it needs `desk` and `compute`.

    `rhythm` says when agendas go; without it there are none. `mail_room` says by when papers that came in must be
    on the docket; without it nobody is told of them. `evening`: by when the evening check is signed; None where
    the firm asks for none. Invitations need the `organizer`, the firm by its own
    mail address; without it there are none.

    `channels` by the name that reminders carry; a reminder of a channel that is no longer configured goes by
    the first. `lanes` says what goes to chats and the webhook too, `per_minute` how many messages a channel is given
    at most; `pages` is where mails link to; `outbound` is the way to webhooks, without it they are told of nothing;
    `vault` reads their secrets;
    `clocks` reads the clocks of this machine. `hook` is called with a name at the points where a process may die, for
    tests.
    """

    stood_by = False
    """Whether another daemon worked on this database until now."""
    _other_schema: str | None = None

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        *,
        zone: str,
        lease: timedelta = timedelta(seconds=120),
        batch: int = 50,
        desk: Desk | None = None,
        compute: Compute | None = None,
        edition: str = "",
        organizer: Party | None = None,
        escalation: Escalation | None = None,
        flush: Callable[[Session, datetime], object] | None = None,
        watch: Callable[[Session, datetime], object] | None = None,
        keeper: Keeper | None = None,
        rhythm: Rhythm | None = None,
        mail_room: MailRoom | None = None,
        auditor: Auditor | None = None,
        monitor: Monitor | None = None,
        evening: time | None = None,
        clocks: Callable[[datetime], Reading] = read_clocks,
        hook: Callable[[str], None] = _nothing,
        lanes: Lanes = Lanes(),  # noqa: B008  (it never changes)
        per_minute: Mapping[str, int] | None = None,
        outbound: Outbound | None = None,
        vault: Vault = Vault(),  # noqa: B008  (it never changes)
        pages: str = "",
    ) -> None:
        self._database, self._channels, self._zone, self._lease = database, channels, zone, lease
        self._desk, self._organizer, self._escalation = desk, organizer, escalation
        self._keeper, self._rhythm, self._mail_room, self._evening = keeper, rhythm, mail_room, evening
        self._auditor, self._monitor, self._clocks, self._flush, self._watch = auditor, monitor, clocks, flush, watch
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._foreign_beats, self.stopping, self._sends = 0, threading.Event(), threading.Event()
        self.alive_at: dict[str, float] = {}
        """When each sweep last showed that it goes on, on the clock that never steps."""
        self.turns = Turns()  # as whoever runs them tells it; written down with the heartbeat
        self.paces = {name: Pace(most) for name, most in (per_minute or {}).items()}
        """What each channel may still be given in this minute; whatever else sends by a channel asks here too."""
        go_on = partial(self._goes_on, "recompute")
        self.nightly = NightlyCheck(database, zone=zone, desk=desk, compute=compute, edition=edition, go_on=go_on)
        post = Post(
            database=database,
            channels=channels,
            owner=self.owner,
            lease=lease,
            batch=batch,
            stopping=self.stopping,
            sign_of_life=partial(self.sign_of_life, "send"),
            hook=hook,
            lanes=lanes,
            paces=self.paces,
            renew=partial(words_now, organizer=organizer, rhythm=rhythm),
            pages=pages,
            not_fatal=desk.practice.not_fatal if desk is not None else (),
        )
        self._sender = Sender(post, zone=zone)
        hooks_post = msgspec.structs.replace(post, sign_of_life=partial(self.sign_of_life, "hooks"))
        self._hooks = HookSender(hooks_post, outbound, vault) if outbound is not None else None

    def send_due(self, now: datetime) -> SendReport:
        """Send everything that is due at `now`; see `Sender`. Never raises for what fails while sending."""
        self._sends.set()
        try:
            return self._sender.send_due(now)
        finally:
            self._sends.clear()
            self.tell_alarms(now)

    def give_back(self, now: datetime) -> None:
        """Give back what was claimed and not begun, once a stop is asked. Raises what the database raises."""
        self._sender.give_back(now)
        if self._hooks is not None:
            self._hooks.give_back(now)

    def tell_alarms(self, now: datetime) -> None:
        """Tell people what goes wrong in the program itself, even while the clock is not believed. Never raises."""
        tell_faults(self._database, self._channels, now, self.paces, zone=self._zone)

    def is_held(self, now: datetime) -> bool:
        """Whether the clock cannot be believed, so that nothing may be done by it."""
        with self._database.read() as session:
            return is_held(session, self._clocks(now))

    def send_events(self, now: datetime) -> int:
        """Tell webhooks of what happened on the docket; how many events were taken."""
        return self._hooks.send_due(now) if self._hooks is not None else 0

    def fault_of_database(self) -> str | None:
        """Why this process must begin anew with the database, or None while it is the one that was opened."""
        return self._other_schema or self._database.replaced()

    def watch_schema(self, _now: datetime) -> None:
        """Look whether the database was upgraded meanwhile. From then on nothing is sent, and no sweep begins."""
        self._other_schema = self._other_schema or self._database.other_schema()
        if self._other_schema is not None:
            self.stopping.set()

    # -- signs of life -----------------------------------------------------------------------------------

    def sign_of_life(self, sweep: str) -> None:
        """Remember that a sweep goes on: at the beginning of each turn, and between two pieces of a long one."""
        self.alive_at[sweep] = clock.elapsed()

    def beat(self, now: datetime, *, stopped: bool = False) -> Beat:
        """Write the daemon's heartbeat. Reports a clock set back, and another daemon on this database."""
        beat = Beat(self.owner, stopped)
        with self._database.write() as session:
            before = session.get(Heartbeat, "daemon")
            last = before.at if before is not None else now
            if before is not None:
                self._compare(beat, before, now)
            if beat.clock_back_seconds:
                moved = outbox.forget_future(session, now=now, lease=self._lease)
                moved += letters.forget_future(session, now=now, lease=self._lease)
                moved += deliveries.forget_future(session, now=now, lease=self._lease)
                log.error("the clock went back by %d s; what waits is due again: %d", beat.clock_back_seconds, moved)
            step = watch_clock(session, self._clocks(now))
            note_return(session, last, step, now)
            session.merge(Heartbeat(sweep="daemon", at=now, detail=msgspec.json.encode(beat).decode()))
            note_turns(session, self.turns.at(now, self.alive_at), now)
        if step.kind != "well":
            held = ": nothing is sent until it is right or confirmed" if step.holds else ""
            log.error("the clock %s%s", step.words, held)
        return beat

    def _compare(self, beat: Beat, before: Heartbeat, now: datetime) -> None:
        if before.at - now > STEP_BACK:
            beat.clock_back_seconds = int((before.at - now).total_seconds())
        earlier = earlier_beat(before)
        beat.takeovers = (earlier.takeovers if earlier is not None else 0) + self.stood_by
        self.stood_by = False
        if earlier is None or earlier.owner == self.owner or earlier.stopped:
            self._foreign_beats = 0
            return
        # One foreign beat may be the daemon that ran here before us; two mean that it lives.
        self._foreign_beats += 1
        if self._foreign_beats > 1:
            beat.other = earlier.owner
            log.warning("another daemon works on this database: %s; each message still goes once", beat.other)

    # -- checks ------------------------------------------------------------------------------------------

    def recompute_if_due(self, now: datetime) -> bool:
        """Run the check once a night, and at once when the edition of the law data has changed."""
        return self.nightly.run_if_due(now)

    def _goes_on(self, sweep: str) -> bool:
        """Whether a sweep takes its next page; mails that are leaving come between two."""
        self.sign_of_life(sweep)
        if self._sends.is_set():
            self.stopping.wait(GIVE_WAY)
        return not self.stopping.is_set()

    def escalate(self, now: datetime) -> int:
        """Ask the next person where an urgent reminder stays unanswered; how many are asked."""
        if self._escalation is None:
            return 0
        with self._database.write() as session:
            asked = len(escalate(session, self._escalation, now=now))
        if asked:
            log.warning("%d urgent reminders stay unanswered: the next people are asked", asked)
        return asked

    def write_agendas(self, now: datetime) -> int:
        """Write the agendas of today once their time has come; how many."""
        if self._rhythm is None:
            return 0
        return write_agendas(self._database, self._rhythm, now=now, go_on=lambda: self._goes_on("agenda"))

    def tell_undocketed(self, now: datetime) -> int:
        """Tell people of papers that are not on the docket in time, and of matters to look at again; how many."""
        if self._mail_room is None:
            return 0
        with self._database.write() as session:
            told = tell_undocketed(session, self._mail_room, now=now)
            again = tell_reviews(session, self._mail_room, now=now)
        if told:
            log.warning("%d papers that came in are not on the docket in time", told)
        return told + again

    def watch_evening(self, now: datetime) -> int:
        """Raise the alarm where nobody has signed the evening check; how many alarms are new."""
        if self._desk is None:
            return 0
        with self._database.write() as session:
            return watch_evening(session, self._desk, by=self._evening, now=now)

    # -- calendars ---------------------------------------------------------------------------------------

    def prepare_calendars(self, now: datetime) -> int:
        """Put damaged entries right, and make and keep those in other words that calendars need; how many of these."""
        return calendars.prepare(self._database, zone=self._zone, now=now, go_on=lambda: self._goes_on("calendars"))

    def invite_due(self, now: datetime) -> int:
        """Write the letters that tell people's own calendars of dates; how many dates they tell of."""
        if self._organizer is None:
            return 0
        return calendars.invite_due(
            self._database,
            self._organizer,
            zone=self._zone,
            now=now,
            go_on=lambda: self._goes_on("invite"),
        )

    def watch_calendars(self, now: datetime) -> int:
        """Tell people of calendars that nobody fetches any more; how many calendars."""
        return calendars.watch(self._database, zone=self._zone, now=now)

    def keep(self, now: datetime) -> list[str]:
        """What is due of seals, backups and rehearsals; the names of what was done."""
        return self._keeper.keep(now) if self._keeper is not None else []

    def audit(self, now: datetime) -> Round | None:
        """Let the auditor go on with its round over all reminders."""
        return self._auditor.audit(now, lambda: self._goes_on("audit")) if self._auditor is not None else None

    def ping(self, now: datetime) -> str:
        """Tell the monitor outside that all is well, if it is; why it was not told."""
        return self._monitor.ping(now) if self._monitor is not None else ""

    def watch_rows(self, now: datetime) -> int:
        """Tell people of rows that cannot be read, and of those that belong to nothing; how many."""
        return len(watch_rows(self._database, now=now)) + len(watch_missing(self._database, now=now))

    def watch_trail(self, now: datetime) -> bool:
        """Look at the next piece of the audit trail; whether it holds and the database guards it."""
        found = watch_trail(self._database, now=now)
        return found.since is None and not found.unguarded

    def watch_dates(self, now: datetime) -> int:
        """Check the seals of the next piece of the dates in force; how many were found altered."""
        return len(watch_dates(self._database, now=now))

    def watch_acts(self, now: datetime) -> int:
        """Go on with the round over what the trail tells of entries; how many stand otherwise."""
        return len(watch_acts(self._database, now=now, go_on=partial(self._goes_on, "acts")))

    def flush_fetches(self, now: datetime) -> None:
        """Write down which feeds were fetched since the last time."""
        if self._flush is not None:
            with self._database.write() as session:
                self._flush(session, now)
                session.merge(Heartbeat(sweep="fetches", at=now, detail=""))

    def watch_addresses(self, now: datetime) -> None:
        """Let the web forget what must not be served any more, even if the database fails from now on."""
        if self._watch is not None:
            with self._database.read() as session:
                self._watch(session, now)
