"""What makes the sweeps run: a few fixed intervals in APScheduler, and a watchdog that does not trust it.

The scheduler keeps nothing but these jobs, in memory. Its `running` stays true when its thread has died,
and a clock that goes back an hour silences it for that hour; so the watchdog looks only at what the sweeps
show.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from types import FrameType

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from deadlines import clock
from deadlines.daemon.intervals import Every
from deadlines.daemon.post import DATABASE_FAULTS
from deadlines.daemon.service import ServiceManager
from deadlines.daemon.sweeps import Sweeps
from deadlines.store.leader import Alone, Leader

log = logging.getLogger(__name__)

EXIT_FAULT = 70
WATCHED = ("send", "beat")
LEAST_PATIENCE = 180.0
"""Seconds without a sign of life that are too many: longer than a message can take."""
GRACE, LAST_WORDS = 5.0, 2.0
"""Seconds that a message on its way is given at the end, and the last sign of life: with the web server's farewell
less than ten."""
STEP = 30.0
"""Seconds by which a clock must have been set to be heeded."""
AFTER_BEAT = 1.0
"""Seconds that the other sweeps wait for the heartbeat after the clock was set."""
INTERVALS = {
    "recompute": 900.0,
    "fetches": 60.0,
    "addresses": 5.0,
    "schema": 60.0,
    "keeping": 900.0,
    "calendars": 60.0,
    "escalate": 300.0,
    "agenda": 60.0,
    "incoming": 300.0,
    "evening": 300.0,
    "invite": 120.0,
    "watch": 900.0,
    "audit": 60.0,
    "ping": 300.0,
    "hooks": 15.0,
    "rows": 900.0,
    "trail": 60.0,
    "dates": 60.0,
    "acts": 60.0,
}
"""Seconds between two runs of each sweep whose rhythm nobody sets."""
TURNS = {
    "send": "send_due",
    "beat": "beat",
    "recompute": "recompute_if_due",
    "fetches": "flush_fetches",
    "keeping": "keep",
    "calendars": "prepare_calendars",
    "escalate": "escalate",
    "agenda": "write_agendas",
    "incoming": "tell_undocketed",
    "evening": "watch_evening",
    "invite": "invite_due",
    "watch": "watch_calendars",
    "addresses": "watch_addresses",
    "schema": "watch_schema",
    "audit": "audit",
    "ping": "ping",
    "hooks": "send_events",
    "rows": "watch_rows",
    "trail": "watch_trail",
    "dates": "watch_dates",
    "acts": "watch_acts",
}
"""What each sweep calls."""
REGARDLESS = ("beat", "fetches", "addresses", "calendars", "schema")
"""What goes on by a clock that cannot be believed: it does no harm by a wrong one."""
LATER = ("audit", "acts", "rows", "ping")
"""What waits a turn at the start: after a weekend down the auditor would hold what is to leave first, and the monitor
outside is told nothing before it has looked."""
OWN = ("fetches", "addresses", "schema")
"""Sweeps of what concerns this process alone: a daemon that stands by and a web server without one run them too."""
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


def leave(status: int) -> None:
    """End the process at once, whatever its threads do."""
    logging.shutdown()
    os._exit(status)


class Scheduler:
    """Runs the sweeps in threads of their own until `stop`.

    `on_fault` is called with a sentence when the sweeps have gone quiet; by default the process ends with
    status 70, so that whoever started it starts it again. `leader` says whether this daemon works or stands by;
    `only` names the sweeps to run, all where it is empty. `manager` is told of every moment at which all is well.
    """

    def __init__(
        self,
        sweeps: Sweeps,
        *,
        tick: float = 30.0,
        beat: float = 60.0,
        patience: float | None = None,
        now: Callable[[], datetime] = clock.now,
        on_fault: Callable[[str], None] | None = None,
        leader: Leader | None = None,
        manager: ServiceManager | None = None,
        only: Collection[str] = (),
    ) -> None:
        self._sweeps, self._now = sweeps, now
        self._patience = patience or max(3 * max(tick, beat), LEAST_PATIENCE)
        self._on_fault = on_fault or _end_process
        self._leader, self.manager = leader or Alone(), manager or ServiceManager()
        intervals = {"send": tick, "beat": beat, **INTERVALS}
        self._intervals = {name: seconds for name, seconds in intervals.items() if not only or name in only}
        self._stopped = threading.Event()
        self._busy = threading.Lock()
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=JOB_DEFAULTS)

    def start(self) -> None:
        """Start the jobs, nearly each for the first time at once, and the watchdog."""
        for name, seconds in self._intervals.items():
            self._sweeps.sign_of_life(name)
            if name not in OWN:
                self._sweeps.turns.begin(name, seconds, self._now())
            first = clock.now() + timedelta(seconds=seconds if name in LATER else 0)
            self._scheduler.add_job(self._run, Every(seconds), args=[name], id=name, next_run_time=first)
        self._scheduler.start()
        self._watchdog.start()

    def stop(self) -> bool:
        """Give back what was claimed and not begun, let the present message finish; False if that took too long."""
        self._sweeps.stopping.set()
        self._stopped.set()
        self.manager.ending()
        # At once: whoever ends this process may give it less time than the message takes.
        given = _aside(self._give_back)
        self._scheduler.shutdown(wait=False)
        ended = self._busy.acquire(timeout=GRACE)
        # Also while a message is on its way. A database that is locked or hangs must not hold up the end.
        said = _aside(self._last_words)
        end = clock.elapsed() + LAST_WORDS
        for thread in (said, given):
            thread.join(max(end - clock.elapsed(), 0.0))
        if ended:
            self._busy.release()
        self._leader.close()
        return ended

    def _run(self, name: str) -> None:
        if self._sweeps.stopping.is_set() or self._stands_by(name):
            return
        now = self._now()
        self._sweeps.sign_of_life(name)  # also of a turn in which there is nothing to do
        try:
            if name not in REGARDLESS and self._sweeps.is_held(now):
                self._hold(name, now)
            elif name == "send":
                with self._busy:
                    self._sweeps.send_due(now)
            else:
                getattr(self._sweeps, TURNS[name])(now)
            self._sweeps.turns.worked(name, now)
        except DATABASE_FAULTS as fault:
            self._sweeps.turns.failed(name, fault, now)
            log.error("%s: the database failed (%s); trying again at the next turn", name, type(fault).__name__)
            self._sweeps.sign_of_life(name)
        except Exception as fault:
            self._sweeps.turns.failed(name, fault, now)
            log.exception("%s failed in an unforeseen way; trying again at the next turn", name)
            self._sweeps.sign_of_life(name)

    def _hold(self, name: str, now: datetime) -> None:
        """Do nothing by a clock that cannot be believed, but tell people of it."""
        if name == "send":
            with self._busy:
                self._sweeps.tell_alarms(now)

    def _stands_by(self, name: str) -> bool:
        """Whether another daemon does this. What only this process knows it writes down itself."""
        if name in OWN or self._leader.lead():
            return False
        self._sweeps.sign_of_life(name)
        self._sweeps.stood_by |= self._leader.stands_by
        return True

    def _give_back(self) -> None:
        try:
            self._sweeps.give_back(self._now())
        except DATABASE_FAULTS as fault:
            log.warning("what was claimed goes after its lease: the database failed (%s)", type(fault).__name__)

    def _last_words(self) -> None:
        """Write down what is still only in memory, and that the end was wanted."""
        try:
            self._sweeps.flush_fetches(self._now())
            if "beat" in self._intervals and self._leader.lead():
                self._sweeps.beat(self._now(), stopped=True)
        except DATABASE_FAULTS as fault:
            log.warning("the last sign of life could not be written: %s", type(fault).__name__)

    def _watch(self) -> None:
        offset = self._offset()
        while not self._stopped.wait(min(5.0, self._patience / 3, self.manager.every or 5.0)):
            behind = self._behind()
            self._heed(-behind if behind > STEP else self._offset() - offset)
            offset = self._offset()
            fault = self.quiet() or self._sweeps.fault_of_database()
            if fault is not None:
                self.manager.ill(fault)
                self._on_fault(fault)
                return
            if self.manager.every is not None:
                self.manager.alive()

    def _heed(self, step: float) -> None:
        """After the clock was set, each sweep is called at once: the jobs wait for the time it showed before."""
        if abs(step) > STEP:
            log.error("the clock went %s by %d s; the sweeps run again at once", _way(step), abs(step))
            self._run_at_once()

    def _offset(self) -> float:
        """Wall clock minus the clock that never steps: it changes only when somebody sets the clock."""
        return clock.now().timestamp() - clock.elapsed()

    def _behind(self) -> float:
        """By how many seconds the clock was set back: so much later than their rhythm says the sweeps would run.

        Told from the jobs themselves, so that no step is missed, however soon another one follows.
        """
        now = clock.now()
        return max(
            (
                (job.next_run_time - now).total_seconds() - self._intervals[job.id]
                for job in self._scheduler.get_jobs()
                if job.next_run_time is not None
            ),
            default=0.0,
        )

    def _run_at_once(self) -> None:
        """The heartbeat first: it finds whether the clock can be believed, of which the others tell people."""
        now = clock.now()
        # At the end the scheduler forgets its jobs while the watchdog may still look.
        with contextlib.suppress(JobLookupError):
            for name in self._intervals:
                wait = timedelta(seconds=0.1 if name == "beat" else AFTER_BEAT)
                self._scheduler.modify_job(name, next_run_time=now + wait)

    def quiet(self) -> str | None:
        """Which sweep has shown no sign of life for too long, or None while all is well."""
        for name in (name for name in WATCHED if name in self._intervals):
            age = clock.elapsed() - self._sweeps.alive_at.get(name, 0.0)
            if age > self._patience:
                return f"The sweep `{name}` has been silent for {age:.0f} seconds."
        return None


def run(scheduler: Scheduler, stop: threading.Event | None = None) -> int:
    """Run until SIGTERM or SIGINT, or until `stop` is set; the exit status.

    Must be called in the main thread. A message on its way is finished; if it takes too long the process
    ends all the same, and the message goes again after its lease.
    """
    stopping = stop or threading.Event()

    def asked(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        scheduler.start()
        scheduler.manager.ready()
        while not stopping.wait(1.0):
            pass
        if not scheduler.stop():
            log.warning("a message is still on its way; it goes again after its lease")
            leave(0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _aside(work: Callable[[], None]) -> threading.Thread:
    """Begin something in a thread that does not hold up the end of the process."""
    thread = threading.Thread(target=work, name=work.__name__, daemon=True)
    thread.start()
    return thread


def _way(step: float) -> str:
    return "back" if step < 0 else "ahead"


def _end_process(sentence: str) -> None:
    log.critical("%s The process ends so that it is started again.", sentence)
    leave(EXIT_FAULT)
