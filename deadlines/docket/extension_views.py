"""Extensions as people read them."""

from collections.abc import Collection
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.docket.visible import visible
from deadlines.store.tables import Entry, Extension, Matter, Person


class ExtensionView(Struct, frozen=True, kw_only=True):
    """More time that was asked for. While `requested` it is provisional: no date has moved.

    `granted` dates hold once two people have accepted `proposal`. `decision` is the proof of the grant or the reason of
    the refusal. The people are mail addresses.
    """

    extension: str
    entry: str
    matter: str
    title: str
    state: str
    wanted_on: date
    asked_on: date
    proof: str
    recorded_by: str
    recorded_at: datetime
    granted_to: date | None
    granted_on: date | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    proposal: str | None


def extension_views(
    session: Session, *, entry: Entry | None = None, person: Person | None = None, everything: bool = False
) -> list[ExtensionView]:
    """What is asked for and not decided, the earliest wanted day first; with `everything` what was decided too.

    Of one entry, or of all that a person may see. Without a person: no restricted matter, unless its entry is named.
    """
    query = (
        select(Extension, Entry.title, Matter.reference)
        .join(Entry, Entry.id == Extension.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(_shown(entry, person))
        .order_by(Extension.wanted_on, Extension.recorded_at, Extension.id)
    )
    if not everything:
        query = query.where(Extension.state == "requested")
    names = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    return [_view(row, title, reference, names) for row, title, reference in session.execute(query)]


def wanted_days(session: Session, entries: Collection[str] | None = None) -> dict[str, date]:
    """By entry the day that is asked for and not granted; of some entries or of all."""
    query = select(Extension.entry_id, Extension.wanted_on).where(Extension.state == "requested")
    if entries is not None:
        query = query.where(Extension.entry_id.in_(entries))
    return {row.entry_id: row.wanted_on for row in session.execute(query)}


def _shown(entry: Entry | None, person: Person | None) -> ColumnElement[bool]:
    if entry is not None:
        return Extension.entry_id == entry.id if person is None else (Extension.entry_id == entry.id) & visible(person)
    return visible(person) if person is not None else Matter.restricted.is_(False)


def _view(row: Extension, title: str, reference: str, names: dict[str, str]) -> ExtensionView:
    return ExtensionView(
        extension=row.id,
        entry=row.entry_id,
        matter=reference,
        title=title,
        state=row.state,
        wanted_on=row.wanted_on,
        asked_on=row.asked_on,
        proof=row.proof,
        recorded_by=names.get(row.recorded_by, row.recorded_by),
        recorded_at=row.recorded_at,
        granted_to=row.granted_to,
        granted_on=row.granted_on,
        decision=row.decision,
        decided_by=names.get(row.decided_by, row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
        proposal=row.proposal_id,
    )
