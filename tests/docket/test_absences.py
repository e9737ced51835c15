"""Who is away is covered at once, and whoever covers may answer; on both databases."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import absences
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.agenda import agenda_of
from deadlines.docket.compose_agenda import compose_agenda
from deadlines.docket.escalation import Escalation, escalate
from deadlines.docket.people import deactivate_person
from deadlines.errors import Conflict, InputError
from deadlines.store.database import Database
from deadlines.store.tables import Absence, Entry, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket import samples

SENT = samples.ENTERED.replace(month=11, day=19)
"""Thursday, nine in New York, the day before the motion is to be filed."""
TODAY = SENT.date()
DAY = timedelta(days=1)
RULE = Escalation(wait=timedelta(hours=24), emergency=None, zone=samples.ZONE, channel="smtp")


class Firm:
    """Ana's matter; Ben, Carla and Dora, who keeps the docket. Carla supervises Ana."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ana, self.ben, self.carla = (samples.person(session, name) for name in ("Ana Ruiz", "Ben", "Carla"))
        self.dora = samples.person(session, "Dora", role="docket")
        self.ana.supervisor_id = self.carla.id
        asked = samples.window()
        self.matter = samples.matter(session, self.ana)
        self.entry, deadline = samples.entry(session, self.matter, asked)
        samples.plan(session, self.entry, deadline, asked, [self.ana, self.dora])

    def away(self, who: Person, deputy: Person | None = None, until: date = TODAY + 2 * DAY) -> Absence:
        return absences.note_absence(
            self.session, who, from_on=TODAY, until_on=until, deputy=deputy, today=TODAY, actor="t", now=SENT
        )

    def told(self, rung: str = "safe-1") -> dict[str, str]:
        query = select(Person.name, Reminder.rung).join(Person, Person.id == Reminder.person_id)
        return {name: found for name, found in self.session.execute(query) if found.endswith(rung)}

    def cover(self, at: datetime = SENT) -> int:
        return absences.tell_covers(self.session, now=at, zone=samples.ZONE)

    def sent(self) -> None:
        for row in self.session.scalars(select(Reminder).where(Reminder.due_at <= SENT)):
            row.state, row.sent_at = "sent", SENT


@pytest.fixture
def firm(session: Session) -> Firm:
    return Firm(session)


def test_a_due_reminder_goes_to_who_covers_too_and_only_once(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)
    before = set(firm.told())
    assert before == {"Ana Ruiz", "Dora"}
    assert firm.cover() > 0
    assert set(firm.told()) == {"Ana Ruiz", "Ben", "Dora"}
    assert firm.cover() == 0
    assert "Ben" not in firm.told("last-1"), "what is not due yet waits for its day"


def test_nobody_covers_before_or_after_and_not_for_who_is_back(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)
    assert absences.covers(firm.session, TODAY - DAY) == absences.covers(firm.session, TODAY + 3 * DAY) == {}
    assert absences.covers(firm.session, TODAY + 2 * DAY) == {firm.ana.id: firm.ben.id}
    assert absences.come_back(firm.session, firm.ana, today=TODAY, actor="t", now=SENT) == 1
    assert absences.covers(firm.session, TODAY) == {}
    assert firm.cover() == 0


def test_a_deputy_who_falls_away_is_covered_in_turn_and_a_ring_ends(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)
    firm.away(firm.ben, firm.carla)
    assert absences.covers(firm.session, TODAY) == {firm.ana.id: firm.carla.id, firm.ben.id: firm.carla.id}
    with pytest.raises(Conflict, match="is away then"):
        firm.away(firm.carla, firm.ana)
    firm.session.add(
        Absence(person_id=firm.carla.id, deputy_id=firm.ana.id, from_on=TODAY, until_on=TODAY, noted_at=SENT)
    )
    assert absences.covers(firm.session, TODAY) == {}


def test_days_and_people_that_make_no_sense_are_refused(firm: Firm) -> None:
    with pytest.raises(InputError, match="--deputy"):
        firm.away(firm.ana)
    with pytest.raises(InputError, match="another person"):
        firm.away(firm.ana, firm.ana)
    for until in (TODAY - DAY, TODAY + timedelta(days=400)):
        with pytest.raises(InputError, match="begins before it ends"):
            firm.away(firm.ana, firm.ben, until)
    firm.ana.deputy_id = firm.ben.id
    assert firm.away(firm.ana).deputy_id == firm.ben.id
    with pytest.raises(Conflict, match="away already"):
        firm.away(firm.ana, firm.carla)


def test_whoever_covers_is_the_first_to_be_waited_for(firm: Firm) -> None:
    firm.cover()
    firm.sent()
    firm.away(firm.ana, firm.ben)

    def asked(at: datetime) -> list[str]:
        return [firm.session.get_one(Person, row.person_id).name for row in escalate(firm.session, RULE, now=at)]

    assert asked(SENT + timedelta(hours=1)) == ["Ben"], "the reminder left before Ana did: Ben is told at once"
    assert asked(SENT + timedelta(hours=23)) == []
    assert asked(SENT + DAY) == ["Carla"]


def test_whoever_was_told_as_cover_is_not_told_the_same_again(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)
    firm.cover()
    firm.sent()
    assert escalate(firm.session, RULE, now=SENT + timedelta(hours=2)) == []


@pytest.mark.parametrize("state", ["cancelled", "superseded"])
def test_whose_like_was_taken_back_was_not_told_as_cover(firm: Firm, state: str) -> None:
    firm.away(firm.ana, firm.ben)
    firm.cover()
    firm.sent()
    for row in firm.session.scalars(select(Reminder).where(Reminder.person_id == firm.ben.id)):
        row.state, row.sent_at = state, None
    firm.session.flush()
    later = SENT + timedelta(hours=1)
    assert [row.person_id for row in escalate(firm.session, RULE, now=later)] == [firm.ben.id]
    assert escalate(firm.session, RULE, now=later) == []


def test_whoever_covers_may_take_a_date_on_and_nobody_afterwards(firm: Firm) -> None:
    def take(at: datetime) -> None:
        acknowledge(firm.session, firm.entry, firm.ben, now=at, lasts=DAY, zone=samples.ZONE)

    with pytest.raises(Conflict, match="does not work on"):
        take(SENT)
    firm.away(firm.ana, firm.ben)
    take(SENT)
    with pytest.raises(Conflict, match="does not work on"):
        take(SENT + 3 * DAY)


def test_the_mail_says_for_whom_one_covers(database: Database) -> None:
    with database.write() as session:
        firm = Firm(session)
        firm.away(firm.ana, firm.ben)
    channel = Collector()
    sweeps(database, channel).send_due(SENT)
    texts = {message.to_name: message.text for message in channel.messages}
    assert "You cover for Ana Ruiz, who is away until Sat 21 Nov 2026." in texts["Ben"]
    assert not any("You cover" in text for name, text in texts.items() if name != "Ben")


def test_agendas_say_who_is_away_and_who_covers(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)

    def agenda(of: Person) -> str:
        return "\n".join(compose_agenda(agenda_of(firm.session, of, today=TODAY, now=SENT), today=TODAY))

    assert "You are away until Sat 21 Nov 2026. Ben covers" in agenda(firm.ana)
    assert "YOU COVER FOR Ana Ruiz, away until 2026-11-21" in agenda(firm.ben)
    assert firm.entry.id[:8] in agenda(firm.ben)
    assert "cover" not in agenda(firm.dora).lower()


def test_of_who_leaves_with_restricted_matters_alone_no_count_is_told(firm: Firm) -> None:
    secret = samples.matter(firm.session, firm.ben, "S-1", restricted=True)
    samples.entry(firm.session, secret, samples.window(rule="other"))
    with pytest.raises(Conflict) as refused:
        deactivate_person(firm.session, firm.ben, successor=None, actor="t", today=SENT.date(), now=SENT)
    assert "ben@firm.test is the attorney of restricted matters and answers for dates in restricted matters, and" in (
        refused.value.fact
    )


def test_who_leaves_names_what_is_open_and_hands_it_over(firm: Firm) -> None:
    secret = samples.matter(firm.session, firm.ana, "S-1", restricted=True)
    samples.entry(firm.session, secret, samples.window(rule="other"))
    firm.ben.deputy_id = firm.ana.id
    firm.away(firm.carla, firm.ana)
    with pytest.raises(Conflict) as refused:
        deactivate_person(firm.session, firm.ana, successor=None, actor="t", today=SENT.date(), now=SENT)
    said = refused.value.sentence
    assert "is the attorney of matter 2026-0143 and of restricted matters and answers for 1 open date, " in said
    assert ", others in restricted matters and stands in for ben@firm.test" in said
    assert "S-1" not in said
    assert "`deadlines person deactivate ana@firm.test --successor ADDRESS`" in said
    assert deactivate_person(firm.session, firm.ana, successor=firm.ben, actor="t", today=SENT.date(), now=SENT) == 2
    firm.session.expire_all()
    assert firm.ben.deputy_id is None, "nobody stands in for themselves"
    assert absences.covers(firm.session, TODAY) == {firm.carla.id: firm.ben.id}
    assert {row.matter.attorney_id for row in firm.session.scalars(select(Entry))} == {firm.ben.id}


def ben_leaves(firm: Firm, successor: Person | None) -> None:
    deactivate_person(firm.session, firm.ben, successor=successor, actor="t", today=TODAY, now=SENT)


@pytest.mark.parametrize("from_on", [TODAY, TODAY + DAY])
def test_who_covers_does_not_leave_without_a_successor(firm: Firm, from_on: date) -> None:
    """Also while the absence is still to come."""
    gone = firm.away(firm.ana, firm.ben)
    gone.from_on = from_on
    firm.session.flush()
    with pytest.raises(Conflict, match=r"ben@firm\.test covers for ana@firm\.test who is away, and cannot leave"):
        ben_leaves(firm, None)
    ben_leaves(firm, firm.carla)
    firm.session.expire_all()
    assert absences.covers(firm.session, from_on) == {firm.ana.id: firm.carla.id}


def test_whom_nobody_covers_any_more_keeps_nobody_here(firm: Firm) -> None:
    gone = firm.away(firm.ana, firm.ben)
    gone.from_on = gone.until_on = TODAY - DAY
    firm.session.flush()
    ben_leaves(firm, None)
    assert not firm.ben.active


def test_who_is_away_does_not_come_to_cover_for_themselves(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)
    said = r"ana@firm\.test is away .* cannot cover for themselves in the place of ben@firm\.test: note another cover"
    with pytest.raises(Conflict, match=said):
        ben_leaves(firm, firm.ana)
    absences.come_back(firm.session, firm.ana, today=TODAY, actor="t", now=SENT)
    firm.away(firm.ana, firm.carla)
    ben_leaves(firm, firm.ana)
    assert absences.covers(firm.session, TODAY) == {firm.ana.id: firm.carla.id}


def test_who_is_away_does_not_come_to_cover_for_another(firm: Firm) -> None:
    firm.away(firm.ana, firm.ben)
    firm.away(firm.carla, firm.dora, until=TODAY)
    with pytest.raises(
        Conflict, match=r"carla@firm\.test is away .* cannot cover for ana@firm\.test in the place of ben"
    ):
        ben_leaves(firm, firm.carla)
    assert absences.away_words(firm.session, firm.carla, TODAY) == (
        "carla@firm.test is away until 2026-11-19, and dora@firm.test covers."
    )
    assert absences.away_words(firm.session, firm.dora, TODAY) == ""
