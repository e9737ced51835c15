"""What may still help after a missed date, by the law data, and what to do about it: read, never entered by itself."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.result import Window
from deadlines.docket.entries import computed, is_discreet
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.missed import is_whole, missed_row
from deadlines.docket.telling import Leaves, told
from deadlines.docket.visible import visible
from deadlines.errors import DeadlinesError
from deadlines.law.advice import Rescue
from deadlines.store.tables import DeadlineRow, Entry, Matter, Missed, MissedNote, Person

DILIGENCE = "The law names no days: act at once, and write down what was done on each day since it was found."
CHECKLIST = (
    "Tell the client what happened and what can still be done, as the rules of the bar demand.",
    "Give the insurer notice of circumstances that may lead to a claim, before anything is admitted.",
    "Preserve the record: envelopes, mails, calendars, backups. Entry and notice are frozen here.",
    "Decide which of the rescues to file, and file it; record each new notice and filing on the docket.",
    "Write down each day's work in the log of the missed date: diligence is proved day by day.",
)


class RescueView(Struct, frozen=True, kw_only=True):
    """One thing that may still help. `days` says how long the law gives, or that diligence counts.

    `entry` is the entry on the docket that it leads to, if there is one, with its dates; `state` is that of the window
    and `why` why it is not available.
    """

    id: str
    title: str
    text: str
    days: str
    steps: list[str]
    cite: list[str]
    confidence: str
    leads_to: str | None
    notice: str | None
    entry: str | None = None
    status: str | None = None
    state: str | None = None
    opens_on: date | None = None
    safe_by: date | None = None
    last_day: date | None = None
    why: str | None = None


class NoteView(Struct, frozen=True, kw_only=True):
    """One line of the diligence log."""

    on: date
    text: str
    person: str
    at: datetime


class MissedView(Struct, frozen=True, kw_only=True):
    """A missed date in full. `whole`: the record is as it was written; `snapshot` is the docket of that moment."""

    missed: str
    entry: str
    matter: str
    title: str
    form: str | None
    safe_by: date | None
    last_day: date | None
    found_on: date
    how: str
    recorded_by: str
    recorded_at: datetime
    digest: str
    whole: bool
    rescues: list[RescueView]
    checklist: list[str]
    log: list[NoteView]
    snapshot: dict[str, Any]


class MissedLine(Struct, frozen=True, kw_only=True):
    """A missed date in a list."""

    entry: str
    matter: str
    title: str
    last_day: date | None
    found_on: date
    last_logged_on: date | None


def missed_view(session: Session, desk: Desk, entry: Entry) -> MissedView:
    """The record of a missed entry, what may still help, and what was done; raises Conflict for one not missed."""
    row = missed_row(session, entry)
    names = {found.id: found.email for found in session.execute(select(Person.id, Person.email))}
    dates = session.scalars(
        select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    ).one()
    return MissedView(
        missed=row.id,
        entry=entry.id,
        matter=entry.matter.reference,
        title=entry.title,
        form=entry.form,
        safe_by=dates.safe_by,
        last_day=dates.last_day,
        found_on=row.found_on,
        how=row.how,
        recorded_by=names.get(row.recorded_by, row.recorded_by),
        recorded_at=row.recorded_at,
        digest=row.digest,
        whole=is_whole(row),
        rescues=rescues_of(session, desk, entry),
        checklist=_checklist(desk.leaves),
        log=_log(session, row, names),
        snapshot=row.snapshot,
    )


def _checklist(leaves: Leaves) -> list[str]:
    """What to do, beginning with who has to hear of it, whether or not the program could tell them."""
    told_so = told(leaves, "the responsible attorney and the partner", "have been")
    first = f"{told_so[:1].upper()}{told_so[1:]}{': tell them by word of mouth as well' if leaves == 'mail' else ''}."
    return [first, *CHECKLIST]


def missed_lines(session: Session, person: Person | None) -> list[MissedLine]:
    """The missed dates that a person may see, the last found first; without a person no restricted matter."""
    seen = visible(person) if person is not None else Matter.restricted.is_(False)
    query = (
        select(Missed, Entry, Matter.reference, DeadlineRow.last_day)
        .join(Entry, Entry.id == Missed.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.status == "missed", seen)
        .order_by(Missed.recorded_at.desc(), Missed.id)
    )
    lines: dict[str, MissedLine] = {}
    for row, entry, reference, last_day in session.execute(query):
        notes = select(MissedNote.on).where(MissedNote.missed_id == row.id).order_by(MissedNote.on.desc())
        line = MissedLine(
            entry=entry.id,
            matter=reference,
            title=entry.title,
            last_day=last_day,
            found_on=row.found_on,
            last_logged_on=session.scalar(notes.limit(1)),
        )
        lines.setdefault(entry.id, line)
    return list(lines.values())


def rescues_of(session: Session, desk: Desk, entry: Entry) -> list[RescueView]:
    """What the law data knows for the remedy of an entry, with the dates of what it leads to."""
    windows = _windows(desk, entry)
    return [
        _view(rescue, _sibling(session, entry, rescue.leads_to), windows.get(rescue.leads_to or ""))
        for rescue in _fitting(desk, entry)
    ]


def _fitting(desk: Desk, entry: Entry) -> Iterator[Rescue]:
    for rescue in desk.law.rescues.values():
        discreet = rescue.leads_to is not None and is_discreet(desk, rescue.leads_to)
        if entry.rule in rescue.rules and (entry.matter.restricted or not discreet):
            yield rescue


def _windows(desk: Desk, entry: Entry) -> dict[str, Window]:
    """What the notice opens by the law of today; nothing where it cannot be computed."""
    try:
        result = computed(desk, notice_of(entry.notice))
    except DeadlinesError:
        return {}
    return {window.rule: window for window in result.windows}


def _sibling(session: Session, entry: Entry, rule: str | None) -> tuple[Entry, DeadlineRow] | None:
    """The entry that a rescue leads to: of the same notice, or else the newest of the matter."""
    query = (
        select(Entry, DeadlineRow)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.matter_id == entry.matter_id, Entry.id != entry.id, Entry.rule == rule)
        .order_by((Entry.notice_id == entry.notice_id).desc(), Entry.created_at.desc())
        .limit(1)
    )
    found = session.execute(query).first() if rule is not None else None
    return (found[0], found[1]) if found is not None else None


def _view(rescue: Rescue, sibling: tuple[Entry, DeadlineRow] | None, window: Window | None) -> RescueView:
    view = RescueView(
        id=rescue.id,
        title=rescue.title,
        text=rescue.text,
        days=rescue.within or DILIGENCE,
        steps=rescue.steps,
        cite=rescue.cite,
        confidence=rescue.confidence,
        leads_to=rescue.leads_to,
        notice=rescue.notice,
    )
    source: Any = sibling[1] if sibling is not None else window
    if source is None:
        return view
    return msgspec.structs.replace(
        view,
        entry=sibling[0].id if sibling is not None else None,
        status=sibling[0].status if sibling is not None else None,
        state=source.state,
        opens_on=source.opens_on,
        safe_by=source.safe_by,
        last_day=source.last_day,
        why=window.working[0].text if window is not None and window.state == "not-available" else None,
    )


def _log(session: Session, row: Missed, names: dict[str, str]) -> list[NoteView]:
    query = select(MissedNote).where(MissedNote.missed_id == row.id).order_by(MissedNote.on, MissedNote.id)
    return [
        NoteView(on=note.on, text=note.text, person=names.get(note.person_id, ""), at=note.at)
        for note in session.scalars(query)
    ]
