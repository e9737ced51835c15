"""An alarm that its only reader's address refuses is not lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deadlines.daemon import Sweeps
from deadlines.docket.alarms import check_alarms, raise_alarm
from deadlines.docket.contacts import set_contact
from deadlines.errors import SendError
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Person
from tests.daemon.parts import WEEK_BEFORE, Collector
from tests.docket.samples import ZONE, person


def refused(message: Message) -> None:
    if message.to_email == "dora@firm.test":
        raise SendError("550 no such user", permanent=True)


def alarmed(database: Database) -> None:
    with database.write() as session:
        person(session, "Dora Docket", "docket")
        person(session, "Paul Partner", "partner")
        person(session, "Lea Legal", "paralegal")
        raise_alarm(session, "backup/2026", subject="The backup fails", text="Why.\n", now=WEEK_BEFORE)


def state(database: Database) -> tuple[str, str]:
    with database.read() as session:
        found = check_alarms(session)
    return found.state, found.sentence


def test_it_goes_to_others_is_tried_again_each_hour_and_named(database: Database) -> None:
    alarmed(database)
    assert state(database)[0] == "well"
    mail = Collector(refused)
    daemon = Sweeps(database, {"smtp": mail}, zone=ZONE)
    daemon.tell_alarms(WEEK_BEFORE)
    assert mail.messages == []
    assert state(database)[0] == "ill"
    assert all(part in state(database)[1] for part in ("dora@firm.test", "backup/2026", "nobody has heard"))
    for minutes in (1, 2, 30):
        daemon.tell_alarms(WEEK_BEFORE + timedelta(minutes=minutes))
    assert [message.to_email for message in mail.messages] == ["paul@firm.test"]
    assert "nobody has heard" not in state(database)[1]
    mail.first = None
    daemon.tell_alarms(WEEK_BEFORE + timedelta(minutes=59))
    assert len(mail.messages) == 1
    daemon.tell_alarms(WEEK_BEFORE + timedelta(minutes=61))
    assert [message.to_email for message in mail.messages] == ["paul@firm.test", "dora@firm.test"]
    assert state(database)[0] == "well"
    daemon.tell_alarms(WEEK_BEFORE + timedelta(hours=3))
    assert len(mail.messages) == 2


@pytest.mark.parametrize("chat_takes_it", [True, False])
def test_the_persons_chat_hears_that_there_is_one_and_not_what(database: Database, chat_takes_it: bool) -> None:
    alarmed(database)
    with database.write() as session:
        dora = session.scalars(select(Person).where(Person.email == "dora@firm.test")).one()
        set_contact(session, dora, "slack", "https://hooks.slack.test/S3CRET", "slack", actor="test", now=WEEK_BEFORE)

    def chat_refuses(_message: Message) -> None:
        if not chat_takes_it:
            raise SendError("404", permanent=True)

    mail, chat = Collector(refused), Collector(chat_refuses)
    daemon = Sweeps(database, {"smtp": mail, "slack": chat}, zone=ZONE)
    for minutes in (0, 1):
        daemon.tell_alarms(WEEK_BEFORE + timedelta(minutes=minutes))
    assert len(chat.messages) == (1 if chat_takes_it else 0)
    assert all("backup" not in message.text.lower() for message in chat.messages)
    assert [message.to_email for message in mail.messages] == ([] if chat_takes_it else ["paul@firm.test"])
    assert state(database)[0] == ("well" if chat_takes_it else "ill")
