"""How the scheduler's sweeps fare: that one fails at every turn, or comes to no end, is told and is no health."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.store.tables import Heartbeat

ROW = "sweeps"
"""The heartbeat that keeps it."""
IN_A_ROW = 3
"""So many failed turns, one after the other, are no accident."""
PATIENCE = timedelta(minutes=5)
"""What lasts no longer than this may be a database that was away for a moment."""
WHAT = {
    "recompute": "the nightly check of the stored dates",
    "keeping": "seals, backups and rehearsals",
    "calendars": "the entries in people's calendars",
    "escalate": "the asking of the next person where nobody answers",
    "agenda": "the agendas of the day",
    "incoming": "the watch over papers that came in",
    "evening": "the watch over the evening check",
    "invite": "invitations to people's own calendars",
    "watch": "the watch over calendars that fall silent",
    "audit": "the auditor of reminders",
    "ping": "the monitor outside",
    "hooks": "webhooks",
    "rows": "the look for damaged rows",
    "trail": "the watch over the audit trail",
    "dates": "the watch over the seals of the dates",
    "acts": "the watch over closings and verifications",
    "send": "reminders and letters",
    "beat": "the scheduler's sign of life",
}
"""What each sweep does, for people."""


class Turn(Struct):
    """How one sweep fares. `seen_at`: when it last showed that it goes on; `worked_at`: when it last came to its end
    without a fault; `failures`: how many turns failed since, the first `failing_since`, the last by `fault`."""

    every: float
    seen_at: datetime
    worked_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    fault: str = ""

    def trouble(self, name: str, at: datetime) -> str:
        """What is wrong with the sweep at a moment, in a sentence; empty where nothing is."""
        since = self.failing_since
        if since is not None and self.failures >= IN_A_ROW and at - since >= PATIENCE:
            return f"`{name}` has failed {self.failures} times in a row since {_at(since)} ({self.fault})"
        if at - self.seen_at > max(2 * timedelta(seconds=self.every), PATIENCE):
            return f"`{name}` has come to no end since {_at(self.seen_at)}"
        return ""


def note_turns(session: Session, turns: Mapping[str, Turn], now: datetime) -> None:
    """Write down how the sweeps fare, where any are run, and tell of each that is in trouble once a day."""
    if not turns:
        return
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(turns).decode()))
    session.flush()
    for name, sentence in in_trouble(session).items():
        raise_alarm(
            session,
            f"sweep/{now:%Y-%m-%d}/{name}",
            subject=f"Part of the firm's docket stands still: {WHAT.get(name, name)}",
            text=(
                f"The scheduler's sweep {sentence}.\nEverything else goes on, and it is tried again at every turn.\n\n"
                "See `deadlines doctor` and the log on that machine, and docs/operations.md under its check `sweeps`.\n"
            ),
            now=now,
        )


def in_trouble(session: Session) -> dict[str, str]:
    """The sweeps that were in trouble when this was last written, each with a sentence."""
    row = session.get(Heartbeat, ROW)
    try:
        turns = decoding.decode(row.detail, dict[str, Turn]) if row is not None else {}
    except msgspec.MsgspecError:
        return {}
    # By that moment, not by now: that nobody writes it any more is told under the check of the scheduler.
    found = {name: turn.trouble(name, row.at) for name, turn in turns.items()} if row is not None else {}
    return {name: sentence for name, sentence in found.items() if sentence}


def check_turns(session: Session) -> Finding:
    """Whether every sweep does its work."""
    found = in_trouble(session)
    if not found:
        return Finding("sweeps", "well", "Every sweep of the scheduler does its work.")
    hint = "See the log and the check unreadable-rows; what the sweep does stands still until it is mended."
    return Finding("sweeps", "ill", f"In trouble: {'; '.join(found.values())}.", hint)


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
