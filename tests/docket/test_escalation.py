"""An urgent reminder goes on until somebody answers; an answer holds for a while, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from deadlines.docket import claiming
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.away import note_return
from deadlines.docket.compose import Item, compose
from deadlines.docket.escalation import Escalation, escalate, not_reached
from deadlines.docket.handing import hand_over
from deadlines.docket.health import check_emergency
from deadlines.docket.parcels import prepare
from deadlines.docket.people import set_deputies
from deadlines.docket.reminders import URGENT, reminder_row
from deadlines.docket.timekeeping import Step
from deadlines.docket.versions import current
from deadlines.errors import Conflict, InputError
from deadlines.store.tables import Acknowledgement, Entry, Person, Reminder
from tests.docket import samples

SENT = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
"""Thursday, nine in New York, the day before the motion is to be filed; the last day is Wednesday 25 November."""
HOUR = timedelta(hours=1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
RULE = Escalation(wait=timedelta(hours=24), emergency="emma@firm.test", zone=samples.ZONE, channel="smtp")


class Firm:
    """Ana's matter; Ben is her deputy, Carla her supervisor, Emma the emergency contact, Dora keeps the docket."""

    def __init__(self, session: Session) -> None:
        self.session = session
        names = ("Ana", "Ben", "Carla", "Emma", "Zoe")
        self.ana, self.ben, self.carla, self.emma, self.zoe = (samples.person(session, name) for name in names)
        self.dora = samples.person(session, "Dora", role="docket")
        set_deputies(
            session,
            self.ana,
            deputy="ben@firm.test",
            supervisor="carla@firm.test",
            actor="t",
            now=SENT,
            today=SENT.date(),
        )
        matter = samples.matter(session, self.ana)
        asked = samples.window()
        self.entry, deadline = samples.entry(session, matter, asked)
        samples.plan(session, self.entry, deadline, asked, [self.ana, self.dora])
        self.sent("safe-1", SENT)

    def sent(self, rung: str, at: datetime) -> None:
        query = select(Reminder).where(Reminder.rung == rung)
        for row in self.session.scalars(query):
            row.state, row.sent_at = "sent", at

    def asked(self, at: datetime) -> list[str]:
        """Who is asked at a moment, by first name."""
        rows = escalate(self.session, RULE, now=at)
        return [self.session.get_one(Person, row.person_id).name for row in rows]

    def asked_in_turn(self) -> list[str]:
        """Who was asked after three days, one a day."""
        return [name for day in (1, 2, 3) for name in self.asked(SENT + timedelta(days=day))]

    def away(self, since: datetime, until: datetime) -> None:
        """The program was away."""
        note_return(self.session, since, Step("well"), until)

    def ack(self, by: Person, at: datetime) -> Acknowledgement:
        return acknowledge(self.session, self.entry, by, now=at, lasts=WEEK, zone=samples.ZONE)


@pytest.fixture
def firm(session: Session) -> Firm:
    return Firm(session)


def test_each_level_is_asked_once_at_the_same_distance(firm: Firm) -> None:
    """From the reminder to the end of Wednesday 25 November are 6 days 15 hours; a day is sooner than a quarter."""
    day = timedelta(days=1)
    assert firm.asked(SENT + day - timedelta(seconds=1)) == []
    assert firm.asked(SENT + day) == ["Ben"]
    assert firm.asked(SENT + day + HOUR) == []
    assert firm.asked(SENT + 2 * day) == ["Carla"]
    assert firm.asked(SENT + 3 * day) == ["Emma"]
    assert firm.asked(SENT + 4 * day) == []


def test_the_closer_the_end_the_sooner(firm: Firm) -> None:
    """From nine on the last day to its midnight are 15 hours: a quarter is 3 hours 45 minutes."""
    at = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    firm.session.query(Reminder).filter_by(rung="safe-1").update({"state": "cancelled"})
    firm.sent("last-0", at)
    assert firm.asked(at + timedelta(hours=3, minutes=44)) == []
    assert firm.asked(at + timedelta(hours=3, minutes=45)) == ["Ben"]
    assert firm.asked(at + timedelta(hours=11, minutes=15)) == ["Carla", "Emma"]


def test_who_took_it_on_the_day_before_is_asked_again_on_the_last_day(firm: Firm) -> None:
    """On Tuesday the 24th Ana takes the date of Wednesday the 25th on; on Wednesday nobody answers."""
    at = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    firm.session.query(Reminder).filter_by(rung="safe-1").update({"state": "cancelled"})
    firm.ack(firm.ana, at - timedelta(days=1))
    firm.sent("last-0", at)
    assert firm.asked(at + timedelta(hours=4)) == ["Ben"]


def test_nobody_is_asked_sooner_after_the_one_before_because_it_was_late(firm: Firm) -> None:
    late = SENT + timedelta(days=3)
    assert [firm.asked(late + timedelta(hours=hour)) for hour in (0, 23, 24, 47, 48)] == [
        ["Ben"],
        [],
        ["Carla"],
        [],
        ["Emma"],
    ]


def test_after_a_time_away_the_next_person_is_asked_at_once_and_the_others_in_turn(firm: Firm) -> None:
    back = SENT + timedelta(days=3)
    firm.away(SENT + timedelta(minutes=5), back)
    asked = [firm.asked(back + timedelta(hours=hour)) for hour in (0, 23, 24, 47, 48)]
    assert asked == [["Ben"], [], ["Carla"], [], ["Emma"]]


def test_of_what_ends_today_everybody_is_asked_whose_turn_has_passed(firm: Firm) -> None:
    """On the last day at nine; away from then until half past five."""
    at = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    firm.session.query(Reminder).filter_by(rung="safe-1").update({"state": "cancelled"})
    firm.sent("last-0", at)
    firm.away(at + timedelta(minutes=5), at + timedelta(hours=8.5))
    assert firm.asked(at + timedelta(hours=8.5)) == ["Ben", "Carla"]


def test_of_two_reminders_of_the_same_dates_each_is_asked_once(firm: Firm) -> None:
    """Those of the day before and of the day itself left together, late."""
    firm.sent("safe-0", SENT + timedelta(minutes=1))
    day = timedelta(days=1, minutes=1)
    assert [firm.asked(SENT + number * day) for number in (1, 2, 3, 4)] == [["Ben"], ["Carla"], ["Emma"], []]


def test_one_mail_tells_each_date_once_and_its_subject_counts_dates(firm: Firm) -> None:
    """Mail was down, so that what Ben was asked of two reminders a day apart waits together, beside another window."""
    asked = samples.window(rule="uscis.appeal", title="Appeal", last_day=date(2026, 11, 27))
    other, deadline = samples.entry(firm.session, firm.entry.matter, asked)
    samples.plan(firm.session, other, deadline, asked, [firm.ana])
    firm.sent("safe-1", SENT)
    firm.sent("safe-0", SENT + timedelta(days=2))
    for day in (1, 3):
        firm.asked(SENT + timedelta(days=day))
    at = SENT + timedelta(days=3)
    theirs = select(Reminder.id).where(Reminder.person_id == firm.ben.id)
    assert len(firm.session.scalars(theirs).all()) == 4
    claiming.claim(firm.session, now=at, owner="me", lease=HOUR, limit=50)
    ids = firm.session.scalars(theirs).all()
    made = prepare(firm.session, ids, owner="me", now=at, lease=HOUR, zone=samples.ZONE)
    assert made is not None
    assert made.message.text.count("Ana was reminded and has not answered") == 2
    assert made.message.subject.endswith("(+1 more)")
    assert "did not leave" not in made.message.text
    firm.session.expire_all()
    states = [firm.session.get_one(Reminder, each).state for each in ids]
    assert sorted(states) == ["covered", "covered", "leased", "leased"]


@pytest.mark.parametrize("who", ["ana", "ben", "carla", "dora"])
def test_an_answer_of_somebody_concerned_ends_it(firm: Firm, who: str) -> None:
    firm.ack(getattr(firm, who), SENT + HOUR)
    assert firm.asked(SENT + timedelta(days=3)) == []


def answered_for_an_hour(firm: Firm, at: datetime) -> datetime:
    """Ana takes the date on for an hour; when that ends. No later stage asks anew."""
    acknowledge(firm.session, firm.entry, firm.ana, now=at, lasts=HOUR, zone=samples.ZONE)
    others = Reminder.rung.not_like("safe-1%"), Reminder.rung.not_like("escalated-%")
    firm.session.query(Reminder).filter(*others).update({"state": "cancelled"})
    return at + HOUR


def test_when_an_answer_ends_its_attorney_is_asked_and_nobody_else_at_once(firm: Firm) -> None:
    """Taken on for an hour on Thursday at ten, after the reminder of nine: Ben is asked on Friday at eleven."""
    until = answered_for_an_hour(firm, SENT + HOUR)
    assert firm.asked(until) == firm.asked(until + HOUR) == []
    [row] = firm.session.scalars(select(Reminder).where(Reminder.rung == "safe-1-again-1"))
    assert (row.person_id, row.due_at, row.state) == (firm.ana.id, until, "planned")
    firm.sent(row.rung, until + HOUR)
    assert firm.asked(until + timedelta(hours=23, minutes=59)) == []
    assert firm.asked(until + timedelta(hours=24)) == ["Ben"]


def test_when_an_answer_ends_the_levels_begin_anew_whoever_was_asked_before_it(firm: Firm) -> None:
    """Ben was asked before Ana answered. The program is here when that ends, and again not for three days."""
    assert firm.asked(SENT + timedelta(days=1)) == ["Ben"]
    until = answered_for_an_hour(firm, SENT + timedelta(days=1, hours=1))
    assert firm.asked(until) == []
    firm.sent("safe-1-again-1", until)
    days = [firm.asked(until + timedelta(days=day, hours=hour)) for day in (1, 2, 3) for hour in (0, 1)]
    assert days == [["Ben"], [], ["Carla"], [], ["Emma"], []]
    until = answered_for_an_hour(firm, until + timedelta(days=3, hours=1))
    back = until + timedelta(hours=30)
    assert firm.asked(back) == ["Ben"]
    asked = select(Reminder).where(Reminder.person_id == firm.ben.id, Reminder.rung.like("escalated-%"))
    rungs = firm.session.scalars(asked.order_by(Reminder.due_at)).all()
    assert [row.rung for row in rungs] == ["escalated-1-safe-1"] + [f"escalated-1-safe-1-again-{n}" for n in (1, 2)]
    assert not_reached(firm.session, rungs) == set()


@pytest.mark.parametrize("away", [30, 72])
def test_an_answer_that_ended_while_the_program_was_away_for_days_is_followed_up(firm: Firm, away: int) -> None:
    """The next person is asked at once, and the attorney too, once, as of then."""
    until = answered_for_an_hour(firm, SENT + HOUR)
    back = until + away * HOUR
    firm.away(until - HOUR, back)
    assert firm.asked(back) == ["Ben"]
    [row] = firm.session.scalars(select(Reminder).where(Reminder.rung == "safe-1-again-1"))
    assert (row.person_id, row.due_at, row.state) == (firm.ana.id, until, "planned")
    firm.sent(row.rung, back)
    assert [firm.asked(back + hours * HOUR) for hours in (1, 24, 48, 72)] == [[], ["Carla"], ["Emma"], []]
    again = select(Reminder).where(Reminder.person_id == firm.ana.id, Reminder.rung.contains("-again-"))
    assert firm.session.scalars(again).all() == [row]


@pytest.mark.parametrize("heir", ["ana", "ben"])
def test_who_was_asked_anew_since_an_answer_ended_is_not_asked_of_that_end(firm: Firm, heir: str) -> None:
    """A later stage fell due while the program was away, or the matter went to the deputy, who was told before."""
    until = answered_for_an_hour(firm, SENT + HOUR)
    back, to = until + 72 * HOUR, getattr(firm, heir)
    [last] = firm.session.scalars(select(Reminder).where(Reminder.rung == "last-1", Reminder.person_id == firm.ana.id))
    last.due_at, last.state, last.severity = back - HOUR, "sent", URGENT
    mine = reminder_row(current(firm.session, firm.entry), firm.ben.id, "smtp", "safe-1", URGENT, SENT)
    mine.state, mine.sent_at = "sent", SENT
    firm.session.add(mine)
    firm.session.flush()
    if to is firm.ben:
        hand_over(firm.session, firm.entry.matter, firm.ben, actor="t", now=back)
    escalate(firm.session, RULE, now=back)
    again = select(Reminder).where(Reminder.person_id == to.id, Reminder.due_at == until)
    assert firm.session.scalars(again).all() == []


def test_when_an_answer_ends_only_the_newest_of_its_dates_is_asked_again(firm: Firm) -> None:
    """Of two urgent reminders, and none that it came weeks after."""
    later = [row for row in firm.session.scalars(select(Reminder)) if row.rung.startswith("last-")]
    for row in later:
        row.severity, row.state, row.sent_at, row.due_at = URGENT, "sent", SENT - 15 * DAY, SENT - 15 * DAY
    until = answered_for_an_hour(firm, SENT + HOUR)
    for row in later:
        row.state = "sent"
    assert firm.asked(until) == []
    again = firm.session.scalars(select(Reminder).where(Reminder.rung.contains("-again-"))).all()
    assert [row.rung for row in again] == ["safe-1-again-1"]


def test_an_answer_that_held_for_long_is_followed_up_when_it_ends(firm: Firm) -> None:
    """The reminder left eighteen days before it ends: more than are looked back otherwise."""
    firm.session.query(Reminder).filter(Reminder.rung != "safe-1").update({"state": "cancelled"})
    firm.session.query(Reminder).update({"due_at": SENT - 20 * DAY, "sent_at": SENT - 20 * DAY})
    until = firm.ack(firm.ana, SENT - 9 * DAY).until
    assert firm.asked(until) == []
    firm.sent("safe-1-again-1", until)
    assert [firm.asked(until + hours * HOUR) for hours in (23, 24)] == [[], ["Ben"]]


def test_others_cannot_answer(firm: Firm) -> None:
    with pytest.raises(Conflict, match=r"zoe@firm\.test does not work on matter 2026-0143"):
        firm.ack(firm.zoe, SENT)


def test_who_was_asked_last_may_answer_though_without_relation_to_the_matter(firm: Firm) -> None:
    with pytest.raises(Conflict, match="stands in for nobody"):
        firm.ack(firm.emma, SENT + HOUR)
    assert "Emma" in firm.asked_in_turn()
    firm.ack(firm.emma, SENT + timedelta(days=3, hours=1))
    with pytest.raises(Conflict):
        firm.ack(firm.zoe, SENT + timedelta(days=3, hours=1))


@pytest.mark.parametrize("role, state, asked", [("attorney", "well", True), ("administrator", "warning", False)])
def test_the_doctor_knows_a_last_one_whose_role_may_not_answer_and_the_mail_asks_nothing_of_them(
    firm: Firm, role: str, state: str, asked: bool
) -> None:
    firm.emma.role = role
    firm.session.flush()
    assert check_emergency(firm.session, "emma@firm.test").state == state
    firm.asked_in_turn()
    row = firm.session.scalars(select(Reminder).where(Reminder.person_id == firm.emma.id)).one()
    item = Item(row, firm.entry, current(firm.session, firm.entry), firm.entry.matter, firm.emma)
    text = compose([item], now=SENT, zone=samples.ZONE, message_id="<a@b>", repeat=False).text
    assert ("deadlines ack" in text) is asked
    assert ("ask its attorney, or who keeps the docket" in text) is not asked


def test_an_answer_holds_for_some_days_and_never_past_the_day_before_a_date(firm: Firm) -> None:
    """Midnight in New York is five in UTC. Safe date Friday 20 November, last day Wednesday 25 November."""
    early = datetime(2026, 10, 28, 12, 0, tzinfo=UTC)
    assert firm.ack(firm.ana, early).until == early + WEEK
    assert firm.ack(firm.ana, SENT - timedelta(days=3)).until == datetime(2026, 11, 19, 5, 0, tzinfo=UTC)
    # On the eve of Friday the 20th: until that Friday begins. On the day itself: until the eve of the last day.
    assert firm.ack(firm.ana, SENT).until == datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
    assert firm.ack(firm.ana, SENT + timedelta(days=1)).until == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert firm.ack(firm.ana, SENT + timedelta(days=5)).until == datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


def test_an_answer_to_other_dates_is_none(firm: Firm) -> None:
    firm.ack(firm.ana, SENT + HOUR)
    firm.entry.version = 2
    asked = samples.window(last_day=date(2026, 11, 24))
    deadline = samples.version(firm.session, firm.entry, asked, 2)
    samples.plan(firm.session, firm.entry, deadline, asked, [firm.ana])
    firm.session.query(Reminder).filter_by(deadline_id=deadline.id, rung="safe-1").update(
        {"state": "sent", "sent_at": SENT}
    )
    firm.session.flush()
    assert firm.asked(SENT + timedelta(days=1)) == ["Ben"]


def test_what_is_closed_or_not_urgent_goes_no_further(firm: Firm) -> None:
    firm.sent("safe-7", SENT - timedelta(days=6))
    firm.session.query(Reminder).filter_by(rung="safe-1").update({"state": "covered"})
    assert firm.asked(SENT + timedelta(days=2)) == []
    firm.sent("safe-1", SENT)
    firm.entry.status = "satisfied"
    firm.session.flush()
    assert firm.asked(SENT + timedelta(days=2)) == []
    with pytest.raises(Conflict, match="is satisfied"):
        firm.ack(firm.ana, SENT)


def test_who_has_left_or_is_nobody_is_passed_over(firm: Firm) -> None:
    firm.ben.active = False
    set_deputies(firm.session, firm.ana, deputy=None, supervisor="-", actor="t", now=SENT, today=SENT.date())
    firm.session.flush()
    assert firm.asked(SENT + timedelta(days=1)) == ["Emma"]
    with pytest.raises(InputError):
        set_deputies(
            firm.session, firm.ana, deputy="ana@firm.test", supervisor=None, actor="t", now=SENT, today=SENT.date()
        )


def test_who_stands_in_after_another_was_asked_is_asked_as_well(firm: Firm) -> None:
    day = timedelta(days=1)
    assert firm.asked(SENT + day) == ["Ben"]
    set_deputies(
        firm.session,
        firm.ana,
        deputy="zoe@firm.test",
        supervisor=None,
        actor="t",
        now=SENT + day,
        today=(SENT + day).date(),
    )
    assert firm.asked(SENT + day + HOUR) == ["Zoe"]
    assert firm.asked(SENT + 2 * day) == []  # Zoe has her day to answer
    assert firm.asked(SENT + 2 * day + HOUR) == ["Carla"]
    firm.ben.active = firm.zoe.active = False  # Carla is the first of them now, and asks nobody's second question
    firm.session.flush()
    assert firm.asked(SENT + 2 * day + 2 * HOUR) == []
    assert firm.asked(SENT + 3 * day + HOUR) == ["Emma"]


def test_after_a_hand_over_the_deputy_of_the_new_attorney_is_asked(firm: Firm) -> None:
    """Ana's deputy was asked; Zoe's was not, though somebody was at that level."""
    at = SENT + timedelta(days=1)
    firm.session.query(Reminder).filter(Reminder.rung != "safe-1").delete()
    set_deputies(
        firm.session, firm.zoe, deputy="carla@firm.test", supervisor=None, actor="t", now=SENT, today=SENT.date()
    )
    assert firm.asked(at) == ["Ben"]
    hand_over(firm.session, firm.entry.matter, firm.zoe, actor="t", now=at)
    firm.session.query(Reminder).filter_by(person_id=firm.zoe.id, rung="safe-1").update(
        {"state": "sent", "sent_at": at}
    )
    firm.session.flush()
    assert firm.asked(at + timedelta(hours=23)) == []
    assert firm.asked(at + timedelta(hours=24)) == ["Carla"]


def test_a_deputy_to_whom_the_matter_goes_has_the_whole_wait(firm: Firm) -> None:
    """Ben had the same mail as her deputy a day ago; it was not his then."""
    at = SENT + timedelta(hours=23)
    firm.session.query(Reminder).filter(Reminder.rung != "safe-1").delete()
    set_deputies(
        firm.session, firm.ben, deputy="ana@firm.test", supervisor=None, actor="t", now=SENT, today=SENT.date()
    )
    copy = reminder_row(current(firm.session, firm.entry), firm.ben.id, "smtp", "safe-1", URGENT, SENT)
    firm.session.add(copy)
    firm.sent("safe-1", SENT)
    hand_over(firm.session, firm.entry.matter, firm.ben, actor="t", now=at)
    assert firm.asked(SENT + timedelta(hours=24)) == []
    firm.sent("safe-1-again-1", at)
    assert firm.asked(at + timedelta(hours=23)) == []
    assert firm.asked(at + timedelta(hours=24)) == ["Ana"]


def test_the_message_says_why_and_how_to_answer(firm: Firm) -> None:
    (row,) = escalate(firm.session, RULE, now=SENT + timedelta(days=1))
    deadline = current(firm.session, firm.entry)
    item = Item(row, firm.entry, deadline, firm.entry.matter, firm.ben, sees=True, concerned=True)
    message = compose([item], now=SENT + timedelta(days=1), zone=samples.ZONE, message_id="<x@y>", repeat=False)
    assert message.subject.startswith("[NOBODY HAS ANSWERED] [TODAY] ")
    assert "Ana was reminded and has not answered. You are asked next." in message.text
    assert f"deadlines ack {firm.entry.id[:8]} --by ben@firm.test" in message.text
    assert "Canary" not in message.text


def test_it_goes_out_as_any_other_reminder(firm: Firm) -> None:
    at = SENT + timedelta(days=1)
    firm.asked(at)
    claimed = claiming.claim(firm.session, now=at, owner="me", lease=HOUR, limit=50)
    assert "escalated-1-safe-1" in {firm.session.get_one(Reminder, row.id).rung for row in claimed}
    assert isinstance(firm.entry, Entry)


def test_ten_times_as_many_that_nobody_answers_are_gone_through_with_as_many_queries(session: Session) -> None:
    """A firm in which hundreds of dates wait for an answer is asked after every minute, and its pages wait so long."""
    firm = Firm(session)

    def queries(count: int) -> int:
        for number in range(count):
            window = samples.window(rule=f"uscis.motion.reopen.{count}.{number}")
            entry, deadline = samples.entry(session, firm.entry.matter, window)
            samples.plan(session, entry, deadline, window, [firm.ana])
        firm.sent("safe-1", SENT)
        session.flush()
        session.expunge_all()
        asked: list[str] = []

        def listening(*told: Any) -> None:
            asked.append(told[2])

        event.listen(session.get_bind(), "before_cursor_execute", listening)
        assert escalate(session, RULE, now=SENT + HOUR) == []
        event.remove(session.get_bind(), "before_cursor_execute", listening)
        return len(asked)

    assert queries(2) == queries(20)


@pytest.mark.parametrize("first", [1, 15])
def test_an_answer_holds_for_the_newest_that_asked_however_late_it_came(session: Session, first: int) -> None:
    """A date that lies months ahead moved, and one urgent reminder said so. Answers followed each other, each before
    the last ended, or the first came after more than two weeks: at the end the attorney is asked, then the others."""
    firm = Firm(session)
    firm.sent("safe-1", SENT - 30 * DAY)
    session.query(Reminder).filter(Reminder.rung != "safe-1").delete()
    far = SENT - 30 * DAY
    answers = range(first, 20, 6)
    for day in answers:
        firm.ack(firm.dora, far + day * DAY)
    ends = far + answers[-1] * DAY + WEEK
    assert firm.asked(ends - HOUR) == []
    firm.asked(ends)
    asked = session.query(Reminder).where(Reminder.due_at == ends).one()
    assert (asked.person_id, asked.rung) == (firm.ana.id, "safe-1-again-1")
    asked.state, asked.sent_at = "sent", ends
    session.flush()
    assert [firm.asked(ends + day * DAY) for day in (1, 2, 3)] == [["Ben"], ["Carla"], ["Emma"]]
