"""How fast each channel is given messages, by whatever sends; and who is asked next where nobody answers."""

from datetime import timedelta

from sqlalchemy import select

from deadlines.docket import letters
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.escalation import Escalation
from deadlines.docket.outages import outages
from deadlines.errors import ChannelDown
from deadlines.store.database import Database
from deadlines.store.tables import Letter, Person, Reminder
from tests.daemon.parts import WEEK_BEFORE
from tests.daemon.test_lanes import MINUTE, SAFE_DAY, Named, channels, daemon, fill
from tests.docket.samples import ZONE, entry, matter, person, plan, window


def flood(database: Database, count: int) -> None:
    with database.write() as session:
        ana = person(session)
        for number in range(count):
            asked = window()
            plan(session, *entry(session, matter(session, ana, f"m-{number:03}"), asked), asked, [ana])


def test_a_mail_server_is_given_no_more_than_it_takes(database: Database) -> None:
    flood(database, 45)
    sweeps = daemon(database, {"smtp": Named("smtp")}, per_minute={"smtp": 30}, batch=10)
    # Forty seconds: the pace goes by the moment at which a mail left, and a busy machine takes some seconds.
    sent = [sweeps.send_due(SAFE_DAY + tick * timedelta(seconds=40)).messages for tick in range(4)]
    assert sent == [30, 0, 15, 0]
    with database.read() as session:
        assert max(session.scalars(select(Reminder.attempts))) == 1


def test_a_flood_leaves_room_for_what_is_urgent(database: Database) -> None:
    flood(database, 40)
    ways = {"smtp": Named("smtp")}
    sweeps = daemon(database, ways, per_minute={"smtp": 30})
    assert sweeps.send_due(WEEK_BEFORE).messages == 24
    with database.write() as session:
        ana = session.scalars(select(Person)).one()
        asked = window()
        for row in plan(session, *entry(session, matter(session, ana, "urgent"), asked), asked, [ana]):
            row.severity, row.due_at, row.next_at = 2, WEEK_BEFORE, WEEK_BEFORE
    assert sweeps.send_due(WEEK_BEFORE + timedelta(seconds=5)).messages == 1
    assert "urgent" in ways["smtp"].messages[-1].subject


def test_letters_take_what_reminders_leave_of_the_pace(database: Database) -> None:
    flood(database, 20)
    with database.write() as session:
        ana = session.scalars(select(Person)).one()
        for number in range(30):
            letters.queue(session, key=f"t/{number}", person=ana, subject="Letter", text="Text", now=WEEK_BEFORE)
    ways = {"smtp": Named("smtp")}
    sweeps = daemon(database, ways, per_minute={"smtp": 30})
    looks = [sweeps.send_due(WEEK_BEFORE + tick * timedelta(seconds=31)) for tick in range(4)]
    assert [(look.messages, look.letters) for look in looks] == [(20, 4), (0, 0), (0, 24), (0, 0)]
    assert not any("Letter" in message.subject for message in ways["smtp"].messages[:20])
    later = sweeps.send_due(WEEK_BEFORE + 5 * MINUTE)
    with database.read() as session:
        assert later.letters == 2
        assert max(session.scalars(select(Letter.attempts))) == 1


def test_alarms_of_the_program_keep_to_the_pace_too(database: Database) -> None:
    with database.write() as session:
        for number in range(3):
            person(session, f"Dora{number} Dee", "docket")
        raise_alarm(session, "key", subject="Subject", text="Text", now=WEEK_BEFORE)
    ways = {"smtp": Named("smtp")}
    sweeps = daemon(database, ways, per_minute={"smtp": 2})
    sweeps.send_due(WEEK_BEFORE)
    assert len(ways["smtp"].messages) == 2
    sweeps.send_due(WEEK_BEFORE + MINUTE)
    assert len({message.to_email for message in ways["smtp"].messages}) == 3


def test_a_mail_server_that_letters_find_down_is_an_outage(database: Database) -> None:
    with database.write() as session:
        letters.queue(session, key="t", person=person(session), subject="Letter", text="Text", now=WEEK_BEFORE)
    ways = {"smtp": Named("smtp", ChannelDown("The mail server cannot be reached."))}
    sweeps = daemon(database, ways)
    sweeps.send_due(WEEK_BEFORE)
    with database.read() as session:
        assert list(outages(session)) == ["smtp"]
    ways["smtp"].error = None
    assert sweeps.send_due(WEEK_BEFORE + 5 * MINUTE).letters == 1
    with database.read() as session:
        assert not outages(session)


# -- who is asked next -------------------------------------------------------------------------------------------


def test_who_is_asked_next_is_told_by_chat_too(database: Database) -> None:
    fill(database, clerk=True)
    with database.write() as session:
        ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
        ana.deputy_id = session.scalars(select(Person.id).where(Person.role == "docket")).one()
    ways = channels()
    asked = Escalation(wait=timedelta(hours=2), emergency=None, zone=ZONE, channel="smtp")
    sweeps = daemon(database, ways, escalation=asked)
    sweeps.send_due(SAFE_DAY)
    assert sweeps.escalate(SAFE_DAY + timedelta(hours=3)) == 1
    sweeps.send_due(SAFE_DAY + timedelta(hours=3))
    assert all("[NOBODY HAS ANSWERED]" in way.messages[-1].subject + way.texts[-1] for way in ways.values())
    assert sweeps.escalate(SAFE_DAY + timedelta(hours=4)) == 0


def test_what_only_the_webhook_took_asks_nobody(database: Database) -> None:
    fill(database, clerk=True)
    with database.write() as session:
        ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
        ana.deputy_id = session.scalars(select(Person.id).where(Person.role == "docket")).one()
    ways = channels(smtp=ChannelDown("Down."), slack=ChannelDown("Down."))
    asked = Escalation(wait=timedelta(hours=2), emergency=None, zone=ZONE, channel="smtp")
    sweeps = daemon(database, ways, escalation=asked)
    sweeps.send_due(SAFE_DAY)
    assert [message.kind for message in ways["webhook"].messages] == ["deadline.reminder", "deadline.outage"]
    assert sweeps.escalate(SAFE_DAY + timedelta(hours=3)) == 0
