"""The auditor's second opinion on who was asked in an attorney's place; on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from deadlines.docket import gaps
from deadlines.docket.absences import note_absence
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.auditor import audit_entries
from deadlines.docket.away import ROW, Away
from deadlines.docket.escalation import Escalation, escalate
from deadlines.docket.handing import hand_over
from deadlines.docket.judging import Found, Statement
from deadlines.docket.people import set_deputies
from deadlines.docket.reminders import URGENT, reminder_row
from deadlines.docket.versions import current
from deadlines.store.tables import Attempt, Heartbeat, Reminder
from tests.docket import samples

SENT = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
"""Thursday, nine in New York; the last day is Wednesday 25 November: the usual wait is the shorter one."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = Escalation(wait=DAY, emergency=None, zone=samples.ZONE, channel="smtp")
LAID = Statement(samples.ZONE, samples.NINE, "smtp", lambda day: day.weekday() < 5, wait=DAY)
LATE = SENT + DAY + HOUR + timedelta(minutes=1)


class Firm:
    """Ana was urgently reminded and is silent; Ben is her deputy, Carla is Zoe's."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ana, self.ben, self.carla, self.zoe = (
            samples.person(session, name) for name in ("Ana", "Ben", "Carla", "Zoe")
        )
        for one, deputy in ((self.ana, self.ben), (self.zoe, self.carla)):
            set_deputies(
                session,
                one,
                deputy=deputy.email,
                supervisor=None,
                actor="t",
                now=samples.ENTERED,
                today=samples.ENTERED.date(),
            )
        self.matter = samples.matter(session, self.ana)
        self.entry, deadline = samples.entry(session, self.matter, samples.window())
        samples.plan(session, self.entry, deadline, samples.window(), [self.ana])
        session.execute(delete(Reminder).where(Reminder.due_at > SENT))
        self.arrived(SENT)

    def arrived(self, at: datetime) -> None:
        for row in self.session.scalars(select(Reminder).where(Reminder.state == "planned")):
            row.state, row.sent_at = "sent", at
            self.session.add(Attempt(reminder_id=row.id, at=at, outcome="sent"))
        self.session.flush()

    def escalate(self, at: datetime) -> None:
        escalate(self.session, RULE, now=at)
        self.arrived(at)

    def found(self, at: datetime, statement: Statement = LAID) -> list[Found]:
        found = audit_entries(self.session, statement, [self.entry.id], now=at)
        return [one for one in found if one.rung.startswith("escalated-")]


@pytest.fixture
def firm(session: Session) -> Firm:
    return Firm(session)


def test_a_deputy_who_was_not_asked_is_found_an_hour_after_the_wait_and_asked(firm: Firm) -> None:
    assert firm.found(SENT + DAY + HOUR) == []
    [found] = firm.found(LATE)
    said = (found.kind, found.rung, found.person, found.due_at)
    assert said == ("missing", "escalated-1-safe-1", firm.ben.id, SENT + DAY)
    assert firm.found(LATE, msgspec.structs.replace(LAID, wait=None)) == []
    gaps.settle(firm.session, LAID, [firm.entry.id], now=LATE, round_at=LATE)
    query = select(Reminder).where(Reminder.person_id == firm.ben.id, Reminder.rung == found.rung)
    assert firm.session.scalars(query).one().due_at == LATE
    assert firm.found(LATE) == []
    assert escalate(firm.session, RULE, now=LATE) == []


def test_the_closer_the_end_the_sooner(firm: Firm) -> None:
    """From nine on the last day to its midnight are 15 hours, of which a quarter is 3 hours 45 minutes."""
    last = SENT + 6 * DAY
    firm.session.query(Reminder).update({"sent_at": last})
    wait = timedelta(hours=3, minutes=45)
    assert firm.found(last + wait + HOUR) == []
    assert {one.due_at for one in firm.found(last + wait + HOUR + timedelta(minutes=1))} == {last + wait}


def test_what_the_program_asks_in_time_is_nothing_to_find(firm: Firm) -> None:
    firm.escalate(SENT + DAY)
    assert firm.found(LATE) == firm.found(LATE + DAY) == []


def test_the_deputy_of_a_new_attorney_is_asked_too(firm: Firm) -> None:
    """Whoever was asked before stands in for nobody here any more."""
    firm.escalate(SENT + DAY)
    hand_over(firm.session, firm.matter, firm.zoe, actor="t", now=SENT + DAY)
    firm.arrived(SENT + DAY)
    assert firm.found(LATE) == []
    assert [(one.person, one.due_at) for one in firm.found(LATE + DAY)] == [(firm.carla.id, SENT + 2 * DAY)]
    firm.escalate(SENT + 2 * DAY)
    assert firm.found(LATE + DAY) == []


MINUTE = timedelta(minutes=1)
ORDINARY = [(-MINUTE, timedelta()), (timedelta(), timedelta(milliseconds=30)), (-MINUTE, 36 * MINUTE)]
"""Asked of an earlier one, and when the next left: entered at half past eight; after a time away; mail was away."""


@pytest.mark.parametrize(("asked", "left", "anew"), [*((*each, False) for each in ORDINARY), (-2 * HOUR, HOUR, True)])
def test_whoever_was_asked_of_the_same_dates_within_the_hour_before_counts_as_asked(
    firm: Firm, asked: timedelta, left: timedelta, anew: bool
) -> None:
    """As it does for what asks them: what is found is what that would ask next."""
    deadline = current(firm.session, firm.entry)
    firm.session.query(Reminder).update({"sent_at": SENT + left})
    before = reminder_row(deadline, firm.ana.id, "smtp", "now", URGENT, SENT + asked - DAY)
    firm.session.add(before)
    firm.arrived(SENT + asked - DAY)
    assert [row.rung for row in escalate(firm.session, RULE, now=SENT + asked)] == ["escalated-1-now"]
    firm.arrived(SENT + asked)
    late = LATE + left
    assert [one.rung for one in firm.found(late)] == ["escalated-1-safe-1"] * anew
    assert [row.rung for row in escalate(firm.session, RULE, now=late)] == ["escalated-1-safe-1"] * anew


def ended(firm: Firm) -> datetime:
    """Ben was asked before Ana took the dates on; when that ended."""
    firm.escalate(SENT + DAY)
    acknowledge(firm.session, firm.entry, firm.ana, now=SENT + DAY + HOUR, lasts=HOUR, zone=samples.ZONE)
    return SENT + DAY + 2 * HOUR


def test_who_was_asked_before_an_answer_is_to_be_asked_anew_when_it_has_ended(firm: Firm) -> None:
    until = ended(firm)
    firm.escalate(until)
    assert firm.found(until + DAY + HOUR) == []
    [found] = firm.found(until + DAY + HOUR + MINUTE)
    assert (found.rung, found.person, found.due_at) == ("escalated-1-safe-1-again-1", firm.ben.id, until + DAY)
    firm.escalate(until + DAY)
    assert firm.found(until + DAY + HOUR + MINUTE) == []


@pytest.mark.parametrize("away", [8, 50])
def test_who_was_asked_at_once_after_an_answer_that_ended_meanwhile_is_not_missed(firm: Firm, away: int) -> None:
    """The program was away when it ended, for hours or for days, and mail for two hours more: what left is late."""
    until = ended(firm)
    short, back = timedelta(hours=6), until + away * HOUR
    asked = escalate(firm.session, msgspec.structs.replace(RULE, wait=short), now=back)
    assert [row.person_id for row in asked] == [firm.ben.id]
    firm.arrived(back + 2 * HOUR)
    laid = msgspec.structs.replace(LAID, wait=short)
    assert [one.kind for one in firm.found(back + DAY, laid)] == ["late"]
    found = audit_entries(firm.session, laid, [firm.entry.id], now=back + DAY)
    said = {(one.kind, one.rung, one.person) for one in found if one.due_at == until}
    assert said == {("late", "safe-1-again-1", firm.ana.id)}


def answered(firm: Firm) -> None:
    acknowledge(firm.session, firm.entry, firm.ana, now=SENT + HOUR, lasts=DAY, zone=samples.ZONE)


def away(firm: Firm) -> None:
    at = {"from_on": SENT.date(), "until_on": SENT.date() + DAY, "today": SENT.date(), "now": SENT}
    note_absence(firm.session, firm.ana, deputy=firm.carla, actor="t", **at)  # type: ignore[arg-type]


def program_was_away(firm: Firm) -> None:
    detail = msgspec.json.encode(Away(SENT, LATE - HOUR)).decode()
    firm.session.merge(Heartbeat(sweep=ROW, at=LATE - HOUR, detail=detail))


def newly_named(firm: Firm) -> None:
    set_deputies(
        firm.session,
        firm.ana,
        deputy="zoe@firm.test",
        supervisor=None,
        actor="t",
        now=LATE - HOUR,
        today=(LATE - HOUR).date(),
    )


def refused(firm: Firm) -> None:
    firm.session.query(Reminder).update({"state": "dead"})


@pytest.mark.parametrize("act", [answered, away, program_was_away, newly_named, refused])
def test_what_is_not_sure_is_not_judged(firm: Firm, act: Callable[[Firm], None]) -> None:
    assert len(firm.found(LATE)) == 1
    act(firm)
    firm.session.flush()
    assert firm.found(LATE) == []


def test_a_new_deputy_has_the_same_wait(firm: Firm) -> None:
    firm.escalate(SENT + DAY)
    newly_named(firm)
    assert firm.found(LATE + DAY) == []
    assert {one.person for one in firm.found(LATE + DAY + timedelta(minutes=1))} == {firm.zoe.id}
