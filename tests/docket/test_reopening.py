"""What an entry's dates are once it is reopened, and what waits then: law, notice and granted time of now.

An I-140 denial mailed on Fri 23 October 2026: Wed 25 November is the last day (8 CFR 103.3, 103.5, 103.8(b)); handed
over in person Mon 23 November; served by mail on Fri 30 October Wed 2 December.
"""

from datetime import date, timedelta

import pytest
from msgspec import structs
from sqlalchemy.orm import Session

from deadlines.compute import Service
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.extension_views import extension_views
from deadlines.docket.moves import Because, move
from deadlines.docket.printed import in_time_by_both
from deadlines.docket.proposals import accept, ignore, stored_dates
from deadlines.docket.tidings import mark_of
from deadlines.docket.verification import resolve_dispute
from deadlines.docket.versions import supersede_waiting
from deadlines.errors import Conflict
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, Person, Proposal
from tests.docket.desks import (
    DENIAL,
    LAST,
    LATER,
    SAFE,
    changed,
    desk,
    entered_by,
    firm,
    proposals,
    recorded,
    row,
    stored,
    verify,
)
from tests.docket.test_extensions import RULE, WANTED, grant, nightly, request, waiting

IN_PERSON, BY_30_OCTOBER = date(2026, 11, 23), date(2026, 12, 2)
PRINTED = date(2026, 11, 13)
SAID = "extended to Saturday 12 December 2026, granted on Monday 2 November 2026: letter of 2 November"


def reopened(session: Session, entry: Entry, by: Person) -> None:
    reopen_entry(session, desk(), entry, reason="the client wants it", by=by, now=LATER + timedelta(hours=1))


def waived(session: Session, entry: Entry, by: Person) -> None:
    waive_entry(session, desk(), entry, reason="no", by=by, now=LATER)


def amended(session: Session, entry: Entry, by: Person, changes: Amendment, reason: str) -> None:
    amend_notice(session, desk(), entered_by(entry, by), changes, reason=reason, by=by, now=LATER)


def disputed(session: Session, by: Person, reference: str = "2026-0143") -> Entry:
    """An entry whose printed deadline one person wants to leave aside."""
    entry = recorded(session, structs.replace(DENIAL, printed_deadline=PRINTED), reference)[RULE]
    resolve_dispute(session, desk(), entry, use="computed", reason="asked the officer", by=by, now=LATER)
    return entry


def grant_state(session: Session, entry: Entry) -> str:
    [view] = extension_views(session, entry=entry, everything=True)
    return view.state


def as_before(session: Session, entry: Entry, by: Person) -> None:
    """As an earlier program left it: what waited ended with a closing, and the reopened entry has its old dates."""
    assert supersede_waiting(session, entry, "the entry was closed: waived", who=by.id, now=LATER) == 1
    session.flush()


def test_a_grant_that_nobody_agreed_to_waits_again_and_earlier_dates_of_now_hold(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        waived(session, entry, ana)
        assert (grant_state(session, entry), row(session, entry).last_day) == ("granted-undecided", LAST)
        reopened(session, entry, ben)
        again = waiting(session, entry)
        assert again.reason == f"{SAID}; open again, computed anew: the client wants it"
        assert (again.state, again.agreed_by, grant_state(session, entry)) == ("agreed", ana.id, "granted-waiting")
        waived(session, entry, ana)
        amended(session, entry, ana, Amendment(method="in-person"), "handed over")
        reopened(session, entry, ben)
        again = waiting(session, entry)
        assert (row(session, entry).last_day, again.kind) == (IN_PERSON, "mixed")
        assert (again.reason.startswith(SAID), stored_dates(again.old).last_day) == (True, IN_PERSON)
        before = session.query(DeadlineRow).filter_by(entry_id=entry.id, version=entry.version - 1).one()
        assert mark_of(row(session, entry), before, LATER.date()) == ["OPEN AGAIN", "MOVED EARLIER"]
        ignore(session, desk(), again, dora, reason="of another case", now=LATER)
        assert (grant_state(session, entry), nightly(session)) == ("granted-declined", [])
        assert verify(session, entry, dora, service=Service("in-person")).verified == [entry]
        assert row(session, entry).last_day == IN_PERSON


def test_a_decision_to_leave_the_printed_day_aside_waits_again_with_its_reason(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = disputed(session, ana)
        waived(session, entry, ana)
        reopened(session, entry, ben)
        again = waiting(session, entry)
        assert again.reason == "asked the officer; open again, computed anew: the client wants it"
        assert (again.state, again.agreed_by, stored_dates(again.window).safe_by) == ("agreed", ana.id, SAFE)
        assert row(session, entry).safe_by == PRINTED
        accept(session, desk(), again, dora, now=LATER)
        assert (row(session, entry).safe_by, stored(session, entry).dispute) == (SAFE, None)
        assert nightly(session) == []


def test_what_was_ignored_does_not_come_back_by_reopening_and_who_reopens_agrees_to_nothing(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        amended(session, entry, ana, Amendment(service_on=date(2026, 10, 30)), "the envelope")
        ignore(session, desk(), waiting(session, entry), dora, reason="no", now=LATER)
        waived(session, entry, ana)
        reopened(session, entry, ben)
        assert [one.state for one in proposals(session, entry)] == ["ignored"]
        waived(session, entry, ana)
        amended(session, entry, ana, Amendment(service_on=date(2026, 10, 29)), "the stamp")
        reopened(session, entry, ben)
        again = waiting(session, entry)
        assert (again.state, again.proposed_by, again.agreed_by) == ("pending", ben.id, None)


def test_the_nightly_check_heals_what_a_closing_left_undecided(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry, other = recorded(session)[RULE], disputed(session, ana, "2026-0144")
        request(session, entry, ana)
        grant(session, entry, ana)
        for one in (entry, other):
            as_before(session, one, ana)
        # Its later date came back as a program's, apart from the grant, and was decided against: the grant was not.
        lost = Proposal(**{**_columns(proposals(session, entry)[0]), "state": "ignored", "reason": "the postmark"})
        session.add(lost)
        entry.notice.facts = {**entry.notice.facts, "service": {"method": "in-person", "on": None}}
        entered_by(entry, ben)
        with pytest.raises(Conflict, match="now gives other dates"):
            verify(session, entry, dora, service=Service("in-person"))
        nightly(session)
        assert row(session, entry).last_day == IN_PERSON
        assert (waiting(session, entry).kind, grant_state(session, entry)) == ("mixed", "granted-waiting")
        assert waiting(session, entry).reason.startswith(SAID)
        assert waiting(session, other).reason.startswith("asked the officer; computed anew")
        versions = entry.version, other.version
        assert {one.outcome for one in nightly(session)} <= {"known"}
        assert (entry.version, other.version) == versions
        accept(session, desk(), waiting(session, entry), dora, now=LATER)
        assert (row(session, entry).last_day, grant_state(session, entry)) == (WANTED, "granted")


@pytest.mark.usefixtures("law_as_put_forward")
def test_a_grant_that_was_accepted_under_a_newer_proposal_holds_after_the_nightly_check(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        columns = {**_columns(proposals(session, entry)[0]), "proposed_at": LATER + timedelta(minutes=1)}
        as_before(session, entry, ana)
        session.add(Proposal(**columns))
        session.flush()
        accept(session, desk(), waiting(session, entry), ben, now=LATER)
        entered_by(entry, ana)
        assert grant_state(session, entry) == "granted-undecided"
        assert nightly(session) == []
        assert (grant_state(session, entry), row(session, entry).last_day) == ("granted", WANTED)
        assert verify(session, entry, dora).verified == [entry]


def _columns(proposal: Proposal) -> dict[str, object]:
    names = [column.name for column in Proposal.__table__.columns if column.name != "id"]
    return {name: getattr(proposal, name) for name in names}


def test_more_time_extends_what_law_and_notice_give_and_keeps_what_waited(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry, other = recorded(session)[RULE], disputed(session, ana, "2026-0144")
        amended(session, entry, ana, Amendment(service_on=date(2026, 10, 30)), "the envelope")
        for one in (entry, other):
            request(session, one, ana)
            grant(session, one, ana)
        found = waiting(session, entry)
        assert (found.reason, waiting(session, other).reason) == (f"the envelope; {SAID}", f"asked the officer; {SAID}")
        assert "before that the last day was Wednesday 2 December 2026" in found.window["working"][-1]["text"]
        # Declined: what the person corrected is put forward again, in their words.
        ignore(session, desk(), found, dora, reason="of another case", now=LATER)
        nightly(session)
        again = waiting(session, entry)
        assert again.reason == "computed anew because the notice was amended: the envelope"
        assert stored_dates(again.window).last_day == BY_30_OCTOBER
        # Accepted: with the later date the printed deadline is left aside.
        accept(session, desk(), waiting(session, other), ben, now=LATER)
        assert (row(session, other).last_day, stored(session, other).dispute) == (WANTED, None)
        assert in_time_by_both(desk(), other, stored(session, other)) is None


def test_a_grant_agrees_to_its_own_day_and_to_nothing_that_was_decided_against(database: Database) -> None:
    """A later date by law that Ben declined, and an answer of no date at all: neither comes back with a grant."""
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        amended(session, entry, ana, Amendment(service_on=date(2026, 11, 1)), "the envelope")
        ignore(session, desk(), waiting(session, entry), ben, reason="of another case", now=LATER)
        request(session, entry, ana)
        grant(session, entry, ana, to=date(2026, 11, 30))
        assert stored_dates(waiting(session, entry).window).last_day == date(2026, 11, 30)
        other = recorded(session, structs.replace(DENIAL, form="I-800"), "2026-0144")["uscis.appeal.aao"]
        amended(session, other, ana, Amendment(facts={"adoption_ground": "filed-in-bar"}), "the ground")
        ignore(session, desk(), waiting(session, other), ben, reason="another ground", now=LATER)
        request(session, other, ana)
        grant(session, other, ana)
        found = waiting(session, other)
        assert (found.kind, stored_dates(found.window).last_day) == ("later", WANTED)


def test_who_corrects_a_notice_agrees_to_no_time_that_another_was_granted(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        amended(session, entry, ben, Amendment(received_on=date(2026, 10, 30)), "the stamp")
        found = waiting(session, entry)
        assert (found.agreed_by, stored_dates(found.window).last_day) == (ana.id, WANTED)
        with pytest.raises(Conflict):
            accept(session, desk(), found, ana, now=LATER)
        accept(session, desk(), found, dora, now=LATER)
        assert row(session, entry).last_day == WANTED


def test_what_another_edition_proposed_is_not_accepted_where_that_in_force_gives_earlier_dates(
    database: Database,
) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        newer = desk(structs.replace(load_law(), edition="2026.12"))
        entry = recorded(session)[RULE]
        amended(session, entry, ana, Amendment(service_on=date(2026, 10, 30)), "the envelope")
        by_law = waiting(session, entry)
        later = changed(session, entry, last_day=WANTED, latest=WANTED)
        move(session, desk(), entry, later, Because(entry.notice, "another edition", ana), now=LATER)
        with pytest.raises(Conflict, match=r"now give other dates .* The nightly check puts that right"):
            accept(session, newer, waiting(session, entry), ben, now=LATER)
        assert (waiting(session, entry).state, row(session, entry).last_day) == ("agreed", LAST)
        again = structs.replace(later, last_day=BY_30_OCTOBER, latest=BY_30_OCTOBER)
        move(session, desk(), entry, again, Because(entry.notice, "the envelope", ana), now=LATER)
        assert stored_dates(by_law.window).last_day == BY_30_OCTOBER
        accept(session, newer, waiting(session, entry), dora, now=LATER)
        assert row(session, entry).last_day == BY_30_OCTOBER
