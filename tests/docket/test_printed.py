"""A notice that prints another deadline than the law gives: what a filing between them is, and what is decided.

An I-140 denial mailed on Fri 23 October 2026: the last day is Wed 25 November (8 CFR 103.3, 103.5, 103.8(b)).
"""

from datetime import date, timedelta

import pytest
from msgspec import structs
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.blind import blinded
from deadlines.docket.closing import file_entry
from deadlines.docket.proof import proof_of
from deadlines.docket.proposals import accept
from deadlines.docket.records import Closing, Resolution, Use
from deadlines.docket.verification import resolve_dispute
from deadlines.docket.views import entry_view, open_windows
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person
from tests.docket.desks import DENIAL, LAST, LATER, SAFE, desk, firm, proposals, recorded

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
