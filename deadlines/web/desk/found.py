"""What an address of a page names, found only where its visitor may see it."""

from typing import TypeVar

from sqlalchemy import select

from deadlines.docket.visible import visible
from deadlines.errors import NotFound
from deadlines.store.spelling import as_kept
from deadlines.store.tables import Entry, Matter, Milestone, NoticeRow, Proposal
from deadlines.web.desk.door import UNKNOWN
from deadlines.web.desk.visit import Visit

Found = TypeVar("Found")


def find_matter(visit: Visit, identifier: str) -> Matter:
    """A matter that the visitor may see; raises NotFound for any other."""
    return _seen(visit.session.scalar(select(Matter).where(Matter.id == identifier, visible(visit.person))))


def matter_called(visit: Visit, reference: str) -> Matter | None:
    """The matter with that number, where the visitor may see it; None for any other, and for no number."""
    return visit.session.scalar(select(Matter).where(Matter.reference == as_kept(reference), visible(visit.person)))


def find_visible_entry(visit: Visit, identifier: str) -> Entry:
    """An entry of a matter that the visitor may see; raises NotFound for any other."""
    query = select(Entry).join(Matter, Matter.id == Entry.matter_id)
    return _seen(visit.session.scalar(query.where(Entry.id == identifier, visible(visit.person))))


def find_visible_notice(visit: Visit, identifier: str) -> NoticeRow:
    """A notice of a matter that the visitor may see; raises NotFound for any other."""
    query = select(NoticeRow).join(Matter, Matter.id == NoticeRow.matter_id)
    return _seen(visit.session.scalar(query.where(NoticeRow.id == identifier, visible(visit.person))))


def find_visible_proposal(visit: Visit, identifier: str) -> Proposal:
    """A proposal for an entry of a matter that the visitor may see; raises NotFound for any other."""
    query = select(Proposal).join(Entry, Entry.id == Proposal.entry_id).join(Matter, Matter.id == Entry.matter_id)
    return _seen(visit.session.scalar(query.where(Proposal.id == identifier, visible(visit.person))))


def find_visible_milestone(visit: Visit, identifier: str) -> Milestone:
    """A milestone of a matter that the visitor may see; raises NotFound for any other."""
    query = select(Milestone).join(Entry, Entry.id == Milestone.entry_id).join(Matter, Matter.id == Entry.matter_id)
    return _seen(visit.session.scalar(query.where(Milestone.id == identifier, visible(visit.person))))


def _seen(found: Found | None) -> Found:
    if found is None:
        raise NotFound(UNKNOWN[1])
    return found
