"""The slip of one entry: who docketed it, when and from what; its trigger, rule and dates, and what became of them."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.blind import blind_to, waiting_of
from deadlines.docket.chains import Chain, chains
from deadlines.docket.sources import Sources
from deadlines.docket.views import EntryView, entry_view
from deadlines.errors import Conflict
from deadlines.store.tables import DeadlineRow, Entry, Person

CLOSED = (
    "You may still verify this notice: what was entered of it is shown once it is verified, so that you read the paper "
    "and not the entry."
)
STRUCK = (
    "You may still verify another notice of this matter: what was entered of one that was struck is shown once that is "
    "verified, so that you read the paper and not the entry."
)


class Version(Struct, frozen=True, kw_only=True):
    """One version of an entry's dates: when and by whom it was made, and why."""

    version: int
    at: datetime
    by: str
    reason: str
    edition: str
    safe_by: date | None
    last_day: date | None


class Row(Struct, frozen=True, kw_only=True):
    """One time that the notice was entered: first, and with each amendment."""

    notice: str
    at: datetime
    by: str
    source: str


class Slip(Struct, frozen=True, kw_only=True):
    """Everything about one entry that is kept on a paper: `entered` tells of each time that its notice was entered."""

    view: EntryView
    client: str | None
    rule: str
    entered: list[Row]
    versions: list[Version]


def slip_of(session: Session, entry: Entry, person: Person) -> Slip:
    """The slip for a person who may see the matter.

    Raises Conflict (`still-blind`) for who may still be the one who verifies the notice, or another of the matter where
    it was struck.
    """
    chain = chains(session, [entry.matter_id])[entry.notice_id]
    current = [chain.current.id]
    if blind_to(session, person, current):
        raise Conflict(CLOSED if waiting_of(session, current) else STRUCK, code="still-blind")
    return Slip(
        view=entry_view(session, entry),
        client=entry.matter.client,
        rule=entry.rule,
        entered=_entered(session, chain),
        versions=_versions(session, entry),
    )


def _entered(session: Session, chain: Chain) -> list[Row]:
    sources = Sources(session, [row.id for row in chain.rows])
    return [Row(notice=row.id, at=row.entered_at, by=row.entered_by, source=sources.of(row.id)) for row in chain.rows]


def _versions(session: Session, entry: Entry) -> list[Version]:
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id).order_by(DeadlineRow.version)
    return [
        Version(
            version=row.version,
            at=row.created_at,
            by=row.created_by,
            reason=row.reason,
            edition=row.edition,
            safe_by=row.safe_by,
            last_day=row.last_day,
        )
        for row in session.scalars(query)
    ]
