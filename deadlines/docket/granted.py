"""More time that was granted, laid over what the law gives: one place, whoever computes an entry's dates anew."""

from collections.abc import Collection
from datetime import date

import msgspec
from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deadlines.compute.result import Step, Window
from deadlines.compute.words import long_date
from deadlines.docket.records import WAITING
from deadlines.store.tables import Entry, Extension, Proposal

UNDECIDED = (*WAITING, "superseded")
"""The states of a proposal in which a grant neither holds nor is declined."""


class Granted(Struct, frozen=True, kw_only=True):
    """An extension that was granted: asked for and granted on which days, until when, and the day to file by then."""

    asked_on: date
    granted_on: date
    to: date
    safe_to: date
    proof: str


def granted(
    session: Session, entries: Collection[str], *, holding: bool = False, beside: Extension | None = None
) -> dict[str, Granted]:
    """By entry what was granted, the latest day where it was more than once. None that two people decided against;
    with `holding` only days that they agreed to, and what needed nobody. `beside`: one that is left out."""
    left_out = ("ignored", *UNDECIDED) if holding else ("ignored",)
    query = (
        select(Extension, Proposal)
        .outerjoin(Proposal, Proposal.id == Extension.proposal_id)
        .where(Extension.entry_id.in_(entries), Extension.state == "granted")
        .where(or_(Proposal.id.is_(None), Proposal.state.not_in(left_out)))
        .order_by(Extension.granted_to, Extension.recorded_at)
    )
    rows = [row for row, proposal in session.execute(query) if not holding or _is_its_day(row, proposal)]
    found = {row.entry_id: of_row(row) for row in rows if beside is None or row.id != beside.id}
    return {entry: more for entry, more in found.items() if more is not None}


def undecided_grants(session: Session, entry: Entry, day: date | None = None) -> list[tuple[Extension, Proposal]]:
    """What was granted for an entry and two people have neither agreed to nor declined, each with its proposal.

    A proposal that ended before they decided, as with the closing of its entry, has decided nothing. Nor has one that
    they accepted for a later day, which the law gave, where it is the granted `day` that is to hold now.
    """
    query = select(Extension, Proposal).join(Proposal, Proposal.id == Extension.proposal_id)
    query = query.where(Extension.entry_id == entry.id, Proposal.state.in_((*UNDECIDED, "accepted")))
    found = session.execute(query.order_by(Extension.recorded_at, Extension.id))
    return [(row, proposal) for row, proposal in found if _is_undecided(row, proposal, day)]


def _is_undecided(row: Extension, proposal: Proposal, day: date | None) -> bool:
    if proposal.state in UNDECIDED:
        return True
    return day is not None and row.granted_to == day and not _is_its_day(row, proposal)


def _is_its_day(row: Extension, proposal: Proposal | None) -> bool:
    """Whether a proposal is of the very day that was granted, or it needed none."""
    return proposal is None or (
        row.granted_to is not None and proposal.window.get("last_day") == row.granted_to.isoformat()
    )


def granted_with(session: Session, proposal: Proposal) -> Granted | None:
    """The latest day that was granted and holds once a proposal is accepted: agreed to before, or waiting in it."""
    before = granted(session, [proposal.entry_id], holding=True).get(proposal.entry_id)
    waits = session.scalars(select(Extension).where(Extension.proposal_id == proposal.id))
    found = [one for one in (before, *map(of_row, waits)) if one is not None]
    return max(found, key=lambda one: one.to, default=None)


def any_granted(session: Session) -> bool:
    """Whether more time was granted for anything at all: where it was not, nobody needs to ask for each entry."""
    return session.scalar(select(Extension.id).where(Extension.state == "granted").limit(1)) is not None


def of_row(row: Extension) -> Granted | None:
    """What a row grants; None while it grants nothing."""
    if row.granted_to is None or row.granted_on is None or row.safe_to is None:
        return None
    return Granted(
        asked_on=row.asked_on,
        granted_on=row.granted_on,
        to=row.granted_to,
        safe_to=row.safe_to,
        proof=row.decision or "",
    )


def extended(window: Window, more: Granted | None) -> Window:
    """The window with the day that was granted, and a last step that says so; as it is where the law gives as much.

    The working keeps how the law's own dates were found.
    """
    if more is None or window.last_day is None or window.last_day >= more.to:
        return window
    text = (
        f"Extended by the authority: before that the last day was {long_date(window.last_day)}. More time was asked "
        f"for on {long_date(more.asked_on)} and granted on {long_date(more.granted_on)} until {long_date(more.to)}; "
        f"proof: {more.proof}."
    )
    return msgspec.structs.replace(
        window,
        working=[*window.working, Step(text, more.to, None)],
        safe_by=max(window.safe_by or more.safe_to, more.safe_to),
        last_day=more.to,
        latest=max(window.latest or more.to, more.to),
    )
