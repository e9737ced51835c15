"""Which reminders a deadline needs: rows, written in the transaction that writes the deadline."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from deadlines.compute.ladder import SEVERITIES, Rung, Severity, ladder_for, length_of, moment
from deadlines.compute.ladders import LADDERS, Ladder, WindowClass, ladder_of
from deadlines.compute.result import Window
from deadlines.errors import InputError
from deadlines.store.tables import DeadlineRow, Entry, Person, Reminder

MOVED = "moved"
"""The rung that tells of a change of dates."""
AT_ONCE = ("now", "past", MOVED)
"""What had passed when the notice was entered, and what changed: these rungs wait for no time of day."""
URGENT = SEVERITIES.index("urgent")
NAMESPACE = UUID("6f1d7c1e-4a55-5a6e-9c0b-1d0f5a7f2c11")
PENDING = text("reminder.state in ('planned','leased','uncertain')")
"""The words of the partial index, so that both databases use it."""


class Way(Struct, frozen=True, kw_only=True):
    """How the reminders of a window are laid: the firm's ladders, what class of window it is, the day to tell of a
    courier, working days, and the wall-clock time `at` in the firm's `zone`, where the ladder has none of its own."""

    zone: str
    at: time
    is_working_day: Callable[[date], bool]
    ladders: Sequence[Ladder] = LADDERS
    of: WindowClass | None = None
    dispatch_by: date | None = None

    def rungs(self, window: Window, entered_on: date, moved: Severity | None = None) -> list[Rung]:
        """The rungs of a window entered on a day; see `ladder_for`."""
        return ladder_for(
            window,
            entered_on,
            self.is_working_day,
            ladders=self.ladders,
            of=self.of,
            dispatch_by=self.dispatch_by,
            moved=moved,
        )

    def moment(self, rung: Rung, window: Window, entered_on: date) -> datetime:
        """When a rung is due, by the ladder's own time of day and zone where it has them."""
        ladder = ladder_of(length_of(window, entered_on), self.ladders, self.of)
        return moment(rung.on, ladder.at or self.at, ladder.zone or self.zone)


def plan_reminders(
    session: Session,
    entry: Entry,
    deadline: DeadlineRow,
    window: Window,
    *,
    people: Iterable[Person],
    channel: str,
    way: Way,
    now: datetime,
    moved: Severity | None = None,
) -> list[Reminder]:
    """Add one reminder for each person and rung of the window.

    What has passed at `now` is due at once, and so is, where the dates `moved`, the message that says so. Raises
    InputError when there is nobody to remind.
    """
    told = {person.id: person for person in people if person.active}
    if not told:
        raise InputError("Nobody would be reminded: give the matter an active attorney.")
    today = now.astimezone(ZoneInfo(way.zone)).date()
    rows = [
        reminder_row(deadline, person.id, channel, rung.id, _severity(rung), max(due_at, now))
        for rung in way.rungs(window, today, moved)
        for due_at in (now if rung.id in AT_ONCE else way.moment(rung, window, today),)
        for person in told.values()
    ]
    session.add_all(rows)
    session.flush()
    return rows


def reminder_row(
    deadline: DeadlineRow, person_id: str, channel: str, rung: str, severity: int, due_at: datetime
) -> Reminder:
    """A reminder not yet sent. Its Message-ID follows from what makes it unique, for ever."""
    return Reminder(
        deadline_id=deadline.id,
        entry_id=deadline.entry_id,
        person_id=person_id,
        channel=channel,
        rung=rung,
        severity=severity,
        due_at=due_at,
        next_at=due_at,
        message_id=message_id(deadline.id, rung, person_id, channel),
    )


def message_id(deadline_id: str, rung: str, person_id: str, channel: str) -> str:
    """The Message-ID of a reminder, from what makes it unique."""
    key = "/".join((deadline_id, rung, person_id, channel))
    return f"<{uuid5(NAMESPACE, key).hex}@deadlines.invalid>"


def supersede(session: Session, entry: Entry, now: datetime) -> int:
    """Withdraw what is still to be sent for an entry whose dates change; returns how many."""
    return _withdraw(session, entry, "superseded", now)


def cancel(session: Session, entry: Entry, now: datetime) -> int:
    """Withdraw what is still to be sent for an entry that is closed; returns how many."""
    return _withdraw(session, entry, "cancelled", now)


def _withdraw(session: Session, entry: Entry, state: str, now: datetime) -> int:
    withdrawn = session.execute(
        update(Reminder)
        .where(Reminder.entry_id == entry.id, PENDING)
        .values(state=state, next_at=now, owner=None, lease_until=None)
        .returning(Reminder.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(withdrawn.all())


def _severity(rung: Rung) -> int:
    return SEVERITIES.index(rung.severity)
