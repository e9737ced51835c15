"""The dates of one matter as a calendar file, for once: a copy that no program keeps up to date."""

from datetime import UTC, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.scopes import in_calendars
from deadlines.docket.sequences import DEFAULT_REDACTION
from deadlines.docket.trail_watch import doubt
from deadlines.docket.variants import REMINDERS, STAND, Stand, bodies, words_of
from deadlines.errors import Conflict
from deadlines.ical import Redaction, join_calendar
from deadlines.store.tables import Entry, Matter, Rendering

ABOUT = "A copy of {day}. It is not kept up to date: dates may have moved since. The docket is the record."


def matter_calendar(
    session: Session,
    matter: Matter,
    *,
    day: str,
    redaction: Redaction = "matter",
    reminders: bool = False,
    zone: tzinfo = UTC,
) -> bytes:
    """Every date of the matter that stands, whenever it lies, as a calendar of RFC 5545.

    `day` is when the copy is made, in the firm's `zone`. The client of a restricted matter is not named.

    Raises Conflict where the matter has no date: RFC 5545 wants at least one entry.
    """
    words = words_of(redaction, restricted=matter.restricted)
    stands = _stands(session, matter)
    if not stands:
        raise Conflict(f"Matter {matter.reference} has no date to export.")
    chunks = [_own(session, stands, words)]
    if reminders:
        kind = f"{words}{REMINDERS}"
        chunks.append(bodies(session, [(stand, kind) for stand in stands if stand.slot == "safe"], zone))
    events = [chunk[key] for chunk in chunks for key in sorted(chunk)]
    name = "Deadlines" if words == "busy" else f"Deadlines – {matter.reference}"
    about = " ".join(filter(None, (doubt(session), ABOUT.format(day=day))))
    return join_calendar(name, about, [event for event in events if event])


def _stands(session: Session, matter: Matter) -> list[Stand]:
    query = (
        select(*STAND)
        .select_from(Rendering)
        .join(Entry, Entry.id == Rendering.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Entry.matter_id == matter.id, Rendering.redaction == DEFAULT_REDACTION, Rendering.cancelled.is_(False))
        .where(in_calendars())
    )
    return sorted((Stand(*row) for row in session.execute(query)), key=lambda stand: (stand.on, stand.id))


def _own(session: Session, stands: list[Stand], words: str) -> dict[tuple[int, str], bytes]:
    if words != DEFAULT_REDACTION:
        return bodies(session, [(stand, words) for stand in stands])
    query = select(Rendering.id, Rendering.body).where(Rendering.id.in_([stand.id for stand in stands]))
    return {(row.id, words): row.body for row in session.execute(query)}
