"""A correction is a new notice row; earlier dates hold at once, later ones wait for a second person."""

from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, compute
from deadlines.daemon.recomputing import recompute
from deadlines.docket.amending import Amended, Amendment, amend_notice
from deadlines.docket.closing import file_entry, strike_notice
from deadlines.docket.proposals import accept
from deadlines.docket.records import Proof
from deadlines.errors import Conflict, InputError
from deadlines.store.database import Database
from deadlines.store.tables import Audit, NoticeRow, Person
from tests.docket.desks import DENIAL, LAST, LATER, SAFE, desk, firm, proposals, recorded, reminders, row

RULE = "uscis.motion.reopen"
WHY = "the postmark on the envelope"


def amend(session: Session, notice: NoticeRow, by: Person, **changes: Any) -> Amended:
    notice.entered_by = by.email  # who entered it: somebody else reads it off the paper first
    return amend_notice(session, desk(), notice, Amendment(**changes), reason=WHY, by=by, now=LATER)


def test_the_old_row_stays_and_every_entry_follows_the_new_one(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        old = entries[RULE].notice
        before = dict(old.facts)
        found = amend(session, old, ana, service_on=date(2026, 10, 26))
        assert old.facts == before
        assert found.notice.amends_id == old.id
        assert msgspec.convert(found.notice.facts, Notice).served_on == date(2026, 10, 26)
        assert {entry.notice_id for entry in entries.values()} == {found.notice.id}
        assert found.notice.entered_by == ana.email
        [noted] = session.scalars(select(Audit).where(Audit.action == "notice.amend"))
        told = {"amended_by": found.notice.id, "reason": WHY, "person": ana.id, "door": ""}
        ended = {"unsigned": sorted(entry.id for entry in entries.values()), "printed_anew": False}
        assert noted.detail == told | ended


def test_a_later_service_waits_for_a_second_person_and_the_night_changes_nothing(database: Database) -> None:
    """Mailed Monday 26 October: day 33 is Saturday 28 November, so Monday 30 November (8 CFR 1.2, 103.8(b))."""
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        amend(session, entry.notice, ana, service_on=date(2026, 10, 26))
        name = entry.id
        assert (row(session, entry).last_day, entry.version) == (LAST, 1)
    outcomes = {move.outcome for move in recompute(database, desk(), compute, now=LATER).moves}
    assert outcomes == {"known"}
    with database.write() as session:
        ben = session.scalars(select(Person).where(Person.email == ben.email)).one()
        entry = session.get_one(type(entry), name)
        [proposal] = proposals(session, entry)
        accept(session, desk(), proposal, ben, now=LATER)
        assert row(session, entry).last_day == date(2026, 11, 30)
    assert {m.entry for m in recompute(database, desk(), compute, now=LATER).moves}.isdisjoint({name})


def test_an_earlier_date_holds_at_once(database: Database) -> None:
    """Served in person: no days for the mail, day 30 is Sunday 22 November, so Monday 23 November."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        found = amend(session, entry.notice, ana, method="in-person")
        assert {(move.kind, move.outcome) for move in found.moves} == {("earlier", "applied")}
        assert (row(session, entry).safe_by, row(session, entry).last_day) == (SAFE, date(2026, 11, 23))
        assert row(session, entry).reason == WHY
        assert {r.rung for r in reminders(session, entry) if r.due_at == LATER} == {"moved"}


def test_a_fact_may_be_added_changed_and_taken_away(database: Database) -> None:
    notice = Notice(kind="ij.order", decided_on=date(2026, 10, 30), facts={"detained": "yes", "asylum": "none"})
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = next(iter(recorded(session, notice).values()))
        amend(session, entry.notice, ana, facts={"asylum": None, "detained": "no", "circuit": "9"})
        assert msgspec.convert(entry.notice.facts, Notice).facts == {"detained": "no", "circuit": "9"}


def test_closed_entries_keep_the_dates_they_were_closed_with(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        file_entry(session, desk(), entry, on=date(2026, 11, 2), proof=Proof(text="IOE1"), by=ana, now=LATER)
        found = amend(session, entry.notice, ana, method="in-person")
        assert entry.id not in {move.entry for move in found.moves}
        assert (entry.version, entry.status, entry.notice_id) == (1, "satisfied", found.notice.id)


def test_a_printed_deadline_given_anew_makes_a_resolution_void(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        entry.resolution = {"use": "computed", "dispute": "x", "reason": "y"}
        amend(session, entry.notice, ana, printed_deadline=date(2026, 11, 13))
        assert entry.resolution is None
        assert row(session, entry).safe_by == date(2026, 11, 13)


def test_an_amendment_that_tells_of_a_protected_case_restricts_the_matter(database: Database) -> None:
    notice = Notice(kind="uscis.denial", form="I-360", decided_on=DENIAL.decided_on, service=DENIAL.service)
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = next(iter(recorded(session, notice).values()))
        amend(session, entry.notice, ana, facts={"basis": "vawa"})
        assert entry.matter.restricted


def test_what_cannot_be_amended_is_refused_and_leaves_nothing(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        old = entry.notice
        for changes, part in (
            ({"method": "mail"}, "says this already"),
            ({"service_on": date(2026, 10, 22)}, "lies before the decision date"),
            ({"facts": {"nonsense": "1"}}, "Unknown fact"),
        ):
            with pytest.raises(InputError, match=part):
                amend(session, old, ana, **changes)
        assert session.scalars(select(NoticeRow)).all() == [old]
        found = amend(session, old, ana, method="in-person")
        with pytest.raises(Conflict, match=f"in force is {found.notice.id[:8]}"):
            amend(session, old, ana, method="fax")
        with pytest.raises(Conflict, match=f"in force is {found.notice.id[:8]}"):
            strike_notice(session, desk(), old, reason="no", by=ana, now=LATER)
        strike_notice(session, desk(), found.notice, reason="no", by=ana, now=LATER)
        with pytest.raises(Conflict, match="struck"):
            amend(session, found.notice, ana, method="fax")
