"""Chats and the webhook beside mail: what goes there, what never does, and who is told of whose failure."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, select, update

from deadlines.daemon import Sweeps
from deadlines.docket.lanes import Lanes, fan_out
from deadlines.docket.outages import outages
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.message import Message
from deadlines.notify.webhook import payload
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Contact, Matter, Person, Reminder
from tests.daemon.parts import WEEK_BEFORE, Collector
from tests.docket.samples import ENTERED, ZONE, docket, entry, matter, person, plan, window

MINUTE = timedelta(minutes=1)
SAFE_DAY = WEEK_BEFORE + timedelta(days=7)
"""Friday 20 November, nine in New York: the last chance to file safely, which is urgent."""
GONE = SendError("Slack answered 404: the address is no longer good.", permanent=True)
NO_USER = SendError("The mail server refused the recipient: 550.", permanent=True)


class Named(Collector):
    def __init__(self, name: str, error: SendError | None = None) -> None:
        super().__init__(self.fail)
        self.name, self.error = name, error

    def fail(self, message: Message) -> None:
        if self.error is not None:
            raise self.error

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]


def channels(**errors: SendError) -> dict[str, Named]:
    return {name: Named(name, errors.get(name)) for name in ("smtp", "slack", "webhook")}


def daemon(database: Database, ways: Mapping[str, Named], lanes: Lanes | None = None, **more: object) -> Sweeps:
    return Sweeps(database, ways, zone=ZONE, lanes=lanes or Lanes(), **more)  # type: ignore[arg-type]


def fill(database: Database, *, restricted: bool = False, clerk: bool = False) -> None:
    """Ana, who is on Slack, with a matter of which everything is planned; and Dora of the docket, who is too."""
    with database.write() as session:
        ana = person(session)
        docket(session, people=[ana])
        session.scalars(select(Matter)).one().restricted = restricted
        told = [ana, person(session, "Dora Dee", "docket")] if clerk else [ana]
        for each in told:
            session.add(
                Contact(person_id=each.id, channel="slack", address=f"https://S3CRET/{each.id}", added_at=ENTERED)
            )


def rows(database: Database, channel: str) -> list[tuple[str, str]]:
    with database.read() as session:
        found = session.scalars(select(Reminder).where(Reminder.channel == channel).order_by(Reminder.id))
        return [(row.rung.partition("-")[0], row.state) for row in found]


def test_what_is_urgent_goes_to_the_chat_and_the_webhook_too_and_the_rest_by_mail(database: Database) -> None:
    fill(database)
    ways = channels()
    sweeps = daemon(database, ways)
    sweeps.send_due(WEEK_BEFORE)
    assert [len(ways[name].messages) for name in ways] == [1, 0, 0]
    sweeps.send_due(SAFE_DAY)
    sweeps.send_due(SAFE_DAY + MINUTE)
    assert [len(ways[name].messages) for name in ways] == [2, 1, 1]
    said = ways["slack"].messages[0]
    assert said.text.splitlines()[0] == "[TODAY] I-290B motion to reopen – 2026-0143 – file by Fri 20 Nov 2026"
    assert said.address is not None
    assert said.address.reveal().startswith("https://S3CRET/")
    assert "S3CRET" not in repr(said)
    assert ways["webhook"].messages[0].headers["X-Deadlines-Severity"] == "urgent"
    assert len({way.messages[-1].message_id for way in ways.values()}) == 3


@pytest.mark.parametrize("also, expected", [(0, 2), (1, 1), (2, 1)])
def test_the_firm_says_from_which_severity_on(database: Database, also: int, expected: int) -> None:
    fill(database)
    ways = channels()
    sweeps = daemon(database, ways, Lanes(also=also))
    sweeps.send_due(WEEK_BEFORE - timedelta(days=7))
    sweeps.send_due(SAFE_DAY)
    assert len(ways["slack"].messages) == expected


def test_a_chat_added_later_serves_what_was_planned_before(database: Database) -> None:
    with database.write() as session:
        docket(session)
    ways = channels()
    sweeps = daemon(database, ways)
    with database.write() as session:
        ana = session.scalars(select(Person)).one()
        session.add(Contact(person_id=ana.id, channel="slack", address="https://x", added_at=ENTERED))
    sweeps.send_due(SAFE_DAY)
    assert len(ways["slack"].messages) == 1


def test_two_people_of_a_matter_are_one_request_to_the_webhook(database: Database) -> None:
    with database.write() as session:
        docket(session, people=[person(session), person(session, "Dora Dee", "docket")])
    ways = channels()
    daemon(database, ways).send_due(SAFE_DAY)
    assert [len(ways[name].messages) for name in ways] == [2, 0, 1]


def test_a_chat_that_was_taken_away_is_not_written_to(database: Database) -> None:
    fill(database)
    ways = channels(slack=ChannelDown("down"))
    sweeps = daemon(database, ways)
    sweeps.send_due(SAFE_DAY)
    with database.write() as session:
        session.delete(session.scalars(select(Contact)).one())
    ways["slack"].error = None
    sweeps.send_due(SAFE_DAY + 20 * MINUTE)
    assert ways["slack"].messages == []
    assert {state for _, state in rows(database, "slack")} == {"cancelled", "covered"}


def test_what_is_due_is_found_by_its_index(database: Database) -> None:
    fill(database)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with database.write() as session:
        fan_out(session, Lanes(), ["slack", "webhook"], now=SAFE_DAY)
        if session.get_bind().dialect.name != "sqlite":
            return
        questions = [text for text in asked if text.startswith("SELECT reminder")]
        for question in questions:
            values = tuple("x" for _ in range(question.count("?")))
            told = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", values)
            assert any("ix_reminder_due" in row[3] for row in told)
        assert len(questions) == 2


# -- restricted matters ----------------------------------------------------------------------------------------


def test_of_a_restricted_matter_nothing_goes_to_chats_unless_the_firm_wants_it(database: Database) -> None:
    fill(database, restricted=True)
    ways = channels()
    daemon(database, ways, Lanes(also=0)).send_due(SAFE_DAY)
    assert [len(ways[name].messages) for name in ways] == [1, 0, 0]


def test_and_then_only_that_there_is_a_deadline(database: Database) -> None:
    fill(database, restricted=True)
    ways = channels()
    daemon(database, ways, Lanes(also=0, restricted=True)).send_due(SAFE_DAY)
    for name in ("slack", "webhook"):
        [said] = ways[name].messages
        assert (said.text, said.subject, said.headers) == ("Deadline – see the docket",) * 2 + ({},)


def test_a_matter_restricted_after_the_row_was_made_is_silent(database: Database) -> None:
    fill(database)
    ways = channels(slack=ChannelDown("down"))
    sweeps = daemon(database, ways)
    sweeps.send_due(SAFE_DAY)
    with database.write() as session:
        session.scalars(select(Matter)).one().restricted = True
    ways["slack"].error = None
    sweeps.send_due(SAFE_DAY + 20 * MINUTE)
    assert ways["slack"].messages == []


@pytest.mark.parametrize("restricted", [False, True])
def test_a_clients_name_is_nowhere(database: Database, restricted: bool) -> None:
    """The canary: the matter's client is Canary-Garcia, and every failure tells of itself as well."""
    fill(database, restricted=restricted, clerk=True)
    ways = channels(smtp=NO_USER)
    sweeps = daemon(database, ways, Lanes(also=0, restricted=True))
    for tick in range(3):
        sweeps.send_due(SAFE_DAY + tick * MINUTE)
    ways["smtp"].error, ways["slack"].error = None, GONE
    for tick in range(3):
        sweeps.send_due(SAFE_DAY + timedelta(hours=tick + 2))
    said = [message for way in ways.values() for message in way.messages]
    assert len(said) > 3
    assert not [message for message in said if "Canary" in message.text + message.subject + repr(message.headers)]
    if restricted:
        chats = ways["slack"].messages + ways["webhook"].messages
        assert {message.text for message in chats} == {"Deadline – see the docket"}


# -- alarms by another channel -----------------------------------------------------------------------------------


def test_a_mail_that_cannot_be_delivered_is_told_by_chat(database: Database) -> None:
    fill(database, clerk=True)
    ways = channels(smtp=NO_USER)
    sweeps = daemon(database, ways)
    sweeps.send_due(WEEK_BEFORE)
    told = {message.to_name: message.text for message in ways["slack"].messages}
    assert set(told) == {"Ana Ruiz", "Dora Dee"}
    assert all("[NOT DELIVERED]" in text and "refused the recipient" in text for text in told.values())
    sweeps.send_due(WEEK_BEFORE + MINUTE)
    assert len(ways["slack"].messages) == 2


def test_a_chat_that_cannot_be_reached_is_told_by_mail(database: Database) -> None:
    fill(database, clerk=True)
    ways = channels(slack=GONE)
    sweeps = daemon(database, ways)
    sweeps.send_due(SAFE_DAY)
    sweeps.send_due(SAFE_DAY + MINUTE)
    alarms = [message for message in ways["smtp"].messages if "NOT DELIVERED" in message.subject]
    assert {message.to_name for message in alarms} == {"Ana Ruiz", "Dora Dee"}
    assert all("by slack does not arrive; it goes by mail all the same" in message.text for message in alarms)
    assert "S3CRET" not in "".join(message.text for message in alarms)
    before = len(ways["smtp"].messages)
    sweeps.send_due(SAFE_DAY + 2 * MINUTE)
    assert len(ways["smtp"].messages) == before


def test_a_mail_server_that_is_down_is_told_by_chat_once(database: Database) -> None:
    fill(database)
    ways = channels(smtp=ChannelDown("The mail server cannot be reached."))
    sweeps = daemon(database, ways)
    for tick in range(5):
        sweeps.send_due(WEEK_BEFORE + tick * 16 * MINUTE)
    [said] = ways["slack"].messages
    assert "The mail server cannot be reached." in said.text
    with database.read() as session:
        since = outages(session)["smtp"].since
    assert since is not None
    assert since - WEEK_BEFORE < MINUTE
    ways["smtp"].error = None
    sweeps.send_due(WEEK_BEFORE + timedelta(hours=3))
    assert len(ways["smtp"].messages) == 1
    with database.read() as session:
        assert outages(session) == {}


def test_the_reason_of_an_outage_is_told_of_a_reminder_that_was_not_tried_itself(database: Database) -> None:
    fill(database)
    ways = channels(slack=ChannelDown("Slack says 421."))
    sweeps = daemon(database, ways)
    sweeps.send_due(SAFE_DAY)
    undelivered = Reminder.rung.like("undelivered-%")
    with database.write() as session:
        session.execute(delete(Attempt))
        session.execute(update(Reminder).where(undelivered).values(state="planned", sent_at=None))
    ways["smtp"].messages.clear()
    sweeps.send_due(SAFE_DAY + timedelta(seconds=5))
    [said] = ways["smtp"].messages
    assert "Slack says 421." in said.text


@pytest.mark.parametrize("restricted", [False, True])
def test_that_mail_is_down_goes_to_every_other_channel_at_once_and_tells_of_no_matter(
    database: Database, restricted: bool
) -> None:
    """Also while all that waits is of a restricted matter: only the number of what waits is told."""
    fill(database, restricted=restricted, clerk=True)
    ways = channels(smtp=ChannelDown("The mail server cannot be reached."))
    sweeps = daemon(database, ways)
    for tick in range(4):
        sweeps.send_due(WEEK_BEFORE + tick * 16 * MINUTE)
    told = ways["slack"].messages + ways["webhook"].messages
    assert sorted(message.to_name for message in told) == ["", "Ana Ruiz", "Dora Dee"]
    assert len({message.text for message in told}) == 1
    text = told[0].text
    assert text.startswith("Mail of the firm's docket cannot be sent since 2026-11-13 09:00. The mail server")
    assert "1 reminder waits." in text
    said = repr([(message.subject, message.text, message.headers) for message in told])
    assert not [word for word in ("2026-0143", "Canary", "I-290B", "motion", "http") if word in said]
    assert {payload(message)["type"] for message in told} == {"deadline.outage"}
    assert all(at - WEEK_BEFORE < MINUTE for at in (message.at for message in told))


def test_a_chat_that_does_not_take_it_hears_it_later_and_not_once_mail_goes_again(database: Database) -> None:
    fill(database)
    ways = channels(smtp=ChannelDown("Mail is away."), slack=ChannelDown("Slack is away."))
    sweeps = daemon(database, ways)
    sweeps.send_due(WEEK_BEFORE)
    sweeps.send_due(WEEK_BEFORE + MINUTE)
    assert (len(ways["webhook"].messages), ways["slack"].messages) == (1, [])
    ways["slack"].error = None
    sweeps.send_due(WEEK_BEFORE + 6 * MINUTE)
    assert len(ways["slack"].messages) == 1
    ways["smtp"].error = None
    with database.write() as session:
        session.add(
            Contact(
                person_id=session.scalars(select(Person.id)).one(),
                channel="teams",
                address="https://x",
                added_at=ENTERED,
            )
        )
    ways["teams"] = Named("teams")
    daemon(database, ways).send_due(WEEK_BEFORE + 30 * MINUTE)
    assert (len(ways["smtp"].messages), ways["teams"].messages) == (1, [])
    assert (len(ways["webhook"].messages), len(ways["slack"].messages)) == (1, 1)


def test_a_chat_that_is_down_is_told_by_mail_once(database: Database) -> None:
    fill(database)
    ways = channels(slack=ChannelDown("slack cannot be reached"), webhook=ChannelDown("The webhook answered 404"))
    sweeps = daemon(database, ways)
    for tick in range(4):
        sweeps.send_due(SAFE_DAY + tick * 16 * MINUTE)
    alarms = [message.text for message in ways["smtp"].messages if "NOT DELIVERED" in message.subject]
    assert len([text for text in alarms if "by slack" in text]) == 1
    assert len([text for text in alarms if "to the webhook does not arrive" in text]) == 1
    with database.read() as session:
        assert set(outages(session)) == {"slack", "webhook"}


def test_a_channel_that_is_no_longer_there_is_told_by_mail(database: Database) -> None:
    fill(database)
    ways = channels(slack=ChannelDown("down"))
    daemon(database, ways).send_due(SAFE_DAY)
    del ways["slack"]
    sweeps = daemon(database, ways)
    sweeps.send_due(SAFE_DAY + 20 * MINUTE)
    sweeps.send_due(SAFE_DAY + 21 * MINUTE)
    assert ("safe", "dead") in rows(database, "slack")


def test_a_slow_chat_rests_until_the_next_look(database: Database) -> None:
    with database.write() as session:
        for name in ("Ana", "Ben", "Cy"):
            told = person(session, name)
            session.add(Contact(person_id=told.id, channel="slack", address="https://x", added_at=ENTERED))
            asked = window()
            plan(session, *entry(session, matter(session, told, f"m-{name}"), asked), asked, [told])
    asked_for: list[str] = []

    def fail(message: Message) -> None:
        asked_for.append(message.to_name)
        raise SendError("slack fell silent", uncertain=True)

    ways = channels()
    ways["slack"].first = fail
    daemon(database, ways).send_due(SAFE_DAY)
    assert len(asked_for) == 1
    assert len(ways["smtp"].messages) == 3


def test_who_asks_for_patience_is_given_it(database: Database) -> None:
    fill(database)
    ways = channels(slack=SendError("Slack answered 429", wait=1800.0))
    daemon(database, ways).send_due(SAFE_DAY)
    with database.read() as session:
        query = select(Reminder).where(Reminder.channel == "slack", Reminder.state == "planned")
        waiting = session.scalars(query).one()
    assert waiting.next_at - SAFE_DAY >= timedelta(seconds=1800)
