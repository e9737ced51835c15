"""The auditor, held against dockets in which something was made to go wrong behind the program's back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from deadlines.daemon.auditing import Auditor
from deadlines.docket import gaps, outbox, rounds
from deadlines.docket.alarms import untold
from deadlines.docket.auditor import _cases, audit_page, called_for
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.figures import figures
from deadlines.docket.judging import Statement
from deadlines.docket.moves import Because, move
from deadlines.docket.people import deactivate_person
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Audit, Entry, Gap, NoticeRow, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket import desks
from tests.docket.samples import ZONE, person

ENTERED = desks.ENTERED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOURTEEN_DAYS_BEFORE = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
"""Nine in the morning in New York, a fortnight before Friday 20 November."""
ONE_DAY_BEFORE = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)


OFF = (date(2026, 11, 11), date(2026, 11, 26))
"""Veterans Day and Thanksgiving."""


def statement() -> Statement:
    return Statement(ZONE, time(9), "smtp", lambda day: day.weekday() < 5 and day not in OFF)


@pytest.fixture
def docket(database: Database) -> Database:
    """One denial: three windows for an attorney and somebody of the docket, fourteen reminders before each date."""
    with database.write() as session:
        desks.firm(session)
        desks.recorded(session)
    return database


def auditor(database: Database, **more: Any) -> Auditor:
    return Auditor(database, statement(), **more)


def kinds(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(gap.kind for gap in session.scalars(select(Gap).where(Gap.gone_at.is_(None))))


def alarms(database: Database) -> list[str]:
    with database.read() as session:
        return [item.alarm.text for item in untold(session)]


def change(database: Database, rung: str, who: str = "Ana Ruiz", **values: Any) -> Reminder:
    """Changes one reminder as a fault of the program would."""
    with database.write() as session:
        query = select(Reminder).join(Person, Person.id == Reminder.person_id).join(Entry)
        query = query.where(Reminder.rung == rung, Person.name == who).order_by(Entry.rule)
        row = session.scalars(query).first()
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        return row


def taken(database: Database, *rows: Reminder) -> None:
    """A channel took these."""
    with database.write() as session:
        session.add_all(Attempt(reminder_id=row.id, at=FOURTEEN_DAYS_BEFORE, outcome="sent") for row in rows)


def run(database: Database, *moments: datetime) -> Collector:
    """A daemon that looks at each of these moments."""
    channel = Collector()
    daemon = sweeps(database, channel)
    for now in moments:
        daemon.send_due(now)
    return channel


def test_a_docket_in_which_all_went_well_passes(docket: Database) -> None:
    run(docket, ENTERED, FOURTEEN_DAYS_BEFORE)
    found = auditor(docket).audit(FOURTEEN_DAYS_BEFORE + 2 * HOUR)
    assert found is not None
    assert (found.checked, found.standing, found.passed_at) == (3, 0, FOURTEEN_DAYS_BEFORE + 2 * HOUR)
    assert kinds(docket) == []
    assert alarms(docket) == []


def test_it_stays_so_to_the_end_of_every_window(docket: Database) -> None:
    days = [ENTERED + DAY * number for number in range(35)]
    daemon, judge = sweeps(docket), auditor(docket)
    for now in days:
        daemon.send_due(now)
        found = judge.audit(now + HOUR)
        assert found is not None
        assert found.passed_at == now + HOUR
    assert kinds(docket) == []


def test_a_lost_reminder_is_found_planned_again_told_once_and_sent(docket: Database) -> None:
    with docket.write() as session:
        session.execute(delete(Reminder).where(Reminder.rung == "safe-1"))
    judge, early = auditor(docket), ENTERED + HOUR
    found = judge.audit(early)
    assert found is not None
    assert (found.standing, found.passed_at) == (6, None)  # three windows, two people
    [text] = alarms(docket)
    said = "the reminder of the day before the safe date to ana@firm.test, due 2026-11-19 14:00 UTC, must be"
    assert text.count(said) == 3
    assert "2026-0143" in text
    assert "Canary" not in text
    after = judge.audit(early + HOUR)
    assert after is not None
    assert (after.standing, after.passed_at) == (0, early + HOUR)
    assert len(alarms(docket)) == 1
    with docket.read() as session:
        again = session.scalars(select(Reminder).where(Reminder.rung == "safe-1")).all()
        assert {(row.due_at, row.state) for row in again} == {(ONE_DAY_BEFORE, "planned")}
        assert len(again) == 6


def test_one_that_was_lost_after_its_moment_goes_at_once(docket: Database) -> None:
    run(docket, ENTERED)
    of_stage = select(Reminder.severity).where(Reminder.rung == "safe-14")
    with docket.write() as session:
        before = set(session.scalars(of_stage))
        session.execute(delete(Reminder).where(Reminder.rung == "safe-14"))
    late = FOURTEEN_DAYS_BEFORE + DAY
    auditor(docket).audit(late)
    with docket.read() as session:
        assert set(session.scalars(of_stage)) == before  # no more urgent than it was to be
    assert [message.subject[:5] for message in run(docket, late).messages if "auditor" not in message.subject]
    assert auditor(docket).audit(late + HOUR).passed_at == late + HOUR  # type: ignore[union-attr]


def test_what_waits_out_a_mail_server_that_is_away_is_not_planned_for_a_later_day(docket: Database) -> None:
    """What was claimed and not tried is given back at the moment of that, while the auditor goes by its turn's."""

    def away(_: Message) -> None:
        raise ChannelDown("The mail server cannot be reached.")

    run(docket, *(ENTERED + DAY * number for number in range(23)))
    late = ONE_DAY_BEFORE + 20 * HOUR  # the day after, before the reminders of that day
    sweeps(docket, Collector(away)).send_due(late + timedelta(seconds=40))
    with docket.read() as session:
        waiting = session.scalars(select(Reminder).where(Reminder.rung == "safe-1", Reminder.attempts == 0)).all()
    assert [row.next_at > late for row in waiting] == [True] * 3  # of one person; the other's were tried
    auditor(docket).audit(late)
    assert kinds(docket) == ["unsent"] * 6


@pytest.mark.parametrize(
    "rung, values, kind",
    [
        ("safe-7", {"state": "superseded"}, "withdrawn"),
        ("safe-7", {"state": "cancelled"}, "withdrawn"),
        ("safe-7", {"due_at": ONE_DAY_BEFORE, "next_at": ONE_DAY_BEFORE}, "misplaced"),
        ("safe-7", {"next_at": datetime(2031, 1, 1, tzinfo=UTC)}, "misplaced"),
        ("safe-14", {"state": "planned", "next_at": datetime(2031, 1, 1, tzinfo=UTC), "attempts": 3}, "unsent"),
        ("safe-14", {"state": "leased"}, "unsent"),
        ("safe-14", {"state": "covered", "lead_id": None}, "unproved"),
        ("safe-14", {"sent_at": None}, "unproved"),
        ("safe-7", {"state": "sent", "sent_at": FOURTEEN_DAYS_BEFORE}, "unproved"),
        ("safe-7", {"state": "sent", "sent_at": ONE_DAY_BEFORE}, "unproved"),
        ("safe-14", {"state": "dead"}, "refused"),
    ],
)
def test_what_stands_in_the_way_of_a_reminder_is_found(
    docket: Database, rung: str, values: dict[str, Any], kind: str
) -> None:
    run(docket, ENTERED, FOURTEEN_DAYS_BEFORE)
    change(docket, rung, **values)
    found = auditor(docket).audit(FOURTEEN_DAYS_BEFORE + 2 * HOUR)
    assert found is not None
    assert (kinds(docket), found.passed_at) == ([kind], None)
    again = auditor(docket).audit(FOURTEEN_DAYS_BEFORE + 3 * HOUR)
    assert again is not None
    assert again.passed_at is None or kind in gaps.MENDED


def test_what_left_before_the_clock_was_set_back_is_no_gap(docket: Database) -> None:
    run(docket, ENTERED, FOURTEEN_DAYS_BEFORE)
    found = auditor(docket).audit(FOURTEEN_DAYS_BEFORE - 6 * HOUR)
    assert found is not None
    assert "unproved" not in kinds(docket)


def test_what_was_marked_as_sent_by_hand_goes_all_the_same(docket: Database) -> None:
    """Every later reminder of a window stands as sent at its own moment, or as covered by itself or by one to come."""
    run(docket, ENTERED, FOURTEEN_DAYS_BEFORE)
    change(docket, "safe-7", state="sent", sent_at=ONE_DAY_BEFORE - 6 * DAY)
    with docket.read() as session:
        [itself, other] = session.scalars(
            select(Reminder.id)
            .join(Person, Person.id == Reminder.person_id)
            .join(Entry, Entry.id == Reminder.entry_id)
            .where(Reminder.rung.in_(("safe-3", "last-0")), Person.name == "Ana Ruiz")
            .order_by(Entry.rule, Reminder.due_at)
            .limit(2)
        ).all()
    change(docket, "safe-3", state="covered", lead_id=itself)
    change(docket, "safe-1", state="covered", lead_id=other)
    now = FOURTEEN_DAYS_BEFORE + 2 * HOUR
    auditor(docket).audit(now)
    assert kinds(docket) == ["unproved"] * 3
    [text] = alarms(docket)
    assert text.count("stands as sent or covered, and nothing says") == 3
    auditor(docket).audit(now + HOUR)
    assert kinds(docket) == []
    days = [FOURTEEN_DAYS_BEFORE + day * DAY for day in (7, 11, 13)]
    channel = run(docket, *days)
    to_ana = [message for message in channel.messages if message.to_name == "Ana Ruiz"]
    assert [message.at.date() for message in to_ana] == [day.date() for day in days]
    assert all(message.text.count("File by:") == 3 for message in to_ana)


def test_a_chain_of_covers_that_ends_in_none_that_left_is_found(docket: Database) -> None:
    run(docket, ENTERED, FOURTEEN_DAYS_BEFORE)
    later = change(docket, "safe-14", state="covered")
    change(docket, "safe-14", lead_id=later.id)
    auditor(docket).audit(FOURTEEN_DAYS_BEFORE + 2 * HOUR)
    assert kinds(docket) == ["unproved"]
    # Planned anew and at once it leaves, and all is in its place.
    run(docket, FOURTEEN_DAYS_BEFORE + 2 * HOUR)
    found = auditor(docket).audit(FOURTEEN_DAYS_BEFORE + 3 * HOUR)
    assert found is not None
    assert found.passed_at == FOURTEEN_DAYS_BEFORE + 3 * HOUR


@pytest.mark.parametrize(
    "values, kind",
    [
        ({"sent_at": FOURTEEN_DAYS_BEFORE + 2 * HOUR}, "late"),
        ({"lead_id": 1, "due_at": ENTERED, "sent_at": ENTERED}, "twice"),
    ],
)
def test_what_has_happened_is_told_once_and_forgotten_after_a_week(
    docket: Database, values: dict[str, Any], kind: str
) -> None:
    run(docket, ENTERED, FOURTEEN_DAYS_BEFORE)
    change(docket, "safe-14", **values)
    if kind == "twice":
        taken(docket, change(docket, "safe-7", state="sent", lead_id=2, due_at=ENTERED, sent_at=FOURTEEN_DAYS_BEFORE))
    now = FOURTEEN_DAYS_BEFORE + 3 * HOUR
    judge = auditor(docket)
    found = judge.audit(now)
    assert found is not None
    assert kind in kinds(docket)
    assert found.passed_at == now  # nothing is left to be done
    assert len(alarms(docket)) == 1
    with docket.read() as session:
        assert rounds.check_auditor(session, now).state == "warning"
    for hours in (1, 30, 100):
        judge.audit(now + hours * HOUR)
    assert len([text for text in alarms(docket) if "Still so" in text or gaps.WORDS[kind] in text]) == 1
    run(docket, *(FOURTEEN_DAYS_BEFORE + days * DAY for days in range(9)))
    judge.audit(now + 8 * DAY)
    assert kind not in kinds(docket)


def test_a_mailbox_that_refuses_over_several_stages_is_no_sign_of_a_changed_database(docket: Database) -> None:
    """What is tried again each hour is covered by the next stage, which is refused too. Then the mailbox is well."""
    seven = FOURTEEN_DAYS_BEFORE + 7 * DAY
    well = seven + 6 * HOUR

    def refuse(message: Message) -> None:
        if message.to_name == "Ana Ruiz" and message.at < well:
            raise SendError("There is no such mailbox.", permanent=True)

    run(docket, ENTERED)
    channel, judge = Collector(refuse), auditor(docket)
    daemon = sweeps(docket, channel)
    tries = [of + turn * timedelta(minutes=70) for of in (FOURTEEN_DAYS_BEFORE, seven) for turn in range(4)]
    for now in (*tries, well):
        with docket.write() as session:
            outbox.revive(session, now=now)
        daemon.send_due(now)
        judge.audit(now + timedelta(minutes=10))
        assert set(kinds(docket)) <= {"late"}  # the last, at the end
    assert [message.to_name for message in channel.messages if "NOT DELIVERED" in message.subject][:1] == ["Dora Dee"]
    [arrived] = [message.at for message in channel.messages if message.to_name == "Ana Ruiz"]
    assert arrived >= well
    with docket.read() as session:
        assert session.scalars(select(Audit).where(Audit.action == "reminder.mend")).all() == []


def test_what_stays_is_told_again_after_a_day(docket: Database) -> None:
    judge = auditor(docket)  # nobody sends anything
    for hours in (2, 3, 20, 25, 27, 30):
        judge.audit(FOURTEEN_DAYS_BEFORE + hours * HOUR)
    told = alarms(docket)
    assert [("Found now" in text, "Still so" in text) for text in told] == [(True, False), (False, True)]


def closed(docket: Database, at: datetime) -> str:
    with docket.write() as session:
        entry = session.scalars(select(Entry).where(Entry.status == "open").order_by(Entry.rule)).first()
        by = session.scalars(select(Person).where(Person.role == "attorney")).one()
        assert entry is not None
        waive_entry(session, desks.desk(), entry, reason="the client decided so", by=by, now=at)
        return entry.id


def test_a_closed_entry_passes_and_what_still_waits_for_it_does_not(docket: Database) -> None:
    run(docket, ENTERED)
    identifier = closed(docket, ENTERED + DAY)
    judge = auditor(docket)
    judge.audit(ENTERED + 2 * DAY)
    assert kinds(docket) == []
    with docket.write() as session:
        some = update(Reminder).where(Reminder.entry_id == identifier, Reminder.rung == "safe-3")
        session.execute(some.values(state="planned"))
    judge.audit(ENTERED + 6 * DAY)
    assert kinds(docket) == ["left", "left"]
    with docket.write() as session:
        session.execute(some.values(state="sent", sent_at=ENTERED + 5 * DAY))
    judge.audit(ENTERED + 7 * DAY)
    assert kinds(docket) == ["outdated", "outdated"]
    with docket.write() as session:
        session.execute(some.values(state="planned"))
    judge.audit(ENTERED + 90 * DAY)  # long after the entry was closed
    assert "left" in kinds(docket)


def test_what_goes_for_dates_that_no_longer_hold_is_found(docket: Database) -> None:
    run(docket, ENTERED)
    with docket.write() as session:
        entry = session.scalars(select(Entry).where(Entry.status == "open").order_by(Entry.rule)).first()
        assert entry is not None
        earlier = desks.changed(session, entry, safe_by=date(2026, 11, 17))
        because = Because(session.get_one(NoticeRow, entry.notice_id), "the notice says so")
        move(session, desks.desk(), entry, earlier, because, now=ENTERED + DAY)
    run(docket, ENTERED + DAY, ENTERED + DAY + HOUR)
    judge = auditor(docket)
    judge.audit(ENTERED + DAY + 2 * HOUR)
    assert kinds(docket) == []
    with docket.write() as session:
        old = select(Reminder).where(Reminder.state == "superseded").order_by(Reminder.id)
        row = session.scalars(old).first()
        assert row is not None
        row.state, row.sent_at = "sent", ENTERED + DAY + HOUR
    judge.audit(ENTERED + DAY + 3 * HOUR)
    assert kinds(docket) == ["outdated"]


def test_one_that_was_due_and_never_went_before_the_dates_changed_is_lost(docket: Database) -> None:
    closed(docket, FOURTEEN_DAYS_BEFORE + 5 * HOUR)  # and nobody sent anything since the notice was entered
    with docket.write() as session:
        rows = session.scalars(select(Reminder).where(Reminder.state == "planned")).all()
        for row in rows:
            row.state, row.sent_at = "sent", ENTERED
    taken(docket, *rows)
    auditor(docket).audit(FOURTEEN_DAYS_BEFORE + 6 * HOUR)
    assert set(kinds(docket)) == {"lost"}


def test_reopened_handed_over_and_new_people_pass(docket: Database) -> None:
    run(docket, ENTERED)
    identifier = closed(docket, ENTERED + DAY)
    with docket.write() as session:
        ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
        heir = person(session, "Hal Orr")
        entry = session.get_one(Entry, identifier)
        reopen_entry(session, desks.desk(), entry, reason="the client changed his mind", by=ana, now=ENTERED + 15 * DAY)
        deactivate_person(
            session, ana, successor=heir, actor="test", today=(ENTERED + 16 * DAY).date(), now=ENTERED + 16 * DAY
        )
        late = Person(name="Eve", email="eve@firm.test", role="docket", created_at=ENTERED + 16 * DAY)
        session.add(late)
    days = [FOURTEEN_DAYS_BEFORE, *(ENTERED + number * DAY for number in (15, 16, 17))]
    run(docket, *sorted(days))
    found = auditor(docket).audit(ENTERED + 17 * DAY + HOUR)
    assert found is not None
    assert kinds(docket) == []
    assert found.passed_at is not None


def test_it_goes_on_in_slices_and_begins_again_only_after_a_while(docket: Database) -> None:
    judge = auditor(docket, page=1, turn=0.0)
    now = ENTERED + HOUR
    checked = []  # the fourth entry is kept as information
    for number in range(5):
        found = judge.audit(now + number * timedelta(minutes=1))
        assert found is not None
        checked.append((found.checked, found.finished_at is not None))
    assert checked == [(1, False), (2, False), (3, False), (4, False), (4, True)]
    assert judge.audit(now + timedelta(minutes=18)) is None
    assert judge.audit(now + timedelta(minutes=20)) is not None


def test_it_stops_when_it_is_asked_to(docket: Database) -> None:
    answers = iter([True, False])
    found = auditor(docket, page=1).audit(ENTERED, lambda: next(answers))
    assert found is not None
    assert (found.checked, found.finished_at) == (1, None)


def test_it_asks_the_ladder_by_the_stored_dates_alone(docket: Database) -> None:
    """The moments, worked out by hand: Friday 20 November is the safe date, Wednesday 25 November the last day."""
    with docket.read() as session:
        page = audit_page(session, statement(), after="", limit=10, now=ENTERED)
        assert page.found == []
        ids = list(session.scalars(select(Entry.id).where(Entry.status == "open")))
        case = next(iter(_cases(session, ids, ENTERED)))
        musts = called_for(statement(), case.entry, case.versions[1])
    at = "%a %d %b %H:%M"
    assert [(must.rung, f"{must.due_at:{at}}") for must in musts] == [
        ("safe-14", "Fri 06 Nov 14:00"),
        ("safe-7", "Fri 13 Nov 14:00"),
        ("safe-3", "Tue 17 Nov 14:00"),
        ("safe-1", "Thu 19 Nov 14:00"),
        ("safe-0", "Fri 20 Nov 14:00"),
        ("last-1", "Tue 24 Nov 14:00"),
        ("last-0", "Wed 25 Nov 14:00"),
    ]


@pytest.mark.parametrize(
    "spoil, state",
    [
        (lambda session: None, "well"),
        (lambda session: session.execute(delete(Reminder).where(Reminder.rung == "safe-1")), "ill"),
    ],
)
def test_the_doctor_says_what_the_auditor_found(docket: Database, spoil: Callable[[Any], Any], state: str) -> None:
    with docket.write() as session:
        spoil(session)
    auditor(docket).audit(ENTERED)
    with docket.read() as session:
        assert rounds.check_auditor(session, ENTERED).state == state
        assert rounds.has_passed(session, ENTERED) == (state == "well")
        assert rounds.check_auditor(session, ENTERED + 3 * HOUR).state == "ill"
        assert not rounds.has_passed(session, ENTERED + 3 * HOUR)
        shown = {figure.name: figure.values[""] for figure in figures(session, ENTERED) if not figure.label}
    assert (shown["audit_passed"], shown["reminder_gaps"]) == ((1, 0) if state == "well" else (0, 6))
