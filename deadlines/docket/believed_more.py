"""What was known of an entry at an earlier moment beside its dates: more time that was asked for, a dispute, and dates
that were decided against."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.believed_anew import Recomputed
from deadlines.docket.direction import Dates
from deadlines.docket.extension_views import BECAME
from deadlines.docket.granted import Granted, of_row
from deadlines.docket.proposals import stored_dates
from deadlines.store.tables import Acknowledgement, Audit, Extension, Proposal

TOOK_ON = "entry.acknowledge"


class AskedThen(Struct, frozen=True, kw_only=True):
    """More time that had been asked for, as it stood: `state` as in `extension_views.STATES`.

    `more`: what it granted by then, also while the later date waited for a second person.
    """

    state: str
    wanted_on: date
    asked_on: date
    granted_to: date | None = None
    decision: str | None = None
    more: Granted | None = None


class DecidedThen(Struct, frozen=True):
    """What a person had decided of a printed deadline."""

    use: str
    reason: str
    by: str
    at: datetime


class DeclinedThen(Struct, frozen=True):
    """Somebody had decided against other dates."""

    by: str
    at: datetime
    reason: str


def asked_by(session: Session, entries: Collection[str], at: datetime) -> Mapping[str, list[AskedThen]]:
    """By entry what had been asked for at a moment, the first request first."""
    query = select(Extension, Proposal).outerjoin(Proposal, Proposal.id == Extension.proposal_id)
    query = query.where(Extension.entry_id.in_(entries), Extension.recorded_at <= at)
    found: dict[str, list[AskedThen]] = defaultdict(list)
    for row, proposal in session.execute(query.order_by(Extension.recorded_at, Extension.id)):
        found[row.entry_id].append(_asked(row, _state(row, proposal, at)))
    return found


def granted_by(asked: Sequence[AskedThen]) -> Granted | None:
    """The latest day that had been granted, and not decided against."""
    found = [one.more for one in asked if one.more is not None]
    return max(found, key=lambda more: more.to, default=None)


def declined_by(session: Session, entries: Collection[str], at: datetime) -> Mapping[str, list[Proposal]]:
    """By entry the other dates that had been decided against, the latest first."""
    query = select(Proposal).where(
        Proposal.entry_id.in_(entries), Proposal.state == "ignored", Proposal.decided_at <= at
    )
    found: dict[str, list[Proposal]] = defaultdict(list)
    for row in session.scalars(query.order_by(Proposal.decided_at.desc(), Proposal.id)):
        found[row.entry_id].append(row)
    return found


def declined_of(proposals: Sequence[Proposal], anew: Recomputed, who: Callable[[object], str]) -> DeclinedThen | None:
    """Who had decided against the dates that computing anew gives, where those are others than the stored ones. `who`
    names a person by the id."""
    if anew.found != "other":
        return None
    dates = anew.dates or Dates()
    made = next((row for row in proposals if stored_dates(row.window) == dates), None)
    if made is None or made.decided_at is None:
        return None
    return DeclinedThen(who(made.decided_by), made.decided_at, made.decision or "")


def until_then(ack: Acknowledgement, events: Sequence[Audit], at: datetime) -> datetime:
    """Until when somebody had taken a date on, as it was known at a moment: where that was ended early afterwards, as
    by a hand-over, it was to last longer, as the trail tells."""
    if ack.until <= at:
        return ack.until
    took = (row for row in events if row.action == TOOK_ON and (row.actor, row.at) == (ack.person_id, ack.at))
    told = next((row.detail.get("until") for row in took), None)
    return datetime.fromisoformat(told) if told is not None else ack.until


def in_force(resolution: Audit | None, dispute: str | None) -> Audit | None:
    """A decision on a printed deadline where it still held: of the dispute that there was."""
    if resolution is None:
        return None
    return resolution if dispute is None or resolution.detail.get("dispute") == dispute else None


def _asked(row: Extension, state: str) -> AskedThen:
    if state == "requested":
        return AskedThen(state=state, wanted_on=row.wanted_on, asked_on=row.asked_on)
    more = of_row(row) if state in ("granted", "granted-waiting", "granted-undecided") else None
    return AskedThen(
        state=state,
        wanted_on=row.wanted_on,
        asked_on=row.asked_on,
        granted_to=row.granted_to,
        decision=row.decision,
        more=more,
    )


def _state(row: Extension, proposal: Proposal | None, at: datetime) -> str:
    if row.decided_at is None or row.decided_at > at:
        return "requested"
    if row.state != "granted" or proposal is None:
        return row.state
    if proposal.decided_at is None or proposal.decided_at > at:
        return "granted-waiting"
    return BECAME.get(proposal.state, "granted")
