"""Milestones: laid with the dates, moved with them, closed with them; reminded of, ticked, given to others."""

from datetime import date, datetime, timedelta

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.ladders import Reach
from deadlines.compute.milestones import Template
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.entries import new_version
from deadlines.docket.people import deactivate_person
from deadlines.docket.relaying import relay
from deadlines.docket.teams import join_matter
from deadlines.docket.ticking import assign, milestones, tick, untick
from deadlines.errors import Conflict
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Milestone, Person, Reminder
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, changed, desk, firm, recorded
from tests.docket.samples import matter, person

MOTION, RECONSIDER, APPEAL = "uscis.motion.reopen", "uscis.motion.reconsider", "uscis.appeal.aao"
REVIEW = Template(id="review", title="Attorney review", after_notice=3, once=True, remind=(1, 0))
DRAFT = Template(id="draft", title="Draft ready", before_safe_by=10, owner="paralegal")
DISPATCH = Template(id="dispatch", title="To the courier", before_dispatch=0, owner="docket")
PRACTICE = Practice(milestones=(REVIEW, DRAFT, DISPATCH))
HERE = desk(practice=PRACTICE)


@pytest.fixture
def entries(session: Session) -> dict[str, Entry]:
    firm(session)
    return recorded(session, practice=PRACTICE)


def days(session: Session, entry: Entry, state: str = "open") -> dict[str, str]:
    query = select(Milestone).where(Milestone.entry_id == entry.id, Milestone.state == state)
    return {found.template: found.due_on.isoformat() for found in session.scalars(query)}


def one(session: Session, entry: Entry, template: str) -> Milestone:
    query = select(Milestone).where(Milestone.entry_id == entry.id, Milestone.template == template)
    return session.scalars(query).one()


def mails(session: Session, step: Milestone, state: str = "planned") -> list[tuple[str, str]]:
    query = select(Reminder).where(Reminder.rung.like(f"%-{step.id}"), Reminder.state == state)
    rows = session.scalars(query.order_by(Reminder.due_at))
    return [(row.rung.removesuffix(f"-{step.id}"), row.due_at.strftime("%d %b %H:%M")) for row in rows]


def moved(session: Session, entry: Entry, **dates: date) -> None:
    window = changed(session, entry, **dates)
    new_version(session, HERE, entry, window, followed=True, reason="test", now=LATER, actor="t", moved="urgent")


def test_they_are_laid_with_the_dates(session: Session, entries: dict[str, Entry]) -> None:
    # Entered Tue 27 Oct 2026; safe Fri 20 Nov: ten business days before is Thu 5 (11 is off), the courier Wed 18.
    steps = {"draft": "2026-11-05", "dispatch": "2026-11-18"}
    found = [days(session, entries[rule]) for rule in (MOTION, RECONSIDER, APPEAL)]
    assert sorted(found, key=len) == [steps, steps, {**steps, "review": "2026-10-30"}]


def test_once_for_a_notice_goes_on_with_another_entry_and_ends_with_the_last(
    session: Session, entries: dict[str, Entry]
) -> None:
    ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
    left = [entry for entry in entries.values() if entry.status == "open"]
    while left:
        holders = [entry for entry in left if "review" in days(session, entry)]
        assert len(holders) == 1
        left.remove(holders[0])
        waive_entry(session, HERE, holders[0], reason="not used", by=ana, now=LATER)
        assert days(session, holders[0]) == {}
        still = session.scalars(
            select(Reminder.id).where(Reminder.entry_id == holders[0].id, Reminder.state == "planned")
        ).all()
        assert still == []


def test_a_reopened_entry_has_them_again(session: Session, entries: dict[str, Entry]) -> None:
    ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
    entry = entries[MOTION]
    before = days(session, entry)
    waive_entry(session, HERE, entry, reason="not used", by=ana, now=LATER)
    reopen_entry(session, HERE, entry, reason="used after all", by=ana, now=LATER)
    assert {key: days(session, entry)[key] for key in ("draft", "dispatch")} == {
        key: before[key] for key in ("draft", "dispatch")
    }
    assert mails(session, one(session, entry, "draft"))


def test_they_move_with_the_dates_and_nothing_is_left_of_the_earlier_ones(
    session: Session, entries: dict[str, Entry]
) -> None:
    entry = entries[MOTION]
    old = one(session, entry, "draft")
    assert mails(session, old) == [("milestone-0", "05 Nov 14:00"), ("overdue", "06 Nov 14:00")]
    moved(session, entry, safe_by=date(2026, 12, 11), last_day=date(2026, 12, 14))
    # Ten business days before Fri 11 Dec is Fri 27 Nov.
    assert days(session, entry)["draft"] == "2026-11-27"
    assert mails(session, old) == [("milestone-0", "27 Nov 14:00"), ("overdue", "30 Nov 14:00")]
    versions = select(Reminder.deadline_id).where(Reminder.entry_id == entry.id, Reminder.state == "planned")
    assert len(set(session.scalars(versions))) == 1


def test_moved_into_the_past_it_is_due_at_once_and_overdue_it_stays(
    session: Session, entries: dict[str, Entry]
) -> None:
    entry = entries[MOTION]
    moved(session, entry, safe_by=date(2026, 11, 9), last_day=date(2026, 11, 10))
    assert days(session, entry)["draft"] == "2026-11-02"
    assert mails(session, one(session, entry, "draft"))[0] == ("milestone-0", "02 Nov 15:00")
    later = LATER + timedelta(days=3)
    relay(
        session, structs.replace(HERE, practice=structs.replace(PRACTICE, not_fatal=("mandate",))), entry.id, now=later
    )
    assert days(session, entry)["draft"] == "2026-11-02"


def test_owners_are_found_by_role_and_fall_back_to_the_attorney(session: Session, entries: dict[str, Entry]) -> None:
    owners = {item.template: item.owner for item in milestones(session, entry=entries[MOTION])}
    assert (owners["draft"], owners["dispatch"]) == ("ana@firm.test", "dora@firm.test")
    ben = session.scalars(select(Person).where(Person.role == "paralegal")).one()
    join_matter(session, entries[MOTION].matter, ben, actor="t", now=ENTERED)
    other = structs.replace(PRACTICE, milestones=(DRAFT, structs.replace(DISPATCH, owner="ben@firm.test")))
    relay(session, structs.replace(HERE, practice=other), entries[MOTION].id, now=LATER)
    assert {item.owner for item in milestones(session, entry=entries[MOTION])} == {"ben@firm.test"}


def test_ticked_it_is_silent_taken_back_it_speaks_and_each_is_in_the_audit(
    session: Session, entries: dict[str, Entry]
) -> None:
    ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
    step = one(session, entries[MOTION], "draft")
    tick(session, HERE, step, ana, now=LATER)
    assert (mails(session, step), step.done_by) == ([], ana.id)
    with pytest.raises(Conflict, match="is done already"):
        tick(session, HERE, step, ana, now=LATER)
    moved(session, entries[MOTION], safe_by=date(2026, 12, 11), last_day=date(2026, 12, 14))
    assert (step.state, mails(session, step)) == ("done", [])
    untick(session, HERE, step, ana, now=LATER)
    assert [rung for rung, _ in mails(session, step)] == ["milestone-0", "overdue"]
    actions = session.scalars(select(Audit.action).where(Audit.action.like("milestone.%")).order_by(Audit.id))
    assert list(actions) == ["milestone.done", "milestone.undo"]


def test_given_to_somebody_it_stays_theirs_and_only_they_are_told(session: Session, entries: dict[str, Entry]) -> None:
    ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
    ben = session.scalars(select(Person).where(Person.role == "paralegal")).one()
    step = one(session, entries[MOTION], "draft")
    assign(session, HERE, step, ben, ana, now=LATER)
    query = select(Reminder.person_id).where(Reminder.rung.like(f"%-{step.id}"), Reminder.state == "planned")
    assert set(session.scalars(query)) == {ben.id}
    other = structs.replace(PRACTICE, milestones=(structs.replace(DRAFT, owner="docket"),))
    relay(session, structs.replace(HERE, practice=other), entries[MOTION].id, now=LATER)
    assert step.owner_id == ben.id


def test_who_leaves_hands_them_over(session: Session, entries: dict[str, Entry]) -> None:
    dora = session.scalars(select(Person).where(Person.role == "docket")).one()
    heir = person(session, "Hal Orr", "docket")
    with pytest.raises(Conflict):
        deactivate_person(session, dora, successor=None, actor="t", today=LATER.date(), now=LATER)
    deactivate_person(session, dora, successor=heir, actor="t", today=LATER.date(), now=LATER)
    assert one(session, entries[MOTION], "dispatch").owner_id == heir.id


def test_a_new_file_asks_nothing_that_was_to_be_done_right_after_an_old_notice(session: Session) -> None:
    firm(session)
    entry = recorded(session)[MOTION]
    relay(session, HERE, entry.id, now=LATER + timedelta(days=7))
    # Mon 9 Nov: the review of 30 October is asked of nobody; the draft of 5 November is due today.
    assert days(session, entry) == {"draft": "2026-11-09", "dispatch": "2026-11-18"}
    relay(session, desk(), entry.id, now=LATER + timedelta(days=7))
    assert days(session, entry) == {}


def test_a_template_for_some_windows_is_for_those_alone(session: Session) -> None:
    firm(session)
    only = structs.replace(DRAFT, reach=Reach(remedies=("appeal",)))
    entries = recorded(session, practice=Practice(milestones=(only,)))
    assert [bool(days(session, entries[rule])) for rule in (MOTION, APPEAL)] == [False, True]


def test_a_step_once_for_a_notice_begins_with_the_first_entry_that_it_is_for(session: Session) -> None:
    """Also where another entry's date comes first; and a new file takes it from an entry that it is no longer for."""
    firm(session)
    wide = Practice(milestones=(REVIEW,))
    entries = recorded(session, practice=wide)
    [first] = [entry for entry in entries.values() if days(session, entry)]
    [other] = [entry for entry in entries.values() if entry.rule in (MOTION, APPEAL) and entry.rule != first.rule][:1]
    narrow = desk(practice=Practice(milestones=(structs.replace(REVIEW, reach=Reach(rules=(other.rule,))),)))
    for entry in (other, first):
        relay(session, narrow, entry.id, now=ENTERED)
    assert [bool(days(session, entry)) for entry in (other, first)] == [True, False]


def filled(database: Database, *, restricted: bool = False) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        of = matter(session, ana, restricted=restricted)
        recorded(session, reference=of.reference, practice=PRACTICE)


def sent(database: Database, at: datetime) -> list[str]:
    channel = Collector()
    sweeps(database, channel).send_due(at)
    return [f"{item.to_email}\n{item.subject}\n{item.text}" for item in channel.messages]


def test_the_owner_is_mailed_on_the_day_and_once_more_when_it_was_not_done(database: Database) -> None:
    filled(database)
    on_the_day = datetime(2026, 11, 5, 14, 5, tzinfo=ENTERED.tzinfo)
    first = [text for text in sent(database, on_the_day) if "Draft ready" in text]
    assert len(first) == 1
    assert "ana@firm.test" in first[0]
    assert "To be done by:   Thu 5 Nov 2026 (TODAY)." in first[0]
    assert "deadlines milestone done" in first[0]
    next_day = [text for text in sent(database, on_the_day + timedelta(days=1)) if "Draft ready" in text]
    assert len(next_day) == 1
    assert "NOT DONE" in next_day[0]


def test_what_was_ticked_after_it_was_claimed_is_not_sent(database: Database) -> None:
    filled(database)
    with database.write() as session:
        for step in session.scalars(select(Milestone)):
            step.state = "done"  # behind the reminders' back, as a tick between claim and send
    assert not [text for text in sent(database, datetime(2026, 11, 5, 14, 5, tzinfo=ENTERED.tzinfo)) if "step" in text]


def test_of_a_restricted_matter_the_mail_does_not_say_which_step(database: Database) -> None:
    filled(database, restricted=True)
    texts = sent(database, datetime(2026, 11, 5, 14, 5, tzinfo=ENTERED.tzinfo))
    assert any("step – 2026-0143 –" in text and "To be done by:   Thu 5 Nov 2026" in text for text in texts)
    assert not any("Draft ready" in text or "otion" in text for text in texts)


def test_after_days_of_silence_a_step_is_said_once_and_below_its_date(database: Database) -> None:
    """On Thursday 19 November the day before the safe date is due, and four reminders of the draft."""
    with database.write() as session:
        firm(session)
        draft = structs.replace(DRAFT, owner="attorney", remind=(2, 1, 0))
        recorded(session, practice=structs.replace(PRACTICE, milestones=(draft,)))
    [mail] = [text for text in sent(database, datetime(2026, 11, 19, 14, 5, tzinfo=ENTERED.tzinfo)) if "ana@" in text]
    assert "[tomorrow] [NOT VERIFIED] I-290B" in mail.splitlines()[1]
    assert "file by Fri 20 Nov 2026 (+5 more)" in mail.splitlines()[1]
    assert mail.count("Draft ready") == 3  # one for each of the three windows
    said = "   - Draft ready: to be done by Thu 5 Nov 2026 (14 days ago). NOT DONE. ["
    assert mail.count(said) == 3
    assert "This reminder leaves 13 days 5 minutes late. Earlier reminders of this step did not leave." in mail
    blocks = mail.split("\n\n")
    assert all("File by:         Fri 20 Nov 2026" in block for block in blocks if "Draft ready" in block)
    assert "deadlines milestone done STEP --by ana@firm.test" in mail


def test_a_step_that_went_late_covers_no_other_step_and_no_date(database: Database) -> None:
    with database.write() as session:
        firm(session)
        two = (
            structs.replace(DRAFT, owner="attorney"),
            structs.replace(DRAFT, id="fee", title="Fee", owner="attorney"),
        )
        recorded(session, practice=structs.replace(PRACTICE, milestones=two))
    sent(database, datetime(2026, 11, 9, 14, 5, tzinfo=ENTERED.tzinfo))
    with database.read() as session:
        covered = session.scalars(select(Reminder.rung).where(Reminder.state == "covered")).all()
        gone = session.scalars(select(Reminder.rung).where(Reminder.state == "sent")).all()
    assert {rung.partition("-")[0] for rung in covered} == {"milestone"}
    assert (len(covered), sum(rung.startswith("overdue-") for rung in gone)) == (6, 6)
    assert any(rung == "safe-14" for rung in gone)
