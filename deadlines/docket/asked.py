"""Who was urgently asked of which dates, when, and until when somebody had taken them on.

Read for many reminders at once, and again for the dates of one where something was added.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.docket.lanes import AGAIN, ESCALATED, NEVER_MINDED, UNDELIVERED, stage_of
from deadlines.docket.reminders import URGENT
from deadlines.notify.channel import WEBHOOK
from deadlines.store.tables import Acknowledgement, Reminder

LEAST_WAIT = timedelta(hours=1)
LOOK_BACK = timedelta(days=14)
ONE_DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


def asks(of: type[Reminder]) -> tuple[ColumnElement[bool], ...]:
    """Whether a reminder asks somebody of their own to act."""
    return (
        of.severity >= URGENT,
        of.channel != WEBHOOK,  # nobody's own: it tells no attorney
        of.rung.not_like(f"{UNDELIVERED}%"),
        of.rung.not_like(f"{ESCALATED}%"),
    )


class Since(Struct, frozen=True):
    """Since when a reminder waits for an answer; `answered`: since one has ended."""

    at: datetime
    answered: bool = False


class Asked:
    """What the people of some reminders were asked of the same dates, and the answers to them."""

    def __init__(self, session: Session, reminders: Sequence[Reminder]) -> None:
        self._session = session
        self._rows: dict[str, list[Any]] = defaultdict(list)
        self._answers: dict[str, list[Any]] = defaultdict(list)
        self._read({row.deadline_id for row in reminders})
        of = Acknowledgement.entry_id.in_({row.entry_id for row in reminders})
        columns = Acknowledgement.entry_id, Acknowledgement.version, Acknowledgement.at, Acknowledgement.until
        for answer in session.execute(select(*columns).where(of)):
            self._answers[answer.entry_id].append(answer)

    def added(self, deadline_id: str) -> None:
        """Something was asked of these dates since they were read."""
        self._rows.pop(deadline_id, None)
        self._read({deadline_id})

    def is_asked_anew(self, row: Reminder) -> bool:
        """Whether its person was asked the same again since, because it came to them anew: that goes on by itself."""
        again = f"{stage_of(row.rung)}{AGAIN}"
        return any(
            other.due_at > row.due_at and other.rung.startswith(again) for other in self._minded(row, row.person_id)
        )

    def since(self, row: Reminder, version: int, now: datetime) -> Since | None:
        """Since when a reminder waits for an answer: since the last one ended, where it had one, or asks anew because
        of that. None where a newer one asks from then on, within a day: that goes on by itself, and nobody is asked
        twice."""
        asked_at = row.sent_at or row.due_at
        ended = max(self._ends(row, version, asked_at), default=None)
        if ended is None:
            return Since(asked_at) if asked_at >= now - LOOK_BACK else None
        newer = self._asks_from(row, max(row.due_at, ended - INSTANT), ended + ONE_DAY)
        return None if newer else Since(ended, answered=True)

    def _ends(self, row: Reminder, version: int, asked_at: datetime) -> Iterable[datetime]:
        """When answers to a reminder end. Who takes dates on weeks later answers a newer one, where there is one."""
        for answer in self._answers[row.entry_id]:
            if answer.version != version or not (answer.until > asked_at or answer.until == row.due_at):
                continue
            if answer.at <= asked_at + LOOK_BACK or not self._asks_from(row, row.due_at, answer.at):
                yield answer.until

    def _asks_from(self, row: Reminder, after: datetime, until: datetime) -> bool:
        """Whether another reminder asks the same person to act on the dates, due after a moment and until another."""
        return any(
            after < other.due_at <= until and not other.rung.startswith((UNDELIVERED, ESCALATED))
            for other in self._minded(row, row.person_id)
        )

    def is_asked_since(self, row: Reminder, at: datetime, now: datetime) -> bool:
        """Whether its person is asked of the same dates at a moment, whatever came of it, or anew after it."""
        there = (other.person_id == row.person_id and other.due_at == at for other in self._rows[row.deadline_id])
        return any(there) or self._asks_from(row, at, now)

    def has_like(self, row: Reminder, person_id: str, since: Since) -> bool:
        """Whether somebody was told the same in their own place, or is to be. What was taken back told nobody."""
        return any(
            other.rung == row.rung and (not since.answered or other.due_at >= since.at)
            for other in self._minded(row, person_id)
        )

    def told_at(self, row: Reminder, person_id: str, since: Since) -> datetime | None:
        """When somebody was asked a reminder in the attorney's place, at whatever level, or the same dates since then;
        None where neither was. What they were asked before an answer ended was answered."""
        told = [
            other.due_at
            for other in self._minded(row, person_id)
            if other.rung.startswith(ESCALATED) and _counts(other, row, since)
        ]
        return max(told, default=None)

    def _minded(self, row: Reminder, person_id: str) -> list[Any]:
        return [
            other
            for other in self._rows[row.deadline_id]
            if other.person_id == person_id and other.state not in NEVER_MINDED
        ]

    def _read(self, dates: set[str]) -> None:
        columns = Reminder.deadline_id, Reminder.person_id, Reminder.rung, Reminder.state, Reminder.due_at
        urgent = Reminder.deadline_id.in_(dates), Reminder.severity >= URGENT
        for row in self._session.execute(select(*columns).where(*urgent)):
            self._rows[row.deadline_id].append(row)


def _counts(told: Any, row: Reminder, since: Since) -> bool:
    """Whether a message in the attorney's place went on from a reminder, or is about the same dates since then."""
    if since.answered:
        return bool(told.due_at >= since.at)
    same = told.rung.removeprefix(ESCALATED).partition("-")[2] == row.rung
    return bool(same or told.due_at >= since.at - LEAST_WAIT)
