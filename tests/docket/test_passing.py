"""What is being sent while its date goes to another attorney is still sent to the other; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import claiming, outbox
from deadlines.docket.handing import hand_over
from deadlines.docket.reminders import message_id
from deadlines.errors import SendError
from deadlines.store.database import Database
from deadlines.store.tables import Matter, Person, Reminder
from tests.docket import samples

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOW = samples.ENTERED + 90 * 24 * HOUR
UNCERTAIN = SendError("The mail server went silent after the text.", uncertain=True)
Fault = SendError | None


@pytest.mark.parametrize("fault", [None, UNCERTAIN, SendError("No such user.", permanent=True)])
def test_a_mail_that_is_on_its_way_to_the_former_attorney_leaves_for_the_successor_too(
    database: Database, fault: Fault
) -> None:
    with database.write() as session:
        ben = samples.person(session, "Ben")
        samples.docket(session)
    ids = _claim(database)
    _hand_over(database, ben)
    _mark(database, ids, fault)
    with database.write() as session:
        waits = [(row.state, row.person_id, row.lead_id, row.message_id) for row in _of(session, ids)]
        assert waits == [("planned", ben.id, None, _id_of(row, ben)) for row in _of(session, ids)]
        again = claiming.claim(session, now=NOW + MINUTE, owner="other", lease=HOUR, limit=500)
        assert {row.id for row in again} == set(ids)


def test_what_may_have_reached_the_former_attorney_is_no_repeat_to_the_successor(database: Database) -> None:
    with database.write() as session:
        ben = samples.person(session, "Ben")
        samples.docket(session)
    ids = _claim(database)
    _mark(database, ids, UNCERTAIN)
    _hand_over(database, ben)
    with database.read() as session:
        assert {(row.state, row.lead_id, row.next_at) for row in _of(session, ids)} == {("planned", None, NOW + MINUTE)}


def _claim(database: Database) -> list[int]:
    with database.write() as session:
        claimed = claiming.claim(session, now=NOW, owner="me", lease=HOUR, limit=500)
        for row in claimed:
            session.get_one(Reminder, row.id).lead_id = claimed[0].id
        return [row.id for row in claimed]


def _hand_over(database: Database, to: Person) -> None:
    with database.write() as session:
        matter = session.scalars(select(Matter)).one()
        hand_over(session, matter, session.get_one(Person, to.id), actor="t", now=NOW + MINUTE)


def _mark(database: Database, ids: list[int], fault: Fault) -> None:
    with database.write() as session:
        if fault is None:
            outbox.mark_sent(session, ids, owner="me", now=NOW + MINUTE)
        else:
            outbox.mark_failed(session, ids, fault, owner="me", now=NOW + MINUTE)


def _of(session: Session, ids: list[int]) -> list[Reminder]:
    return list(session.scalars(select(Reminder).where(Reminder.id.in_(ids)).order_by(Reminder.id)))


def _id_of(row: Reminder, person: Person) -> str:
    return message_id(row.deadline_id, row.rung, person.id, row.channel)


@pytest.mark.parametrize("state", ["leased", "uncertain", "planned"])
def test_the_event_of_the_firms_webhook_stays_the_same_event(database: Database, state: str) -> None:
    with database.write() as session:
        ben = samples.person(session, "Ben")
        row = samples.docket(session)[0]
        row.channel, row.state, row.owner, row.message_id = "webhook", state, "me", "evt-1"
        ids = [row.id]
    _hand_over(database, ben)
    with database.read() as session:
        [row] = _of(session, ids)
        assert (row.person_id, row.state, row.message_id, row.owner) == (ben.id, state, "evt-1", "me")
