"""Channels and helpers for the daemon's tests."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select

from deadlines.daemon import Sweeps
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Reminder
from tests.docket.samples import ZONE, docket

WEEK_BEFORE = datetime(2026, 11, 13, 14, 0, tzinfo=UTC)


class Collector:
    """A channel that keeps what it is given; `first` may raise for a message."""

    name = "smtp"

    def __init__(self, first: Callable[[Message], None] | None = None) -> None:
        self.messages: list[Message] = []
        self.closed = 0
        self.first = first

    def send(self, message: Message) -> None:
        if self.first is not None:
            self.first(message)
        self.messages.append(message)

    def close(self) -> None:
        self.closed += 1


def sweeps(database: Database, channel: Collector | None = None, **settings: object) -> Sweeps:
    return Sweeps(
        database,
        {"smtp": channel or Collector()},
        zone=ZONE,
        **settings,  # type: ignore[arg-type]
    )


def fill(database: Database, entries: int = 1) -> None:
    with database.write() as session:
        docket(session, entries=entries)


def states(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {row.rung: row.state for row in session.scalars(select(Reminder).order_by(Reminder.id))}


def until(true: Callable[[], object], seconds: float = 60.0) -> bool:
    """Wait until it holds; whether it did within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False
