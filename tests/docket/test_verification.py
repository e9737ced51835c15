"""A second person signs for the dates; a disputed printed deadline is decided first."""

import re
from datetime import date

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.health import check_docket
from deadlines.docket.moves import Because, move
from deadlines.docket.proposals import accept
from deadlines.docket.verification import resolve_dispute, unresolved
from deadlines.docket.views import entry_view, open_windows
from deadlines.errors import Conflict, InputError
from deadlines.store.database import Database
from deadlines.store.seal import seal_of
from deadlines.store.tables import Audit, Entry, Person
from tests.docket.desks import (
    DENIAL,
    LAST,
    LATER,
    SAFE,
    changed,
    desk,
    firm,
    proposals,
    recorded,
    row,
    stored,
    verify,
)  # fmt: skip

RULE = "uscis.motion.reopen"
PRINTED = date(2026, 11, 13)
SENTENCE = "The notice prints Friday 13 November 2026; the computed last day is Wednesday 25 November 2026."
TODAY = date(2026, 11, 2)


def disputed(session: Session) -> Entry:
    """A notice that prints an earlier deadline, which caps the safe date until somebody decides."""
    printed = msgspec.structs.replace(DENIAL, printed_deadline=PRINTED)
    entries = recorded(session, printed)
    for entry in entries.values():
        version = row(session, entry)
        version.window = {**version.window, "dispute": SENTENCE if entry.rule == RULE else None}
        version.digest = seal_of(version).of(version, entry.rule)
    session.flush()
    return entries[RULE]


def resolve(session: Session, entry: Entry, use: str, by: Person, reason: str = "the officer applies it") -> object:
    return resolve_dispute(session, desk(), entry, use=use, reason=reason, by=by, now=LATER)  # type: ignore[arg-type]


def test_a_person_signs_for_the_version_in_force(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        checked = verify(session, entry, ben)
        assert (checked.verified, checked.left, checked.differs) == ([entry], [], [])
        assert (entry.verified_by, entry.verified_at) == (ben.id, LATER)
        [line] = [line for line in open_windows(session, TODAY) if line.entry == entry.id]
        assert (line.verified_by, line.verified_at, line.disputed) == (ben.email, LATER, False)
        [noted] = session.scalars(select(Audit).where(Audit.action == "entry.verify"))
        assert noted.detail == {"person": ben.id, "version": 1, "entered": {
            "kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23", "service": "mail",
            "served_on": "2026-10-23", "received_on": None, "printed_deadline": None,
        }}  # fmt: skip
        with pytest.raises(Conflict, match="verified already"):
            verify(session, entry, ben)


def test_other_dates_must_be_verified_anew(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        verify(session, entry, ben)
        early = changed(session, entry, safe_by=date(2026, 11, 13))
        move(session, desk(), entry, early, Because(entry.notice, "another edition"), now=LATER)
        assert entry_view(session, entry).verified_by is None
        verify(session, entry, ben)


def test_who_entered_the_notice_does_not_verify_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        entry.notice.entered_by = ana.email
        with pytest.raises(Conflict, match="another person"):
            verify(session, entry, ana)
        verify(session, entry, ben)


def test_what_is_not_open_is_not_verified(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        entry.status = "satisfied"
        session.flush()
        with pytest.raises(Conflict, match="not open"):
            verify(session, entry, ana)


def test_a_disputed_date_is_marked_everywhere_and_not_verified(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        entry = disputed(session)
        with pytest.raises(Conflict, match=r"is disputed.*deadlines resolve") as said:
            verify(session, entry, ben)
        assert not re.search("November|2026", said.value.sentence)
        assert {line.entry for line in open_windows(session, TODAY) if line.disputed} == {entry.id}
        assert entry_view(session, entry).dispute == SENTENCE
        assert unresolved(session) == [entry]
        finding = next(f for f in check_docket(session, LATER) if f.id == "disputes")
        assert (finding.state, "1 open entry" in finding.sentence) == ("warning", True)


def test_the_printed_deadline_is_kept(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = disputed(session)
        with pytest.raises(InputError, match="reason"):
            resolve(session, entry, "printed", ana, reason=" ")
        assert resolve(session, entry, "printed", ana) is None
        assert (row(session, entry).safe_by, entry.version, entry.resolved_by) == (PRINTED, 1, ana.id)
        view = entry_view(session, entry)
        assert (view.dispute, view.resolved_by) == (None, ana.email)
        assert view.resolution is not None
        assert (view.resolution.use, view.resolution.reason) == ("printed", "the officer applies it")
        assert unresolved(session) == []
        verify(session, entry, ben)
        entry.notice.entered_by = ana.email  # who entered it may decide it anew without reading it off the paper
        with pytest.raises(Conflict, match="is decided already"):
            resolve(session, entry, "printed", ana)


def test_where_nothing_is_disputed_nothing_is_decided(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        with pytest.raises(Conflict, match="Nothing is disputed"):
            resolve(session, recorded(session)[RULE], "computed", ana)


def test_leaving_the_printed_deadline_aside_waits_for_a_second_person(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = disputed(session)
        resolve(session, entry, "computed", ana, reason="a misprint, says the officer")
        assert (row(session, entry).safe_by, entry.version) == (PRINTED, 1)
        [proposal] = proposals(session, entry)
        assert (proposal.kind, proposal.state, proposal.agreed_by) == ("later", "agreed", ana.id)
        with pytest.raises(Conflict, match="second, other person"):
            accept(session, desk(), proposal, ana, now=LATER)
        accept(session, desk(), proposal, ben, now=LATER)
        assert (row(session, entry).safe_by, row(session, entry).last_day) == (SAFE, LAST)
        assert stored(session, entry).dispute is None


def test_another_dispute_is_a_new_one(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = disputed(session)
        resolve(session, entry, "printed", ana)
        other = changed(session, entry, safe_by=date(2026, 11, 12), dispute="The notice prints 12 November 2026.")
        move(session, desk(), entry, other, Because(entry.notice, "read again", ana), now=LATER)
        assert unresolved(session) == [entry]
        with pytest.raises(Conflict, match="is disputed"):
            verify(session, entry, ben)
