from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from deadlines.docket import letters
from deadlines.docket.people import amend_address, deactivate_person
from deadlines.errors import ChannelDown, ContentRefused, SendError
from deadlines.notify.message import Message
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Letter, Person
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, sweeps
from tests.docket.samples import person
from tests.notify.servers import Inbox, mail_server

NOW = WEEK_BEFORE
MINUTE = timedelta(minutes=1)


def write(database: Database, count: int = 1, prefix: str = "test") -> None:
    with database.write() as session:
        ana = session.scalars(select(Person).where(Person.email == "ana@firm.test")).first() or person(session)
        for number in range(count):
            letters.queue(
                session,
                key=f"{prefix}/{number}",
                person=ana,
                subject=f"Letter {number}",
                text="Text of the letter.\n",
                now=NOW,
            )


def all_letters(database: Database) -> list[Letter]:
    with database.read() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)))


def refusing(error: SendError, *addresses: str) -> Callable[[Message], None]:
    def first(message: Message) -> None:
        if not addresses or message.to_email in addresses:
            raise error

    return first


def test_a_letter_is_written_once_for_its_key(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        told = [
            letters.queue(session, key="silent/1", person=ana, subject=subject, text="x", now=NOW)
            for subject in ("First", "Second")
        ]
    write(database, 1, "silent/1/else")
    assert told == [True, False]
    assert [row.subject for row in all_letters(database)] == ["First", "Letter 0"]


def test_letters_go_to_a_real_mail_server_once(database: Database) -> None:
    write(database, 25)
    inbox = Inbox()
    with mail_server(inbox) as port:
        smtp = SmtpChannel(host="127.0.0.1", port=port, security="none", sender="Docket <docket@firm.test>")
        daemon = sweeps(database, smtp, batch=4)  # type: ignore[arg-type]
        assert daemon.send_due(NOW).letters == 25
        assert daemon.send_due(NOW + MINUTE).letters == 0
    assert sorted(mail["Subject"] for mail in inbox.mails) == sorted(f"Letter {n}" for n in range(25))
    assert {row.state for row in all_letters(database)} == {"sent"}


def test_reminders_go_before_letters_also_while_letters_are_sent(database: Database) -> None:
    write(database, 30)
    channel = Collector()

    def becomes_due(message: Message) -> None:
        if len(channel.messages) == 4:
            fill_once(database)

    channel.first = becomes_due
    report = sweeps(database, channel).send_due(NOW)
    subjects = [message.subject for message in channel.messages]
    place = next(place for place, subject in enumerate(subjects) if "I-290B" in subject)
    assert (report.letters, report.sent) == (30, 1)
    assert place == 10, "after the few letters that were claimed already"


def fill_once(database: Database) -> None:
    from tests.docket.samples import entry, matter, plan, window

    with database.write() as session:
        ana = session.scalars(select(Person)).one()
        asked = window()
        plan(session, *entry(session, matter(session, ana), asked), asked, [ana])


def test_all_reminders_that_are_due_go_first(database: Database) -> None:
    fill(database, 3)
    write(database, 3)
    channel = Collector()
    sweeps(database, channel).send_due(NOW)
    assert ["Letter" in message.subject for message in channel.messages] == [False, True, True, True]


def test_a_repeat_carries_the_same_message_id(database: Database) -> None:
    write(database)
    uncertain = Collector(refusing(SendError("silent after the text", uncertain=True)))
    sweeps(database, uncertain).send_due(NOW)
    [row] = all_letters(database)
    assert (row.state, row.attempts, row.detail) == ("uncertain", 1, "silent after the text")
    channel = Collector()
    sweeps(database, channel).send_due(NOW + 2 * MINUTE)
    [row] = all_letters(database)
    assert (row.state, row.detail) == ("sent", "")
    assert [message.message_id for message in channel.messages] == [row.message_id]


def test_what_is_put_off_comes_again_after_a_pause_that_grows(database: Database) -> None:
    write(database)
    pauses = []
    now = NOW
    for _ in range(8):
        sweeps(database, Collector(refusing(SendError("451")))).send_due(now)
        [row, *_] = all_letters(database)
        pauses.append((row.next_at - now).total_seconds())
        now = row.next_at + MINUTE
    assert 45 < pauses[0] <= 61
    assert all(pause <= 901 for pause in pauses)
    assert pauses[-1] > 700
    assert row.state == "planned"


def test_a_refused_letter_is_dead_and_the_docket_is_told_once_a_day(database: Database) -> None:
    write(database, 3)
    with database.write() as session:
        dora, eve = person(session, "Dora Dee", "docket"), person(session, "Eve Fox", "docket")
        person(session, "Gil Hay", "docket", active=False)
    channel = Collector(refusing(SendError("550 no such user", permanent=True), "ana@firm.test"))
    sweeps(database, channel).send_due(NOW)
    sweeps(database, channel).send_due(NOW + MINUTE)
    assert sorted(message.to_email for message in channel.messages) == ["dora@firm.test", "eve@firm.test"]
    assert "Ana Ruiz does not arrive" in channel.messages[0].text
    assert "550 no such user" in channel.messages[0].text
    assert [row.state for row in all_letters(database)][:3] == ["dead"] * 3
    with database.read() as session:
        rows = list(session.scalars(select(Audit).where(Audit.action == "letter.dead")))
    assert len(rows) == 3
    assert set(rows[0].detail["told"]) == {dora.id, eve.id}


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (["docket", "partner", "administrator", "attorney"], "docket"),
        (["partner", "administrator", "attorney", "paralegal"], "partner"),
        (["administrator", "attorney", "paralegal"], "administrator"),
        (["attorney", "paralegal"], "attorney"),
    ],
)
def test_where_nobody_else_keeps_the_docket_another_who_answers_for_the_firm_is_told(
    database: Database, others: list[str], told: str
) -> None:
    """The mailbox of the one who keeps the docket is full; who has left is told nothing."""
    with database.write() as session:
        dora = person(session, "Dora", "docket")
        for role in others:
            person(session, role, role, email=f"{role}@firm.test")
            person(session, "Gone", role, email=f"gone-{role}@firm.test", active=False)
        letters.queue(session, key="test/1", person=dora, subject="Letter", text="Text.\n", now=NOW)
    channel = Collector(refusing(SendError("452 mailbox full"), "dora@firm.test"))
    for number in range(12):
        sweeps(database, channel).send_due(NOW + number * timedelta(minutes=16))
    assert [message.to_email for message in channel.messages] == [f"{told}@firm.test"]


def test_nobody_is_told_about_an_alarm_that_does_not_arrive(database: Database) -> None:
    write(database)
    with database.write() as session:
        person(session, "Dora Dee", "docket")
        person(session, "Eve Fox", "docket")
    for minutes in range(3):
        sweeps(database, Collector(refusing(ContentRefused("554 no")))).send_due(NOW + minutes * MINUTE)
    assert [row.state for row in all_letters(database)] == ["dead"] * 3


def test_many_tries_are_told_too(database: Database) -> None:
    write(database)
    with database.write() as session:
        person(session, "Dora Dee", "docket")
    channel = Collector(refusing(SendError("451 later"), "ana@firm.test"))
    for number in range(12):
        sweeps(database, channel).send_due(NOW + number * timedelta(minutes=16))
    assert [message.to_email for message in channel.messages] == ["dora@firm.test"]


def test_a_long_outage_counts_for_no_try_and_is_told_of_nobody(database: Database) -> None:
    """Nothing is wrong with the address: when the channel is back the first refusal is the first one."""
    write(database)
    with database.write() as session:
        person(session, "Dora Dee", "docket")
    outage = Collector(refusing(ChannelDown("away")))
    for number in range(12):
        sweeps(database, outage).send_due(NOW + number * timedelta(minutes=16))
    assert [(row.state, row.attempts) for row in all_letters(database)] == [("planned", 1)]
    refuses = Collector(refusing(SendError("451 later"), "ana@firm.test"))
    for number in range(12, 15):
        sweeps(database, refuses).send_due(NOW + number * timedelta(minutes=16))
    assert refuses.messages == []


def test_a_channel_that_is_down_is_asked_once_and_all_goes_when_it_is_back(database: Database) -> None:
    write(database, 25)
    asked: list[str] = []

    def down(message: Message) -> None:
        asked.append(message.subject)
        raise ChannelDown("away")

    report = sweeps(database, Collector(down)).send_due(NOW)
    assert (len(asked), report.released) == (1, 9)
    assert [row.attempts for row in all_letters(database)] == [1, *[0] * 24]
    assert sweeps(database, Collector()).send_due(NOW + 2 * MINUTE).letters == 25


def test_nothing_is_sent_to_somebody_who_left(database: Database) -> None:
    write(database)
    with database.write() as session:
        ana = session.scalars(select(Person)).one()
        deactivate_person(session, ana, successor=None, actor="test", today=NOW.date(), now=NOW)
    channel = Collector()
    sweeps(database, channel).send_due(NOW)
    assert channel.messages == []
    assert [row.state for row in all_letters(database)] == ["cancelled"]


def test_a_corrected_address_is_written_to_anew(database: Database) -> None:
    write(database)
    sweeps(database, Collector(refusing(SendError("550", permanent=True)))).send_due(NOW)
    with database.write() as session:
        amend_address(session, session.scalars(select(Person)).one(), "ana.ruiz@firm.test", actor="t", now=NOW)
    channel = Collector()
    sweeps(database, channel).send_due(NOW + MINUTE)
    assert [message.to_email for message in channel.messages] == ["ana.ruiz@firm.test"]


def test_a_stop_gives_back_what_was_claimed(database: Database) -> None:
    write(database, 8)
    channel = Collector()
    daemon = sweeps(database, channel)
    channel.first = lambda _message: daemon.stopping.set()
    report = daemon.send_due(NOW)
    assert (report.letters, report.released) == (1, 7)
    assert sorted(row.state for row in all_letters(database)) == ["planned"] * 7 + ["sent"]
    assert {row.attempts for row in all_letters(database) if row.state == "planned"} == {0}


def test_two_processes_send_each_letter_once(database: Database) -> None:
    write(database, 20)
    channel, other = Collector(), Collector()
    second = sweeps(database, other)

    def meanwhile(_message: Message) -> None:
        second.send_due(NOW)

    channel.first = meanwhile
    sweeps(database, channel).send_due(NOW)
    ids = [message.message_id for message in channel.messages + other.messages]
    assert len(ids) == len(set(ids)) == 20


def test_a_lost_lease_is_not_sent(database: Database) -> None:
    write(database)
    with database.write() as session:
        [taken] = letters.claim(session, now=NOW, owner="a", lease=MINUTE, limit=5)
    later = NOW + 2 * MINUTE
    with database.write() as session:
        assert letters.prepare(session, taken, owner="a", now=later, lease=MINUTE) is None
        assert letters.claim(session, now=later, owner="b", lease=MINUTE, limit=5) == [taken]
        letters.mark_sent(session, taken, owner="a", now=later)
    [row] = all_letters(database)
    assert (row.state, row.owner) == ("leased", "b")


def test_a_clock_set_back_frees_what_waits_for_the_old_time(database: Database) -> None:
    write(database)
    daemon = sweeps(database, Collector(refusing(SendError("451"))))
    daemon.beat(NOW + timedelta(hours=2))
    daemon.send_due(NOW + timedelta(hours=2))
    daemon.beat(NOW)
    assert sweeps(database, Collector()).send_due(NOW + MINUTE).letters == 1


def test_a_letter_that_waits_is_taken_back(database: Database) -> None:
    write(database, 2)
    with database.write() as session:
        assert letters.withdraw(session, "test/0", NOW)
        assert not letters.withdraw(session, "test/0", NOW)
    sweeps(database, Collector(refusing(SendError("silent", uncertain=True)))).send_due(NOW)
    with database.write() as session:
        assert not letters.withdraw(session, "test/1", NOW), "somebody may have seen it"
    assert sweeps(database, Collector()).send_due(NOW + timedelta(hours=1)).letters == 0


def test_a_broken_letter_does_not_hold_up_the_others(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write(database, 3)
    honest = letters._message

    def broken(row: Letter, *more: object) -> Message:
        if row.subject == "Letter 1":
            raise ValueError("broken")
        return honest(row, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(letters, "_message", broken)
    report = sweeps(database, Collector()).send_due(NOW)
    assert (report.letters, report.failed) == (2, 1)
