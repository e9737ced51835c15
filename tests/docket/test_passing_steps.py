"""Steps belong to who may be told of them: whoever is taken off a matter, or does not see it, keeps none; on both
databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice
from deadlines.compute.milestones import Template
from deadlines.docket.agenda import agenda_of
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.endings import off_matter
from deadlines.docket.handing import hand_over
from deadlines.docket.intake import record_notice
from deadlines.docket.people import deactivate_person
from deadlines.docket.restricting import follow_discreet, restrict_matter
from deadlines.docket.teams import join_matter
from deadlines.docket.ticking import assign, milestones, tick, untick
from deadlines.errors import Conflict, NotFound
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Letter, Milestone, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket import samples
from tests.docket.desks import DENIAL, ENTERED, LATER, desk, firm, recorded

MOTION = "uscis.motion.reopen"
DRAFT = Template(id="draft", title="Draft ready", before_safe_by=10, owner="paralegal", remind=(1, 0))
"""Ten business days before Friday 20 November is Thursday the 5th."""
DISPATCH = Template(id="dispatch", title="To the courier", before_dispatch=0, owner="docket")
PRACTICE = Practice(milestones=(DRAFT, DISPATCH))
HERE = desk(practice=PRACTICE)
THE_DAY = datetime(2026, 11, 5, 14, 5, tzinfo=UTC)
"""Five past nine in New York, when the reminders of the day have gone."""
VAWA = Notice(kind="uscis.denial", form="I-360", decided_on=DENIAL.decided_on, facts={"basis": "vawa"})


class Team:
    """Ben, a paralegal, works on Ana's matter and owns its drafts; Dora of the docket owns what goes to the courier."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ana, self.ben, self.dora = firm(session)
        self.matter = samples.matter(session, self.ana)
        self.join(self.ben)
        recorded(session, reference=self.matter.reference, practice=PRACTICE)

    def join(self, who: Person) -> None:
        join_matter(self.session, self.matter, who, actor="t", now=ENTERED)

    def off(self, who: Person, now: datetime = LATER) -> None:
        off_matter(self.session, HERE, self.matter, who, actor="t", today=now.date(), now=now)

    def restrict(self) -> None:
        restrict_matter(self.session, self.matter, actor="t", now=LATER)
        follow_discreet(self.session, HERE, self.matter, now=LATER)

    def owners(self, template: str = "draft") -> set[str]:
        found = milestones(self.session, matter=self.matter)
        return {step.owner.partition("@")[0] for step in found if step.template == template}

    def step(self, template: str = "draft") -> Milestone:
        query = select(Milestone).join(Entry, Entry.id == Milestone.entry_id)
        return self.session.scalars(query.where(Entry.rule == MOTION, Milestone.template == template)).one()

    def waiting(self, who: Person) -> int:
        """How many reminders of the draft of the motion wait for somebody."""
        of_step = Reminder.rung.like(f"%-{self.step().id}"), Reminder.person_id == who.id
        return len(self.session.scalars(select(Reminder.id).where(*of_step, Reminder.state == "planned")).all())

    def letters(self) -> list[tuple[str, str]]:
        query = select(Person.name, Letter.subject).join(Person, Person.id == Letter.person_id).order_by(Letter.id)
        return [(name, subject) for name, subject in self.session.execute(query).all() if "step" in subject]


@pytest.fixture
def team(session: Session) -> Team:
    return Team(session)


def test_who_is_taken_off_a_matter_keeps_no_step_and_the_attorney_is_told(team: Team) -> None:
    assert (team.owners(), team.waiting(team.ben)) == ({"ben"}, 3)
    team.off(team.ben)
    assert (team.owners(), team.owners("dispatch")) == ({"ana"}, {"dora"})
    assert (team.waiting(team.ben), team.waiting(team.ana)) == (0, 3)
    assert team.letters() == [("Ana Ruiz", "3 open steps of matter 2026-0143 are yours now")]
    given = select(Audit).where(Audit.action == "milestone.assign")
    assert {row.detail["owner"] for row in team.session.scalars(given)} == {team.ana.id}


def test_somebody_else_of_that_kind_who_works_on_it_has_them_also_what_a_person_gave_away(team: Team) -> None:
    eve = samples.person(team.session, "Eve", "paralegal")
    team.join(eve)
    assign(team.session, HERE, team.step("dispatch"), team.ben, team.ana, now=LATER)
    team.off(team.ben)
    assert (team.owners(), team.step("dispatch").owner_id) == ({"eve"}, team.dora.id)


def test_what_was_told_this_morning_is_told_to_the_next_owner_at_once(team: Team) -> None:
    for row in team.session.scalars(select(Reminder).where(Reminder.due_at <= THE_DAY)):
        row.state = "sent"
    team.off(team.ben, now=THE_DAY)
    rungs = select(Reminder.rung, Reminder.due_at).where(Reminder.person_id == team.ana.id)
    made = dict(team.session.execute(rungs.where(Reminder.state == "planned")).all())
    assert made[f"milestone-0-{team.step().id}"] == THE_DAY
    assert f"milestone-1-{team.step().id}" not in made


def test_what_waits_for_a_mail_server_is_not_sent_to_who_was_taken_off(team: Team) -> None:
    query = select(Reminder).where(Reminder.rung.like(f"milestone-1-{team.step().id}"))
    row = team.session.scalars(query).one()
    row.state, row.attempts, row.owner, row.lease_until = "leased", 2, "somebody", THE_DAY + timedelta(hours=1)
    team.off(team.ben, now=THE_DAY)
    team.session.refresh(row)
    assert row.state == "cancelled"
    assert not row.owner


def by_hand(team: Team) -> None:
    team.restrict()


def by_a_notice(team: Team) -> None:
    record_notice(team.session, HERE, team.matter, VAWA, now=LATER)
    assert team.matter.restricted


@pytest.mark.parametrize("act", [by_hand, by_a_notice])
def test_a_restriction_takes_the_steps_from_who_does_not_work_on_the_matter(
    team: Team, act: Callable[[Team], None]
) -> None:
    """Those of the notice that restricts too: Dora keeps the docket, and sees no restricted matter for that."""
    act(team)
    assert (team.owners(), team.owners("dispatch")) == ({"ben"}, {"ana"})
    assert team.letters() == [("Ana Ruiz", "3 open steps of a matter are yours now")]
    assert "2026-0143" not in team.session.scalars(select(Letter.text)).one()


def test_somebody_whom_the_firm_names_owns_nothing_of_a_restricted_matter_that_they_do_not_see(team: Team) -> None:
    samples.person(team.session, "Max", "paralegal")
    named = desk(practice=Practice(milestones=(structs.replace(DRAFT, owner="max@firm.test"),)))
    secret = samples.matter(team.session, team.ana, "S-1", restricted=True)
    record_notice(team.session, named, secret, DENIAL, now=LATER)
    assert {step.owner for step in milestones(team.session, matter=secret)} == {"ana@firm.test"}


def test_a_successor_gets_no_step_of_a_restricted_matter_of_others(team: Team) -> None:
    max_ = samples.person(team.session, "Max", "paralegal")
    secret = samples.matter(team.session, team.ana, "S-1", restricted=True)
    join_matter(team.session, secret, team.ben, actor="t", now=ENTERED)
    record_notice(team.session, HERE, secret, DENIAL, now=ENTERED)
    deactivate_person(team.session, team.ben, successor=max_, actor="t", today=LATER.date(), now=LATER)
    assert team.owners() == {"max"}
    steps = team.session.scalars(
        select(Milestone).join(Entry).where(Entry.matter_id == secret.id, Milestone.template == "draft")
    ).all()
    assert {step.owner_id for step in steps} == {team.ana.id}
    of_steps = Reminder.entry_id.in_([step.entry_id for step in steps]), Reminder.rung.like("%milestone-%")
    told = team.session.scalars(select(Reminder.person_id).where(*of_steps, Reminder.state == "planned"))
    assert set(told) == {team.ana.id}
    assert ("Ana Ruiz", "3 open steps of a matter are yours now") in team.letters()


def test_a_reopened_entry_gives_no_step_back_to_who_was_taken_off(team: Team) -> None:
    waive_entry(team.session, HERE, team.step().entry, reason="not used", by=team.ana, now=LATER)
    team.off(team.ben)
    reopen_entry(team.session, HERE, team.step().entry, reason="used after all", by=team.ana, now=LATER)
    assert (team.step().state, team.step().owner_id) == ("open", team.ana.id)
    assert (team.waiting(team.ben), team.waiting(team.ana)) == (0, 3)


def test_a_reopened_entry_gives_no_step_to_who_has_left_the_firm(team: Team) -> None:
    waive_entry(team.session, HERE, team.step().entry, reason="not used", by=team.ana, now=LATER)
    today = LATER.date()
    deactivate_person(team.session, team.ben, successor=team.dora, actor="t", today=today, now=LATER)
    reopen_entry(team.session, HERE, team.step().entry, reason="used after all", by=team.ana, now=LATER)
    assert (team.step().owner_id, team.waiting(team.ben), team.waiting(team.ana)) == (team.ana.id, 0, 3)


def test_whom_the_firm_names_for_a_step_has_it_no_more_once_taken_off_the_matter(team: Team) -> None:
    """For the next notice they are named again: of a matter that is not to be known to them it must be restricted."""
    team.join(team.dora)
    team.off(team.dora)
    assert (team.owners("dispatch"), team.owners()) == ({"ana"}, {"ben"})


def test_a_reopened_entry_gives_no_step_back_to_a_former_attorney(team: Team) -> None:
    eve = samples.person(team.session, "Eve")
    assign(team.session, HERE, team.step(), team.ana, team.ana, now=LATER)
    waive_entry(team.session, HERE, team.step().entry, reason="not used", by=team.ana, now=LATER)
    hand_over(team.session, team.matter, eve, actor="t", now=LATER)
    reopen_entry(team.session, HERE, team.step().entry, reason="used after all", by=eve, now=LATER)
    team.session.refresh(team.step())
    assert (team.step().owner_id, team.waiting(team.ana), team.waiting(eve)) == (eve.id, 0, 3)


def test_who_does_not_see_a_matter_ticks_none_of_its_steps_and_is_given_none(team: Team) -> None:
    max_ = samples.person(team.session, "Max", "paralegal")
    team.restrict()
    acts: list[Callable[[], None]] = [
        lambda: tick(team.session, HERE, team.step(), max_, now=LATER),
        lambda: untick(team.session, HERE, team.step(), max_, now=LATER),
        lambda: assign(team.session, HERE, team.step(), team.ben, max_, now=LATER),
    ]
    for act in acts:
        with pytest.raises(NotFound, match="not yours to see"):
            act()
    with pytest.raises(Conflict, match="2026-0143, which is restricted: put them on it first"):
        assign(team.session, HERE, team.step(), max_, team.ana, now=LATER)
    team.join(max_)
    assign(team.session, HERE, team.step(), max_, team.ana, now=LATER)
    assert team.step().owner_id == max_.id


def test_a_tick_that_is_taken_back_is_nobody_s_who_does_not_see_the_matter(team: Team) -> None:
    tick(team.session, HERE, team.step(), team.ben, now=LATER)
    team.off(team.ben)
    team.restrict()
    untick(team.session, HERE, team.step(), team.ana, now=LATER)
    assert (team.step().owner_id, team.waiting(team.ben), team.waiting(team.ana)) == (team.ana.id, 0, 3)


def an_earlier_version(database: Database) -> None:
    """Left Ben the steps of a matter from which he was taken off, and which was restricted then."""
    with database.write() as session:
        team = Team(session)
        team.off(team.ben)
        team.restrict()
        for step in session.scalars(select(Milestone).where(Milestone.template == "draft")):
            step.owner_id = team.ben.id
        rows = select(Reminder).where(Reminder.rung.like("%milestone-%") | Reminder.rung.like("overdue-%"))
        for row in session.scalars(rows.where(Reminder.person_id == team.ana.id)):
            session.delete(row)
        session.flush()
        for row in session.scalars(rows.where(Reminder.person_id == team.ben.id)):
            row.state, row.next_at = "planned", row.due_at
        for letter in session.scalars(select(Letter)):
            session.delete(letter)


def mailed(database: Database, at: datetime) -> list[str]:
    channel = Collector()
    sweeps(database, channel).send_due(at)
    return [f"{item.to_email} {item.subject}" for item in channel.messages if "step" in item.subject]


def test_no_step_is_mailed_to_who_does_not_see_the_matter(database: Database) -> None:
    an_earlier_version(database)
    assert mailed(database, THE_DAY) == []
    with database.read() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        assert agenda_of(session, ben, today=THE_DAY.date(), now=THE_DAY).steps == []


def test_an_earlier_version_s_steps_are_given_to_who_may_be_told(database: Database) -> None:
    an_earlier_version(database)
    daemon = sweeps(database, desk=HERE)
    for _ in range(2):
        daemon.nightly.run_if_due(LATER + timedelta(hours=1))
    with database.read() as session:
        steps = select(Person.name).join(Milestone, Milestone.owner_id == Person.id)
        assert set(session.scalars(steps.where(Milestone.template == "draft"))) == {"Ana Ruiz"}
        subjects = session.scalars(select(Letter.subject)).all()
        assert [subject for subject in subjects if "step" in subject] == ["3 open steps of a matter are yours now"]
    mails = mailed(database, THE_DAY)
    assert any("step – 2026-0143" in mail for mail in mails)
    assert all(mail.startswith("ana@") for mail in mails)
