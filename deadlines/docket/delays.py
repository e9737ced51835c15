"""What a message says of its own delay: that the reminder is late and not the filing, what did not leave before it, and
what is to be done where the last day passed meanwhile."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from deadlines.docket.claiming import LATE_AFTER
from deadlines.ical.wording import day_text
from deadlines.store.tables import DeadlineRow

LAST_DAY_PASSED = "LAST DAY PASSED"


def late_by(due_at: datetime, now: datetime) -> str:
    """How late a reminder leaves, in words; empty for one that is on time."""
    return lateness(now - due_at) if now - due_at > LATE_AFTER else ""


def lateness(since: timedelta) -> str:
    """`2 days 3 hours`, `3 hours 5 minutes`, `45 minutes`: the two largest units."""
    minutes = int(since.total_seconds()) // 60
    amounts = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    said = [f"{amount} {unit}{'' if amount == 1 else 's'}" for unit, amount in amounts if amount]
    return " ".join(said[:2])


def delay_lines(late: str, *, silenced: bool, of: str) -> Iterator[str]:
    """That a reminder leaves late, and that earlier ones of the same never left."""
    if late:
        yield f"This reminder leaves {late} late."
    if silenced:
        yield f"Earlier reminders of this {of} did not leave."


def what_to_do(deadline: DeadlineRow, today: date, *, record: str) -> Iterator[str]:
    """What is left where the last day has passed; `record`: how a missed date is recorded."""
    if deadline.last_day is None or deadline.last_day >= today:
        return
    missed = f"{record}, and see what may still help."
    if deadline.latest is not None and deadline.latest >= today:
        yield f"The last day has passed. A filing may be argued until {day_text(deadline.latest)}: file at once."
        yield f"After that {missed}"
    else:
        yield f"The last day has passed. If nothing was filed, {missed}"
