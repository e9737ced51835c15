import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deadlines.docket import outbox
from deadlines.docket.claiming import claim
from deadlines.docket.outbox import extend_lease, mark_failed, mark_sent, pause, release
from deadlines.docket.parcels import Parcel, group, prepare
from deadlines.docket.reminders import cancel, supersede
from deadlines.errors import ChannelDown, ContentRefused, InputError, SendError
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Audit, DeadlineRow, Entry, Matter, Person, Reminder
from tests.docket import samples
from tests.docket.samples import ENTERED, ZONE, docket, entry, matter, person, plan, window

LEASE = timedelta(seconds=120)
NINE_UTC = 14
WEEK_BEFORE = datetime(2026, 11, 13, NINE_UTC, 0, tzinfo=UTC)
TRANSIENT = SendError("The mail server put the message off: 451.")
PERMANENT = SendError("The mail server refused the recipient: 550.", permanent=True)
UNCERTAIN = SendError("The mail server fell silent.", uncertain=True)


def take(session: Session, now: datetime, owner: str = "one", limit: int = 50) -> list[list[int]]:
    return group(session, claim(session, now=now, owner=owner, lease=LEASE, limit=limit), now)


def parcel(session: Session, ids: list[int], now: datetime, owner: str = "one") -> Parcel | None:
    return prepare(session, ids, owner=owner, now=now, lease=LEASE, zone=ZONE)


def one(session: Session, now: datetime, owner: str = "one") -> Parcel:
    [ids] = take(session, now, owner)
    made = parcel(session, ids, now, owner)
    assert made is not None
    return made


def states(session: Session) -> dict[str, str]:
    return {row.rung: row.state for row in session.scalars(select(Reminder).order_by(Reminder.id))}


# -- planning ------------------------------------------------------------------------------------------------


def test_a_reminder_for_each_rung_and_person_at_nine_in_the_firms_zone(database: Database) -> None:
    with database.write() as session:
        people = [person(session), person(session, "Dora Docket", "docket")]
        rows = docket(session, people=people)
        assert len(rows) == 14
        assert len({row.message_id for row in rows}) == 14
    with database.read() as session:
        due = {row.rung: row.due_at for row in session.scalars(select(Reminder))}
    assert due["safe-7"] == WEEK_BEFORE
    # 27 October is before the clocks change, 6 November after: nine stays nine.
    assert due["safe-14"] == datetime(2026, 11, 6, 14, 0, tzinfo=UTC)


def test_planning_twice_is_refused_and_leaves_nothing(database: Database) -> None:
    with database.write() as session:
        rows = docket(session)
        count = len(rows)

    def again() -> None:
        with database.write() as session:
            of = session.scalars(select(Entry)).one()
            deadline = session.scalars(select(DeadlineRow)).one()
            plan(session, of, deadline, window(), list(session.scalars(select(Person))))

    with pytest.raises(IntegrityError):
        again()
    with database.read() as session:
        assert len(session.scalars(select(Reminder)).all()) == count


def test_nobody_to_remind_is_refused(database: Database) -> None:
    with pytest.raises(InputError, match="Nobody"), database.write() as session:
        docket(session, people=[person(session, active=False)])


def test_a_person_named_twice_is_reminded_once(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        assert len(docket(session, people=[ana, ana])) == 7


def test_what_is_past_at_entry_is_due_at_once(database: Database) -> None:
    late = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    with database.write() as session:
        ana = person(session)
        of = matter(session, ana)
        asked = window()
        rows = plan(session, *entry(session, of, asked), asked, [ana], late)
        assert (rows[0].rung, rows[0].due_at) == ("now", late)
        made = one(session, late)
        assert made.message.subject.startswith("[ENTERED LATE] [2 days] I-290B motion to reopen")
        assert "last day is Wed 25 Nov 2026" in made.message.subject


def test_a_window_past_at_entry_says_so_at_once(database: Database) -> None:
    late = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    with database.write() as session:
        ana = person(session)
        asked = window()
        rows = plan(session, *entry(session, matter(session, ana), asked), asked, [ana], late)
        assert [row.rung for row in rows] == ["past"]
        made = one(session, late)
        assert made.message.subject.startswith("[LATE: last day has passed] [6 days ago]")
        assert made.message.headers["Importance"] == "high"


# -- claiming ------------------------------------------------------------------------------------------------


def test_only_what_is_due_is_claimed_and_only_once(database: Database) -> None:
    with database.write() as session:
        docket(session)
    with database.write() as session:
        assert take(session, WEEK_BEFORE - timedelta(seconds=1)) != []
        assert states(session)["safe-7"] == "planned"
    with database.write() as session:
        assert len(take(session, WEEK_BEFORE, "two")) == 1
        row = session.scalars(select(Reminder).where(Reminder.rung == "safe-7")).one()
        assert (row.state, row.owner, row.attempts) == ("leased", "two", 1)
        assert row.lease_until == row.next_at == WEEK_BEFORE + LEASE
    with database.write() as session:
        assert take(session, WEEK_BEFORE, "three") == []


def test_after_its_lease_a_reminder_is_claimed_again(database: Database) -> None:
    with database.write() as session:
        docket(session)
    later = WEEK_BEFORE + LEASE
    with database.write() as session:
        take(session, WEEK_BEFORE, "dead")
    with database.write() as session:
        assert take(session, later - timedelta(seconds=1), "two") == []
        [ids] = take(session, later, "two")
        assert extend_lease(session, ids, owner="dead", now=later, lease=LEASE) == []
        assert {row.id for row in extend_lease(session, ids, owner="two", now=later, lease=LEASE)} == set(ids)
        mark_sent(session, ids, owner="dead", now=later)
        assert set(states(session).values()) == {"planned", "leased"}


def test_a_lease_that_has_run_out_is_not_extended(database: Database) -> None:
    with database.write() as session:
        docket(session)
        [ids] = take(session, WEEK_BEFORE)
        assert parcel(session, ids, WEEK_BEFORE + LEASE) is None


def test_the_most_urgent_comes_first_and_a_group_comes_whole(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        for number in range(3):
            of = matter(session, ana, f"2026-{number}")
            asked = window() if number < 2 else window(safe_by=date(2026, 11, 16), last_day=None)
            plan(session, *entry(session, of, asked), asked, [ana])
        other = window(rule="uscis.motion.reconsider", title="Motion to reconsider")
        first = session.scalars(select(Matter).where(Matter.reference == "2026-0")).one()
        plan(session, *entry(session, first, other), other, [ana])
        now = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
        [urgent] = take(session, now, limit=1)
        made = parcel(session, urgent, now)
        assert made is not None
        assert "2026-2" in made.message.subject
        assert "[TODAY]" in made.message.subject
        [whole] = take(session, now, limit=1)
        assert len(whole) == 6  # also the other matter: everything of both is late


@pytest.mark.parametrize("workers", [4])
def test_workers_side_by_side_share_the_work_and_nothing_is_taken_twice(database: Database, workers: int) -> None:
    with database.write() as session:
        ana = person(session)
        for number in range(40):
            asked = window()
            plan(session, *entry(session, matter(session, ana, f"m-{number}"), asked), asked, [ana])
    taken: list[int] = []
    faults: list[Exception] = []
    together = threading.Barrier(workers)

    def work(owner: str) -> None:
        try:
            together.wait(60)
            while True:
                with database.write() as session:
                    groups = take(session, WEEK_BEFORE, owner, limit=3)
                if not groups:
                    return
                taken.extend(one_id for ids in groups for one_id in ids)
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)

    threads = [threading.Thread(target=work, args=[f"worker-{number}"]) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert len(taken) == 80
    assert len(set(taken)) == 80


def test_the_due_query_uses_its_index(database: Database) -> None:
    with database.write() as session:
        docket(session)
        query = "select id from reminder where reminder.state in ('planned','leased','uncertain') and next_at <= "
        if session.get_bind().dialect.name == "sqlite":
            plan_rows = session.execute(text(f"explain query plan {query} :now"), {"now": "2026-11-13"})
        else:
            session.execute(text("set local enable_seqscan = off"))
            plan_rows = session.execute(text(f"explain {query} now()"))
        assert "ix_reminder_due" in str(plan_rows.all())


# -- composing -----------------------------------------------------------------------------------------------


def test_the_message_says_what_where_when_and_why(database: Database) -> None:
    with database.write() as session:
        docket(session)
        session.execute(text("update reminder set state = 'sent' where rung = 'safe-14'"))
        made = one(session, WEEK_BEFORE)
    message = made.message
    assert message.subject == "[7 days] I-290B motion to reopen – 2026-0143 – file by Fri 20 Nov 2026"
    assert message.to_email == "ana@firm.test"
    for part in (
        "File by:         Fri 20 Nov 2026 (7 days)",
        "Last day:        Wed 25 Nov 2026 (12 days)",
        "USCIS, at the address the form's page names",
        "must be RECEIVED",
        "Friday 23 October 2026 is day 0 [8 CFR 1.2]",
        "edition 2026.11",
        "not legal advice",
    ):
        assert part in message.text
    assert "Canary" not in message.subject + message.text


def test_a_restricted_matter_gives_its_number_and_dates_only(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        of = matter(session, ana, restricted=True)
        asked = window()
        plan(session, *entry(session, of, asked), asked, [ana])
        made = one(session, WEEK_BEFORE)
    said = (made.message.subject + made.message.text).lower()
    assert "2026-0143" in said
    assert "fri 20 nov 2026" in said
    for word in ("canary", "i-290b", "motion", "reopen", "uscis", "denial", "i-485", "cfr", "form", "fee"):
        assert word not in said


def test_two_entries_of_a_matter_are_one_message_under_the_lowest_id(database: Database) -> None:
    with database.write() as session:
        docket(session, entries=2)
        made = one(session, WEEK_BEFORE)
        ids = sorted(made.ids)
        assert len(ids) == 2
        assert made.message.message_id == session.get_one(Reminder, ids[0]).message_id
        assert "(+1 more)" in made.message.subject
        assert made.message.headers["X-Deadlines-Reminders"].split() == [str(one_id) for one_id in ids]


def test_of_stale_rungs_the_newest_is_sent_and_covers_the_others(database: Database) -> None:
    down_until = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
    with database.write() as session:
        docket(session)
        made = one(session, down_until)
        mark_sent(session, made.ids, owner="one", now=down_until)
        found = states(session)
        newest = session.scalars(select(Reminder.id).where(Reminder.rung == "safe-1")).one()
        covered = session.scalars(select(Reminder.lead_id).where(Reminder.state == "covered")).all()
    assert [rung for rung, state in found.items() if state == "covered"] == ["safe-14", "safe-7", "safe-3"]
    assert found["safe-1"] == "sent"
    assert set(covered) == {newest}
    assert made.message.subject.startswith("[REMINDER LATE by 3 hours] [tomorrow] I-290B motion to reopen")
    assert "This reminder leaves 3 hours late.\n   Earlier reminders of this date did not leave." in made.message.text


def test_lateness_names_two_units(database: Database) -> None:
    with database.write() as session:
        docket(session)
        made = one(session, datetime(2026, 11, 27, 17, 20, tzinfo=UTC))
    assert made.message.subject.startswith("[LAST DAY PASSED] [REMINDER LATE by 2 days 3 hours] [2 days ago] ")
    assert "last day was Wed 25 Nov 2026" in made.message.subject
    assert "This reminder leaves 2 days 3 hours late." in made.message.text
    assert "The last day has passed. If nothing was filed, record it with `deadlines missed " in made.message.text


def test_where_a_filing_may_still_be_argued_the_mail_says_until_when(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        asked = window(latest=date(2026, 11, 30))
        plan(session, *entry(session, matter(session, ana), asked), asked, [ana], ENTERED)
        made = one(session, datetime(2026, 11, 27, 17, 20, tzinfo=UTC))
    assert "A filing may be argued until Mon 30 Nov 2026: file at once.\n   After that record it" in made.message.text


def test_what_was_refused_and_covered_is_not_said_to_have_left(database: Database) -> None:
    """Whether the day-before mail arrived is not known: the mail of the day does not say that it did not leave."""
    day_before, on_the_day = datetime(2026, 11, 19, 14, tzinfo=UTC), datetime(2026, 11, 20, 14, 1, tzinfo=UTC)
    with database.write() as session:
        docket(session)
        made = one(session, day_before)
        mark_failed(session, made.ids, SendError("closed", uncertain=True), owner="one", now=day_before)
        later = [parcel(session, ids, on_the_day) for ids in reversed(take(session, on_the_day))]
    texts = [each.message.text for each in later if each is not None]
    assert "did not leave" in made.message.text
    assert len(texts) == 1
    assert "did not leave" not in texts[0]


@pytest.mark.parametrize("status", ["satisfied", "waived", "missed", "struck"])
def test_nothing_is_sent_for_a_closed_entry(database: Database, status: str) -> None:
    with database.write() as session:
        docket(session)
        [ids] = take(session, WEEK_BEFORE)
        session.scalars(select(Entry)).one().status = status
        assert parcel(session, ids, WEEK_BEFORE) is None
        assert states(session)["safe-7"] == "cancelled"
    with database.write() as session:
        assert take(session, WEEK_BEFORE + LEASE * 2) == []


def test_superseded_reminders_are_never_sent_and_new_ones_are(database: Database) -> None:
    with database.write() as session:
        docket(session)
        of = session.scalars(select(Entry)).one()
        [ids] = take(session, WEEK_BEFORE)
        assert supersede(session, of, WEEK_BEFORE) == 7
        asked = window(safe_by=date(2026, 11, 18))
        amended = samples.version(session, of, asked, 2)
        plan(session, of, amended, asked, list(session.scalars(select(Person))), WEEK_BEFORE)
        assert parcel(session, ids, WEEK_BEFORE) is None
        made = one(session, WEEK_BEFORE)
        assert "file by Wed 18 Nov 2026" in made.message.subject


def test_dates_that_have_changed_since_the_claim_are_not_sent(database: Database) -> None:
    with database.write() as session:
        docket(session)
        [ids] = take(session, WEEK_BEFORE)
        samples.version(session, session.scalars(select(Entry)).one(), window(), 2)
        assert parcel(session, ids, WEEK_BEFORE) is None
        assert states(session)["safe-7"] == "superseded"


def test_cancel_withdraws_all_that_is_pending(database: Database) -> None:
    with database.write() as session:
        docket(session)
        assert cancel(session, session.scalars(select(Entry)).one(), WEEK_BEFORE) == 7
        assert set(states(session).values()) == {"cancelled"}


@pytest.mark.parametrize(
    "broken",
    [{"window": {"rule": 1}}, {"window": {}}],
)
def test_a_row_that_cannot_be_read_still_reminds(database: Database, broken: dict[str, object]) -> None:
    with database.write() as session:
        docket(session)
        row = session.scalars(select(DeadlineRow)).one()
        for name, value in broken.items():
            setattr(row, name, value)
        made = one(session, WEEK_BEFORE)
    assert "2026-0143" in made.message.subject
    assert "Fri 20 Nov 2026" in made.message.text


# -- what became of it ---------------------------------------------------------------------------------------


def test_a_sent_reminder_is_not_sent_again(database: Database) -> None:
    with database.write() as session:
        docket(session)
        made = one(session, WEEK_BEFORE)
        mark_sent(session, made.ids, owner="one", now=WEEK_BEFORE)
    with database.write() as session:
        assert take(session, WEEK_BEFORE + timedelta(hours=1)) == []
        row = session.get_one(Reminder, made.ids[0])
        assert (row.state, row.sent_at, row.owner) == ("sent", WEEK_BEFORE, None)
        [attempt] = session.scalars(select(Attempt)).all()
        assert (attempt.reminder_id, attempt.outcome) == (row.id, "sent")


def test_the_pause_doubles_up_to_a_quarter_of_an_hour_with_some_chance() -> None:
    for tries, longest in ((1, 60), (2, 120), (3, 240), (4, 480), (5, 900), (6, 900), (5000, 900)):
        pauses = {pause(number, tries).total_seconds() for number in range(50)}
        assert max(pauses) <= longest
        assert min(pauses) >= longest * 0.8
        assert len(pauses) > 20


def test_a_message_put_off_is_tried_for_ever_under_the_same_id(database: Database) -> None:
    with database.write() as session:
        docket(session)
    now, seen = WEEK_BEFORE, set()
    for _ in range(40):
        with database.write() as session:
            made = one(session, now)
            seen.add(made.message.message_id)
            mark_failed(session, made.ids, TRANSIENT, owner="one", now=now, fresh=made.fresh)
            row = session.get_one(Reminder, made.ids[0])
            assert row.state == "planned"
            assert timedelta(0) < row.next_at - now <= outbox.LONGEST_PAUSE
        now += outbox.LONGEST_PAUSE
    assert len(seen) == 1
    with database.write() as session:
        assert one(session, now).message.message_id in seen


def test_an_uncertain_message_goes_again_as_it_was_and_says_so(database: Database) -> None:
    with database.write() as session:
        docket(session, entries=2)
        made = one(session, WEEK_BEFORE)
        mark_failed(session, made.ids, UNCERTAIN, owner="one", now=WEEK_BEFORE, fresh=made.fresh)
        assert states(session)["safe-7"] == "uncertain"
        # A third entry of the matter falls due before the repeat: it must not travel under the same id.
        third = window(rule="uscis.appeal.aao", title="Appeal")
        ana = session.scalars(select(Person)).one()
        of = session.scalars(select(Matter)).one()
        plan(session, *entry(session, of, third), third, [ana])
        later = WEEK_BEFORE + timedelta(minutes=5)
        made_again = [parcel(session, ids, later) for ids in take(session, later)]
    by_id = {again.message.message_id: again for again in made_again if again}
    assert len(by_id) == 2
    again = by_id.pop(made.message.message_id)
    assert again.ids == made.ids
    assert "may be a repeat" in again.message.text
    [fresh] = by_id.values()
    assert fresh.ids[0] not in made.ids
    assert "may be a repeat" not in fresh.message.text


def test_an_uncertain_message_keeps_its_id_through_later_refusals(database: Database) -> None:
    with database.write() as session:
        docket(session, entries=2)
        now, first = WEEK_BEFORE, ""
        for error in (UNCERTAIN, TRANSIENT, TRANSIENT):
            made = one(session, now)
            first = first or made.message.message_id
            assert made.message.message_id == first
            mark_failed(session, made.ids, error, owner="one", now=now, fresh=made.fresh)
            now += timedelta(hours=1)
        assert one(session, now).message.message_id == first


def test_what_was_claimed_and_not_tried_is_given_back(database: Database) -> None:
    with database.write() as session:
        docket(session)
        [ids] = take(session, WEEK_BEFORE)
        release(session, ids, owner="one", now=WEEK_BEFORE)
        row = session.get_one(Reminder, ids[0])
        assert (row.state, row.attempts, row.owner, row.next_at) == ("planned", 0, None, WEEK_BEFORE)
        assert take(session, WEEK_BEFORE, "two") == [ids]


def test_a_permanent_refusal_tells_the_docket(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        person(session, "Dora Docket", "docket")
        person(session, "Dan Docket", "docket", active=False)
        docket(session, people=[ana])
        made = one(session, WEEK_BEFORE)
        mark_failed(session, made.ids, PERMANENT, owner="one", now=WEEK_BEFORE, fresh=made.fresh)
    with database.write() as session:
        lost = session.get_one(Reminder, made.ids[0])
        assert lost.state == "dead"
        audited = session.scalars(select(Audit).where(Audit.action == "reminder.dead")).one()
        assert audited.detail["reminder"] == lost.id
        alarm = one(session, WEEK_BEFORE)
        assert alarm.message.to_email == "dora@firm.test"
        assert alarm.message.subject.startswith("[NOT DELIVERED] [7 days] [NOT VERIFIED] I-290B")
        assert "A reminder to Ana Ruiz does not arrive" in alarm.message.text
        assert "refused the recipient: 550" in alarm.message.text
        mark_failed(session, alarm.ids, PERMANENT, owner="one", now=WEEK_BEFORE, fresh=True)
    with database.write() as session:
        assert take(session, WEEK_BEFORE) == []


def test_without_a_docket_person_the_attorney_is_told(database: Database) -> None:
    with database.write() as session:
        ana, paul = person(session), person(session, "Paul Para", "paralegal")
        of = matter(session, ana)
        asked = window()
        plan(session, *entry(session, of, asked), asked, [paul])
        made = one(session, WEEK_BEFORE)
        mark_failed(session, made.ids, PERMANENT, owner="one", now=WEEK_BEFORE)
        assert one(session, WEEK_BEFORE).message.to_email == "ana@firm.test"


def test_a_refused_text_goes_to_its_person_in_fewer_words(database: Database) -> None:
    with database.write() as session:
        docket(session)
        made = one(session, WEEK_BEFORE)
        refused = ContentRefused("The mail server refused the text: 554.")
        mark_failed(session, made.ids, refused, owner="one", now=WEEK_BEFORE)
        again = one(session, WEEK_BEFORE)
        assert again.message.to_email == "ana@firm.test"
        assert again.message.message_id != made.message.message_id
        assert "How the dates were found" not in again.message.text
        assert "Fri 20 Nov 2026" in again.message.text


def test_a_message_put_off_for_long_tells_the_docket_once(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        person(session, "Dora Docket", "docket")
        docket(session, people=[ana])
        now = WEEK_BEFORE
        for _ in range(12):
            for ids in take(session, now):
                made = parcel(session, ids, now)
                if made and made.message.to_email == "ana@firm.test":
                    mark_failed(session, made.ids, TRANSIENT, owner="one", now=now, fresh=made.fresh)
                elif made:
                    mark_sent(session, made.ids, owner="one", now=now)
            now += timedelta(minutes=16)
        alarms = session.scalars(select(Reminder).where(Reminder.rung.like("undelivered-%"))).all()
        assert [(row.person_id == ana.id, row.state) for row in alarms] == [(False, "sent")]


def test_a_channel_that_is_down_raises_no_alarm_for_each_message(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        person(session, "Dora Docket", "docket")
        docket(session, people=[ana])
        now = WEEK_BEFORE
        for _ in range(20):
            made = one(session, now)
            mark_failed(session, made.ids, ChannelDown("unreachable"), owner="one", now=now, fresh=made.fresh)
            now += timedelta(minutes=16)
        assert states(session)["safe-7"] == "planned"


def test_a_person_who_left_is_not_written_to_and_another_is(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        person(session, "Dora Docket", "docket")
        docket(session, people=[ana])
        ana.active = False
        [ids] = take(session, WEEK_BEFORE)
        assert parcel(session, ids, WEEK_BEFORE) is None
        assert "no longer active" in one(session, WEEK_BEFORE).message.text


def test_after_the_clock_was_set_back_nothing_waits_for_the_old_time(database: Database) -> None:
    with database.write() as session:
        docket(session)
        take(session, WEEK_BEFORE)
        earlier = WEEK_BEFORE - timedelta(hours=1)
        assert outbox.forget_future(session, now=earlier, lease=LEASE) == 2
        assert len(take(session, earlier, "two")) == 1
        assert outbox.forget_future(session, now=earlier, lease=LEASE) == 0
        # What has never been tried keeps its moment.
        assert states(session)["safe-3"] == "planned"
        row = session.scalars(select(Reminder).where(Reminder.rung == "safe-3")).one()
        assert row.next_at == row.due_at > ENTERED


# -- a refusal is never the last word ------------------------------------------------------------------------


def refused(session: Session) -> list[Reminder]:
    """Reminders that were refused a week before their window's safe date."""
    docket(session)
    [ids] = take(session, WEEK_BEFORE)
    mark_failed(session, ids, PERMANENT, owner="one", now=WEEK_BEFORE)
    return list(session.scalars(select(Reminder).where(Reminder.state == "dead")))


def test_a_refused_reminder_is_tried_again_after_an_hour(database: Database) -> None:
    with database.write() as session:
        rows = refused(session)
        assert rows
        assert outbox.revive(session, now=WEEK_BEFORE + timedelta(minutes=59)) == 0
        assert outbox.revive(session, now=WEEK_BEFORE + timedelta(hours=1)) == len(rows)
        taken = {number for ids in take(session, WEEK_BEFORE + timedelta(hours=1)) for number in ids}
        assert {row.id for row in rows} <= taken


def test_a_refused_reminder_rests_when_its_window_is_over(database: Database) -> None:
    with database.write() as session:
        refused(session)
        assert outbox.revive(session, now=datetime(2026, 12, 24, 12, 0, tzinfo=UTC)) == 0


def test_a_refused_reminder_of_a_closed_entry_rests(database: Database) -> None:
    with database.write() as session:
        refused(session)
        session.scalars(select(Entry)).one().status = "satisfied"
        session.flush()
        assert outbox.revive(session, now=WEEK_BEFORE + timedelta(days=1)) == 0


def test_a_corrected_address_sends_refused_reminders_at_once(database: Database) -> None:
    from deadlines.docket.people import amend_address

    with database.write() as session:
        rows = refused(session)
        ana = session.get_one(Person, rows[0].person_id)
        assert amend_address(session, ana, "Ana.New@firm.test", actor="test", now=WEEK_BEFORE) == len(rows)
        assert ana.email == "ana.new@firm.test"
        mine = {row.id for row in rows}
        ids = next(ids for ids in take(session, WEEK_BEFORE) if mine & set(ids))
        made = parcel(session, ids, WEEK_BEFORE)
        assert made is not None
        assert made.message.to_email == "ana.new@firm.test"


@pytest.mark.parametrize("hour", [5, 13, 23])
def test_what_has_passed_at_entry_is_due_at_once_at_any_hour(database: Database, hour: int) -> None:
    """Also before nine in the morning, the hour of ordinary reminders."""
    entered = datetime(2026, 11, 23, hour, 2, tzinfo=UTC)
    with database.write() as session:
        ana = person(session)
        of, deadline = entry(session, matter(session, ana), window())
        rows = plan(session, of, deadline, window(), [ana], now=entered)
        at_once = [row for row in rows if row.rung in ("now", "past")]
        assert at_once
        assert {row.due_at for row in at_once} == {entered}


def test_the_message_of_what_had_passed_names_the_protective_date_when_it_comes_first(database: Database) -> None:
    entered = datetime(2026, 11, 12, 15, 0, tzinfo=UTC)
    asked = window(protective_by=date(2026, 11, 16))
    with database.write() as session:
        ana = person(session)
        of, deadline = entry(session, matter(session, ana), asked)
        plan(session, of, deadline, asked, [ana], now=entered)
        made = one(session, entered)
        assert "16 Nov 2026" in made.message.subject
        assert "[4 days]" in made.message.subject


def test_the_message_of_what_had_passed_names_the_safe_date_when_that_comes_first(database: Database) -> None:
    entered = datetime(2026, 11, 12, 15, 0, tzinfo=UTC)
    asked = window(protective_by=date(2026, 11, 25), safe_by=date(2026, 11, 20))
    with database.write() as session:
        ana = person(session)
        of, deadline = entry(session, matter(session, ana), asked)
        plan(session, of, deadline, asked, [ana], now=entered)
        made = one(session, entered)
        assert "20 Nov 2026" in made.message.subject
        assert "[8 days]" in made.message.subject


def test_of_several_dates_the_subject_counts_those_that_have_passed(database: Database) -> None:
    """It names the most urgent one: `LAST DAY PASSED` alone would give up a date that can still be kept."""
    gone, standing = window(), window(safe_by=date(2026, 11, 26), last_day=date(2026, 11, 27))
    with database.write() as session:
        ana = person(session)
        of = matter(session, ana)
        for asked in (gone, standing):
            plan(session, *entry(session, of, asked), asked, [ana])
        made = one(session, datetime(2026, 11, 27, 17, 20, tzinfo=UTC))
    assert "[1 of 2 LAST DAY PASSED]" in made.message.subject
    assert "[LAST DAY PASSED]" not in made.message.subject
    assert "last day is Fri 27 Nov 2026 (+1 more)" in made.message.subject
