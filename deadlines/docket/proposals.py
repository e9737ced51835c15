"""Proposals: other dates for an entry, who agreed to them, and what became of them."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.ladder import Severity
from deadlines.compute.result import Window
from deadlines.docket.asides import of_now
from deadlines.docket.direction import Dates, classify, dates_of
from deadlines.docket.entries import is_followed, new_version
from deadlines.docket.granted import extended, granted_with
from deadlines.docket.intake import Desk
from deadlines.docket.legible import kept
from deadlines.docket.prefixes import find_by_id
from deadlines.docket.printed import dispute_again
from deadlines.docket.reasons import plain_reason
from deadlines.docket.records import WAITING
from deadlines.docket.trust import what_is_left
from deadlines.docket.versions import current, locked
from deadlines.errors import Conflict, DamagedRow, DeadlinesError
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, NoticeRow, Person, Proposal

IGNORE = "Ignore it: the nightly check puts forward anew what still differs."
CLOSING = "the entry was closed"
"""Begins why a proposal ended that nobody had decided when its entry was closed."""
TOLD: Severity = "warning"
"""How urgent it is to hear that a later date stands: nobody misses it by hearing it late."""


class ProposalView(Struct, frozen=True, kw_only=True):
    """One proposal as people read it. `proposed_by`, `agreed_by` and `decided_by` are mail addresses or programs."""

    proposal: str
    entry: str
    matter: str
    title: str
    kind: str
    state: str
    old: Dates
    new: Dates
    reason: str
    authority: list[str]
    edition: str
    base_version: int
    notice: str
    proposed_by: str
    proposed_at: datetime
    agreed_by: str | None
    agreed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    window: Window


def propose(
    session: Session,
    desk: Desk,
    entry: Entry,
    window: Window,
    old: Dates,
    *,
    kind: str,
    applied: bool,
    notice: NoticeRow,
    reason: str,
    base_version: int,
    by: Person | None,
    agrees: bool,
    now: datetime,
) -> Proposal:
    """Write a proposal. What is not applied waits; a person who proposes it is the first of the two who agree, unless
    they only brought it about."""
    who = by.id if by is not None else desk.actor
    first = by is not None and agrees and not applied
    waiting = "agreed" if first else "pending"
    proposal = Proposal(
        entry_id=entry.id,
        base_version=base_version,
        kind=kind,
        edition=desk.law.edition,
        window=msgspec.to_builtins(window),
        notice_id=notice.id,
        old=msgspec.to_builtins(old),
        reason=reason,
        authority=list(window.cite),
        state="applied" if applied else waiting,
        proposed_by=who,
        proposed_at=now,
        agreed_by=who if first else None,
        agreed_at=now if first else None,
        decided_by=who if applied else None,
        decided_at=now if applied else None,
        decision="took effect at once" if applied else None,
    )
    session.add(proposal)
    session.flush()
    return proposal


def waiting_for(session: Session, entry: Entry) -> Proposal | None:
    """The proposal that waits for an entry, if there is one."""
    query = select(Proposal).where(Proposal.entry_id == entry.id, Proposal.state.in_(WAITING))
    return session.scalars(query).one_or_none()


def was_ignored(session: Session, entry: Entry, dates: Dates, edition: str) -> bool:
    """Whether the same dates, by the same edition, were decided against."""
    query = select(Proposal.window).where(
        Proposal.entry_id == entry.id, Proposal.state == "ignored", Proposal.edition == edition
    )
    return any(stored_dates(window) == dates for window in session.scalars(query))


def stored_dates(window: dict[str, Any]) -> Dates:
    """The dates of a stored window; none of a damaged one."""
    return kept(window, Dates) or Dates()


def accept(session: Session, desk: Desk, proposal: Proposal, person: Person, *, now: datetime) -> Proposal:
    """A person agrees. The first changes nothing; with the second, another one, the dates change.

    Raises Conflict where it waits no more, where the same person agreed before, where the entry has been closed or has
    other dates by now, and where law data, the firm's own rules and its choices give an earlier date by now, or none.
    """
    entry = _held(session, proposal)
    _require_law(session, desk, entry, proposal)
    if proposal.state == "pending":
        proposal.state, proposal.agreed_by, proposal.agreed_at = "agreed", person.id, now
        _record(session, desk, proposal, person, "proposal.agree", now)
        return proposal
    if proposal.agreed_by == person.id:
        raise Conflict(f"{person.email} has agreed to this already: a second, other person must accept it.")
    window = kept(proposal.window, Window)
    if window is None:
        raise DamagedRow(f"The dates of proposal {proposal.id[:8]} are damaged and cannot be read.", advice=IGNORE)
    _settle(proposal, "accepted", person, "two people agreed", now)
    new_version(
        session,
        desk,
        entry,
        window,
        followed=is_followed(desk, entry.matter, window),
        reason=proposal.reason,
        now=now,
        actor=person.email,
        moved=TOLD,
        edition=proposal.edition,
    )
    _record(session, desk, proposal, person, "proposal.accept", now)
    return proposal


def ignore(session: Session, desk: Desk, proposal: Proposal, person: Person, *, reason: str, now: datetime) -> Proposal:
    """Decide against a proposal. It stays visible, and the same dates of the same edition do not come back.

    Where they were to leave a printed deadline aside, that is in dispute again. Raises InputError without a reason,
    Conflict where it waits no more.
    """
    entry = _held(session, proposal)
    _settle(proposal, "ignored", person, plain_reason(reason), now)
    again = dispute_again(entry, current(session, entry).window.get("dispute"))
    _record(session, desk, proposal, person, "proposal.ignore", now, **({"disputed_again": True} if again else {}))
    return proposal


def find_proposal(session: Session, name: str) -> Proposal:
    """The proposal of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, Proposal, name, "proposal", "deadlines proposal list --all")


def proposal_views(
    session: Session, *, everything: bool = False, proposal: Proposal | None = None
) -> list[ProposalView]:
    """What waits, the oldest first; or everything there ever was, or one."""
    query = (
        select(Proposal, Entry, Matter.reference)
        .join(Entry, Entry.id == Proposal.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .order_by(Proposal.proposed_at, Proposal.id)
    )
    if proposal is not None:
        query = query.where(Proposal.id == proposal.id)
    elif not everything:
        query = query.where(Proposal.state.in_(WAITING))
    names = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    return [_view(row, entry, reference, names) for row, entry, reference in session.execute(query)]


def _view(row: Proposal, entry: Entry, reference: str, names: dict[str, str]) -> ProposalView:
    window = kept(row.window, Window) or what_is_left(entry)
    return ProposalView(
        proposal=row.id,
        entry=entry.id,
        matter=reference,
        title=window.title,
        kind=row.kind,
        state=row.state,
        old=stored_dates(row.old),
        new=dates_of(window),
        reason=row.reason,
        authority=row.authority,
        edition=row.edition,
        base_version=row.base_version,
        notice=row.notice_id,
        proposed_by=names.get(row.proposed_by, row.proposed_by),
        proposed_at=row.proposed_at,
        agreed_by=names.get(row.agreed_by, row.agreed_by) if row.agreed_by else None,
        agreed_at=row.agreed_at,
        decided_by=names.get(row.decided_by, row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
        decision=row.decision,
        window=window,
    )


def _held(session: Session, proposal: Proposal) -> Entry:
    """The entry, held together with its proposal, which somebody else may have decided meanwhile."""
    entry = locked(session, proposal.entry)
    session.refresh(proposal)
    if proposal.state not in WAITING:
        raise Conflict(f"Proposal {proposal.id[:8]} does not wait any more: it is {proposal.state}.")
    if entry.status not in ("open", "information") or entry.version != proposal.base_version:
        raise Conflict(f"Entry {entry.id[:8]} has changed since: it is {entry.status}, version {entry.version}.")
    return entry


def _require_law(session: Session, desk: Desk, entry: Entry, proposal: Proposal) -> None:
    """Raises Conflict where the law in force, with the firm's own rules and choices, gives an earlier date than the
    proposal, or none. The same edition may give others: it does not tell what the firm has changed beside it."""
    try:
        window = of_now(desk, entry)
    except (DeadlinesError, msgspec.MsgspecError) as fault:
        raise Conflict(
            f"The law data in force cannot compute the notice of entry {entry.id[:8]}: amend the notice first."
        ) from fault
    dates = dates_of(extended(window, granted_with(session, proposal))) if window is not None else Dates()
    if dates == Dates() != stored_dates(proposal.window) and was_ignored(session, entry, dates, desk.law.edition):
        # That they go was decided against: what is in force holds, and more time beside it.
        window = decoding.convert(current(session, entry).window, Window)
        dates = dates_of(extended(window, granted_with(session, proposal)))
    if classify(stored_dates(proposal.window), dates) in ("earlier", "mixed", "gone"):
        raise Conflict(
            f"The law data and the firm's choices now give other dates for entry {entry.id[:8]} than were put forward. "
            "The nightly check puts that right; decide it then.",
            advice="`deadlines recompute` does it now.",
        )


def _settle(proposal: Proposal, state: str, person: Person, decision: str, now: datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, person.id, now
    proposal.decision = decision


def _record(
    session: Session, desk: Desk, proposal: Proposal, person: Person, action: str, now: datetime, **more: bool
) -> None:
    session.flush()
    detail = {"proposal": proposal.id, "kind": proposal.kind, "person": person.id, "state": proposal.state, **more}
    audit.record(session, at=now, actor=desk.actor, action=action, subject=proposal.entry_id, detail=detail)
