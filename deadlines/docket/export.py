"""The dates of one matter as a calendar file, for once: a copy that no program keeps up to date."""

from datetime import UTC, tzinfo

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.result import Step, Window
from deadlines.docket.blind import blind_to, plain
from deadlines.docket.extension_views import asked_words, wanted_days
from deadlines.docket.scopes import in_calendars
from deadlines.docket.sequences import DEFAULT_REDACTION
from deadlines.docket.trail_watch import doubt
from deadlines.docket.trust import window_of
from deadlines.docket.variants import REMINDERS, STAND, Stand, bodies, bodies_by, words_of
from deadlines.errors import Conflict
from deadlines.ical import Redaction, join_calendar
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Rendering

ABOUT = "A copy of {day}. It is not kept up to date: dates may have moved since. The docket is the record."


def matter_calendar(
    session: Session,
    matter: Matter,
    *,
    day: str,
    redaction: Redaction = "matter",
    reminders: bool = False,
    zone: tzinfo = UTC,
    reader: Person | None = None,
) -> bytes:
    """Every date of the matter that stands, whenever it lies, as a calendar of RFC 5545.

    `day` is when the copy is made, in the firm's `zone`. The client of a restricted matter is not named. `reader`: for
    whom it is made, without the working of what they may still verify.

    Raises Conflict where the matter has no date: RFC 5545 wants at least one entry.
    """
    words = words_of(redaction, restricted=matter.restricted)
    stands = _stands(session, matter)
    if not stands:
        raise Conflict(f"Matter {matter.reference} has no date to export.")
    once = _Once(session, stands, reader)
    chunks = [{**_own(session, stands, words), **once.bodies([(stand, words) for stand in stands], zone)}]
    if reminders:
        safe = [(stand, f"{words}{REMINDERS}") for stand in stands if stand.slot == "safe"]
        chunks.append({**bodies(session, safe, zone), **once.bodies(safe, zone)})
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


class _Once:
    """What this copy alone tells otherwise: to the reader nothing of notices that they may still verify, and of each
    date for which more time is asked that it is not granted. Calendars that are kept up to date do not say that."""

    def __init__(self, session: Session, stands: list[Stand], reader: Person | None) -> None:
        query = select(Rendering.id, Rendering.entry_id, Entry.notice_id).join(Entry, Entry.id == Rendering.entry_id)
        rows = session.execute(query.where(Rendering.id.in_([stand.id for stand in stands]))).all()
        self._session, self._wanted = session, wanted_days(session)
        self._blind = blind_to(session, reader, {row.notice_id for row in rows})
        self._told = {row.id for row in rows if row.notice_id in self._blind or row.entry_id in self._wanted}

    def bodies(self, asked: list[tuple[Stand, str]], zone: tzinfo) -> dict[tuple[int, str], bytes]:
        """The bytes of what is told otherwise."""
        return bodies_by(self._session, [one for one in asked if one[0].id in self._told], self._window, zone)

    def _window(self, entry: Entry, deadline: DeadlineRow) -> Window:
        window, until = window_of(entry, deadline), self._wanted.get(entry.id)
        window = plain(window) if entry.notice_id in self._blind else window
        if until is None:
            return window
        said = Step(f"The dates here hold: {asked_words(until)}.", None, None)
        return msgspec.structs.replace(window, working=[said, *window.working])
