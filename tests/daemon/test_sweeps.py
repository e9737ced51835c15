import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
from deadlines.compute.result import Result
from deadlines.daemon import Sweeps, sending
from deadlines.docket import letters
from deadlines.docket.parcels import prepare
from deadlines.docket.reminders import URGENT
from deadlines.docket.versions import locked
from deadlines.errors import ChannelDown, ContentRefused, SendError, StoreError
from deadlines.notify.folder import FolderChannel
from deadlines.notify.message import Message
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Audit, DeadlineRow, Entry, Heartbeat, Matter, Person, Reminder
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, states, sweeps
from tests.docket.desks import desk
from tests.docket.samples import ZONE, entry, matter, person, plan, window
from tests.notify.servers import Inbox, free_port, mail_server

SENDER = "Docket <docket@firm.test>"
MINUTE = timedelta(minutes=1)


def many(database: Database, count: int) -> None:
    with database.write() as session:
        ana = person(session)
        for number in range(count):
            asked = window()
            plan(session, *entry(session, matter(session, ana, f"m-{number:03}"), asked), asked, [ana])


def test_what_is_due_goes_to_a_real_mail_server_once(database: Database) -> None:
    fill(database)
    inbox = Inbox()
    with mail_server(inbox) as port:
        smtp = SmtpChannel(host="127.0.0.1", port=port, security="none", sender=SENDER)
        daemon = Sweeps(database, {"smtp": smtp}, zone=ZONE)
        assert daemon.send_due(WEEK_BEFORE - timedelta(days=8)).sent == 0
        report = daemon.send_due(WEEK_BEFORE - timedelta(days=7))
        assert (report.sent, report.messages) == (1, 1)
        assert daemon.send_due(WEEK_BEFORE - timedelta(days=6)).claimed == 0
        assert daemon.send_due(WEEK_BEFORE).sent == 1
    assert [mail["Subject"][:9] for mail in inbox.mails] == ["[14 days]", "[7 days] "]
    assert states(database)["safe-7"] == "sent"


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_what_somebody_else_holds_for_a_moment_is_looked_for_again_in_the_same_turn(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(database, 3)
    monkeypatch.setattr(sending, "LOOK_AGAIN", 0.05)
    channel = Collector()
    daemon = sweeps(database, channel)
    with held(database, "m-001") as let_go:
        # The two others leave first; then it is let go.
        channel.first = lambda _message: let_go() if len(channel.messages) == 1 else None
        report = daemon.send_due(WEEK_BEFORE)
    assert [told(message) for message in channel.messages] == ["m-000", "m-002", "m-001"]
    assert (report.messages, report.trouble) == (3, "")


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_what_stays_held_keeps_the_turn_from_no_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    many(database, 2)
    monkeypatch.setattr(sending, "LOOK_AGAIN", 0.01)
    channel = Collector()
    daemon = sweeps(database, channel)
    with held(database, "m-001"):
        assert daemon.send_due(WEEK_BEFORE).messages == 1
    assert daemon.send_due(WEEK_BEFORE).messages == 1


@contextmanager
def held(database: Database, reference: str) -> Iterator[Callable[[], None]]:
    """The reminders of a matter are locked by another transaction until that is let go."""
    with database.engine.connect() as connection:
        of = select(Entry.id).join(Matter, Matter.id == Entry.matter_id).where(Matter.reference == reference)
        connection.execute(select(Reminder.id).where(Reminder.entry_id.in_(of)).with_for_update())
        yield connection.rollback
        connection.rollback()


def test_the_same_into_a_folder(database: Database, tmp_path: Path) -> None:
    fill(database)
    folder = FolderChannel(tmp_path / "out", SENDER)
    Sweeps(database, {"folder": folder}, zone=ZONE).send_due(WEEK_BEFORE)
    # The row says smtp, which is no longer configured: it goes by what there is.
    [file] = (tmp_path / "out").iterdir()
    assert "I-290B" in file.read_text()


def test_a_daemon_that_was_down_catches_up_and_says_late(database: Database) -> None:
    many(database, 60)
    channel = Collector()
    report = sweeps(database, channel, batch=10).send_due(WEEK_BEFORE + timedelta(hours=63))
    assert report.sent == 60
    assert report.settled == 60
    # In three mails, because a provider takes thirty a minute: each of twenty-five matters at most, each matter in one.
    assert len(channel.messages) == report.messages == 3
    assert all(message.subject.startswith("[REMINDER LATE by 2 days 15 hours]") for message in channel.messages)
    counts = [re.findall(r"\(\+(\d+) more in (\d+) matters\)", message.subject) for message in channel.messages]
    assert counts == [[("24", "25")], [("24", "25")], [("9", "10")]]
    told = [line for message in channel.messages for line in message.text.splitlines() if line.startswith("Matter ")]
    assert sorted(told) == [f"Matter m-{number:03}" for number in range(60)]
    assert all("How the dates were found" not in message.text for message in channel.messages)
    assert channel.messages[0].text.count("Last day:        Wed 25 Nov 2026") == 25
    assert channel.closed == 1


def test_what_is_urgent_stays_a_mail_of_its_own_and_leaves_first(database: Database) -> None:
    many(database, 5)
    with database.write() as session:
        session.execute(update(Reminder).where(Reminder.entry_id == of(session, "m-003")).values(severity=URGENT))
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE + timedelta(hours=63))
    said = [re.findall(r"^Matter (.*)$", message.text, re.M) for message in channel.messages]
    assert said == [["m-003"], ["m-000", "m-001", "m-002", "m-004"]]
    assert "How the dates were found" in channel.messages[0].text


@pytest.mark.parametrize(
    ("day", "told"),
    [(6, "[REMINDER LATE by 2 hours] [TODAY]"), (7, "[PROTECTIVE DATE HAS PASSED] [REMINDER LATE by 1 day 2 hours]")],
)
def test_a_protective_date_stays_a_mail_of_its_own_and_says_where_it_has_passed(
    database: Database, day: int, told: str
) -> None:
    with database.write() as session:
        ana = person(session)
        soon = window(opens_on=date(2026, 10, 14), safe_by=date(2026, 11, 13), last_day=date(2026, 11, 13))
        for reference in ("m-0", "m-1"):
            plan(session, *entry(session, matter(session, ana, reference), soon), soon, [ana])
        short = window(opens_on=date(2026, 10, 27), protective_by=date(2026, 11, 6), last_day=date(2026, 11, 27))
        plan(session, *entry(session, matter(session, ana, "short"), short), short, [ana])
    channel = Collector()
    daemon = sweeps(database, channel)
    daemon.send_due(datetime(2026, 11, 5, 20, tzinfo=UTC))
    channel.messages.clear()
    daemon.send_due(datetime(2026, 11, day, 16, tzinfo=UTC))
    [own] = [message.subject for message in channel.messages if "short" in message.subject]
    [others] = [message for message in channel.messages if "short" not in message.subject]
    assert own.startswith(told)
    assert "Matter short" not in others.text


def test_what_had_to_be_protected_is_told_even_where_a_later_stage_is_due(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        short = window(opens_on=date(2026, 10, 27), protective_by=date(2026, 11, 6), last_day=date(2026, 11, 27))
        plan(session, *entry(session, matter(session, ana, "short"), short), short, [ana])
    channel = Collector()
    sweeps(database, channel).send_due(datetime(2026, 11, 14, 16, tzinfo=UTC))
    [message] = channel.messages
    assert message.subject.startswith("[PROTECTIVE DATE HAS PASSED]")


def test_of_what_is_urgent_that_which_can_still_be_saved_leaves_first(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        for number in range(8):
            lost = window(opens_on=date(2026, 10, 14), safe_by=date(2026, 11, 11), last_day=date(2026, 11, 13))
            plan(session, *entry(session, matter(session, ana, f"lost-{number}"), lost), lost, [ana])
        today = window(opens_on=date(2026, 10, 14), safe_by=date(2026, 11, 16), last_day=date(2026, 11, 16))
        plan(session, *entry(session, matter(session, ana, "today"), today), today, [ana])
    channel = Collector()
    daemon = sweeps(database, channel, batch=3)
    daemon.send_due(datetime(2026, 11, 12, 22, tzinfo=UTC))
    channel.messages.clear()
    # In New York it is still the sixteenth when the seventeenth has begun in UTC.
    daemon.send_due(datetime(2026, 11, 17, 4, tzinfo=UTC))
    assert channel.messages[0].subject.split(" – ")[1] == "today"
    assert len(channel.messages) == 9


def test_of_a_restricted_matter_a_late_mail_of_many_says_number_and_dates_alone(database: Database) -> None:
    many(database, 3)
    with database.write() as session:
        session.execute(update(Matter).where(Matter.reference != "m-001").values(restricted=True))
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE + timedelta(hours=63))
    [message] = channel.messages
    assert message.text.count("otion to reopen") == 1
    assert "otion" not in message.subject
    assert "Canary" not in message.text


def test_a_late_mail_of_many_matters_comes_again_whole_and_under_its_id(database: Database) -> None:
    many(database, 5)
    offered: list[Message] = []
    channel, monday = Collector(), WEEK_BEFORE + timedelta(hours=63)

    def silent(message: Message) -> None:
        offered.append(message)
        raise SendError("silent", uncertain=True)

    channel.first = silent
    sweeps(database, channel, batch=1).send_due(monday)
    channel.first = None
    sweeps(database, channel, batch=1).send_due(monday + 2 * MINUTE)  # it rests for one from when it failed
    [first], [second] = offered, channel.messages
    assert first.message_id == second.message_id
    assert first.headers == second.headers
    assert "may be a repeat" in second.text


def test_what_cannot_be_sent_together_goes_matter_by_matter_in_the_end(database: Database) -> None:
    many(database, 5)
    monday = WEEK_BEFORE + timedelta(hours=63)
    channel = Collector(refuse(SendError("451"), "m-000"))
    daemon = sweeps(database, channel)
    for tick in range(4):
        daemon.send_due(monday + tick * 5 * MINUTE)
    assert len(channel.messages) == 4


def test_one_matter_whose_text_is_refused_keeps_no_other_from_leaving(database: Database) -> None:
    many(database, 8)
    monday = WEEK_BEFORE + timedelta(hours=63)

    def spam(message: Message) -> None:
        if "Matter m-003" in message.text:
            raise ContentRefused("554 5.7.1 spam")

    channel = Collector(spam)
    daemon = sweeps(database, channel)
    for tick in range(3):
        daemon.send_due(monday + tick * MINUTE)
    said = [re.findall(r"^Matter (.*)$", message.text, re.M) for message in channel.messages]
    assert said == [[f"m-{number:03}"] for number in range(8) if number != 3]
    with database.read() as session:
        dead = session.scalars(select(Reminder.entry_id).where(Reminder.state == "dead", Reminder.rung == "safe-7"))
        assert dead.all() == [of(session, "m-003")]


def test_a_late_mail_of_which_nobody_can_tell_goes_matter_by_matter_in_the_end(database: Database) -> None:
    many(database, 4)
    monday = WEEK_BEFORE + timedelta(hours=63)

    def silent(message: Message) -> None:
        if message.text.count("\nMatter "):
            raise SendError("silent", uncertain=True)

    channel = Collector(silent)
    daemon = sweeps(database, channel)
    for tick in range(4):
        daemon.send_due(monday + tick * 5 * MINUTE)
    said = [re.findall(r"^Matter (.*)$", message.text, re.M) for message in channel.messages]
    assert sorted(said) == [[f"m-{number:03}"] for number in range(4)]
    assert len({message.message_id for message in channel.messages}) == 4
    assert all("may be a repeat" in message.text for message in channel.messages)


def test_an_outage_neither_takes_apart_what_is_late_nor_alarms_of_the_next_refusal(database: Database) -> None:
    many(database, 30)
    with database.write() as session:
        person(session, "Dora Clerk", role="docket")
    monday = WEEK_BEFORE + timedelta(hours=63)
    channel = Collector(refuse(ChannelDown("away")))
    daemon = sweeps(database, channel)
    for tick in range(90):
        daemon.send_due(monday + tick * MINUTE)
    channel.first = refuse(SendError("451 4.7.1 greylisted"))
    daemon.send_due(monday + 92 * MINUTE)
    channel.first = None
    daemon.send_due(monday + 97 * MINUTE)
    assert [message.to_name for message in channel.messages] == ["Ana Ruiz"] * 2
    assert not any("NOT DELIVERED" in message.subject for message in channel.messages)


def of(session: Session, reference: str) -> str:
    """The one entry of a matter."""
    query = select(Entry.id).join(Matter, Matter.id == Entry.matter_id).where(Matter.reference == reference)
    return session.scalars(query).one()


def test_a_clock_in_the_past_sends_nothing_and_the_same_row_later(database: Database) -> None:
    fill(database)
    channel = Collector()
    daemon = sweeps(database, channel)
    assert daemon.send_due(datetime(1970, 1, 1, tzinfo=UTC)).claimed == 0
    assert daemon.send_due(WEEK_BEFORE).sent == 1


def test_a_clock_set_back_frees_what_waits_for_the_old_time(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    fill(database)
    daemon = sweeps(database, Collector(refuse(SendError("451"))))
    daemon.beat(WEEK_BEFORE)
    daemon.send_due(WEEK_BEFORE)
    back = WEEK_BEFORE - timedelta(hours=1)
    with caplog.at_level(logging.ERROR):
        assert daemon.beat(back).clock_back_seconds == 3600
    assert "the clock went back" in caplog.text
    channel = Collector()
    assert sweeps(database, channel).send_due(back + MINUTE).sent == 1
    assert daemon.beat(back + MINUTE).clock_back_seconds == 0


def refuse(error: Exception, only: str = "") -> Callable[[Message], None]:
    def first(message: Message) -> None:
        if only in message.subject:
            raise error

    return first


@pytest.mark.parametrize("error", [SendError("451"), SendError("550", permanent=True), RuntimeError("bug")])
def test_one_message_that_fails_does_not_hold_up_the_others(database: Database, error: Exception) -> None:
    many(database, 10)
    channel = Collector(refuse(error, "m-004"))
    report = sweeps(database, channel).send_due(WEEK_BEFORE)
    assert len(channel.messages) == 9
    assert (report.sent, report.failed) == (9, 1)


def test_a_poisoned_row_does_not_hold_up_the_others(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    many(database, 5)
    with database.write() as session:
        for row in session.scalars(select(DeadlineRow).limit(2)):
            row.window = {"working": "nonsense"}
        session.scalars(select(Person)).one().name = "Ana\u2028Bcc: x\r\nEvil: y\ud7ff"
    channel = Collector()
    assert sweeps(database, channel).send_due(WEEK_BEFORE).sent == 5
    monkeypatch.setattr("deadlines.docket.parcels.compose", broken)
    monkeypatch.setattr("deadlines.docket.parcels.compose_plain", broken)
    monkeypatch.setattr("deadlines.daemon.sending.in_few_words", broken)
    daemon = sweeps(database, channel)
    report = daemon.send_due(WEEK_BEFORE + timedelta(days=4))
    assert (report.sent, report.failed) == (0, 5)
    monkeypatch.undo()
    assert sweeps(database, channel).send_due(WEEK_BEFORE + timedelta(days=4, minutes=2)).sent == 5


def test_one_that_cannot_be_told_of_silences_none_it_would_have_been_told_with(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 3)
    with database.read() as session:
        bad = session.scalars(select(Entry.id).order_by(Entry.id)).first()

    def fails_for_one(entry: Entry, row: DeadlineRow) -> bool:
        if entry.id == bad:
            raise ValueError
        return False

    monkeypatch.setattr("deadlines.docket.parcels.is_altered", fails_for_one)
    channel = Collector()
    report = sweeps(database, channel).send_due(WEEK_BEFORE)
    assert (report.sent, report.failed, report.trouble) == (3, 0, "")
    full = [message for message in channel.messages if "I-290B" in message.subject]
    [few] = [message for message in channel.messages if message not in full]
    assert len(full) == 2
    assert "2026-0143" in few.subject
    assert few.text.count("2026-11-") == 2
    assert "Canary" not in few.text
    assert len({message.message_id for message in channel.messages}) == 3
    assert sweeps(database, channel).send_due(WEEK_BEFORE + MINUTE).claimed == 0


def test_few_words_are_not_sent_for_what_is_closed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database)
    with database.write() as session:
        session.scalars(select(Entry)).one().status = "satisfied"
    monkeypatch.setattr("deadlines.daemon.sending.prepare", broken)
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE)
    assert channel.messages == []


def broken(*_: object, **__: object) -> Message:
    raise ValueError("broken template")


def test_a_channel_that_is_down_is_asked_once_a_turn_and_all_goes_when_it_is_back(database: Database) -> None:
    many(database, 30)
    asked: list[str] = []

    def down(message: Message) -> None:
        asked.append(message.message_id)
        raise ChannelDown("The mail server cannot be reached.")

    daemon = sweeps(database, Collector(down), batch=10)
    for turn in range(3):
        report = daemon.send_due(WEEK_BEFORE + turn * timedelta(seconds=30))
        assert report.trouble == "The mail server cannot be reached."
    assert len(asked) == 3
    channel = Collector()
    back = sweeps(database, channel).send_due(WEEK_BEFORE + 2 * MINUTE)
    assert back.sent >= 28
    sweeps(database, channel).send_due(WEEK_BEFORE + 20 * MINUTE)
    assert len({message.to_email + message.subject for message in channel.messages}) == 30
    assert len({message.message_id for message in channel.messages}) == 30


def test_one_channel_down_does_not_stop_the_other(database: Database) -> None:
    many(database, 20)
    with database.write() as session:
        for row in session.scalars(select(Reminder).where(Reminder.id % 2 == 0)):
            row.channel = "folder"
    channel = Collector()
    daemon = Sweeps(
        database,
        {"smtp": Collector(refuse(ChannelDown("down"))), "folder": channel},
        zone=ZONE,
        batch=3,
    )
    before = [row for row in due(database, WEEK_BEFORE) if row == "folder"]
    report = daemon.send_due(WEEK_BEFORE)
    assert len(channel.messages) + report.settled >= 1
    assert not [row for row in due(database, WEEK_BEFORE) if row == "folder"]
    assert before


def due(database: Database, now: datetime) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(select(Reminder.channel).where(Reminder.next_at <= now, Reminder.state == "planned"))
        )


def test_a_mail_server_that_is_not_there_leaves_all_due(database: Database) -> None:
    many(database, 3)
    smtp = SmtpChannel(host="127.0.0.1", port=free_port(), security="none", sender=SENDER)
    report = Sweeps(database, {"smtp": smtp}, zone=ZONE).send_due(WEEK_BEFORE)
    assert report.sent == 0
    assert "cannot be reached" in report.trouble
    with database.read() as session:
        assert set(session.scalars(select(Attempt.outcome))) == {"put off"}
        assert set(session.scalars(select(Reminder.state))) <= {"planned", "covered"}


def test_two_daemons_at_once_send_each_message_once(database: Database) -> None:
    many(database, 40)
    channels = [Collector(), Collector()]
    together = threading.Barrier(2)

    def work(channel: Collector) -> None:
        daemon = sweeps(database, channel, batch=4)
        together.wait(60)
        daemon.send_due(WEEK_BEFORE)

    threads = [threading.Thread(target=work, args=[channel]) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sent = [message.message_id for channel in channels for message in channel.messages]
    assert len(sent) == len(set(sent)) == 40


def test_a_daemon_that_slept_over_its_lease_sends_nothing_that_another_took(database: Database) -> None:
    many(database, 5)
    other = Collector()

    def sleep(moment: str) -> None:
        if moment == "claim.after_commit":
            sweeps(database, other).send_due(WEEK_BEFORE + timedelta(seconds=121))

    mine = Collector()
    report = sweeps(database, mine, hook=sleep).send_due(WEEK_BEFORE)
    assert len(other.messages) == 5
    assert mine.messages == []
    assert report.sent == 0


def test_a_stop_lets_the_present_message_finish_and_gives_back_the_rest(database: Database) -> None:
    many(database, 5)
    daemon = sweeps(database, channel := Collector())
    channel.first = lambda _: daemon.stopping.set()
    report = daemon.send_due(WEEK_BEFORE)
    assert (report.sent, len(channel.messages)) == (1, 1)
    assert report.released == 8
    other = Collector()
    assert sweeps(database, other).send_due(WEEK_BEFORE + MINUTE).sent == 4


class Flaky:
    """A database whose next writes fail, so many of them."""

    def __init__(self, database: Database) -> None:
        self.real, self.failing = database, 0
        self.read = database.read

    @contextmanager
    def write(self) -> Iterator[Session]:
        if self.failing:
            self.failing -= 1
            raise StoreError("The database is locked.")
        with self.real.write() as session:
            yield session


def test_a_database_that_fails_ends_the_turn_and_not_the_daemon(database: Database) -> None:
    fill(database)
    flaky = Flaky(database)
    channel = Collector()
    daemon = sweeps(flaky, channel)  # type: ignore[arg-type]
    flaky.failing = 1
    assert daemon.send_due(WEEK_BEFORE).trouble == "The database is locked."
    assert daemon.send_due(WEEK_BEFORE).sent == 1


def test_a_mark_that_fails_is_written_again(database: Database) -> None:
    fill(database)
    flaky = Flaky(database)
    channel = Collector(lambda _: setattr(flaky, "failing", 2))
    daemon = sweeps(flaky, channel)  # type: ignore[arg-type]
    daemon.stopping.wait = lambda timeout=None: False  # type: ignore[method-assign]
    assert daemon.send_due(WEEK_BEFORE).sent == 1
    assert states(database)["safe-7"] == "sent"


def test_a_mark_that_never_succeeds_repeats_the_message_under_its_id(database: Database) -> None:
    fill(database)
    _, channel = unmarked(database)
    # Another process, because the one that knows is gone.
    assert sweeps(database, channel).send_due(WEEK_BEFORE + 3 * MINUTE).sent == 1
    assert len(channel.messages) == 2
    assert len({message.message_id for message in channel.messages}) == 1
    assert "may be a repeat" in channel.messages[1].text


def unmarked(database: Database) -> tuple[Sweeps, Collector]:
    """A message has left, the database did not take the outcome, and is well again."""
    flaky = Flaky(database)
    channel = Collector(lambda _: setattr(flaky, "failing", 5))
    daemon = sweeps(flaky, channel)  # type: ignore[arg-type]
    daemon.stopping.wait = lambda timeout=None: False  # type: ignore[method-assign]
    report = daemon.send_due(WEEK_BEFORE)
    assert (report.messages, report.trouble) == (1, "The database is locked.")
    channel.first, flaky.failing = None, 0
    return daemon, channel


def test_a_mark_that_could_not_be_written_is_written_in_the_next_turn_and_nothing_repeated(database: Database) -> None:
    fill(database)
    daemon, channel = unmarked(database)
    assert daemon.send_due(WEEK_BEFORE + 3 * MINUTE).trouble == ""
    assert states(database)["safe-7"] == "sent"
    assert len(channel.messages) == 1


def test_after_a_fault_of_the_database_what_is_urgent_still_leaves_first(database: Database) -> None:
    many(database, 6)
    with database.write() as session:
        for reference in ("m-003", "m-004", "m-005"):
            urgent = update(Reminder).where(Reminder.entry_id == of(session, reference))
            session.execute(urgent.values(severity=URGENT))
    daemon, channel = unmarked(database)
    daemon.send_due(WEEK_BEFORE + timedelta(seconds=5))
    # m-004 was at hand when the database failed: it keeps its lease, and comes when that has run out.
    assert [told(message) for message in channel.messages] == ["m-003", "m-005", "m-000", "m-001", "m-002"]
    daemon.send_due(WEEK_BEFORE + 3 * MINUTE)
    assert told(channel.messages[-1]) == "m-004"


def told(message: Message) -> str:
    return message.subject.split(" – ")[1]


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
def test_a_mail_leaves_while_a_change_of_its_entry_is_written(database: Database) -> None:
    fill(database)
    channel = Collector()
    with database.write() as session:
        for entry in session.scalars(select(Entry)):
            locked(session, entry)
        assert sweeps(database, channel).send_due(WEEK_BEFORE).messages == 1


# -- signs of life -------------------------------------------------------------------------------------------


def test_each_turn_leaves_a_heartbeat(database: Database) -> None:
    fill(database)
    daemon = sweeps(database)
    daemon.send_due(WEEK_BEFORE)
    daemon.beat(WEEK_BEFORE)
    with database.read() as session:
        beats = {beat.sweep: beat for beat in session.scalars(select(Heartbeat))}
        assert set(beats) == {"send", "daemon", "clock"}
        assert msgspec.json.decode(beats["send"].detail)["sent"] == 1
        assert abs(beats["send"].at - WEEK_BEFORE) < MINUTE


def test_a_second_daemon_is_reported_and_a_restart_is_not(database: Database) -> None:
    one, two = sweeps(database), sweeps(database)
    one.beat(WEEK_BEFORE)
    assert two.beat(WEEK_BEFORE + MINUTE).other == ""
    assert two.beat(WEEK_BEFORE + 2 * MINUTE).other == ""
    one.beat(WEEK_BEFORE + 3 * MINUTE)
    assert two.beat(WEEK_BEFORE + 4 * MINUTE).other == ""
    one.beat(WEEK_BEFORE + 5 * MINUTE)
    assert two.beat(WEEK_BEFORE + 6 * MINUTE).other == one.owner
    one.beat(WEEK_BEFORE + 7 * MINUTE, stopped=True)
    assert two.beat(WEEK_BEFORE + 8 * MINUTE).other == ""


def test_fetches_are_handed_on(database: Database) -> None:
    seen: list[datetime] = []
    sweeps(database, flush=lambda _session, now: seen.append(now)).flush_fetches(WEEK_BEFORE)
    sweeps(database).flush_fetches(WEEK_BEFORE)
    assert seen == [WEEK_BEFORE]


# -- the nightly check ---------------------------------------------------------------------------------------


def law(**changes: object) -> object:
    asked: list[Notice] = []

    def compute(notice: Notice) -> Result:
        asked.append(notice)
        return Result(None, "2026.12", [window(**changes)], [], [])

    compute.asked = asked  # type: ignore[attr-defined]
    return compute


def checking(database: Database, compute: object, edition: str = "") -> Sweeps:
    return sweeps(database, desk=desk(), compute=compute, edition=edition)


def test_dates_that_still_hold_leave_no_trace(database: Database) -> None:
    fill(database)
    compute = law()
    assert checking(database, compute=compute).nightly.run(WEEK_BEFORE).moves == []
    [notice] = compute.asked  # type: ignore[attr-defined]
    assert notice.decided_on == date(2026, 10, 23)
    assert notice.service.method == "mail"
    with database.read() as session:
        assert session.scalars(select(Audit)).all() == []
        beat = session.get_one(Heartbeat, "recompute")
        counted = {"edition": "", "checked": 1, "applied": 0, "waiting": 0, "failed": 0}
        assert msgspec.json.decode(beat.detail) == counted


def test_earlier_dates_take_effect_in_the_night_and_once(database: Database) -> None:
    fill(database)
    daemon = checking(database, compute=law(last_day=date(2026, 11, 23), latest=date(2026, 11, 23)))
    [found] = daemon.nightly.run(WEEK_BEFORE).moves
    assert daemon.nightly.run(WEEK_BEFORE + timedelta(days=1)).moves == []
    with database.read() as session:
        entry = session.scalars(select(Entry)).one()
        assert (entry.id, entry.version) == (found.entry, 2)
        [row] = session.scalars(select(Audit).where(Audit.action == "deadline.move"))
        assert (row.actor, row.subject) == ("daemon", entry.id)
        assert row.detail["old"]["last_day"] == "2026-11-25"
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE)
    assert channel.messages[0].subject.startswith("[MOVED EARLIER]")


def test_later_dates_wait_and_move_nothing(database: Database) -> None:
    fill(database)
    daemon = checking(database, compute=law(last_day=date(2026, 11, 27), latest=date(2026, 11, 27)))
    assert [move.outcome for move in daemon.nightly.run(WEEK_BEFORE).moves] == ["waiting"]
    assert [move.outcome for move in daemon.nightly.run(WEEK_BEFORE + MINUTE).moves] == ["known"]
    with database.read() as session:
        assert session.scalars(select(DeadlineRow)).one().last_day == date(2026, 11, 25)
    assert set(states(database).values()) == {"planned"}


def test_the_check_runs_once_a_night_and_after_a_new_edition(database: Database) -> None:
    fill(database)
    evening = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 20:00 on the 23rd in New York
    daemon = checking(database, compute=law(), edition="2026.11")
    ran = [daemon.recompute_if_due(evening + timedelta(hours=hours)) for hours in (0, 1, 4, 6, 7, 24, 31)]
    # At once, then not before 02:00 of the next local day (07:00 UTC), then once more the day after.
    assert ran == [True, False, False, True, False, False, True]
    newer = checking(database, compute=law(), edition="2026.12")
    assert newer.recompute_if_due(evening + timedelta(hours=32))
    assert not newer.recompute_if_due(evening + timedelta(hours=33))


def test_a_check_that_was_stopped_does_not_count(database: Database) -> None:
    fill(database)
    daemon = checking(database, compute=law())
    daemon.stopping.set()
    assert daemon.recompute_if_due(WEEK_BEFORE)
    assert checking(database, compute=law()).recompute_if_due(WEEK_BEFORE)


@pytest.mark.parametrize("fault", [RuntimeError("unforeseen"), StoreError("locked for a moment")])
def test_the_outcome_of_a_message_is_written_whatever_becomes_of_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    many(database, 3)
    channel, real, made = Collector(), prepare, list[int]()

    def second_fails(*words: Any, **more: Any) -> Any:
        made.append(1)
        if len(made) == 2:
            raise fault
        return real(*words, **more)

    monkeypatch.setattr(sending, "prepare", second_fails)
    daemon = sweeps(database, channel)
    daemon.send_due(WEEK_BEFORE)
    with database.read() as session:
        first = int(channel.messages[0].headers["X-Deadlines-Reminders"])
        assert session.get_one(Reminder, first).state == "sent"
        assert session.query(Attempt).filter_by(reminder_id=first, outcome="sent").count() == 1
    for minutes in (1, 5, 30):
        daemon.send_due(WEEK_BEFORE + minutes * MINUTE)
    assert len({message.message_id for message in channel.messages}) == len(channel.messages) == 3


@pytest.mark.parametrize("restricted", [False, True])
def test_mails_link_to_the_pages_by_an_id_alone(database: Database, restricted: bool) -> None:
    fill(database)
    with database.write() as session:
        matter = session.scalars(select(Matter)).one()
        matter.restricted, ids = restricted, (matter.id, matter.attorney)
        letters.queue(session, key="test/1", person=ids[1], subject="A letter", text="Words.\n", now=WEEK_BEFORE)
        for row in session.scalars(select(Reminder)):
            row.severity = URGENT
    channel = Collector()
    sweeps(database, channel, pages="https://dates.firm.test/docket").send_due(WEEK_BEFORE)
    reminder, letter = (message.text for message in channel.messages)
    assert f"\n   Open it:         https://dates.firm.test/docket/matter/{ids[0]}\n" in reminder
    assert "open it and choose I take this date on" in reminder
    assert letter == "Words.\n\nThe docket: https://dates.firm.test/docket/\n"


def test_where_people_have_no_pages_mails_link_nowhere(database: Database) -> None:
    fill(database)
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE)
    assert "http" not in channel.messages[0].text
    assert "Docket entry: " in channel.messages[0].text
