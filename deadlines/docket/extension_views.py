"""Extensions as people read them."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.docket.records import WAITING
from deadlines.docket.visible import visible
from deadlines.ical.wording import day_text
from deadlines.store.tables import Entry, Extension, Matter, Person, Proposal

NOT_GRANTED = "NOT GRANTED"
STATES = {
    "requested": f"asked for, {NOT_GRANTED}",
    "granted": "granted",
    "granted-waiting": "granted; the later date waits for two people",
    "granted-undecided": "granted; two people have not agreed to the later date: the earlier one holds",
    "granted-declined": "granted, but the later date was decided against: the earlier one holds",
    "refused": "refused",
    "ended": "ended",
}
"""How it stands, as people read it."""
BECAME = {
    **dict.fromkeys(WAITING, "granted-waiting"),
    "superseded": "granted-undecided",
    "ignored": "granted-declined",
}
"""How a grant stands by what became of the proposal of its later date, where that did not take effect."""
WANTED_ON = (
    select(Extension.wanted_on)
    .where(Extension.entry_id == Entry.id, Extension.state == "requested")
    .correlate(Entry)
    .scalar_subquery()
)
"""The day that is asked for and not granted; for a query that holds Entry. An entry has one such request at most."""


class ExtensionView(Struct, frozen=True, kw_only=True):
    """More time that was asked for. While `requested` it is provisional: no date has moved.

    `granted-waiting`: it was granted, and the later date waits for two people (`proposal`); `granted-undecided`: that
    ended before they decided, as where the entry was closed; `granted-declined`: somebody decided against that date, so
    that the earlier one holds; only `granted` has moved it. `decision` is the proof of the grant or the reason of the
    refusal. The people are mail addresses.
    """

    extension: str
    entry: str
    matter: str
    title: str
    state: str
    wanted_on: date
    asked_on: date
    proof: str
    recorded_by: str
    recorded_at: datetime
    granted_to: date | None
    granted_on: date | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    proposal: str | None


def extension_views(
    session: Session, *, entry: Entry | None = None, person: Person | None = None, everything: bool = False
) -> list[ExtensionView]:
    """What is asked for and not decided, the earliest wanted day first; with `everything` what was decided too.

    Of one entry, or of all that a person may see. Without a person: no restricted matter, unless its entry is named.
    """
    query = (
        select(Extension, Entry.title, Matter.reference, Proposal.state)
        .join(Entry, Entry.id == Extension.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .outerjoin(Proposal, Proposal.id == Extension.proposal_id)
        .where(_shown(entry, person))
        .order_by(Extension.wanted_on, Extension.recorded_at, Extension.id)
    )
    if not everything:
        query = query.where(Extension.state == "requested")
    names = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    return [_view(*found, names) for found in session.execute(query)]


def state_words(state: str, until: str | None) -> str:
    """How it stands, with the day that was granted beside the word: `granted until …, but …`."""
    words = STATES[state]
    return words.replace("granted", f"granted until {until}", 1) if until and state.startswith("granted") else words


def asked_words(until: date) -> str:
    """More time that is asked for, in few words beside a date."""
    return f"extension to {day_text(until)} asked for, {NOT_GRANTED}"


def wanted_days(session: Session) -> dict[str, date]:
    """By entry the day that is asked for and not granted."""
    query = select(Extension.entry_id, Extension.wanted_on).where(Extension.state == "requested")
    return {row.entry_id: row.wanted_on for row in session.execute(query)}


def _shown(entry: Entry | None, person: Person | None) -> ColumnElement[bool]:
    if entry is not None:
        return Extension.entry_id == entry.id if person is None else (Extension.entry_id == entry.id) & visible(person)
    return visible(person) if person is not None else Matter.restricted.is_(False)


def _view(row: Extension, title: str, reference: str, became: str | None, names: dict[str, str]) -> ExtensionView:
    return ExtensionView(
        extension=row.id,
        entry=row.entry_id,
        matter=reference,
        title=title,
        state=state_of(row, became),
        wanted_on=row.wanted_on,
        asked_on=row.asked_on,
        proof=row.proof,
        recorded_by=names.get(row.recorded_by, row.recorded_by),
        recorded_at=row.recorded_at,
        granted_to=row.granted_to,
        granted_on=row.granted_on,
        decision=row.decision,
        decided_by=names.get(row.decided_by, row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
        proposal=row.proposal_id,
    )


def state_of(row: Extension, became: str | None) -> str:
    """How it stands, with what became of the proposal of the later date that a grant makes: a key of `STATES`."""
    return BECAME.get(became or "", row.state) if row.state == "granted" else row.state
