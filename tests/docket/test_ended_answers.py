"""Dates that somebody has taken on go to another attorney: who is asked at the end of the answer; on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import acknowledging
from deadlines.docket.auditor import audit_entries
from deadlines.docket.escalation import Escalation, escalate
from deadlines.docket.handed import ask_attorneys
from deadlines.docket.handing import hand_all_over, hand_over
from deadlines.docket.people import set_deputies
from deadlines.docket.reminders import URGENT
from deadlines.store.tables import Acknowledgement, Reminder
from tests.docket import samples
from tests.docket.test_handed import LAID, Firm, all_leave, give, leave

RULE = Escalation(wait=timedelta(days=1), emergency=None, zone=samples.ZONE, channel="smtp")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ASKED = datetime.fromisoformat("2026-11-25T15:00:00Z")
"""An hour after the reminder of the last day, nothing comes after it; in New York the day ends at five of the next."""
THE_19TH = datetime.fromisoformat("2026-11-19T15:00:00Z")
"""An hour after the urgent reminder of the day before the safe date."""


@pytest.fixture
def firm(session: Session) -> Firm:
    return supervised(session, ASKED)


def supervised(session: Session, now: datetime) -> Firm:
    """Carla supervises Ana, and Ben; she may take on what is theirs."""
    made = Firm(session, now)
    made.ana.supervisor_id = made.carla.id
    session.flush()
    return made


def taken_on(firm: Firm, until: datetime, at: datetime = ASKED) -> datetime:
    answer = acknowledging.acknowledge(
        firm.session, firm.entry, firm.carla, now=at, lasts=until - at, zone=samples.ZONE
    )
    return answer.until


def asked_of_ben(firm: Firm, at: datetime) -> list[tuple[str, datetime]]:
    """What Ben is urgently asked once the daemon has made a turn."""
    escalate(firm.session, RULE, now=at)
    query = select(Reminder).where(Reminder.person_id == firm.ben.id, Reminder.severity >= URGENT)
    waits = firm.session.scalars(query.where(Reminder.next_at <= at, Reminder.state == "planned"))
    return [(row.rung, row.due_at) for row in waits]


@pytest.mark.parametrize("act", [leave, give])
def test_the_attorney_of_now_is_asked_when_an_answer_of_another_ends(firm: Firm, act: Callable[[Firm], None]) -> None:
    ends = taken_on(firm, ASKED + 5 * HOUR)
    act(firm)
    assert asked_of_ben(firm, ends - MINUTE) == []
    assert asked_of_ben(firm, ends + MINUTE) == [("last-0", ends)]
    all_leave(firm, ends + 2 * MINUTE)
    assert asked_of_ben(firm, ends + 3 * MINUTE) == []
    # From eight in the evening nine hours are left, of which a quarter is two hours and a quarter.
    assert escalate(firm.session, RULE, now=ends + 2 * HOUR) == []
    assert [row.person_id for row in escalate(firm.session, RULE, now=ends + 2.5 * HOUR)] == [firm.carla.id]


def test_until_then_the_auditor_has_nothing_to_find_and_nothing_after_it(firm: Firm) -> None:
    ends = taken_on(firm, ASKED + 5 * HOUR)
    give(firm)
    for at in (ASKED + HOUR, ends - MINUTE, ends + MINUTE, ends + 2 * HOUR):
        escalate(firm.session, RULE, now=at)
        all_leave(firm, at)
        assert audit_entries(firm.session, LAID, [firm.entry.id], now=at) == []


def test_where_who_took_it_on_may_not_any_more_the_attorney_of_now_is_asked_at_once(firm: Firm) -> None:
    taken_on(firm, ASKED + 10 * HOUR)
    give(firm)
    opened = acknowledging.end_answers(firm.session, firm.carla, ASKED + HOUR)
    ask_attorneys(firm.session, opened, ASKED + HOUR)
    assert asked_of_ben(firm, ASKED + HOUR + MINUTE) == [("last-0", ASKED + HOUR)]


def test_an_answer_that_is_renewed_after_the_matter_went_over_holds(firm: Firm) -> None:
    ends = taken_on(firm, ASKED + 5 * HOUR)
    give(firm)
    again = taken_on(firm, ends + 2 * HOUR, at=ends - HOUR)
    assert asked_of_ben(firm, ends + MINUTE) == []
    assert asked_of_ben(firm, again + MINUTE) == [("last-0", again)]


def test_nobody_is_asked_twice_within_a_day_where_a_reminder_of_their_own_comes(session: Session) -> None:
    """The safe date's own reminder comes on Friday at nine."""
    firm = supervised(session, THE_19TH)
    ends = taken_on(firm, THE_19TH + 20 * HOUR, at=THE_19TH)
    give(firm)
    assert asked_of_ben(firm, ends + MINUTE) == []
    friday = ends.replace(hour=14, minute=0, second=0, microsecond=0)
    assert asked_of_ben(firm, friday + MINUTE) == [("safe-0", friday)]


def test_a_matter_that_comes_back_brings_everything_that_was_to_be_sent(session: Session) -> None:
    """Dora kept the docket and has reminders of her own; she is its attorney for a day."""
    firm = Firm(session, THE_19TH)
    dora = samples.person(session, "Dora", "docket")
    for row in session.scalars(select(Reminder).where(Reminder.state == "planned")).all():
        session.add(_like(row, dora.id))
    session.flush()
    dora.role = "attorney"
    ahead = _ahead(session, firm.ana.id)
    hand_over(session, firm.matter, dora, actor="t", now=THE_19TH)
    assert (_ahead(session, firm.ana.id), _ahead(session, dora.id)) == ([], ahead)
    hand_all_over(session, dora, firm.ana, actor="t", today=THE_19TH.date(), now=THE_19TH + HOUR)
    assert (_ahead(session, firm.ana.id), _ahead(session, dora.id)) == (ahead, [])


def _like(row: Reminder, person_id: str) -> Reminder:
    names = ("deadline_id", "entry_id", "channel", "rung", "severity", "due_at", "next_at")
    message = f"<{row.id}@other.test>"
    return Reminder(**{name: getattr(row, name) for name in names}, person_id=person_id, message_id=message)


def _ahead(session: Session, person_id: str) -> list[tuple[str, datetime]]:
    query = select(Reminder).where(Reminder.person_id == person_id, Reminder.state == "planned")
    query = query.where(Reminder.due_at > THE_19TH + HOUR)  # what is asked anew at once is another matter
    return sorted((row.rung, row.next_at) for row in session.scalars(query))


def test_what_a_deputy_was_not_told_ends_with_what_it_covered(session: Session) -> None:
    """Carla's mailbox refuses what she is asked in Ana's place, the newer message for the older one too."""
    firm = Firm(session, THE_19TH)
    firm.ana.supervisor_id = firm.ben.supervisor_id = firm.carla.id
    session.flush()
    [newer] = escalate(session, RULE, now=THE_19TH + DAY)
    older = _like(newer, firm.carla.id)
    older.rung, older.state, older.lead_id, older.due_at = "escalated-1-safe-3", "covered", newer.id, THE_19TH
    newer.state = "dead"
    session.add(older)
    session.flush()
    firm.now = THE_19TH + DAY + HOUR
    give(firm)
    assert (newer.state, older.state) == ("cancelled", "cancelled")


@pytest.mark.parametrize("name", ["deputy", "supervisor"])
def test_who_stands_in_no_more_leaves_nothing_taken_on(session: Session, name: str) -> None:
    """What Carla took on in Ana's place is asked of Ana anew once Ben stands there; so long as she stands there too,
    it holds."""
    firm = supervised(session, ASKED)
    firm.ana.deputy_id = firm.carla.id if name == "deputy" else None
    session.flush()
    ends = taken_on(firm, ASKED + 5 * HOUR)
    ben, until = firm.ben.email, select(Acknowledgement.until)
    if name == "deputy":  # she supervises Ana still
        set_deputies(
            session, firm.ana, deputy=ben, supervisor=None, actor="t", now=ASKED + HOUR, today=(ASKED + HOUR).date()
        )
        assert session.scalars(until).one() == ends
    set_deputies(
        session, firm.ana, deputy=None, supervisor=ben, actor="t", now=ASKED + HOUR, today=(ASKED + HOUR).date()
    )
    assert session.scalars(until).one() == ASKED + HOUR
    asked = select(Reminder).where(Reminder.person_id == firm.ana.id, Reminder.due_at == ASKED + HOUR)
    assert [row.state for row in session.scalars(asked)] == ["planned"]
