"""What was closed stays visible: the list of it, and that another person looked at a closed entry and its proof."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.compute.ladder import moment
from deadlines.docket.closing import CLOSED
from deadlines.docket.intake import Desk
from deadlines.docket.legible import closing_of
from deadlines.docket.records import Closing
from deadlines.docket.versions import locked
from deadlines.docket.visible import require_visible, visible
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.spelling import as_kept
from deadlines.store.tables import Entry, Matter, Person

MIDNIGHT = datetime.min.time()


class ClosedLine(Struct, frozen=True, kw_only=True):
    """One closed entry: how and by whom it was closed, and who else looked at it since.

    `closed_on` is the day of the act, of a filing its receipt; `closed_at` the moment at which it was recorded.
    """

    entry: str
    matter_id: str
    matter: str
    attorney: str
    title: str
    form: str | None
    status: str
    closed_on: date | None
    closed_at: datetime
    closed_by: str | None
    closing: Closing
    rechecked_by: str | None
    rechecked_at: datetime | None


def recheck_entry(session: Session, desk: Desk, entry: Entry, *, by: Person, now: datetime) -> Entry:
    """A second person looked at a closed entry and its proof and found it right; otherwise it is reopened.

    Raises NotFound for a matter that the person may not see, Conflict for an entry that is not closed, is re-checked
    already, or that the same person closed.
    """
    entry = locked(session, entry)
    require_visible(session, entry.matter_id, by)
    name = entry.id[:8]
    if entry.status not in CLOSED or entry.closing is None:
        raise Conflict(f"Entry {name} is {entry.status}: only what is closed is re-checked.")
    if by.id == entry.closed_by:
        raise Conflict(f"{by.email} closed entry {name}: another person re-checks it.")
    if entry.rechecked_at is not None:
        raise Conflict(f"Entry {name} is re-checked already.", advice=f"`deadlines show {name}` says by whom.")
    entry.rechecked_at, entry.rechecked_by = now, by.id
    session.flush()
    detail = {"person": by.id, "closing": entry.closing}
    audit.record(session, at=now, actor=desk.actor, action="entry.recheck", subject=entry.id, detail=detail)
    return entry


def closed_lines(
    session: Session,
    *,
    person: Person | None = None,
    since: datetime | None = None,
    attorney: str | None = None,
    matter: str | None = None,
) -> list[ClosedLine]:
    """The closed entries, the latest first; of `person`, what they may see; `since`, what was recorded from then on.

    `attorney` is a mail address, `matter` the firm's number.
    """
    recorded_at = func.coalesce(Entry.closed_at, Entry.changed_at)
    query = (
        select(Entry, Matter, Person.email)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status.in_(CLOSED), Entry.closing.is_not(None))
        .order_by(recorded_at.desc(), Entry.id)
    )
    if person is not None:
        query = query.where(visible(person))
    if since is not None:
        query = query.where(recorded_at >= since)
    if attorney is not None:
        query = query.where(Person.email == attorney.strip().lower())
    if matter is not None:
        query = query.where(Matter.reference == as_kept(matter))
    emails = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    return [_line(emails, *row) for row in session.execute(query)]


def day_begins(today: date, zone: str) -> datetime:
    """The first moment of a day in the firm's zone."""
    return moment(today, MIDNIGHT, zone)


def _line(emails: dict[str, str], entry: Entry, matter: Matter, attorney: str) -> ClosedLine:
    return ClosedLine(
        entry=entry.id,
        matter_id=matter.id,
        matter=matter.reference,
        attorney=attorney,
        title=entry.title,
        form=entry.form,
        status=entry.status,
        closed_on=entry.closed_on,
        closed_at=entry.closed_at or entry.changed_at,
        closed_by=emails.get(entry.closed_by or "", entry.closed_by),
        closing=closing_of(entry),
        rechecked_by=emails.get(entry.rechecked_by or "", entry.rechecked_by),
        rechecked_at=entry.rechecked_at,
    )
