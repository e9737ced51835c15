"""A copy that leaves the docket: the file, and its line in the audit trail."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines.docket.table import Copy
from deadlines.docket.table_files import table_file
from deadlines.ical import Redaction
from deadlines.store import audit
from deadlines.store.tables import Matter


class Taken(Struct, frozen=True):
    """The file, and what the trail says of it: its `kind`, of which matter (an id, empty for a docket), and how."""

    kind: str
    body: bytes
    subject: str
    detail: Mapping[str, object]


def taken_table(copy: Copy, kind: str, matter: Matter | None, today: date) -> Taken:
    """A table of one matter, or of a docket."""
    restricted = matter is not None and matter.restricted
    detail = {"entries": len(copy.lines), "clients": copy.clients, "restricted": restricted}
    return Taken(kind, table_file(copy, kind, today), matter.id if matter is not None else "", detail)


def taken_calendar(body: bytes, matter: Matter, redaction: Redaction) -> Taken:
    """The calendar file of one matter."""
    return Taken("ics", body, matter.id, {"redaction": redaction, "restricted": matter.restricted})


def note_taken(session: Session, taken: Taken, *, actor: str, now: datetime) -> None:
    """Note in the audit trail that the copy left."""
    audit.record(
        session, at=now, actor=actor, action=f"export.{taken.kind}", subject=taken.subject, detail=dict(taken.detail)
    )
