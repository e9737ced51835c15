"""A mail server that answers and takes nothing: that mail does not leave is told by every other way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deadlines.daemon.standstill import Standstill
from deadlines.docket import letters
from deadlines.docket.health import check_docket
from deadlines.docket.outages import outages
from deadlines.errors import SendError
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Person, Reminder
from tests.daemon.parts import WEEK_BEFORE
from tests.daemon.test_lanes import MINUTE, channels, daemon, fill
from tests.docket import samples
from tests.docket.samples import person

GREYLISTED = SendError("The mail server puts ana off: 451 4.7.1 Greylisted.", wait=60)
SILENT = SendError("The mail server went silent after the text.", uncertain=True)
DAY = timedelta(days=1)
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


class Server:
    """What a daemon sees of a mail server, minute by minute; of all people of a firm of seven."""

    def __init__(self, database: Database) -> None:
        with database.write() as session:
            for name in ("Ana", "Bob", "Cy", "Carla", "Dora", "Paula", "Max"):
                person(session, name)
        self.database, self.standstill, self.now = database, Standstill(), WEEK_BEFORE

    def minute(self, *, off: str, taken: str = "") -> bool:
        """A minute in which these were tried in turn; whether mail counts as down after it."""
        self.now += MINUTE
        for name in off.split():
            self.standstill.put_off(name, self.now)
        for name in taken.split():
            self.standstill.taken(name, self.now)
        with self.database.read() as session:
            return self.standstill.since(session, self.now) is not None

    def minutes(self, count: int, off: str) -> int:
        """After how many such minutes mail counts as down; 0 where it never does."""
        return next((number for number in range(1, count + 1) if self.minute(off=off)), 0)


@pytest.fixture
def server(database: Database) -> Server:
    return Server(database)


def test_two_full_mailboxes_are_no_outage_while_the_mail_of_others_goes(server: Server) -> None:
    """Not before the others are mailed, and not on the quiet evening after it."""
    server.minute(off="ana bob", taken="carla cy dora max")
    assert server.minutes(30, off="ana bob") == 0
    server.minute(off="ana bob", taken="dora")
    assert server.minutes(600, off="ana bob") == 0
    # Another who is put off with them is none either, until nobody was mailed for long; and many are one at once.
    assert server.minutes(60, off="ana bob cy") == 41
    server.minute(off="ana bob", taken="max")
    assert server.minutes(10, off="ana bob carla cy paula") == 6


def test_whose_mail_was_put_off_before_counts_where_nothing_goes_any_more(server: Server) -> None:
    """It took two letters while five were put off, then none: that those five were passed by says nothing by then."""
    five = "ana bob carla cy dora"
    for other in ("max", "paula"):
        assert server.minutes(5, off=five) == 0
        server.minute(off=five, taken=other)
    assert server.minutes(60, off=five) == 41


def test_a_new_process_knows_who_was_mailed_before_it_began(server: Server) -> None:
    """Two full mailboxes of a firm of seven, just after the daemon began anew; a day later only they are left."""
    with server.database.write() as session:
        people = list(session.scalars(select(Person).order_by(Person.email)))
        [row, *_] = samples.docket(session, people=people)
        for each in session.scalars(select(Reminder).where(Reminder.rung == row.rung)):
            session.add(Attempt(reminder_id=each.id, at=server.now, outcome="sent"))
        full = " ".join(each.email for each in people[:2])
    assert server.minutes(30, off=full) == 0
    server.standstill, server.now = Standstill(), server.now + DAY
    assert server.minutes(30, off=full) == 6


def test_a_server_that_takes_nothing_is_told_of_however_few_are_mailed(server: Server) -> None:
    """Two of four whom it took lately; two of three; two whom it had put off for a minute before it took another."""
    server.minute(off="", taken="ana bob cy dora")
    assert server.minutes(60, off="ana dora") == 41
    server.now += 2 * DAY
    server.minute(off="", taken="cy")
    assert server.minutes(60, off="ana dora") == 6
    server.minute(off="ana dora", taken="bob cy")
    assert server.minutes(60, off="ana dora") == 41


def test_one_whose_letter_is_put_off_on_a_quiet_day_is_no_outage(server: Server) -> None:
    """The only one of the docket role, of a firm that nothing else is to be told."""
    assert server.minutes(600, off="dora") == 0


def test_a_server_that_takes_nothing_is_told_of_though_one_letter_alone_is_due(database: Database) -> None:
    """Of who alone keeps the docket: the partner is told of it, and that is not taken either."""
    with database.write() as session:
        dora = person(session, "Dora", "docket")
        person(session, "Pat", "partner")
        letters.queue(session, key="test/1", person=dora, subject="Letter", text="Text.", now=WEEK_BEFORE)
    sweeps = daemon(database, channels(smtp=GREYLISTED))
    for minute in range(60):
        sweeps.send_due(WEEK_BEFORE + minute * MINUTE)
    assert down(database) == ["smtp"]
