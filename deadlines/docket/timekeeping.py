"""Whether this machine's clock can be believed: each sign of life is held against the one before.

A clock two years ahead would send every reminder at once, as overdue, and mark it sent; one that is behind would
send none, in silence. So a step of more than a day holds sending until the clock is right again, a time service
vouches for it, or a person confirms the day.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines import clock, decoding
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.store import audit
from deadlines.store.tables import Heartbeat
from deadlines.store.types import LONG_AGO

ROW = "clock"
SMALL = timedelta(seconds=60)
"""A step that is no news: time services make such."""
LARGE = timedelta(days=1)
"""A step of more than this holds sending."""
LONG_WEEKEND = timedelta(days=4)
"""An office's machine may be off for so long; after a longer time somebody or something has to vouch for the clock."""
BEYOND_BELIEF = timedelta(days=400)
"""After so long no time service is believed, only a person."""
SHOWN = timedelta(days=7)

Kind = Literal["well", "back", "ahead", "away"]
WORDS = {"back": "went back by", "ahead": "went ahead by", "away": "stands later than when it was last believed, by"}


class Reading(Struct, frozen=True):
    """What the clocks of a machine say: the time of day, which start of the machine, the seconds since that start.

    `synchronised`: whether a time service keeps the clock, None where the system does not say.
    """

    at: datetime
    boot: str
    uptime: float
    synchronised: bool | None = None


class Step(Struct, frozen=True):
    """How a clock moved against the time that passed: `away` where a restart hides how much passed."""

    kind: Kind
    seconds: int = 0
    holds: bool = False
    found_at: datetime | None = None

    @property
    def words(self) -> str:
        """As the end of a sentence."""
        return f"{WORDS[self.kind]} {timedelta(seconds=abs(self.seconds))} hours"


class Known(Struct):
    """What is kept: the last reading that is believed, the step that holds sending, and the last step that did not."""

    believed: Reading
    held: Step | None = None
    last: Step | None = None


def read_clocks(now: datetime) -> Reading:
    """This machine's clocks; `now` is the time of day that the caller goes by."""
    return Reading(now, clock.boot(), clock.uptime(), clock.is_synchronised())


def judge(believed: Reading, reading: Reading) -> Step:
    """How far the clock is from where the last believed reading lets it be."""
    gap = reading.at - believed.at
    if believed.boot and believed.boot == reading.boot:
        step = gap - timedelta(seconds=reading.uptime - believed.uptime)
        if abs(step) <= SMALL:
            return Step("well")
        return Step("back" if step < timedelta() else "ahead", int(step.total_seconds()), abs(step) > LARGE)
    if gap < -SMALL:
        return Step("back", int(gap.total_seconds()), gap < -LARGE)
    if gap <= LARGE:
        return Step("well")
    vouched = gap <= LONG_WEEKEND or (reading.synchronised is True and gap <= BEYOND_BELIEF)
    return Step("away", int(gap.total_seconds()), not vouched)


def is_held(session: Session, reading: Reading) -> bool:
    """Whether nothing may be sent by this clock. Changes nothing."""
    known = _known(session)
    return known is not None and judge(known.believed, reading).holds


def watch_clock(session: Session, reading: Reading) -> Step:
    """Hold the clock against the last believed reading, tell of a step, and believe this one where it may be.

    Returns the step; `well` where there is none.
    """
    known = _known(session)
    if known is None:
        _write(session, Known(reading), reading.at)
        return Step("well")
    step = msgspec.structs.replace(judge(known.believed, reading), found_at=reading.at)
    if step.holds:
        if known.held is None:
            _tell_held(session, step, reading.at)
        known.held = known.held or step
    else:
        if step.kind != "well":
            _tell_step(session, step, reading.at)
            known.last = step
        elif known.held is not None:
            known.last = msgspec.structs.replace(known.held, found_at=reading.at)  # by a clock that is right
        known.held, known.believed = None, reading
    _write(session, known, reading.at)
    return step


def confirm(session: Session, reading: Reading, *, actor: str) -> Step:
    """A person says that this clock is right: it is believed from now on. Returns the step that held it."""
    known = _known(session)
    step = judge(known.believed, reading) if known is not None else Step("well")
    last = msgspec.structs.replace(step, found_at=reading.at) if step.kind != "well" else None
    _write(session, Known(reading, None, last), reading.at)
    detail = {"step": step.kind, "seconds": step.seconds}
    audit.record(session, at=reading.at, actor=actor, action="clock.confirm", subject="clock", detail=detail)
    return step


def check_clock(session: Session, reading: Reading) -> Finding:
    """What the clock of the machine on which `doctor` runs is worth."""
    known = _known(session)
    step = judge(known.believed, reading) if known is not None else Step("well")
    if step.holds or (known is not None and known.held is not None):
        shown = step if step.holds or known is None or known.held is None else known.held
        hint = "Set the clock right; or, where it is right, confirm it: `deadlines clock --confirm DATE`."
        return Finding("clock", "ill", f"Nothing is sent: the clock {shown.words}.", hint)
    last = known.last if known is not None else None
    if last is not None and last.found_at is not None and abs(reading.at - last.found_at) < SHOWN:
        hint = "Find out why; a time service such as chrony keeps a clock right."
        sentence = f"The clock {last.words}, found on {last.found_at:%Y-%m-%d %H:%M} UTC."
        return Finding("clock", "warning", sentence, hint)
    if reading.synchronised is False:
        hint = "Set up a time service, such as systemd-timesyncd or chrony."
        return Finding("clock", "warning", "No time service keeps this machine's clock.", hint)
    return Finding("clock", "well", "The clock goes on as it should.")


def _tell_held(session: Session, step: Step, now: datetime) -> None:
    raise_alarm(
        session,
        f"clock/held/{now:%Y-%m-%d}",
        subject="No reminders are sent: the clock of the docket's machine cannot be believed",
        text=(
            f"The clock of the machine that sends the firm's reminders {step.words}.\nIt says {_said(now)} now. "
            "Until that is settled no reminder is sent: by a wrong clock they would all go, or none.\n\n"
            "If that is the right time, confirm it on that machine: deadlines clock --confirm DATE\n"
            "If it is not, set the clock right: what is due then goes by itself.\n"
            "Until then go by your second calendar.\n"
        ),
        now=now,
    )


def _tell_step(session: Session, step: Step, now: datetime) -> None:
    raise_alarm(
        session,
        f"clock/{step.kind}/{now:%Y-%m-%dT%H}",
        subject="The clock of the docket's machine made a step",
        text=(
            f"The clock of the machine that sends the firm's reminders {step.words}.\nIt says {_said(now)} now. "
            "Reminders go on.\n\nIf that is not the right time, set the clock right and keep it so with a time "
            "service. If the program was away for that time, what fell due meanwhile goes out now.\n"
        ),
        now=now,
    )


def _said(now: datetime) -> str:
    return f"{now:%A} {now.day} {now:%B %Y}, {now:%H:%M} UTC"


def _known(session: Session) -> Known | None:
    row = session.get(Heartbeat, ROW)
    if row is None:
        # A docket from before: its last sign of life is all that is known.
        beat = session.get(Heartbeat, "daemon")
        return _of_beat(beat) if beat is not None else None
    try:
        return decoding.decode(row.detail, Known)
    except msgspec.MsgspecError:
        return _of_beat(row)


def _of_beat(row: Heartbeat) -> Known | None:
    """What a moment alone tells; one that is damaged tells nothing, and must not hold sending."""
    return None if row.at == LONG_AGO else Known(Reading(row.at, "", 0.0))


def _write(session: Session, known: Known, now: datetime) -> None:
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(known).decode()))
    session.flush()
