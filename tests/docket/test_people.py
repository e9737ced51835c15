from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.people import add_person, deactivate_person, find_person, list_people
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Contact, Matter, Person, Reminder, Subscription
from tests.docket.samples import ENTERED, docket, entry, matter, person, window


def add(session: Session, name: str, email: str, role: str = "attorney") -> Person:
    return add_person(session, name=name, email=email, role=role, actor="test", now=ENTERED)


def leave(session: Session, who: Person, successor: Person | None = None) -> int:
    return deactivate_person(session, who, successor=successor, actor="test", today=ENTERED.date(), now=ENTERED)


def test_a_person_is_found_by_address_in_any_case(database: Database) -> None:
    with database.write() as session:
        added = add(session, "  Ana \t Ruiz ", "Ana@Firm.test").id
    with database.read() as session:
        found = find_person(session, " ANA@firm.TEST ")
        assert (found.id, found.name, found.email) == (added, "Ana Ruiz", "ana@firm.test")
        with pytest.raises(NotFound):
            find_person(session, "ben@firm.test")


def test_what_is_done_is_written_down_without_names(database: Database) -> None:
    with database.write() as session:
        ana = add(session, "Ana Canary", "ana@firm.test")
        leave(session, ana)
        subject = ana.id
    with database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.subject == subject).order_by(Audit.id)).all()
        assert [row.action for row in rows] == ["person.add", "person.deactivate"]
        assert "Canary" not in str([row.detail for row in rows])


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "a\u202eb", "x" * 201])
def test_a_name_must_be_plain(database: Database, name: str) -> None:
    with database.write() as session, pytest.raises(InputError):
        add(session, name, "ana@firm.test")


def test_an_unknown_role_is_refused(database: Database) -> None:
    with database.write() as session, pytest.raises(InputError, match="choose attorney, paralegal, docket"):
        add(session, "Ana", "ana@firm.test", "boss")


def test_an_address_is_taken_once(database: Database) -> None:
    with database.write() as session:
        add(session, "Ana", "ana@firm.test")
        with pytest.raises(Conflict):
            add(session, "Other", "ANA@firm.test")


def test_people_are_listed_by_name(database: Database) -> None:
    with database.write() as session:
        for name in ("ben", "Ana", "Cleo"):
            add(session, name, f"{name.lower()}@firm.test")
        leave(session, find_person(session, "cleo@firm.test"))
    with database.read() as session:
        assert [who.name for who in list_people(session)] == ["Ana", "ben"]
        assert [who.name for who in list_people(session, inactive=True)] == ["Ana", "ben", "Cleo"]


def test_nobody_leaves_as_the_attorney_of_a_matter_that_is_not_closed(database: Database) -> None:
    """Also where no date is open: the next notice would open one, and it would be nobody's."""
    with database.write() as session:
        ana, ben = person(session), person(session, "Ben Ode")
        case = matter(session, ana)
        matter(session, ana, "Canary-9", restricted=True)
        entry(session, case, window(), status="satisfied")
        with pytest.raises(Conflict, match="attorney of matter 2026-0143 and of restricted matters, and cannot leave"):
            leave(session, ana)
        assert leave(session, ana, ben) == 2
    with database.read() as session:
        assert set(session.scalars(select(Matter.attorney_id))) == {find_person(session, "ben@firm.test").id}


def test_what_is_closed_keeps_nobody(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        matter(session, ana, closed_at=ENTERED)
        leave(session, ana)
        assert not ana.active


def test_nobody_leaves_with_reminders_waiting(database: Database) -> None:
    with database.write() as session:
        docket(session)
        ana = find_person(session, "ana@firm.test")
        with pytest.raises(Conflict, match="--successor"):
            leave(session, ana)
        assert ana.active


def test_matters_and_waiting_reminders_go_to_the_successor(database: Database) -> None:
    with database.write() as session:
        rows = docket(session)
        person(session, "Ben Ode")
        rows[0].state = "sent"
        heir = find_person(session, "ben@firm.test")
        assert leave(session, find_person(session, "ana@firm.test"), heir) == 1
    with database.read() as session:
        ben = find_person(session, "ben@firm.test")
        assert session.scalars(select(Matter.attorney_id)).all() == [ben.id]
        owners = {row.person_id for row in session.scalars(select(Reminder).where(Reminder.state == "planned"))}
        assert owners == {ben.id}
        ana = find_person(session, "ana@firm.test")
        assert not ana.active
        sent = session.scalars(select(Reminder).where(Reminder.state == "sent")).one()
        assert sent.person_id == ana.id


def test_a_successor_who_is_reminded_already_is_not_reminded_twice(database: Database) -> None:
    with database.write() as session:
        ana, ben = person(session), person(session, "Ben Ode")
        rows = docket(session, people=[ana, ben])
        leave(session, ana, ben)
        assert len(rows) % 2 == 0
    with database.read() as session:
        query = select(Person.email, Reminder.state).join(Person, Person.id == Reminder.person_id)
        states = {(email, state) for email, state in session.execute(query)}
    assert states == {("ana@firm.test", "cancelled"), ("ben@firm.test", "planned")}


def test_a_successor_must_be_somebody_else_and_here(database: Database) -> None:
    with database.write() as session:
        ana, gone = person(session), person(session, "Ben Ode", active=False)
        for heir in (ana, gone):
            with pytest.raises(InputError):
                leave(session, ana, heir)


def test_the_feeds_of_who_leaves_end(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        session.add(Subscription(person_id=ana.id, label="Phone", token_hash="0" * 64, hint="abc", created_at=ENTERED))
        session.flush()
        leave(session, ana)
    with database.read() as session:
        assert session.scalars(select(Subscription.revoked_at)).all() == [ENTERED]


def test_nobody_leaves_twice(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        leave(session, ana)
        with pytest.raises(Conflict):
            leave(session, ana)


def test_the_chats_of_who_leaves_are_forgotten(database: Database, now: datetime) -> None:
    with database.write() as session:
        ana = person(session)
        session.add(Contact(person_id=ana.id, channel="slack", address="https://h.example/S3CRET", added_at=now))
        session.flush()
        deactivate_person(session, ana, successor=None, actor="test", today=now.date(), now=now)
    with database.read() as session:
        assert session.scalars(select(Contact)).all() == []
