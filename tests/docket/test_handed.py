"""Whoever takes over is told at once, and asked what nobody has answered; on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.auditor import audit_entries
from deadlines.docket.compose import Item, compose
from deadlines.docket.entries import FIRST_REASON
from deadlines.docket.escalation import Escalation, escalate
from deadlines.docket.events import event_of
from deadlines.docket.fatal import tell_all
from deadlines.docket.handing import hand_over
from deadlines.docket.health import check_docket
from deadlines.docket.judging import Statement
from deadlines.docket.lanes import row_of
from deadlines.docket.new_roles import amend_role
from deadlines.docket.outbox import revive
from deadlines.docket.people import activate_person, deactivate_person
from deadlines.docket.reminder_words import words_of
from deadlines.docket.sendings import sendings
from deadlines.docket.versions import current
from deadlines.store.tables import Attempt, Audit, Letter, Person, Reminder
from tests.docket import samples

LAST_DAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
"""Ten in New York on the last day, an hour after its reminders went out."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEFORE = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
"""Three days before the safe date, an hour after that reminder was due."""
LAID = Statement(samples.ZONE, samples.NINE, "smtp", lambda day: day.weekday() < 5)


class Firm:
    """Ana's matter, of which the last mail went out this morning; Ben, whom Carla supervises."""

    def __init__(self, session: Session, now: datetime = NOW) -> None:
        self.session, self.now = session, now
        self.ana, self.ben, self.carla = (samples.person(session, name) for name in ("Ana Ruiz", "Ben", "Carla"))
        self.ben.supervisor_id = self.carla.id
        self.matter = samples.matter(session, self.ana)
        self.entry, deadline = samples.entry(session, self.matter, samples.window())
        deadline.reason = FIRST_REASON
        samples.plan(session, self.entry, deadline, samples.window(), [self.ana])
        self.mails = list(session.scalars(select(Reminder).order_by(Reminder.due_at, Reminder.id)))
        for row in self.mails:
            if row.due_at <= now:
                _sent(session, row, row.due_at + timedelta(minutes=3))
        session.flush()

    def asked(self, who: Person) -> list[tuple[str, str, datetime]]:
        query = select(Reminder).where(Reminder.person_id == who.id, Reminder.due_at <= NOW)
        return [(row.rung, row.state, row.due_at) for row in self.session.scalars(query)]

    def letter(self) -> Letter:
        return self.session.scalars(select(Letter).where(Letter.key.startswith("hand-over/"))).one()


def _sent(session: Session, row: Reminder, at: datetime) -> None:
    row.state, row.sent_at = "sent", at
    session.add(Attempt(reminder_id=row.id, at=at, outcome="sent"))


def leave(firm: Firm) -> None:
    today = firm.now.date()
    deactivate_person(firm.session, firm.ana, successor=firm.ben, actor="t", now=firm.now, today=today)


def change_role(firm: Firm) -> None:
    today = firm.now.date()
    amend_role(firm.session, firm.ana, "administrator", successor=firm.ben, actor="t", today=today, now=firm.now)


def give(firm: Firm) -> None:
    hand_over(firm.session, firm.matter, firm.ben, actor="t", now=firm.now)


@pytest.fixture
def firm(session: Session) -> Firm:
    return Firm(session)


@pytest.mark.parametrize("act", [leave, change_role, give])
def test_a_successor_is_asked_at_once_what_was_asked_this_morning(firm: Firm, act: Callable[[Firm], None]) -> None:
    """A matter goes to another attorney on its last day, when nothing is to come that could be moved to them."""
    last = [row for row in firm.mails if row.due_at <= NOW][-1]
    act(firm)
    assert firm.asked(firm.ben) == [(last.rung, "planned", NOW)]
    [row] = firm.session.scalars(select(Reminder).where(Reminder.person_id == firm.ben.id, Reminder.due_at == NOW))
    _sent(firm.session, row, NOW)
    firm.session.flush()
    rule = Escalation(wait=DAY, emergency=None, zone=samples.ZONE, channel="smtp")
    assert [made.person_id for made in escalate(firm.session, rule, now=NOW + timedelta(hours=5))] == [firm.carla.id]
    found = audit_entries(firm.session, LAID, [firm.entry.id], now=NOW + timedelta(minutes=30))
    assert [one for one in found if one.person == firm.ben.id] == []


@pytest.mark.parametrize("act", [leave, change_role])
def test_a_successor_of_everything_is_told_what_comes_next(firm: Firm, act: Callable[[Firm], None]) -> None:
    secret = samples.matter(firm.session, firm.ana, "S-1", restricted=True)
    other, _ = samples.entry(firm.session, secret, samples.window(title="Canary remedy", form="I-360"))
    act(firm)
    told = firm.letter()
    assert (told.person_id, told.subject) == (firm.ben.id, "Yours now: 2 matters, 2 open dates")
    today = told.text.partition("TODAY\n")[2]
    assert "Wed 25 Nov 2026 (TODAY)  2026-0143  " in today
    assert f"[{firm.entry.id[:8]}]" in today
    assert f"S-1  deadline, last day, NOT VERIFIED  [{other.id[:8]}]" in today
    assert not any(word in told.text for word in ("Canary", "I-360"))


def test_who_leaves_with_nothing_open_needs_no_mail(firm: Firm) -> None:
    firm.matter.closed_at, firm.entry.status = NOW, "waived"
    leave(firm)
    assert firm.matter.attorney_id == firm.ben.id
    assert firm.session.scalars(select(Letter)).all() == []
    assert firm.asked(firm.ben) == []


@pytest.mark.parametrize("by", ["ana", "carla"])
def test_what_somebody_took_on_holds_as_long_as_they_are_here(firm: Firm, by: str) -> None:
    """A promise of who has left is none; that of somebody else stands, and nobody is asked."""
    firm.ana.supervisor_id = firm.carla.id
    firm.session.flush()
    acknowledge(firm.session, firm.entry, getattr(firm, by), now=NOW, lasts=DAY, zone=samples.ZONE)
    leave(firm)
    assert len(firm.asked(firm.ben)) == (by == "ana")


def test_what_the_former_attorney_has_taken_on_is_asked_of_the_next_at_once(firm: Firm) -> None:
    acknowledge(firm.session, firm.entry, firm.ana, now=NOW, lasts=HOUR, zone=samples.ZONE)
    give(firm)
    assert len(firm.asked(firm.ben)) == 1


def test_a_deputy_whom_no_mail_reached_is_told_nothing_of_a_matter_that_went_on(firm: Firm) -> None:
    firm.ana.deputy_id = firm.carla.id
    firm.session.flush()
    [asked] = escalate(firm.session, RULE, now=NOW + DAY)[:1]
    asked.state = "dead"
    firm.session.flush()
    firm.now = NOW + DAY + HOUR
    give(firm)
    revive(firm.session, now=firm.now + 2 * HOUR)
    assert (asked.person_id, asked.state) == (firm.carla.id, "cancelled")


@pytest.mark.parametrize("act", [leave, change_role, give])
def test_each_matter_that_goes_over_stands_in_the_trail_and_is_an_event(
    firm: Firm, act: Callable[[Firm], None]
) -> None:
    act(firm)
    [row] = firm.session.scalars(select(Audit).where(Audit.action == "matter.hand-over"))
    assert (row.subject, row.detail) == (firm.matter.id, {"from": firm.ana.id, "to": firm.ben.id})
    event = event_of(firm.session, row)
    assert event is not None
    assert (event.type, event.data.matter) == ("matter.handed-over", firm.matter.id)


RULE = Escalation(wait=DAY, emergency=None, zone=samples.ZONE, channel="smtp")


def deputy_asked(firm: Firm) -> str:
    """Ben stands in for Ana, was asked what she did not answer yesterday, and got the mail; the rung of hers."""
    firm.ana.deputy_id, firm.ben.supervisor_id = firm.ben.id, None
    firm.session.flush()
    rows = escalate(firm.session, RULE, now=NOW - timedelta(minutes=10))
    for row in rows:
        _sent(firm.session, row, row.due_at)
    firm.session.flush()
    return rows[-1].rung.removeprefix("escalated-1-")


def ben_leaves(firm: Firm, successor: Person) -> None:
    deactivate_person(firm.session, firm.ben, successor=successor, actor="t", now=NOW, today=LAST_DAY)


def ben_may_not_any_more(firm: Firm, successor: Person) -> None:
    amend_role(firm.session, firm.ben, "administrator", successor=successor, actor="t", today=LAST_DAY, now=NOW)


@pytest.mark.parametrize("act", [ben_leaves, ben_may_not_any_more])
def test_a_successor_is_asked_at_once_what_was_asked_of_a_deputy(
    firm: Firm, act: Callable[[Firm, Person], None]
) -> None:
    rung = deputy_asked(firm)
    act(firm, firm.carla)
    assert firm.asked(firm.carla) == [(f"escalated-1-{rung}", "planned", NOW)]
    told = select(Audit.detail).where(Audit.action == "reminder.escalate", Audit.at == NOW)
    [detail] = firm.session.scalars(told)
    assert (detail["told"], detail["level"], detail["reached"]) == (firm.carla.id, 1, True)
    assert firm.session.get_one(Reminder, detail["reminder"]).person_id == firm.ana.id
    # That Carla stands in for Ana now does not mean that Ana's mail of this morning had to go to her.
    [ana] = [row for row in firm.mails if row.due_at <= NOW][-1:]
    assert (ana.person_id, firm.ana.deputy_id) == (firm.ana.id, firm.carla.id)
    assert audit_entries(firm.session, LAID, [firm.entry.id], now=NOW + timedelta(minutes=30)) == []


def test_an_attorney_is_not_asked_in_their_own_place(firm: Firm) -> None:
    deputy_asked(firm)
    before = firm.asked(firm.ana)
    ben_leaves(firm, firm.ana)
    assert firm.asked(firm.ana) == before


@pytest.mark.parametrize("act", [ben_leaves, ben_may_not_any_more])
def test_what_a_deputy_had_taken_on_is_asked_anew_of_the_successor_and_of_the_attorney(
    firm: Firm, act: Callable[[Firm, Person], None]
) -> None:
    rung = deputy_asked(firm)
    acknowledge(firm.session, firm.entry, firm.ben, now=NOW - timedelta(minutes=5), lasts=DAY, zone=samples.ZONE)
    act(firm, firm.carla)
    assert firm.asked(firm.carla) == [(f"escalated-1-{rung}", "planned", NOW)]
    assert firm.asked(firm.ana)[-1] == ("last-0-again-1", "planned", NOW)


def test_who_comes_back_and_gets_a_matter_back_is_asked_again(firm: Firm) -> None:
    """The question that Ana had this morning was taken from her; what she is asked tonight goes on as any other."""
    rung = firm.asked(firm.ana)[-1][0]
    leave(firm)
    back = NOW + timedelta(hours=4)
    activate_person(firm.session, firm.ana, actor="t", now=back)
    for row in firm.session.scalars(select(Reminder).where(Reminder.person_id == firm.ben.id)):
        _sent(firm.session, row, NOW)
    firm.session.flush()
    hand_over(firm.session, firm.matter, firm.ana, actor="t", now=back)
    asked = select(Reminder).where(Reminder.person_id == firm.ana.id, Reminder.due_at == back)
    [again] = firm.session.scalars(asked)
    assert (again.rung, again.state, again.channel) == (f"{rung}-again-1", "planned", "smtp")
    assert words_of(again.rung, {}) == "the last day itself, asked again"
    hand_over(firm.session, firm.matter, firm.ben, actor="t", now=back)
    assert {row.rung for row in firm.session.scalars(select(Reminder).where(Reminder.person_id == firm.ben.id))} >= {
        rung,
        again.rung,
    }


def test_what_is_asked_again_is_nothing_that_the_auditor_misses(firm: Firm) -> None:
    leave(firm)
    activate_person(firm.session, firm.ana, actor="t", now=NOW)
    for row in firm.session.scalars(select(Reminder).where(Reminder.person_id == firm.ben.id)):
        _sent(firm.session, row, NOW)
    firm.session.flush()
    hand_over(firm.session, firm.matter, firm.ana, actor="t", now=NOW + timedelta(minutes=1))
    assert audit_entries(firm.session, LAID, [firm.entry.id], now=NOW + timedelta(minutes=30)) == []


@pytest.mark.parametrize("rung, mark", [("now", "[ENTERED LATE] "), ("past", "[LATE: last day has passed] ")])
def test_a_question_that_is_asked_again_reads_as_it_did(firm: Firm, rung: str, mark: str) -> None:
    row = firm.mails[-1]
    row.rung = f"{rung}-again-1"
    item = Item(row, firm.entry, current(firm.session, firm.entry), firm.matter, firm.ana, sees=True, concerned=True)
    subject = compose([item], now=row.due_at, zone=samples.ZONE, message_id="<a@b>", repeat=False).subject
    assert subject.startswith(mark)


def untold(session: Session, state: str) -> Firm:
    """What Ana was to be told three days before did not reach her: refused for good, or still waiting while mail is
    down. What was due a week before it covers. Then she has no mail at all."""
    firm = Firm(session, BEFORE)
    week, three = (row for row in firm.mails if row.rung in ("safe-7", "safe-3"))
    week.state, week.sent_at, week.lead_id = "covered", None, three.id
    three.state, three.sent_at, three.attempts, three.next_at = state, None, 2, BEFORE
    for row in session.scalars(select(Attempt).where(Attempt.reminder_id.in_((week.id, three.id)))):
        row.outcome = "dead" if state == "dead" else "put off"
    session.flush()
    return firm


def all_leave(firm: Firm, at: datetime) -> None:
    """Everything that is due at a moment is sent."""
    due = Reminder.state == "planned", Reminder.next_at <= at
    for row in firm.session.scalars(select(Reminder).where(*due)):
        _sent(firm.session, row, at)
    firm.session.flush()


@pytest.mark.parametrize("state", ["dead", "planned"])
@pytest.mark.parametrize("act", [leave, change_role, give])
def test_what_did_not_reach_an_attorney_goes_to_the_successor_and_to_nobody_else(
    session: Session, act: Callable[[Firm], None], state: str
) -> None:
    firm = untold(session, state)
    act(firm)
    asked = {row.rung: row for row in session.scalars(select(Reminder).where(Reminder.person_id == firm.ben.id))}
    three, severities = asked["safe-3"], {row.rung: row.severity for row in firm.mails}
    assert (three.state, three.next_at, three.severity) == ("planned", BEFORE, severities["safe-3"])
    assert (asked["safe-7"].state, asked["safe-7"].lead_id) == ("covered", three.id)
    assert not any("-again-" in rung for rung in asked)  # nothing urgent was to be asked
    all_leave(firm, BEFORE)
    found = audit_entries(session, LAID, [firm.entry.id], now=BEFORE + timedelta(minutes=30))
    found += audit_entries(session, LAID, [firm.entry.id], now=BEFORE + 2 * HOUR)
    assert found == []
    # Her mailbox is well again, or her address is corrected: she is told of nothing that is hers no more.
    assert revive(session, now=BEFORE + 2 * HOUR) == revive(session, now=BEFORE + DAY, person=firm.ana) == 0
    assert "dead" not in {each.state for each in sendings(session, now=BEFORE, person=firm.ana)}
    assert {check.id: check.state for check in check_docket(session, BEFORE)}["reminders-refused"] == "well"


def test_who_gets_a_matter_back_is_told_what_did_not_reach_them(session: Session) -> None:
    firm = untold(session, "dead")
    give(firm)
    all_leave(firm, BEFORE)
    hand_over(session, firm.matter, firm.ana, actor="t", now=BEFORE + HOUR)
    assert audit_entries(session, LAID, [firm.entry.id], now=BEFORE + HOUR) == []
    assert revive(session, now=BEFORE + 2 * HOUR) == 1


@pytest.mark.parametrize("told", [True, False])
def test_a_deputy_who_takes_over_is_asked_once_more_what_is_urgent_and_nothing_older(
    session: Session, told: bool
) -> None:
    """The deputy was told the newest stage besides, or not; the attorney's mailbox refused that one and an older."""
    firm = Firm(session)
    firm.ana.deputy_id = firm.ben.id
    *_, older, newest = [row for row in firm.mails if row.due_at <= NOW]
    for row in (older, newest):
        row.state, row.sent_at, row.next_at = "dead", None, NOW
    session.flush()
    if told:
        like = row_of(newest, firm.ben.id, newest.channel, newest.rung, newest.severity, newest.due_at)
        session.add(his := Reminder(**like))
        session.flush()
        _sent(session, his, newest.due_at)
        session.flush()
    give(firm)
    asked = {rung: (state, due_at) for rung, state, due_at in firm.asked(firm.ben)}
    anew = f"{newest.rung}-again-1" if told else newest.rung
    assert asked[anew] == ("planned", NOW)
    assert asked[older.rung][0] == "covered"
    all_leave(firm, NOW)
    found = audit_entries(session, LAID, [firm.entry.id], now=NOW + timedelta(minutes=30))
    assert [one for one in found if one.person in (firm.ana.id, firm.ben.id)] == []


@pytest.mark.parametrize("tried", [True, False])
def test_a_deputys_mail_that_is_tried_again_tells_the_next_attorney_nothing_older(firm: Firm, tried: bool) -> None:
    """It was refused before the matter went over, and its mailbox is well again. One that was never tried tells both:
    when it fell due nobody saw to it that the attorney of then was told."""
    firm.ana.deputy_id = firm.ben.deputy_id = firm.carla.id
    [stage] = [row for row in firm.mails if row.rung == "safe-1"]
    like = row_of(stage, firm.carla.id, stage.channel, stage.rung, stage.severity, stage.due_at)
    firm.session.add(his := Reminder(**like))
    firm.session.flush()
    if tried:
        firm.session.add(Attempt(reminder_id=his.id, at=stage.due_at, outcome="dead"))
    give(firm)
    tell_all(firm.session, now=NOW)
    assert (stage.rung in {rung for rung, _, _ in firm.asked(firm.ben)}) != tried
    all_leave(firm, NOW)
    found = audit_entries(firm.session, LAID, [firm.entry.id], now=NOW + timedelta(minutes=30))
    assert ({one.kind for one in found if one.person == firm.ben.id} == set()) == tried
