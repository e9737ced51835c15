"""What two people have still to decide when newer dates take its place: whatever waited, more time that was granted,
and a printed deadline that is to be left aside. The newer proposal stands for all of it and keeps the words of whoever
made it, so that who decides it reads that, and decides it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.causes import ANEW
from deadlines.docket.granted import undecided_grants
from deadlines.docket.proposals import CLOSING, stored_dates, waiting_for
from deadlines.docket.records import WAITING, is_to_be_left_aside
from deadlines.docket.versions import current
from deadlines.store.tables import Entry, Extension, Person, Proposal


def adopt_grants(session: Session, entry: Entry) -> None:
    """A grant whose proposal ended undecided is decided by the newer one that put its day forward. Dockets hold such
    pairs from before a newer proposal took over what an ended one stood for."""
    for grant, ended in undecided_grants(session, entry):
        newer = select(Proposal).where(Proposal.entry_id == entry.id, Proposal.proposed_at > ended.proposed_at)
        newer = newer.where(Proposal.state.in_((*WAITING, "accepted"))).order_by(Proposal.proposed_at.desc())
        found = (one.id for one in session.scalars(newer) if stored_dates(one.window).last_day == grant.granted_to)
        grant.proposal_id = next(found, grant.proposal_id)
    session.flush()


class Waited:
    """What is undecided of an entry before it is moved; `grant`: more time that is granted just now; `day`: the last
    day that it is moved to."""

    def __init__(self, session: Session, entry: Entry, grant: Extension | None = None, day: date | None = None) -> None:
        found = undecided_grants(session, entry, day)
        aside = is_to_be_left_aside(entry, current(session, entry).window.get("dispute"))
        last = waiting_for(session, entry) or _ended(session, entry)
        self._grants = [row for row, _ in found] + ([grant] if grant is not None else [])
        self._before = ([last] if last is not None else []) + [proposal for _, proposal in found]
        self._decided = str((entry.resolution or {}).get("reason")) if aside else ""
        self.undecided = bool(self._grants) or aside
        """Whether somebody has decided what takes a second person, who has not decided yet."""

    def reason(self, newer: str) -> str:
        """Why the newer dates are proposed: the words of people for what they stand for, and what brought them.
        Nothing is said twice."""
        people = [one.reason for one in self._before if not one.reason.startswith(ANEW)]
        said = ""
        for each in (*people, self._decided, newer):
            if each and f"; {each};" not in f"; {said};":
                said = f"{said}; {each}" if said else each
        return said

    def is_of_another(self, by: Person | None) -> bool:
        """Whether more time waits that somebody else recorded: who corrects a notice beside it does not agree to it."""
        return any(by is None or grant.decided_by != by.id for grant in self._grants)

    def waits_in(self, proposal: Proposal) -> None:
        """The grant waits in the newer proposal from now on; who agreed to these very dates before has agreed. Dates
        that go say nothing of a grant."""
        dates = stored_dates(proposal.window)
        for grant in self._grants if dates.last_day is not None else ():
            grant.proposal_id = proposal.id
        agreed = [one for one in self._before if one.agreed_by and stored_dates(one.window) == dates]
        if agreed and proposal.agreed_by is None:
            proposal.state, proposal.agreed_by, proposal.agreed_at = "agreed", agreed[0].agreed_by, agreed[0].agreed_at


def _ended(session: Session, entry: Entry) -> Proposal | None:
    """What waited when the entry was closed, where it has had no dates since but those of its reopening."""
    query = (
        select(Proposal).where(Proposal.entry_id == entry.id).order_by(Proposal.proposed_at.desc(), Proposal.id.desc())
    )
    last = session.scalars(query.limit(1)).first()
    ended = last is not None and last.state == "superseded" and (last.decision or "").startswith(CLOSING)
    return last if last is not None and ended and entry.version <= last.base_version + 1 else None
