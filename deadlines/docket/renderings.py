"""The calendar bytes of each entry, written once in the transaction that writes its dates.

Only the default redaction is stored. The others are made from it when a feed is read: they share its
sequence and moment of change, and can neither be missing nor out of step.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Select, case, select, update
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.fatal_calendars import follow
from deadlines.docket.second_person import asks_second
from deadlines.docket.sequences import DEFAULT_REDACTION, sequence_at
from deadlines.docket.trust import is_altered, window_of
from deadlines.ical import CalendarItem, Origin, Slot, entry_items, render_event, slot_item
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Entry, Matter, Rendering

RENDERER, ALONE = "5", "5-alone"
"""The edition of the wording, and that of a firm in which nobody can be asked to verify. Another one than the firm's
makes `refresh_renderings` write the entries anew."""
AT_ONCE = 100
"""Entries that are rendered anew between two looks at the database."""


def render_entry(session: Session, entry: Entry, deadline: DeadlineRow, *, now: datetime, least: int = 0) -> None:
    """Write the entry's calendar bytes by its dates in force and its status.

    A date that moved or ended keeps its UID and gets the next SEQUENCE; what did not change stays as it is,
    to the byte, unless it is to have another sequence, `least` or more. An entry that is satisfied, waived or
    struck, and a date that the entry no longer has, stay as cancelled.

    Raises CalendarError where the bytes would not be what was meant.
    """
    window = window_of(entry, deadline)
    rows = {row.slot: row for row in session.scalars(_of(entry))}
    renderer = renderer_of(session)
    origin = origin_of(entry, deadline, now, renderer)
    # What was altered behind the program moves nothing: the days stay, and say that they are in doubt.
    items: dict[str, CalendarItem] = {} if origin.altered else dict(entry_items(window, origin).items())
    for slot, row in rows.items():
        if slot not in items and (not row.cancelled or least):
            gone = not origin.altered
            items[slot] = slot_item(window, origin, "matter", decoding.convert(row.slot, Slot), row.on, gone=gone)
    lifted = {"safe": follow(session, entry, deadline, rows.get("safe"), now=now)}
    for slot, item in items.items():
        _write(session, entry, slot, rows.get(slot), item, max(least, lifted.get(slot, 0)), renderer)
    session.flush()


def renderer_of(session: Session) -> str:
    """The edition by which the firm's entries are worded now."""
    return RENDERER if asks_second(session) else ALONE


def touch(session: Session, matter: Matter, *, now: datetime) -> None:
    """Give what calendars show of a matter a later sequence: its words have changed, though no date did."""
    ids = session.scalars(select(Entry.id).where(Entry.matter_id == matter.id).order_by(Entry.id)).all()
    touch_entries(session, ids, now=now)


def touch_entries(session: Session, entries: Iterable[str], *, now: datetime, least: int = 1) -> None:
    """Give the entries that stand in calendars a later sequence, `least` or more. What is in none stays in none."""
    for identifier in sorted(entries):
        held = select(Entry).where(Entry.id == identifier).with_for_update(**HELD)
        entry = session.scalars(held.execution_options(populate_existing=True)).one()
        if is_shown(session, entry):
            dates = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
            render_entry(session, entry, session.scalars(dates).one(), now=now, least=least)


def is_shown(session: Session, entry: Entry) -> bool:
    """Whether the entry stands in calendars, or stood there."""
    return session.scalars(_of(entry).limit(1)).first() is not None


def refresh_renderings(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Render entries anew whose bytes an earlier version of the program wrote; how many they were."""
    found = _refresh(session, now, limit)
    if found:
        detail = {"entries": found, "renderer": renderer_of(session)}
        audit.record(session, at=now, actor="daemon", action="calendar.reword", subject="", detail=detail)
    return found


def _refresh(session: Session, now: datetime, limit: int) -> int:
    renderer = renderer_of(session)
    outdated = select(Rendering.entry_id).where(Rendering.renderer != renderer).distinct().limit(limit)
    query = (
        select(Entry, DeadlineRow)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.id.in_(outdated))
    )
    found = session.execute(query).all()
    for entry, deadline in found:
        render_entry(session, entry, deadline, now=now)
        for row in session.scalars(_of(entry)):
            row.renderer = renderer
    session.flush()
    return len(found)


def lift_all(session: Session, *, now: datetime) -> None:
    """Give every date in calendars a sequence later than any given before `now`: the docket was put back to an earlier
    state, and programs do not go back to an earlier sequence."""
    lift_sequences(session, now=now)
    while _refresh(session, now, AT_ONCE):
        pass


def lift_sequences(session: Session, *, now: datetime) -> None:
    """The same, leaving the bytes to `refresh_renderings`: for a docket whose tables are not those of this program."""
    least = sequence_at(now)
    lifted = case((Rendering.sequence < least, least), else_=Rendering.sequence)
    session.execute(update(Rendering).values(sequence=lifted, renderer=""))
    session.expire_all()


def origin_of(entry: Entry, deadline: DeadlineRow, changed_at: datetime, renderer: str) -> Origin:
    """The entry as the calendar's words of that edition need it."""
    return Origin(
        entry_id=entry.id,
        matter=entry.matter.reference,
        client=entry.matter.client,
        edition=deadline.edition,
        status=entry.status,
        created_at=entry.created_at,
        changed_at=changed_at,
        altered=is_altered(entry, deadline),
        unverified=renderer == RENDERER and entry.status == "open" and entry.verified_at is None,
        dispatch_by=entry.dispatch_by,
    )


def _of(entry: Entry) -> Select[Rendering]:
    return select(Rendering).where(Rendering.entry_id == entry.id, Rendering.redaction == DEFAULT_REDACTION)


def _write(
    session: Session, entry: Entry, slot: str, row: Rendering | None, item: CalendarItem, least: int, renderer: str
) -> None:
    if row is None:
        if item.cancelled:
            return  # nobody has seen it
        row = Rendering(entry_id=entry.id, slot=slot, redaction=DEFAULT_REDACTION, sequence=0)
        row.changed_at = item.changed_at
        session.add(row)
    else:
        same = msgspec.structs.replace(item, sequence=row.sequence, changed_at=row.changed_at)
        if not least and render_event(same) == row.body:
            row.renderer = renderer
            return
        row.sequence = max(row.sequence + 1, least)
        # What is cancelled keeps the moment at which it ended: by that it leaves calendars, and is in none made later.
        if not (row.cancelled and item.cancelled):
            row.changed_at = max(item.changed_at, row.changed_at)  # never back, even if the clock was set back
    row.on, row.cancelled, row.renderer = item.on, item.cancelled, renderer
    row.body = render_event(msgspec.structs.replace(item, sequence=row.sequence, changed_at=row.changed_at))
