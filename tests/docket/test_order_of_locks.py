"""Two changes at once on PostgreSQL follow each other: everybody holds entries first, then reminders, then the end of
the trail."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import handing, teams
from deadlines.docket.closing import file_entry
from deadlines.docket.incoming import dismiss, hold_waiting
from deadlines.docket.opening import Answer, open_answered
from deadlines.docket.people import deactivate_person
from deadlines.docket.records import Proof
from deadlines.docket.versions import locked
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Incoming, Matter, Person, Reminder, Team
from tests.docket import samples
from tests.docket.desks import LATER, desk, firm, recorded
from tests.docket.test_incoming import came, room

RULE = "uscis.motion.reopen"
SOON = LATER + timedelta(days=1)


@pytest.fixture
def kind_of_database() -> str:
    return "postgres"


def beside_a_filing(database: Database, entry_id: str, change: threading.Event) -> None:
    """A filing that holds its entry, and goes on only when the other change waits for somebody."""
    with database.write() as session:
        entry = locked(session, session.get_one(Entry, entry_id))
        change.set()
        until_somebody_waits(session)
        by = session.get_one(Person, entry.matter.attorney_id)
        file_entry(session, desk(), entry, on=date(2026, 11, 2), proof=Proof(text="stamp"), by=by, now=SOON)


def until_somebody_waits(session: Session) -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(500):
        if session.connection().exec_driver_sql(waits).scalar():
            return
        threading.Event().wait(0.01)
    raise TimeoutError("The other change waits for nobody.")


def test_a_team_changes_beside_a_filing(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        team = teams.add_team(session, "Removal", actor="t", now=LATER)
        teams.join_team(session, team, ana, actor="t", now=LATER)
        samples.subscribe(session, dora, scope="team", team=team)
        entry = recorded(session)[RULE].id
        teams.leave_team(session, team, ana, actor="t", now=LATER)  # so that its entries come back below
        ids = team.id, ana.id
    begun = threading.Event()

    def join() -> None:
        begun.wait(60)
        with database.write() as session:
            team, person = session.get_one(Team, ids[0]), session.get_one(Person, ids[1])
            teams.join_team(session, team, person, actor="t", now=SOON)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(beside_a_filing, database, entry, begun), pool.submit(join)]
    assert [one.exception() for one in both] == [None, None]
    with database.read() as session:
        assert session.get_one(Entry, entry).status == "satisfied"
        assert [len(people) for _, people in teams.list_teams(session)] == [1]


def test_somebody_leaves_the_firm_beside_a_filing(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        pat, entry = samples.person(session, "Pat", role="partner"), recorded(session)[RULE]
        other = samples.matter(session, pat, "A-0")
        teams.join_matter(session, session.get_one(Matter, entry.matter_id), ben, actor="t", now=LATER)
        other.attorney_id, ids = ben.id, (entry.id, ben.id, pat.id)
    begun = threading.Event()

    def leave() -> None:
        begun.wait(60)
        with database.write() as session:
            ben, pat = (session.get_one(Person, identifier) for identifier in ids[1:])
            deactivate_person(session, ben, successor=pat, actor="t", today=SOON.date(), now=SOON)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(beside_a_filing, database, ids[0], begun), pool.submit(leave)]
    assert [one.exception() for one in both] == [None, None]


def test_a_matter_is_handed_over_while_a_reminder_of_it_is_refused(database: Database) -> None:
    with database.write() as session:
        firm(session)
        pat, entry = samples.person(session, "Pat", role="partner"), recorded(session)[RULE]
        ids = entry.id, entry.matter_id, pat.id
    begun = threading.Event()

    def refused() -> None:
        with database.write() as session:
            theirs = select(Reminder.id).where(Reminder.entry_id == ids[0]).order_by(Reminder.id)
            assert session.scalars(theirs.with_for_update()).all()
            begun.set()
            until_somebody_waits(session)
            audit.record(session, at=SOON, actor="daemon", action="reminder.dead", subject=ids[0], detail={})

    def hand_over() -> None:
        begun.wait(60)
        with database.write() as session:
            to = session.get_one(Person, ids[2])
            handing.hand_over(session, session.get_one(Matter, ids[1]), to, actor="t", now=SOON)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(refused), pool.submit(hand_over)]
    assert [one.exception() for one in both] == [None, None]
    with database.read() as session:
        assert session.get_one(Matter, ids[1]).attorney_id == ids[2]


def test_a_matter_is_opened_by_a_paper_that_somebody_dismisses(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        ids = came(session, ben).id, ana.id
    begun = threading.Event()

    def dismissed() -> None:
        with database.write() as session:
            paper, by = session.get_one(Incoming, ids[0]), session.get_one(Person, ids[1])
            hold_waiting(session, paper)
            begun.set()
            until_somebody_waits(session)
            dismiss(session, paper, reason="a receipt", by=by, now=SOON, actor="t")

    def opened() -> None:
        begun.wait(60)
        with database.write() as session:
            ana, answer = session.get_one(Person, ids[1]), Answer(incoming=ids[0])
            open_answered(session, room(), "A-9", answer, client=None, attorney=ana, by=ana, now=SOON, actor="t")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(dismissed), pool.submit(opened)
    assert first.exception() is None
    assert isinstance(second.exception(), Conflict)
    with database.read() as session:
        assert session.get_one(Incoming, ids[0]).state == "dismissed"
        assert session.scalar(select(Matter.id).where(Matter.reference == "A-9")) is None
