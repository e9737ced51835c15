"""What waits for a decision, as one person may see it: other dates that two people must agree to, and disputes."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from deadlines.docket.proposals import ProposalView, proposal_views
from deadlines.docket.records import WAITING
from deadlines.docket.verification import unresolved
from deadlines.docket.visible import visible
from deadlines.store.tables import Entry, Matter, Person, Proposal


def waiting_proposals(session: Session, person: Person) -> list[ProposalView]:
    """The proposals that nobody has decided, the oldest first."""
    seen = set(session.scalars(_waiting(person, Proposal.id)))
    return [view for view in proposal_views(session) if view.proposal in seen]


def open_disputes(session: Session, person: Person) -> list[Entry]:
    """The open entries whose notice prints another deadline, and nobody has decided which holds."""
    found = unresolved(session)
    query = select(Entry.id).join(Matter, Matter.id == Entry.matter_id).where(visible(person))
    seen = set(session.scalars(query.where(Entry.id.in_([entry.id for entry in found]))))
    return [entry for entry in found if entry.id in seen]


def undecided(session: Session, person: Person) -> int:
    """How much waits for a decision."""
    count = _waiting(person, func.count())
    return (session.scalar(count) or 0) + len(open_disputes(session, person))


def _waiting(person: Person, column: Any) -> Select[Any]:
    return (
        select(column)
        .select_from(Proposal)
        .join(Entry, Entry.id == Proposal.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Proposal.state.in_(WAITING), visible(person))
    )
