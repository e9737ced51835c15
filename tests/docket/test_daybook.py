"""The daybook of a day and the slip of an entry: whole, veiled, and blind for who may still verify."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy.orm import Session

from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.closing import waive_entry
from deadlines.docket.daybook import BLIND, VEILED, Entered, daybook
from deadlines.docket.incoming import docketed
from deadlines.docket.intake import Desk, open_matter, record_notice
from deadlines.docket.slips import slip_of
from deadlines.docket.verification import verify_notice
from deadlines.errors import Conflict
from deadlines.store.database import Database
from deadlines.store.tables import Entry, NoticeRow, Person
from tests.docket.desks import DENIAL, LATER, desk, firm, look
from tests.docket.samples import ZONE, person
from tests.docket.test_incoming import came

MONDAY = date(2026, 11, 2)
HIDDEN = ("I-140", "2026-10-23", "Motion", "uscis.denial", "Appeal")
"""What tells of the notice below: its form, its date, its kind and what it opens."""


def entered(
    session: Session,
    by: Person,
    reference: str = "A-1",
    *,
    door: str = "page",
    now: datetime = LATER,
    hidden: bool = False,
) -> NoticeRow:
    ana = session.get_one(Person, by.id) if by.role == "attorney" else None
    attorney = ana or session.query(Person).filter_by(role="attorney").first()
    matter = open_matter(session, reference, client="Canary", attorney=attorney, restricted=hidden, actor="t", now=now)
    at: Desk = msgspec.structs.replace(desk(actor=by.email), door=door)
    return record_notice(session, at, matter, DENIAL, now=now).notice


def lines(session: Session, reader: Person | None, on: date = MONDAY) -> list[Entered]:
    return daybook(session, reader, on=on, zone=ZONE).lines


def test_who_entered_it_reads_all_and_who_may_verify_it_nothing_until_then(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        audrey = person(session, "Audrey Tor", "auditor")
        row = entered(session, ben)
    with database.write() as session:
        for reader in (ben, audrey):
            [line] = lines(session, reader)
            assert (line.who, line.what, line.kind, line.words) == (
                "Ben Ode", "notice", "uscis.denial", "Form I-140 of 2026-10-23",
            )  # fmt: skip
            assert (line.matter, line.source, line.dates, line.unverified) == ("A-1", "on a page", 3, 3)
            assert {one.title for one in line.windows} > {"Motion to reopen"}
        for other in (ana, dora, None):
            [line] = lines(session, other)
            assert (line.blind, line.words, line.who, line.matter) == (True, BLIND, "Ben Ode", "A-1")
            assert (line.dates, line.unverified) == (3, 3)
            told = msgspec.json.encode(line).decode()
            assert [word for word in HIDDEN if word in told] == []
    with database.write() as session:
        row = session.get_one(NoticeRow, row.id)
        entry = session.query(Entry).filter_by(notice_id=row.id, status="open").first()
        assert entry is not None
        with pytest.raises(Conflict, match="read the paper") as closed:
            slip_of(session, entry, ana)
        assert closed.value.code == "still-blind"
        assert not any(word in closed.value.sentence for word in HIDDEN)
        assert slip_of(session, entry, ben).view.decided_on == DENIAL.decided_on
        done = verify_notice(session, desk(), row, look(entry), by=ana, now=LATER)
        assert len(done.verified) == 3
    with database.write() as session:
        for other in (ana, dora, None):
            [line] = lines(session, other)
            assert (line.blind, line.unverified, line.kind) == (False, 0, "uscis.denial")
            assert {one.verified_by for one in line.windows} == {"Ana Ruiz"}
        slip = slip_of(session, session.get_one(Entry, entry.id), dora)
        assert (slip.view.verified_by, slip.entered[0].by, slip.entered[0].source) == (
            ana.email, ben.email, "on a page",
        )  # fmt: skip
        assert [one.version for one in slip.versions] == [1]


def test_what_is_entered_otherwise_after_verification_is_closed_again(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        row = entered(session, ben)
        entry = session.query(Entry).filter_by(notice_id=row.id, status="open").first()
        assert entry is not None
        verify_notice(session, desk(), row, look(entry), by=ana, now=LATER)
        at = msgspec.structs.replace(desk(actor=dora.email), door="command")
        again = Amendment(received_on=date(2026, 10, 27))
        amend_notice(session, at, row, again, reason="stamp", by=dora, now=LATER + timedelta(days=1))
    with database.write() as session:
        [amended] = lines(session, dora, MONDAY + timedelta(days=1))
        assert (amended.what, amended.who, amended.source) == ("amendment", "Dora Dee", "on the command line")
        [line] = lines(session, ana, MONDAY + timedelta(days=1))
        assert (line.blind, line.what) == (True, "amendment")
        assert lines(session, ana)[0].blind  # what was entered first is what the amendment says but for one field
        assert not lines(session, ben)[0].blind
        found = session.get_one(Entry, entry.id)
        assert [one.by for one in slip_of(session, found, ben).entered] == [ben.email, dora.email]


def test_a_closed_date_needs_nobody_to_verify_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        row = entered(session, ben)
        for entry in session.query(Entry).filter_by(notice_id=row.id, status="open"):
            waive_entry(session, desk(), entry, reason="client files anew", by=ana, now=LATER)
        [line] = lines(session, ana)
        assert (line.blind, {one.status for one in line.windows}) == (False, {"waived"})


def test_the_day_is_the_firms_and_papers_stand_in_it(database: Database) -> None:
    with database.write() as session:
        _, ben, dora = firm(session)
        late = datetime(2026, 11, 3, 4, 59, tzinfo=UTC)  # a minute to midnight in New York
        paper = came(session, dora, late, title="USCIS denial")
        row = entered(session, ben, now=late + timedelta(minutes=1))
        docketed(session, paper, row, who=ben.id, now=late + timedelta(minutes=1), actor=ben.email)
    with database.write() as session:
        [first] = lines(session, ben)
        assert (first.what, first.words, first.who) == ("paper", "USCIS denial: docketed", "Dora Dee")
        [second] = lines(session, ben, MONDAY + timedelta(days=1))
        assert second.source == f"on a page, paper {paper.id[:8]} that came in by mail on 2026-11-02"
        assert lines(session, ben, MONDAY - timedelta(days=1)) == []


def test_of_a_restricted_matter_the_docket_role_reads_that_there_was_something(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        row = entered(session, ana, hidden=True)
        came(session, ana, LATER, title="Canary paper", matter=row.matter)
        assert lines(session, ben) == []
        for reader in (dora, None):
            told = msgspec.json.encode(lines(session, reader)).decode()
            assert told.count(VEILED) == 2
            assert [word for word in (*HIDDEN, "A-1", "Canary", "Ana") if word in told] == []
        assert [line.what for line in lines(session, ana)] == ["paper", "notice"]
        assert lines(session, ana)[0].words == "Canary paper: waiting"
