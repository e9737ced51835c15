"""What waits for a decision, as one person may see it: other dates that two people must agree to, and disputes."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from deadlines.docket.proposals import ProposalView, proposal_views
from deadlines.docket.records import WAITING, is_disputed
from deadlines.docket.visible import visible
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person, Proposal
from deadlines.store.types import word_in


def waiting_proposals(session: Session, person: Person) -> list[ProposalView]:
    """The proposals that nobody has decided, the oldest first."""
    seen = set(session.scalars(_waiting(person, Proposal.id)))
    return [view for view in proposal_views(session) if view.proposal in seen]


def open_disputes(session: Session, person: Person) -> list[Entry]:
    """The open entries whose notice prints another deadline, and nobody has decided which holds."""
    sentence = word_in(DeadlineRow.window, "dispute")
    query = (
        select(Entry, sentence)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .where(Entry.disputed, Entry.status == "open", visible(person))
        .order_by(DeadlineRow.safe_by, Entry.id)
    )
    return [entry for entry, dispute in session.execute(query) if is_disputed(entry, dispute)]


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
