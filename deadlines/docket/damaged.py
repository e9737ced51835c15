"""Stored calendar entries that are not whole any more: something changed the database from outside.

A calendar that needs one makes it anew when it is read; here the row is put right, and people are told.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, LargeBinary, cast, delete, func, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.docket.variants import made_anew
from deadlines.ical import BEGINS, ENDS
from deadlines.store import audit
from deadlines.store.tables import Rendering, Variant

AT_ONCE = 100
"""Entries that are put right in one transaction."""
TEXT = """\
{mended} stored calendar entries were damaged, and were written anew from the dates in force; {left} could not be.
Somebody or something changed the database from outside, or its disk is failing.

Compare the docket with the calendars, and see `deadlines doctor`. Where an entry could not be written
anew, the calendars that show it stand still and say so: rely on the docket alone.
"""


class Mended(Struct, frozen=True):
    """How many damaged entries were put right, and how many cannot be."""

    mended: int
    left: int


def damaged(session: Session) -> list[int]:
    """The renderings whose bytes are not one whole entry. No bytes leave the database."""
    return list(
        session.scalars(select(Rendering.id).where(_is_whole(Rendering.body).is_not(true())).order_by(Rendering.id))
    )


def damaged_variants(session: Session) -> list[int]:
    """The same of what is kept in other words."""
    return list(session.scalars(select(Variant.id).where(_is_whole(Variant.body).is_not(true())).order_by(Variant.id)))


def mend(session: Session, renderings: Sequence[int], variants: Sequence[int], *, now: datetime) -> Mended:
    """Write these renderings anew, as they were, and forget these variants, which are made again when they are needed.

    People are told once a day. Bytes, sequence and moment of change are what they were: no program sees a change.
    """
    session.execute(delete(Variant).where(Variant.id.in_(variants)))
    # Before the rows are read: bytes that are no bytes at all cannot be.
    session.execute(update(Rendering).where(Rendering.id.in_(renderings)).values(body=b""))
    made = made_anew(session, renderings)
    for identifier, body in made.items():
        session.get_one(Rendering, identifier).body = body
    session.flush()
    found = Mended(len(made), len(renderings) - len(made))
    _tell(session, found, now)
    return found


def _tell(session: Session, found: Mended, now: datetime) -> None:
    if found.mended:
        detail = {"entries": found.mended, "left": found.left}
        audit.record(session, at=now, actor="daemon", action="calendar.mend", subject="", detail=detail)
    if found.mended or found.left:
        raise_alarm(
            session,
            f"calendar-entries/{now:%Y-%m-%d}",
            subject="Stored calendar entries were damaged from outside",
            text=TEXT.format(mended=found.mended, left=found.left),
            now=now,
        )


def check_damaged(session: Session) -> Finding:
    """Whether every stored calendar entry is whole."""
    count = len(damaged(session)) + len(damaged_variants(session))
    if not count:
        return Finding("calendar-entries", "well", "Every stored calendar entry is whole.")
    entries = "1 stored calendar entry is" if count == 1 else f"{count} stored calendar entries are"
    hint = "The scheduler writes them anew within a minute or two; if this stays, compare the database with a backup."
    return Finding("calendar-entries", "ill", f"{entries} damaged: the database was changed from outside.", hint)


def _is_whole(body: InstrumentedAttribute[bytes]) -> ColumnElement[bool]:
    stored = cast(body, LargeBinary)  # SQLite may hold text there, which it finds unlike the same bytes
    begins = func.substr(stored, 1, len(BEGINS)) == BEGINS
    return begins & (func.substr(stored, func.length(stored) - len(ENDS) + 1, len(ENDS)) == ENDS)
