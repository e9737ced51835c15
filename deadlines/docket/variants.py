"""The bytes of an entry in other words than the default's, made once and kept: redactions, and reminders.

A rendering says which day, which sequence, and whether it is cancelled; a variant follows it and can be
neither missing nor out of step, because it is made anew where it is.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, tzinfo
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct, structs
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.clock import day_of
from deadlines.compute.result import Window
from deadlines.docket.leaving import MOST, Removed
from deadlines.docket.renderings import origin_of
from deadlines.docket.scopes import shown
from deadlines.docket.sequences import DEFAULT_REDACTION
from deadlines.docket.trust import window_of
from deadlines.docket.veil import Veil, veil_of
from deadlines.errors import CalendarError
from deadlines.ical import CalendarItem, Redaction, Slot, is_whole, reminder_items, render_event, slot_days, slot_item
from deadlines.store.tables import DeadlineRow, Entry, Matter, Rendering, Subscription, Variant

log = logging.getLogger(__name__)

REMINDERS = "+reminders"
"""Ends the kind of a variant that holds an entry's reminders as entries of their own."""


Read = Callable[[Entry, DeadlineRow], Window]
"""How much of an entry's window is told."""
REMOVED = "Removed from this calendar"
REMOVED_WHY = "This date is no longer shown in this calendar. The docket has every date and tells why."


class Stand(Struct, frozen=True):
    """Where one rendering stands: all that its variants follow."""

    id: int
    on: date
    sequence: int
    cancelled: bool
    restricted: bool
    slot: str


def words_of(redaction: str, *, restricted: bool) -> Redaction:
    """The words of one entry where a redaction was asked for. No calendar names the client of a restricted matter."""
    found: Redaction = decoding.convert(redaction, Redaction)
    return "matter" if restricted and found == "full" else found


def kinds_of(subscription: Subscription, stand: Stand) -> list[str]:
    """Which variants of a rendering the calendar needs, besides the rendering itself."""
    words = words_of(subscription.redaction, restricted=stand.restricted)
    kinds: list[str] = [] if words == DEFAULT_REDACTION else [words]
    if subscription.reminders and stand.slot == "safe":
        kinds.append(f"{words}{REMINDERS}")
    return kinds


def bodies(session: Session, wanted: Iterable[tuple[Stand, str]], zone: tzinfo = UTC) -> dict[tuple[int, str], bytes]:
    """The bytes of each rendering and kind: those kept, and what is not kept made now. Nothing is written.

    Which reminders an entry has goes by the day in that zone, the firm's, on which it was entered.
    """
    asked = list(wanted)
    kept = _kept(session, asked, Variant.body)
    found = {(row.rendering_id, row.kind): row.body for row in kept if is_whole(row.body)}
    missing = [(stand, kind) for stand, kind in asked if (stand.id, kind) not in found]
    return {**found, **_made(session, missing, zone)}


def bodies_by(
    session: Session, wanted: Iterable[tuple[Stand, str]], read: Read, zone: tzinfo = UTC
) -> dict[tuple[int, str], bytes]:
    """The same, made for once, of each entry's window as `read` tells it."""
    return _made(session, list(wanted), zone, read)


def sound(session: Session, stored: dict[int, bytes]) -> dict[int, bytes]:
    """Stored renderings by their ids; what is not whole any more is made anew, where it can be. Nothing is written."""
    broken = [identifier for identifier, body in stored.items() if not is_whole(body)]
    return {**stored, **made_anew(session, broken)} if broken else stored


def made_anew(session: Session, ids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of renderings as they were written, from the dates in force; without those that cannot be made."""
    made: dict[int, bytes] = {}
    veil = veil_of(session)
    for start in range(0, len(ids), AT_ONCE):
        for identifier, found in _whole(session, ids[start : start + AT_ONCE]).items():
            try:
                made[identifier] = _rendered(DEFAULT_REDACTION, *found, (), veil, UTC)
            except (CalendarError, msgspec.ValidationError) as fault:
                log.error("calendar entry %s cannot be written anew (%s)", found[1].id, type(fault).__name__)
    return made


def prepare(session: Session, subscription: Subscription, *, today: date, zone: tzinfo = UTC, limit: int = 500) -> int:
    """Make and keep what a calendar needs and has not, as `bodies` makes it; how many variants that were."""
    if subscription.redaction == DEFAULT_REDACTION and not subscription.reminders:
        return 0
    stands = [Stand(*row) for row in session.execute(shown(subscription, today, *STAND))]
    asked = [(stand, kind) for stand in stands for kind in kinds_of(subscription, stand)]
    found = {(row.rendering_id, row.kind) for row in _kept(session, asked)}
    missing = [(stand, kind) for stand, kind in asked if (stand.id, kind) not in found][:limit]
    made = _made(session, missing, zone)
    for stand, kind in missing:
        _keep(session, stand, kind, made[stand.id, kind])
    session.flush()
    return len(missing)


def goodbyes(session: Session, subscription: Subscription, gone: Sequence[Removed], zone: tzinfo = UTC) -> list[bytes]:
    """The bytes of dates that a calendar showed and shows no more: that they were removed, and nothing of the case.

    They stand on the day of their removal in that zone.
    """
    rows = _whole(session, {one.rendering for one in gone})
    earlier = _earlier(session, rows.values()) if subscription.reminders else {}
    veil = veil_of(session)
    found: list[bytes] = []
    for one in reversed(gone):
        row, entry, deadline = rows[one.rendering]
        words = words_of(subscription.redaction, restricted=one.restricted)
        kinds = [words, f"{words}{REMINDERS}"] if subscription.reminders and one.slot == "safe" else [words]
        for kind in kinds:
            items = _items(kind, row, entry, deadline, earlier.get(entry.id, ()), veil, zone)
            found += [render_event(_goodbye(item, one, zone)) for item in items]
        if len(found) >= MOST:
            break
    return sorted(found[:MOST])


def _goodbye(item: CalendarItem, one: Removed, zone: tzinfo) -> CalendarItem:
    return CalendarItem(
        uid=item.uid,
        on=one.at.astimezone(zone).date(),
        summary=REMOVED,
        description=REMOVED_WHY,
        sequence=one.sequence,
        changed_at=one.at,
        created_at=one.at,
        cancelled=True,
        category="Note",
    )


STAND = (Rendering.id, Rendering.on, Rendering.sequence, Rendering.cancelled, Matter.restricted, Rendering.slot)
"""The columns of a `Stand`."""
AT_ONCE = 500
"""Ids in one question to the database."""


def _kept(session: Session, asked: Sequence[tuple[Stand, str]], *columns: Any) -> Iterator[Any]:
    kinds = {kind for _, kind in asked}
    ids = sorted({stand.id for stand, _ in asked})
    for start in range(0, len(ids), AT_ONCE):
        query = (
            select(Variant.rendering_id, Variant.kind, *columns)
            .join(Rendering, and_(Rendering.id == Variant.rendering_id, Rendering.sequence == Variant.sequence))
            .where(Variant.rendering_id.in_(ids[start : start + AT_ONCE]), Variant.kind.in_(kinds))
            .where(Variant.renderer == Rendering.renderer)
        )
        yield from session.execute(query)


def _made(
    session: Session, missing: Sequence[tuple[Stand, str]], zone: tzinfo, read: Read = window_of
) -> dict[tuple[int, str], bytes]:
    made: dict[tuple[int, str], bytes] = {}
    for start in range(0, len(missing), AT_ONCE):
        part = missing[start : start + AT_ONCE]
        rows = _whole(session, {stand.id for stand, _ in part})
        earlier = _earlier(session, [rows[stand.id] for stand, kind in part if kind.endswith(REMINDERS)])
        veil = veil_of(session)
        for stand, kind in part:
            row, entry, deadline = rows[stand.id]
            made[stand.id, kind] = _rendered(kind, row, entry, deadline, earlier.get(entry.id, ()), veil, zone, read)
    return made


def _earlier(session: Session, rows: Iterable[tuple[Rendering, Entry, DeadlineRow]]) -> dict[str, list[Window]]:
    """The windows of earlier versions, of entries that have some."""
    ids = {entry.id for _, entry, _ in rows if entry.version > 1}
    query = select(Entry, DeadlineRow).join(DeadlineRow, DeadlineRow.entry_id == Entry.id)
    query = query.where(Entry.id.in_(ids), DeadlineRow.version < Entry.version)
    found: dict[str, list[Window]] = {}
    for entry, row in session.execute(query.order_by(DeadlineRow.version)) if ids else ():
        found.setdefault(entry.id, []).insert(0, window_of(entry, row))
    return found


def _whole(session: Session, ids: Iterable[int]) -> dict[int, tuple[Rendering, Entry, DeadlineRow]]:
    query = (
        select(Rendering, Entry, DeadlineRow)
        .join(Entry, Entry.id == Rendering.entry_id)
        .join(DeadlineRow, and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version))
        .where(Rendering.id.in_(ids))
    )
    return {row.id: (row, entry, deadline) for row, entry, deadline in session.execute(query)}


def _rendered(
    kind: str,
    row: Rendering,
    entry: Entry,
    deadline: DeadlineRow,
    earlier: Sequence[Window],
    veil: Veil,
    zone: tzinfo,
    read: Read = window_of,
) -> bytes:
    return b"".join(_remembered(item) for item in _items(kind, row, entry, deadline, earlier, veil, zone, read))


def _items(
    kind: str,
    row: Rendering,
    entry: Entry,
    deadline: DeadlineRow,
    earlier: Sequence[Window],
    veil: Veil,
    zone: tzinfo,
    read: Read = window_of,
) -> list[CalendarItem]:
    window, origin = read(entry, deadline), origin_of(entry, deadline, row.changed_at, row.renderer)
    words = decoding.convert(kind.removesuffix(REMINDERS), Redaction)
    slot = decoding.convert(row.slot, Slot)
    if words == "busy":
        origin = structs.replace(origin, entry_id=veil(entry.id, slot), veiled=True)
    item = slot_item(window, origin, words, slot, row.on, gone=slot not in slot_days(window) and not origin.altered)
    item = structs.replace(item, sequence=row.sequence, cancelled=row.cancelled)
    if not kind.endswith(REMINDERS):
        return [item]
    return reminder_items(window, day_of(entry.created_at, zone), origin, item, earlier)


@lru_cache(maxsize=4096)
def _remembered(item: CalendarItem) -> bytes:
    """What is not kept yet is not made twice either."""
    return render_event(item)


def _keep(session: Session, stand: Stand, kind: str, body: bytes) -> None:
    query = select(Variant).where(Variant.rendering_id == stand.id, Variant.kind == kind)
    row = session.scalars(query).one_or_none()
    renderer = session.scalars(select(Rendering.renderer).where(Rendering.id == stand.id)).one()
    if row is None:
        row = Variant(rendering_id=stand.id, kind=kind)
        session.add(row)
    row.sequence, row.renderer, row.body = stand.sequence, renderer, body


def in_use(session: Session) -> Sequence[Subscription]:
    """The calendars that need variants."""
    other = or_(Subscription.redaction != DEFAULT_REDACTION, Subscription.reminders.is_(True))
    return session.scalars(select(Subscription).where(Subscription.revoked_at.is_(None), other)).all()
