"""A notice that prints another deadline than the law gives: what a filing between them is, and what is decided.

An I-140 denial mailed on Fri 23 October 2026: the last day is Wed 25 November (8 CFR 103.3, 103.5, 103.8(b)).
"""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.compute.engine import engine_for
from deadlines.docket.blind import blinded
from deadlines.docket.closing import file_entry
from deadlines.docket.moves import Because, move
from deadlines.docket.proof import proof_of
from deadlines.docket.proposals import accept, ignore
from deadlines.docket.recompute import differences, read_page, unsettled
from deadlines.docket.records import Closing, Resolution, Use, is_disputed, is_held_to_print
from deadlines.docket.trail_words import more_of
from deadlines.docket.verification import resolve_dispute, unresolved
from deadlines.docket.views import entry_view, open_windows
from deadlines.errors import Conflict
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Person
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
    stored,
    verify,
)

RULE = "uscis.motion.reopen"
SOONER, LATE_PRINT = date(2026, 11, 13), date(2026, 12, 4)
AFTER = LATER + timedelta(days=120)
RFE = Notice(kind="uscis.rfe", form="I-485", decided_on=date(2026, 10, 23), service=Service("mail"))
"""The maximum is 84 days and three for mail: Mon 18 January 2027 is a holiday, so Tue 19 (8 CFR 103.2(b)(8))."""
RESPONSE = "uscis.response.rfe"


def printing(session: Session, day: date) -> Entry:
    return recorded(session, structs.replace(DENIAL, printed_deadline=day))[RULE]


def decide(session: Session, entry: Entry, use: Use, by: Person) -> None:
    resolve_dispute(session, desk(), entry, use=use, reason="asked the officer", by=by, now=LATER)


def filed(session: Session, entry: Entry, on: date, by: Person) -> Closing:
    return file_entry(session, desk(), entry, on=on, proof=proof_of(receipt="IOE0912345678"), by=by, now=AFTER)


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize(
    "on, answer, past",
    [
        (SOONER, "timely", None),
        (SOONER + timedelta(days=3), "contested", SOONER),
        (LAST, "contested", SOONER),
    ],
)
def test_a_filing_after_the_printed_day_is_contested_until_that_day_is_left_aside(
    database: Database, decided: bool, on: date, answer: str, past: date | None
) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = printing(session, SOONER)
        if decided:
            decide(session, entry, "printed", ana)
        made = filed(session, entry, on, ana)
        assert (made.timeliness, made.past_printed) == (answer, past)


def test_left_aside_and_agreed_to_the_law_alone_counts(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = printing(session, SOONER)
        decide(session, entry, "computed", ana)
        [waiting] = proposals(session, entry)
        ben.role = "attorney"
        accept(session, desk(), waiting, ben, now=LATER)  # Ana agreed by deciding
        made = filed(session, entry, LAST, ana)
        assert (made.timeliness, made.past_printed) == ("timely", None)


def test_while_later_dates_wait_one_person_has_left_nothing_aside(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = printing(session, SOONER)
        decide(session, entry, "computed", ana)
        made = filed(session, entry, LAST, ana)
        assert (made.timeliness, made.past_printed) == ("contested", SOONER)


def test_a_longer_printed_day_is_left_aside_at_once_where_the_law_gives_the_dates_already(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, structs.replace(RFE, printed_deadline=date(2027, 2, 1)))[RESPONSE]
        decide(session, entry, "computed", ana)
        assert stored(session, entry).dispute is None
        assert filed(session, entry, date(2027, 1, 19), ana).timeliness == "timely"


def test_where_the_second_person_refuses_the_printed_day_is_in_dispute_again(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = printing(session, SOONER)
        decide(session, entry, "computed", ana)
        [waiting] = proposals(session, entry)
        ignore(session, desk(), waiting, dora, reason="the officer is strict", now=LATER)
        [line] = [line for line in open_windows(session, LATER.date()) if line.entry == entry.id]
        assert (line.disputed, line.waits, line.held_to_print) == (True, False, False)
        assert entry in unresolved(session)
        page = read_page(session, "", 10)
        found = unsettled(session, differences(page, engine_for(desk().law).compute))
        assert [one.entry_id for one in found if one.entry_id == entry.id] == []  # the nightly check asks nobody again
        row = session.scalars(select(Audit).where(Audit.action == "proposal.ignore")).one()
        assert "in dispute again" in more_of(row.action, row.detail, SimpleNamespace(person=str))
        decide(session, entry, "computed", dora)  # she asked, and found out
        [again] = [one for one in proposals(session, entry) if one.state == "agreed"]
        assert again.agreed_by == dora.id
        made = filed(session, entry, LAST, ana)
        assert (made.timeliness, made.past_printed) == ("contested", SOONER)


def test_what_was_left_aside_with_a_second_person_stays_so_when_other_dates_are_refused(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = printing(session, SOONER)
        decide(session, entry, "computed", ana)
        accept(session, desk(), proposals(session, entry)[0], ben, now=LATER)
        later = changed(session, entry, last_day=LATE_PRINT, latest=LATE_PRINT)
        move(session, desk(), entry, later, Because(entry.notice, "computed anew"), now=LATER)
        [waiting] = [one for one in proposals(session, entry) if one.state == "pending"]
        ignore(session, desk(), waiting, dora, reason="no", now=LATER)
        assert entry.resolution is not None
        assert filed(session, entry, LAST, ana).timeliness == "timely"


def test_of_a_mixed_change_the_printed_day_stays_in_dispute_until_all_of_it_holds(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = printing(session, SOONER)
        dispute = stored(session, entry).dispute
        entry.resolution = {"use": "computed", "reason": "asked", "dispute": dispute, "printed": str(SOONER)}
        mixed = changed(session, entry, safe_by=SAFE, last_day=SAFE, dispute=None)  # safe date later, last day earlier
        move(session, desk(), entry, mixed, Because(entry.notice, "asked", ana), now=LATER)
        held = stored(session, entry)
        assert (held.safe_by, held.last_day, held.dispute) == (SOONER, SAFE, dispute)
        [waiting] = [one for one in proposals(session, entry) if one.state == "agreed"]
        ignore(session, desk(), waiting, dora, reason="no", now=LATER)
        assert is_disputed(entry, held.dispute)


def test_a_wrong_decision_is_decided_anew_and_the_trail_keeps_both(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = printing(session, SOONER)
        entered_by(entry, ana)
        decide(session, entry, "printed", ana)
        with pytest.raises(Conflict, match="is decided already"):
            decide(session, entry, "printed", ana)
        decide(session, entry, "computed", ana)
        with pytest.raises(Conflict, match="is decided already"):
            decide(session, entry, "computed", ana)
        decide(session, entry, "printed", ana)
        assert [one.state for one in proposals(session, entry)] == ["superseded"]
        assert (entry.version, is_held_to_print(entry, stored(session, entry).dispute)) == (1, True)
        decide(session, entry, "computed", ana)
        [waiting] = [one for one in proposals(session, entry) if one.state == "agreed"]
        accept(session, desk(), waiting, ben, now=LATER)
        assert stored(session, entry).safe_by == SAFE
        decide(session, entry, "printed", ana)  # the earlier date holds at once
        held = stored(session, entry)
        assert (held.safe_by, is_held_to_print(entry, held.dispute)) == (SOONER, True)
        rows = session.scalars(select(Audit).where(Audit.action == "entry.resolve").order_by(Audit.id)).all()
        assert [made.detail["use"] for made in rows] == ["printed", "computed", "printed", "computed", "printed"]


def test_who_may_still_verify_blind_reads_the_paper_before_they_decide_anew(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = recorded(session, structs.replace(DENIAL, printed_deadline=SOONER))
        entry = entries[RULE]
        entered_by(entry, ben)
        for each in entries.values():
            if each.status == "open":
                decide(session, each, "printed", ana)
        with pytest.raises(Conflict, match="read it off the paper first"):
            decide(session, entry, "computed", dora)
        for each in entries.values():
            if each.status == "open":
                verify(session, each, dora)
        decide(session, entry, "computed", dora)
        assert entry.resolution is not None
        assert entry.resolution["use"] == "computed"


def test_a_later_printed_day_makes_no_filing_within_the_law_doubtful(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = printing(session, LATE_PRINT)
        made = filed(session, entry, LAST, ana)
        assert (made.timeliness, made.past_printed) == ("timely", None)


@pytest.mark.parametrize("decided, answer", [(False, "contested"), (True, "timely")])
def test_a_response_after_the_maximum_counts_as_printed_once_that_is_decided(
    database: Database, decided: bool, answer: str
) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, structs.replace(RFE, printed_deadline=date(2027, 2, 1)))[RESPONSE]
        if decided:
            decide(session, entry, "printed", ana)
        assert filed(session, entry, date(2027, 1, 29), ana).timeliness == answer


def test_the_decision_stays_in_sight_and_a_blind_reader_is_not_told_the_day(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = printing(session, SOONER)
        [before] = [line for line in open_windows(session, LATER.date()) if line.entry == entry.id]
        assert (before.disputed, before.held_to_print) == (True, False)
        decide(session, entry, "printed", ana)
        [after] = [line for line in open_windows(session, LATER.date()) if line.entry == entry.id]
        assert (after.disputed, after.held_to_print) == (False, True)
        view = entry_view(session, entry, reader=ana)
        assert view.resolution is not None
        assert (view.held_to_print, view.resolution.printed) == (True, SOONER)
        veiled = blinded(view).resolution
        assert veiled is not None
        assert "13" not in f"{veiled.printed} {veiled.dispute}"


@pytest.mark.parametrize("day, first", [(SOONER, True), (LAST, False), (LATE_PRINT, False)])
def test_only_a_printed_day_before_the_last_one_makes_a_filing_within_the_law_contested(day: date, first: bool) -> None:
    assert Resolution("printed", "asked", "", day).comes_before(LAST, min(day, SAFE)) is first
