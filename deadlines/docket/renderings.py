"""The calendar bytes of each entry, written once in the transaction that writes its dates.

Only the default redaction is stored. The others are made from it when a feed is read: they share its
sequence and moment of change, and can neither be missing nor out of step.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from deadlines.docket.trust import is_altered, window_of
from deadlines.ical import CalendarItem, Origin, Slot, entry_items, render_event, slot_item
from deadlines.store import audit
from deadlines.store.tables import DeadlineRow, Entry, Matter, Rendering

RENDERER = "3"
"""The edition of the wording. A change of it makes `refresh_renderings` write the entries anew."""
DEFAULT_REDACTION = "matter"


def render_entry(session: Session, entry: Entry, deadline: DeadlineRow, *, now: datetime, steps: int = 0) -> None:
    """Write the entry's calendar bytes by its dates in force and its status.

    A date that moved or ended keeps its UID and gets the next SEQUENCE; what did not change stays as it is,
    to the byte, unless it is to go on by so many `steps` of its sequence. An entry that is satisfied, waived
    or struck, and a date that the entry no longer has, stay as cancelled.

    Raises CalendarError where the bytes would not be what was meant.
    """
    window = window_of(entry, deadline)
    rows = {row.slot: row for row in session.scalars(_of(entry))}
    origin = origin_of(entry, deadline, now)
    # What was altered behind the program moves nothing: the days stay, and say that they are in doubt.
    items: dict[str, CalendarItem] = {} if origin.altered else dict(entry_items(window, origin).items())
    for slot, row in rows.items():
        if slot not in items and not row.cancelled:
            gone = not origin.altered
            items[slot] = slot_item(window, origin, "matter", msgspec.convert(row.slot, Slot), row.on, gone=gone)
    for slot, item in items.items():
        _write(session, entry, slot, rows.get(slot), item, steps)
    session.flush()


def touch(session: Session, matter: Matter, *, now: datetime, steps: int = 1) -> None:
    """Give what calendars show of a matter a later sequence: its words or readers have changed, though no date did."""
    query = select(Entry, DeadlineRow).join(DeadlineRow, DeadlineRow.entry_id == Entry.id)
    query = query.where(Entry.matter_id == matter.id, DeadlineRow.version == Entry.version)
    for entry, deadline in session.execute(query.order_by(Entry.id)).all():
        render_entry(session, entry, deadline, now=now, steps=steps)


def refresh_renderings(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Render entries anew whose bytes an earlier version of the program wrote; how many they were."""
    outdated = select(Rendering.entry_id).where(Rendering.renderer != RENDERER).distinct().limit(limit)
    query = (
        select(Entry, DeadlineRow)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.id.in_(outdated))
    )
    found = session.execute(query).all()
    for entry, deadline in found:
        render_entry(session, entry, deadline, now=now)
        for row in session.scalars(_of(entry)):
            row.renderer = RENDERER
    session.flush()
    if found:
        detail = {"entries": len(found), "renderer": RENDERER}
        audit.record(session, at=now, actor="daemon", action="calendar.reword", subject="", detail=detail)
    return len(found)


def origin_of(entry: Entry, deadline: DeadlineRow, changed_at: datetime) -> Origin:
    """The entry as the calendar's words need it."""
    return Origin(
        entry_id=entry.id,
        matter=entry.matter.reference,
        client=entry.matter.client,
        edition=deadline.edition,
        status=entry.status,
        created_at=entry.created_at,
        changed_at=changed_at,
        altered=is_altered(entry, deadline),
    )


def _of(entry: Entry) -> Select[Rendering]:
    return select(Rendering).where(Rendering.entry_id == entry.id, Rendering.redaction == DEFAULT_REDACTION)


def _write(session: Session, entry: Entry, slot: str, row: Rendering | None, item: CalendarItem, steps: int) -> None:
    if row is None:
        if item.cancelled:
            return  # nobody has seen it
        row = Rendering(entry_id=entry.id, slot=slot, redaction=DEFAULT_REDACTION, sequence=0)
        row.changed_at = item.changed_at
        session.add(row)
    else:
        same = msgspec.structs.replace(item, sequence=row.sequence, changed_at=row.changed_at)
        if steps == 0 and render_event(same) == row.body:
            row.renderer = RENDERER
            return
        row.sequence += max(steps, 1)
        row.changed_at = max(item.changed_at, row.changed_at)  # never back, even if the clock was set back
    row.on, row.cancelled, row.renderer = item.on, item.cancelled, RENDERER
    row.body = render_event(msgspec.structs.replace(item, sequence=row.sequence, changed_at=row.changed_at))
