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


class Granted(Struct, frozen=True, kw_only=True):
    """An extension that was granted: asked for and granted on which days, until when, and the day to file by then."""

    asked_on: date
    granted_on: date
    to: date
    safe_to: date
    proof: str


def granted(session: Session, entries: Collection[str], *, holding: bool = False) -> dict[str, Granted]:
    """By entry what was granted, the latest day where it was more than once. None that two people decided against;
    with `holding` none of which the later date waits for them still."""
    left_out = ("ignored", *WAITING) if holding else ("ignored",)
    query = (
        select(Extension)
        .outerjoin(Proposal, Proposal.id == Extension.proposal_id)
        .where(Extension.entry_id.in_(entries), Extension.state == "granted")
        .where(or_(Proposal.id.is_(None), Proposal.state.not_in(left_out)))
        .order_by(Extension.granted_to, Extension.recorded_at)
    )
    return {row.entry_id: found for row in session.scalars(query) if (found := of_row(row)) is not None}


def waiting_grants(session: Session, entry: Entry) -> list[Extension]:
    """What was granted for an entry while the later date waits for two people."""
    query = select(Extension).join(Proposal, Proposal.id == Extension.proposal_id)
    return list(session.scalars(query.where(Extension.entry_id == entry.id, Proposal.state.in_(WAITING))))


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
