"""The agenda of a morning and the weekly docket: once for a person and day, of what holds when it leaves."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from msgspec import structs
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from deadlines.compute.milestones import Template
from deadlines.daemon import Sweeps
from deadlines.docket.agenda import Agenda, Step
from deadlines.docket.agendas import Rhythm, weekdays
from deadlines.docket.closing import waive_entry
from deadlines.docket.compose_agenda import MOST_LINES, compose_agenda
from deadlines.docket.ways import is_working_day
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, Letter, Matter, Milestone, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, desk, firm, recorded, row
from tests.docket.samples import ZONE

RHYTHM = Rhythm(at=time(7, 30), days=frozenset(range(5)), weekly=0, zone=ZONE)
MONDAY = datetime(2026, 11, 16, 12, 35, tzinfo=UTC)
"""Five past half past seven in New York, in the week of the safe date, Fri 20 November 2026."""
DAY = timedelta(days=1)
DRAFT = Template(id="draft", title="Draft ready", before_safe_by=2)


@pytest.fixture
def docket(database: Database) -> Database:
    """Three windows of one matter, with nothing left of the reminders, so that only agendas leave."""
    with database.write() as session:
        firm(session)
        recorded(session, practice=Practice(milestones=(DRAFT,)))
        session.execute(update(Reminder).values(state="cancelled"))
    return database


def daemon(database: Database, channel: Collector | None = None, **more: object) -> Sweeps:
    return sweeps(database, channel, **{"rhythm": RHYTHM, "desk": desk(), **more})


def morning(database: Database, at: datetime, **more: object) -> dict[str, str]:
    """What leaves at a moment: from the address to subject and text."""
    channel = Collector()
    found = daemon(database, channel, **more)
    found.write_agendas(at)
    found.send_due(at)
    assert len({message.message_id for message in channel.messages}) == len(channel.messages)
    return {message.to_email: f"{message.subject}\n{message.text}" for message in channel.messages}


def keys(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.scalars(select(Letter).order_by(Letter.id))
        return [(row.key.rpartition("/")[0], row.state) for row in rows]


def entry_of(session: Session, rule: str = "uscis.motion.reopen") -> Entry:
    return session.scalars(select(Entry).where(Entry.rule == rule)).one()


def test_it_tells_what_lies_ahead_to_whom_it_concerns(docket: Database) -> None:
    told = morning(docket, MONDAY)
    # The paralegal works on no matter.
    assert set(told) == {"ana@firm.test", "dora@firm.test"}
    assert told["ana@firm.test"].startswith("Your docket on Mon 16 Nov 2026: 3 within a week, 3 steps ahead\n")
    assert "Fri 20 Nov 2026 (4 days)  2026-0143  I-290B motion to reopen, file by" in told["ana@firm.test"]
    assert "by courier Wed 18 Nov 2026" in told["ana@firm.test"]
    assert "Wed 18 Nov 2026 (2 days)  2026-0143  Draft ready (I-290B motion to reopen)" in told["ana@firm.test"]
    assert "Draft ready" not in told["dora@firm.test"]
    assert "Canary" not in "".join(told.values())


def test_it_goes_once_a_day_not_before_its_time_and_not_at_the_weekend(docket: Database) -> None:
    assert morning(docket, MONDAY - timedelta(minutes=10)) == {}
    assert len(morning(docket, MONDAY)) == 2
    assert morning(docket, MONDAY + timedelta(hours=3)) == {}
    assert len(morning(docket, MONDAY + DAY)) == 2
    assert morning(docket, MONDAY + 5 * DAY) == {}


@pytest.mark.parametrize(
    ("day", "days", "kinds"),
    [
        # Federal holidays as the Office of Personnel Management lists them for 2026 and 2027.
        (date(2026, 11, 11), "mon tue wed thu fri", []),  # Veterans Day
        (date(2026, 11, 26), "mon tue wed thu fri", []),  # Thanksgiving Day
        (date(2026, 11, 27), "mon tue wed thu fri", ["agenda", "followup"]),
        (date(2026, 12, 25), "mon tue wed thu fri", []),  # Christmas Day, a Friday
        (date(2026, 12, 26), "mon tue wed thu fri", []),
        (date(2026, 12, 28), "mon tue wed thu fri", ["agenda", "weekly", "followup"]),
        (date(2027, 1, 18), "mon tue wed thu fri", []),  # Martin Luther King's birthday, a Monday
        (date(2027, 1, 19), "mon tue wed thu fri", ["agenda", "weekly"]),
        (date(2027, 1, 20), "mon tue wed thu fri", ["agenda"]),
        (date(2026, 11, 28), "fri sat", ["agenda"]),  # a firm that works on Saturdays
        (date(2026, 11, 28), "", []),
    ],
)
def test_no_agenda_on_a_holiday_and_what_goes_once_a_week_waits_for_the_next_working_day(
    day: date, days: str, kinds: list[str]
) -> None:
    rhythm = structs.replace(RHYTHM, days=frozenset(weekdays(days)), follow_up=4, is_working_day=is_working_day(desk()))
    assert rhythm.kinds(day) == kinds
    assert rhythm.due(datetime.combine(day, time(12, 35), UTC)) == bool(kinds)


def test_what_is_fatal_waits_for_no_working_day(docket: Database) -> None:
    veterans_day = datetime(2026, 11, 11, 14, 5, tzinfo=UTC)
    with docket.write() as session:
        row = session.scalars(select(Reminder).where(Reminder.rung == "last-0")).first()
        assert row is not None
        row.state, row.due_at, row.next_at = "planned", veterans_day, veterans_day
    closed = structs.replace(RHYTHM, is_working_day=is_working_day(desk()))
    told = morning(docket, veterans_day, rhythm=closed)
    assert told
    assert all("2026-0143" in text and "Your docket on" not in text for text in told.values())


def test_nothing_to_say_is_no_mail(docket: Database) -> None:
    assert morning(docket, datetime(2026, 11, 3, 13, 0, tzinfo=UTC)) == {}


def test_after_lost_days_only_today_s_is_sent(docket: Database) -> None:
    daemon(docket).write_agendas(MONDAY)
    told = morning(docket, MONDAY + 3 * DAY)
    assert len(told) == 2
    assert all("Thu 19 Nov 2026" in text.splitlines()[0] for text in told.values())
    assert sorted(keys(docket)) == sorted(
        [("agenda/2026-11-16", "cancelled")] * 2 + [("agenda/2026-11-19", "sent")] * 2
    )


def test_a_letter_that_was_held_up_tells_of_the_dates_of_then(docket: Database) -> None:
    daemon(docket).write_agendas(MONDAY)
    with docket.write() as session:
        ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
        for rule in ("uscis.motion.reopen", "uscis.motion.reconsider"):
            waive_entry(session, desk(), entry_of(session, rule), reason="not used", by=ana, now=MONDAY)
    told = morning(docket, MONDAY + timedelta(hours=1))
    assert "1 within a week" in told["ana@firm.test"]
    assert "motion" not in told["ana@firm.test"]


def test_today_what_has_passed_and_what_nobody_answered_stand_first(docket: Database) -> None:
    with docket.write() as session:
        row = session.scalars(select(Reminder).where(Reminder.rung == "safe-1")).first()
        assert row is not None
        sent = update(Reminder).where(Reminder.rung == "safe-1", Reminder.entry_id == entry_of(session).id)
        session.execute(sent.values(state="sent", sent_at=MONDAY + 3 * DAY))
    on_the_day = morning(docket, MONDAY + 4 * DAY)["ana@firm.test"]
    assert "1 not answered, 3 today, 3 steps overdue" in on_the_day.splitlines()[0]
    assert on_the_day.index("TODAY") < on_the_day.index("NOT ANSWERED") < on_the_day.index("STEPS OVERDUE")
    later = morning(docket, datetime(2026, 11, 27, 13, 0, tzinfo=UTC))["ana@firm.test"]
    assert "3 PAST" in later.splitlines()[0]


def test_of_a_restricted_matter_it_says_number_and_dates_alone(docket: Database) -> None:
    with docket.write() as session:
        session.execute(update(Matter).values(restricted=True))
    text = morning(docket, MONDAY)["ana@firm.test"]
    assert "2026-0143  deadline, file by" in text
    assert "2026-0143  step  [" in text
    assert "otion" not in text
    assert "Draft" not in text


def test_who_wants_none_gets_none_and_a_stored_date_in_doubt_is_said(docket: Database) -> None:
    with docket.write() as session:
        session.execute(update(Person).where(Person.email == "ana@firm.test").values(agenda=False))
        # Edited behind the program's back.
        session.execute(
            update(DeadlineRow)
            .where(DeadlineRow.entry_id == entry_of(session).id)
            .values(reason="edited", digest="0" * 64)
        )
    told = morning(docket, MONDAY)
    assert set(told) == {"dora@firm.test"}
    assert "INTEGRITY ALARM" in told["dora@firm.test"]


def test_a_supervisor_is_sent_the_weekly_docket_on_its_day(docket: Database) -> None:
    with docket.write() as session:
        ana, ben, _ = (session.scalars(select(Person).order_by(Person.name))).all()
        ana.supervisor_id = ben.id
    told = morning(docket, MONDAY)["ben@firm.test"]
    assert told.startswith("Weekly docket of 1 attorney, Mon 16 Nov 2026\nAna Ruiz <ana@firm.test>\n")
    assert "I-290B motion to reopen, file by" in told
    assert "ben@firm.test" not in morning(docket, MONDAY + DAY)


def test_once_a_week_it_says_how_many_mails_with_reminders_there_were(docket: Database) -> None:
    """Six reminders, three of them in one mail: four mails."""
    with docket.write() as session:
        for rung in ("safe-14", "safe-7"):
            first = select(func.min(Reminder.id)).where(Reminder.rung == rung).scalar_subquery()
            sent = update(Reminder).where(Reminder.rung == rung)
            lead = first if rung == "safe-7" else Reminder.id
            session.execute(sent.values(state="sent", sent_at=MONDAY - 2 * DAY, lead_id=lead))
    told = "Mails with reminders sent to you in the last seven days: 4."
    assert told in morning(docket, MONDAY)["ana@firm.test"]
    assert "Mails with reminders" not in morning(docket, MONDAY + DAY)["ana@firm.test"]


def test_what_is_left_out_of_the_steps_is_shown_by_the_command_for_steps() -> None:
    many = Agenda([], [], [], [], [step(number) for number in range(MOST_LINES + 3)], date(2026, 11, 16))
    assert "and 3 more: `deadlines milestone list` shows them." in compose_agenda(many, today=many.day)[1]


def step(number: int) -> Step:
    due = date(2026, 11, 1) + timedelta(days=number % 10)
    milestone = Milestone(id=f"step{number:04}", title="Draft ready", due_on=due)
    return Step(milestone, Entry(title="Motion to reopen", form="I-290B"), Matter(reference="2026-1", restricted=False))


def test_an_urgent_reminder_of_that_morning_is_a_mail_of_its_own(database: Database) -> None:
    with database.write() as session:
        firm(session)
        recorded(session)
    channel = Collector()
    found = daemon(database, channel)
    found.write_agendas(datetime(2026, 11, 19, 12, 35, tzinfo=UTC))
    found.send_due(datetime(2026, 11, 19, 14, 1, tzinfo=UTC))
    of_ana = [message for message in channel.messages if message.to_email == "ana@firm.test"]
    assert [("Your docket" in message.subject) for message in of_ana] == [False, True]
    assert of_ana[0].headers["Importance"] == "high"
    assert ENTERED < MONDAY


def test_killed_between_sending_and_marking_it_is_sent_again_with_the_same_id(docket: Database) -> None:
    class KilledError(BaseException):
        pass

    def kill(moment: str) -> None:
        if moment == "letter.send.after":
            raise KilledError

    channel = Collector()
    first = daemon(docket, channel, hook=kill)
    first.write_agendas(MONDAY)
    with pytest.raises(KilledError):
        first.send_due(MONDAY)
    daemon(docket, channel).send_due(MONDAY + timedelta(minutes=5))
    ids = [message.message_id for message in channel.messages]
    assert len(ids) == 3
    assert len(set(ids)) == 2


def test_the_follow_up_goes_to_the_partner_on_its_day_even_where_nothing_was_due(docket: Database) -> None:
    rhythm = structs.replace(RHYTHM, days=frozenset(), weekly=None, follow_up=1, partner="ben@firm.test")
    assert morning(docket, MONDAY, rhythm=rhythm) == {}
    [(email, text)] = morning(docket, MONDAY + DAY, rhythm=rhythm).items()
    assert email == "ben@firm.test"
    assert "Nothing was due." in text
    assert text.count("file by") >= 3
    assert morning(docket, MONDAY + DAY, rhythm=rhythm) == {}
    [(_, text)] = morning(docket, MONDAY + 8 * DAY, rhythm=rhythm).items()
    assert "3 WITHOUT PROOF" in text
    assert morning(docket, MONDAY + 15 * DAY, rhythm=structs.replace(rhythm, partner="")) == {}


def test_the_alarm_of_an_unsigned_evening_leaves_by_mail(docket: Database) -> None:
    channel = Collector()
    found = daemon(docket, channel, rhythm=None, evening=time(19))
    for hours in (0, 11, 12):
        found.watch_evening(MONDAY + timedelta(hours=hours))
        found.send_due(MONDAY + timedelta(hours=hours))
    assert [message.to_email for message in channel.messages] == ["dora@firm.test"]
    assert "Nobody has signed the evening check of Mon 16 Nov 2026" in channel.messages[0].subject


def test_beside_a_protective_date_no_courier_stands_who_comes_too_late_for_it(docket: Database) -> None:
    with docket.write() as session:
        row(session, entry_of(session)).protective_by = MONDAY.date() + timedelta(days=1)
    told = morning(docket, MONDAY)["ana@firm.test"]
    [line] = [line for line in told.splitlines() if "to be protected" in line and "motion to reopen" in line]
    assert "by courier" not in line
    assert told.count("by courier Wed 18 Nov 2026") == 2
