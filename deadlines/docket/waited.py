"""What waits for two people when newer dates take its place: more time that was granted, and a printed deadline that is
to be left aside. The newer proposal stands for them too, so that whoever decides it reads that, and decides it."""

from sqlalchemy.orm import Session

from deadlines.docket.granted import waiting_grants
from deadlines.docket.proposals import waiting_for
from deadlines.docket.records import is_to_be_left_aside
from deadlines.docket.versions import current
from deadlines.store.tables import Entry, Extension, Proposal


class Waited:
    """What waits for an entry before it is moved."""

    def __init__(self, session: Session, entry: Entry) -> None:
        self._grants: list[Extension] = []
        self._words: str | None = None
        waiting = waiting_for(session, entry)
        if waiting is None:
            return
        self._grants = waiting_grants(session, entry)
        if self._grants or is_to_be_left_aside(entry, current(session, entry).window.get("dispute")):
            self._words = waiting.reason

    def reason(self, newer: str) -> str:
        """Why the newer dates are proposed: what they stand for, and what brought them."""
        return f"{self._words}; {newer}" if self._words is not None else newer

    def waits_in(self, proposal: Proposal) -> None:
        """The grant waits in the newer proposal from now on."""
        for grant in self._grants:
            grant.proposal_id = proposal.id
