"""Of a fatal date the attorney, the deputy and the docket people are told, whoever was when it was planned."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.fatal import tell_all
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import recorded
from tests.docket.samples import person

MOTION = "uscis.motion.reopen"


def told(session: Session, entry: Entry, rung: str) -> set[str]:
    query = select(Person.name).join(Reminder, Reminder.person_id == Person.id)
    return set(session.scalars(query.where(Reminder.entry_id == entry.id, Reminder.rung == rung)))


def due(session: Session, entry: Entry, rung: str) -> datetime:
    query = select(Reminder.due_at).where(Reminder.entry_id == entry.id, Reminder.rung == rung)
    return session.scalars(query).all()[0]


@pytest.mark.parametrize(
    ("rung", "everybody"),
    [("safe-14", False), ("safe-3", False), ("safe-1", True), ("safe-0", True), ("last-1", True), ("last-0", True)],
)
def test_a_deputy_named_later_and_a_new_docket_person_are_told_of_the_fatal_stages(
    session: Session, rung: str, everybody: bool
) -> None:
    ana = person(session)
    entry = recorded(session)[MOTION]
    ana.deputy_id = person(session, "Dan Fox").id
    person(session, "Dora Dee", "docket")
    person(session, "Pia Lo", "paralegal")
    session.flush()
    tell_all(session, now=due(session, entry, rung))
    assert told(session, entry, rung) == ({"Ana Ruiz", "Dan Fox", "Dora Dee"} if everybody else {"Ana Ruiz"})
    assert tell_all(session, now=due(session, entry, rung)) == 0


@pytest.mark.parametrize(
    ("roles", "supervised", "second"),
    [
        (["supervisor attorney", "partner", "administrator"], True, {"supervisor attorney"}),
        (["supervisor attorney", "partner", "administrator"], False, {"partner"}),
        (["paralegal", "administrator", "auditor"], False, {"administrator"}),
        (["docket", "partner", "administrator"], False, {"docket"}),
        (["paralegal"], False, set()),
    ],
)
def test_where_nobody_stands_in_a_second_person_is_told_beside_the_attorney(
    session: Session, roles: list[str], supervised: bool, second: set[str]
) -> None:
    ana = person(session)
    entry = recorded(session)[MOTION]
    people = {role: person(session, role, role.split()[-1]) for role in roles}
    if supervised:
        ana.supervisor_id = people["supervisor attorney"].id
    session.flush()
    tell_all(session, now=due(session, entry, "last-0"))
    assert told(session, entry, "last-0") == {"Ana Ruiz", *second}
    assert tell_all(session, now=due(session, entry, "last-0")) == 0


def test_nobody_who_has_left_is_told_and_nothing_before_it_is_due(session: Session) -> None:
    ana = person(session)
    entry = recorded(session)[MOTION]
    ana.deputy_id = person(session, "Dan Fox", active=False).id
    person(session, "Dora Dee", "docket")
    session.flush()
    assert tell_all(session, now=due(session, entry, "last-1") - timedelta(days=30)) == 0
    tell_all(session, now=due(session, entry, "last-1"))
    assert told(session, entry, "last-1") == {"Ana Ruiz", "Dora Dee"}


def test_who_takes_a_matter_over_is_told_of_what_was_planned_for_another(session: Session) -> None:
    person(session)
    entry = recorded(session)[MOTION]
    heir = person(session, "Hal Orr")
    entry.matter.attorney_id = heir.id
    session.flush()
    tell_all(session, now=due(session, entry, "last-1"))
    assert told(session, entry, "last-1") == {"Ana Ruiz", "Hal Orr"}


@pytest.mark.parametrize("word", [MOTION, "motion to reopen", "motion"])
def test_of_what_the_firm_calls_not_fatal_nobody_more_is_told(session: Session, word: str) -> None:
    ana = person(session)
    entry = recorded(session)[MOTION]
    ana.deputy_id = person(session, "Dan Fox").id
    session.flush()
    tell_all(session, now=due(session, entry, "last-1"), not_fatal=[word])
    assert told(session, entry, "last-1") == {"Ana Ruiz"}


def test_the_daemon_sends_to_each_once(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        entry = recorded(session)[MOTION]
        ana.deputy_id = person(session, "Dan Fox").id
        at = due(session, entry, "last-1")
    channel = Collector()
    daemon = sweeps(database, channel)
    daemon.send_due(at)
    daemon.send_due(at + timedelta(minutes=1))
    assert sorted(message.to_email for message in channel.messages if "last day" in message.subject) == [
        "ana@firm.test",
        "dan@firm.test",
    ]


@pytest.mark.parametrize("rung", ["safe-1", "last-0"])
def test_who_had_it_taken_back_is_told_again_where_they_must_know(session: Session, rung: str) -> None:
    """Dora left, what was hers was another's, and she is back at the docket. So it is with a deputy who gave a matter
    back."""
    ana = person(session)
    dora = person(session, "Dora Dee", "docket")
    entry = recorded(session)[MOTION]
    ana.deputy_id = person(session, "Dan Fox").id
    session.flush()
    at = due(session, entry, rung)
    tell_all(session, now=at)
    query = select(Reminder).where(Reminder.entry_id == entry.id, Reminder.rung == rung)
    theirs = [row for row in session.scalars(query) if row.person_id in (dora.id, ana.deputy_id)]
    for row in theirs:
        row.state, row.next_at = "cancelled", at - timedelta(days=9)
    session.flush()
    assert tell_all(session, now=at) == len(theirs) == 2
    session.expire_all()
    assert {(row.state, row.next_at) for row in theirs} == {("planned", at)}
    assert tell_all(session, now=at) == 0
