"""Whoever cannot be reached is no reason to wait: the next people are asked as soon as if nobody had answered."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from deadlines.daemon import Sweeps
from deadlines.docket.escalation import Escalation
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket.samples import ZONE, docket, person
from tests.docket.test_escalation import SENT

HOUR = timedelta(hours=1)
RULE = Escalation(wait=timedelta(hours=24), emergency="emma@firm.test", zone=ZONE, channel="smtp")
NO_USER = SendError("The mail server refused the recipient: 550.", permanent=True)
LATER = SendError("The mail server put the recipient off: 451.")


def fill(database: Database) -> None:
    """Ana's matter; Ben is her deputy, Carla her supervisor, Emma the emergency contact. None of them works on it."""
    with database.write() as session:
        ana, ben, carla, _ = (person(session, name) for name in ("Ana", "Ben", "Carla", "Emma"))
        ana.deputy_id, ana.supervisor_id = ben.id, carla.id
        docket(session, people=[ana])


def not_to_ana(error: SendError) -> Callable[[Message], None]:
    def refuse(message: Message) -> None:
        if message.to_email == "ana@firm.test":
            raise error

    return refuse


def hours_on(daemon: Sweeps, hours: int) -> None:
    """What the daemon does, every three hours from nine on the day before the safe date."""
    for hour in range(0, hours + 1, 3):
        now = SENT + hour * HOUR
        daemon.escalate(now)
        daemon.recompute_if_due(now)
        daemon.send_due(now)


def asked(channel: Collector) -> list[tuple[str, int]]:
    """Who was asked next, and after how many hours."""
    found = [message for message in channel.messages if message.subject.startswith("[NOBODY HAS ANSWERED]")]
    return [(message.to_name, (message.at - SENT) // HOUR) for message in found]


@pytest.mark.parametrize("error", [NO_USER, LATER])
def test_an_attorney_who_cannot_be_reached_is_stood_in_for_as_soon_as_one_who_does_not_answer(
    database: Database, error: SendError
) -> None:
    fill(database)
    channel = Collector(not_to_ana(error))
    hours_on(sweeps(database, channel, escalation=RULE), 72)
    found = asked(channel)
    assert ("Ben", 24) in found
    assert ("Carla", 48) in found
    assert ("Emma", 72) in found
    text = next(message.text for message in channel.messages if message.to_name == "Carla")
    assert "No reminder to Ana arrives. You are asked next." in text


def test_who_is_reached_after_all_is_asked_first(database: Database) -> None:
    fill(database)
    channel = Collector(not_to_ana(NO_USER))
    daemon = sweeps(database, channel, escalation=RULE)
    hours_on(daemon, 21)
    channel.first = None
    daemon.recompute_if_due(SENT + 23 * HOUR)
    daemon.send_due(SENT + 23 * HOUR)
    assert "Ana" in {message.to_name for message in channel.messages}
    assert daemon.escalate(SENT + 26 * HOUR) == 0


def test_a_mail_server_that_is_down_asks_nobody_else(database: Database) -> None:
    def down(_: Message) -> None:
        raise ChannelDown("Down.")

    fill(database)
    hours_on(sweeps(database, Collector(down), escalation=RULE), 30)
    with database.read() as session:
        assert not session.scalars(select(Reminder.id).where(Reminder.rung.like("escalated-%"))).all()


def test_who_left_is_stood_in_for_too(database: Database) -> None:
    fill(database)
    with database.write() as session:
        session.scalars(select(Person).where(Person.name == "Ana")).one().active = False
    channel = Collector()
    hours_on(sweeps(database, channel, escalation=RULE), 25)
    assert ("Ben", 24) in asked(channel)
