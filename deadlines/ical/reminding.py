"""Reminders as calendar entries of their own, for programs that ring no alarm of a subscribed calendar."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import structs

from deadlines.compute.ladder import ladder_for
from deadlines.compute.result import Window
from deadlines.ical.event import CalendarItem
from deadlines.ical.wording import Origin, day_text, id_of

BUSY = "Deadline"
STAGE = "safe-"


def reminder_items(
    window: Window, entered_on: date, origin: Origin, item: CalendarItem, earlier: Sequence[Window] = ()
) -> list[CalendarItem]:
    """One entry for each stage of the window's ladder before the date to file by, which `item` shows; of a window that
    the firm entered on that day.

    They follow `item`: the same sequence, moment of change and redaction, cancelled where it is. A stage of an
    `earlier` version of the dates that these no longer have stays as cancelled: some programs do not notice a removal.
    """
    made = {before: _reminder(origin, item, on, before) for on, before in _stages(window, entered_on, item.on)}
    for old in earlier:
        then = structs.replace(item, on=old.safe_by, cancelled=True) if old.safe_by is not None else item
        for on, before in _stages(old, entered_on, then.on):
            made.setdefault(before, _reminder(origin, then, on, before))
    return list(made.values())


def _stages(window: Window, entered_on: date, safe_by: date) -> Iterator[tuple[date, int]]:
    for rung in ladder_for(window, entered_on):
        if rung.id.startswith(STAGE) and rung.on < safe_by:
            yield rung.on, int(rung.id.removeprefix(STAGE))


def _reminder(origin: Origin, item: CalendarItem, on: date, before: int) -> CalendarItem:
    days = (item.on - on).days
    return structs.replace(
        item,
        uid=id_of(origin, f"r{before}"),
        on=on,
        summary=f"REMINDER {days} {'day' if days == 1 else 'days'}: {item.summary}",
        description=f"The date itself is {day_text(item.on)}.\n\n{item.description.partition('Working:')[0].strip()}",
        category="Deadline" if item.summary == BUSY else "Reminder",
        rings_as="Reminder",
    )
