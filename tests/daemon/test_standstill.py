"""A mail server that answers and takes nothing: that mail does not leave is told by every other way."""

import pytest
from sqlalchemy import select

from deadlines.docket.health import check_docket
from deadlines.docket.outages import outages
from deadlines.errors import SendError
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Reminder
from tests.daemon.parts import WEEK_BEFORE
from tests.daemon.test_lanes import MINUTE, channels, daemon, fill
from tests.docket.samples import person

GREYLISTED = SendError("The mail server puts ana off: 451 4.7.1 Greylisted.", wait=60)
SILENT = SendError("The mail server went silent after the text.", uncertain=True)
LATER = [minute * MINUTE for minute in range(13)]


def two_are_told(database: Database) -> None:
    """Ana, and Ben, to whom the same is due."""
    fill(database)
    with database.write() as session:
        ben = person(session, "Ben Okafor", "paralegal")
        for row in session.scalars(select(Reminder)).all():
            made = Reminder(
                **{name: getattr(row, name) for name in ("deadline_id", "entry_id", "channel", "rung", "severity")},
                person_id=ben.id,
                due_at=row.due_at,
                next_at=row.due_at,
                message_id=f"ben-{row.id}",
            )
            session.add(made)


def down(database: Database) -> list[str]:
    with database.read() as session:
        return list(outages(session))


@pytest.mark.parametrize("fault", [GREYLISTED, SILENT])
def test_a_server_that_takes_nothing_from_anybody_is_told_of_as_one_that_is_down(
    database: Database, fault: SendError
) -> None:
    two_are_told(database)
    ways = channels(smtp=fault)
    sweeps = daemon(database, ways)
    for later in LATER[:5]:
        sweeps.send_due(WEEK_BEFORE + later)
    assert down(database) == []
    for later in LATER[5:]:
        sweeps.send_due(WEEK_BEFORE + later)
    assert down(database) == ["smtp"]
    [said], [called] = ways["slack"].messages, ways["webhook"].messages
    assert said.text == called.text
    assert said.text.startswith("Mail of the firm's docket cannot be sent since 2026-11-13 09:00. The mail server")
    with database.read() as session:
        found = {each.id: each for each in check_docket(session, WEEK_BEFORE + LATER[-1])}
    assert found["channels"].state == "ill"


def test_the_first_mail_that_is_taken_ends_it_for_another_process_too(database: Database) -> None:
    two_are_told(database)
    ways = channels(smtp=GREYLISTED)
    sweeps = daemon(database, ways)
    for later in LATER:
        sweeps.send_due(WEEK_BEFORE + later)
    daemon(database, ways).send_due(WEEK_BEFORE + 14 * MINUTE)
    assert down(database) == ["smtp"]
    ways["smtp"].error = None
    daemon(database, ways).send_due(WEEK_BEFORE + 30 * MINUTE)
    assert down(database) == []
    assert {message.to_name for message in ways["smtp"].messages} == {"Ana Ruiz", "Ben Okafor"}


def test_one_whose_mail_alone_is_put_off_is_no_outage(database: Database) -> None:
    fill(database, clerk=True)
    ways = channels()

    def greylist(message: Message) -> None:
        if message.to_name == "Ana Ruiz":
            raise GREYLISTED

    ways["smtp"].first = greylist
    sweeps = daemon(database, ways)
    for minute in range(60):
        sweeps.send_due(WEEK_BEFORE + minute * MINUTE)
        assert down(database) == []
    assert {message.to_name for message in ways["smtp"].messages} == {"Dora Dee"}


def test_in_the_firm_of_one_that_one_is_enough(database: Database) -> None:
    fill(database)
    ways = channels(smtp=GREYLISTED)
    sweeps = daemon(database, ways)
    for later in LATER:
        sweeps.send_due(WEEK_BEFORE + later)
    assert down(database) == ["smtp"]
