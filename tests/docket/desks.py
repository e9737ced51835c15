"""A firm's desk, with the real law, and a notice recorded through it."""

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from deadlines import decoding
from deadlines.compute import Notice, Service, Window
from deadlines.docket.intake import Desk, open_matter, record_notice
from deadlines.docket.proposals import waiting_for
from deadlines.docket.verification import Checked, verify_notice
from deadlines.law import Law, load_law
from deadlines.practice import Practice
from deadlines.store.tables import DeadlineRow, Entry, NoticeRow, Person, Proposal, Reminder, Rendering
from tests.docket.samples import ZONE, person

MAILED = date(2026, 10, 23)
ENTERED = datetime(2026, 10, 27, 14, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
"""Monday 2 November 2026, ten in the morning in New York: every window below is open."""
DENIAL = Notice(kind="uscis.denial", form="I-140", decided_on=MAILED, service=Service("mail"))
"""Three windows with one pair of dates: Fri 20 November safe, Wed 25 November last (8 CFR 103.3, 103.5, 103.8(b))."""
SAFE, LAST = date(2026, 11, 20), date(2026, 11, 25)


def desk(law: Law | None = None, actor: str = "daemon", practice: Practice | None = None) -> Desk:
    how = practice or Practice()
    return Desk(law=law or load_law(), channel="smtp", zone=ZONE, at=time(9), actor=actor, practice=how)


def firm(session: Session) -> tuple[Person, Person, Person]:
    """An attorney, a paralegal and somebody of the docket."""
    return person(session), person(session, "Ben Ode", "paralegal"), person(session, "Dora Dee", "docket")


def recorded(
    session: Session,
    notice: Notice = DENIAL,
    reference: str = "2026-0143",
    practice: Practice | None = None,
    **more: Any,
) -> dict[str, Entry]:
    """The entries of a notice in a matter of its own, by their rules."""
    ana = session.scalars(select(Person).where(Person.role == "attorney")).first() or person(session)
    matter = open_matter(session, reference, client="Canary-Garcia", attorney=ana, actor="test", now=ENTERED, **more)
    made = record_notice(session, desk(actor="cli:test", practice=practice), matter, notice, now=ENTERED)
    return {entry.rule: entry for entry in made.entries}


def entered_by(entry: Entry, by: Person) -> NoticeRow:
    """The entry's notice, entered by that person: who corrects it need not read it off the paper first."""
    entry.notice.entered_by = by.email
    return entry.notice


def row(session: Session, entry: Entry) -> DeadlineRow:
    query = select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    return session.scalars(query).one()


def stored(session: Session, entry: Entry) -> Window:
    return msgspec.convert(row(session, entry).window, Window)


def changed(session: Session, entry: Entry, **changes: Any) -> Window:
    """The stored window with other dates or words, as another edition might give it."""
    return msgspec.structs.replace(stored(session, entry), **changes)


def reminders(session: Session, entry: Entry, state: str = "planned") -> list[Reminder]:
    query = select(Reminder).where(Reminder.entry_id == entry.id, Reminder.state == state)
    return list(session.scalars(query.order_by(Reminder.due_at, Reminder.id)))


def renderings(session: Session, entry: Entry) -> dict[str, Rendering]:
    return {made.slot: made for made in session.scalars(select(Rendering).where(Rendering.entry_id == entry.id))}


def proposals(session: Session, entry: Entry) -> list[Proposal]:
    query = select(Proposal).where(Proposal.entry_id == entry.id)
    return list(session.scalars(query.order_by(Proposal.proposed_at, Proposal.id)))


def look(entry: Entry, **changes: Any) -> Notice:
    """What somebody reads off the paper, who was told nothing: what was entered, unless it is changed."""
    read = msgspec.structs.replace(msgspec.convert(entry.notice.facts, Notice), facts={})
    return msgspec.structs.replace(read, **changes)


def verify(session: Session, entry: Entry, by: Person, *, now: datetime = LATER, **changes: Any) -> Checked:
    """One entry, by a second person who reads the paper as it was entered, unless it is changed."""
    seen = look(entry, **changes)
    return verify_notice(session, desk(), entry.notice, seen, by=by, now=now, entry=entry)


def give_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law in force gives what waits for an entry: for dates that a test has made up."""

    def of_now(_: Desk, entry: Entry) -> Window | None:
        session = object_session(entry)
        waiting = waiting_for(session, entry) if session is not None else None
        return decoding.convert(waiting.window, Window) if waiting is not None else None

    monkeypatch.setattr("deadlines.docket.proposals.of_now", of_now)
