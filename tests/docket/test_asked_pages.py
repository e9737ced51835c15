"""What the pages ask the docket: what waits, what a closing ends, who took a date on, and the history of a matter."""

import re
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import acknowledge, taken_on
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.at_stake import at_stake
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.history import history
from deadlines.docket.trail import Sought, trail
from deadlines.docket.trail_words import ACTS
from deadlines.docket.undecided import open_disputes, undecided, waiting_proposals
from deadlines.docket.unverified import unverified
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, Person
from tests.docket.desks import DENIAL, LATER, MAILED, desk, entered_by, firm, proposals, recorded, reminders
from tests.docket.samples import ZONE, person

RULE = "uscis.motion.reopen"
People = tuple[Person, Person, Person]


@pytest.fixture
def people(session: Session) -> People:
    return firm(session)


def open_ones(entries: dict[str, Entry]) -> dict[str, Entry]:
    return {rule: entry for rule, entry in entries.items() if entry.status == "open"}


def later(session: Session, entry: Entry, by: Person) -> None:
    """The dates come later, and wait."""
    changes = Amendment(service_on=MAILED + timedelta(days=3))
    amend_notice(session, desk(), entered_by(entry, by), changes, reason="postmark", by=by, now=LATER)


def test_what_a_closing_ends_is_counted(session: Session, people: People) -> None:
    entry = recorded(session)[RULE]
    before = at_stake(session, entry)
    assert (before.reminders, before.calendars, before.proposal) == (len(reminders(session, entry)), 2, False)
    later(session, entry, people[0])
    assert at_stake(session, entry).proposal
    waive_entry(session, desk(), entry, reason="not used", by=people[0], now=LATER)
    after = at_stake(session, entry)
    assert (after.reminders, after.milestones, after.calendars, after.proposal) == (0, 0, 0, False)


def test_what_waits_is_told_to_who_may_see_it(session: Session, people: People) -> None:
    ana, ben, dora = people
    plain = open_ones(recorded(session))
    secret = open_ones(recorded(session, reference="S-1", restricted=True))
    printed = msgspec.structs.replace(DENIAL, printed_deadline=date(2026, 11, 16))
    disputed = open_ones(recorded(session, printed, reference="D-1"))
    for entries in (plain, secret):
        later(session, entries[RULE], ana)
    assert len(waiting_proposals(session, ana)) == 6
    for one in (ben, dora):
        assert {view.entry for view in waiting_proposals(session, one)} == {entry.id for entry in plain.values()}
        assert undecided(session, one) == 3 + len(disputed)
    assert {entry.id for entry in open_disputes(session, ben)} == {entry.id for entry in disputed.values()}
    assert proposals(session, secret[RULE])[0].id not in {view.proposal for view in waiting_proposals(session, dora)}


def test_what_is_not_verified_is_told_without_what_was_entered(session: Session, people: People) -> None:
    ana, ben, _ = people
    entries = open_ones(recorded(session))
    recorded(session, reference="S-1", restricted=True)
    [one] = unverified(session, ben)
    assert (one.matter, one.dates, one.mine, one.differs) == ("2026-0143", len(entries), False, False)
    assert len(unverified(session, ana)) == 2
    entries[RULE].notice.entered_by = ben.email
    entries[RULE].verified_at = LATER
    session.flush()
    [one] = unverified(session, ben)
    assert (one.dates, one.mine) == (len(entries) - 1, True)
    told = repr(one)
    assert not any(word in told for word in (DENIAL.kind, "I-140", str(MAILED)))


def test_who_took_a_date_on_is_told_while_it_holds(session: Session, people: People) -> None:
    ana, _, dora = people
    entry = recorded(session)[RULE]
    matter = session.get_one(Matter, entry.matter_id)
    for one, hours in ((ana, 0), (dora, 1)):
        acknowledge(session, entry, one, now=LATER + timedelta(hours=hours), lasts=timedelta(days=2), zone=ZONE)
    standing = taken_on(session, matter, LATER + timedelta(hours=2))
    assert {key: row.person_id for key, row in standing.items()} == {entry.id: dora.id}
    assert taken_on(session, matter, LATER + timedelta(days=3)) == {}


def test_the_history_says_in_words_who_did_what(session: Session, people: People) -> None:
    ana, ben, _ = people
    entry = recorded(session)[RULE]
    matter = session.get_one(Matter, entry.matter_id)
    recorded(session, reference="other")
    later(session, entry, ben)
    waive_entry(session, desk(actor="cli:ana"), entry, reason="files anew", by=ana, now=LATER)
    reopen_entry(session, desk(), entry, reason="files after all", by=ben, now=LATER)
    audit.record(session, at=LATER, actor="daemon", action="entry.unheard-of", subject=entry.id, detail={})
    audit.record(session, at=LATER, actor="daemon", action="entry.filed", subject=entry.id, detail={"odd": 1})
    auditor = person(session, "Audrey", "auditor")
    found = [(row.who, row.words, row.about) for row in history(session, matter, auditor)]
    waits = "2026-11-20 / 2026-11-25 became 2026-11-20 / 2026-11-30 (later), which waits for two people"
    assert found[:5] == [
        ("the program", "Recorded the filing", "Motion to reopen"),
        ("the program", "Entry: unheard of", "Motion to reopen"),
        ("Ben Ode", f"Computed the dates anew: {waits}", "Motion to reopen"),  # as before the closing
        ("Ben Ode", "Took the closing back: files after all", "Motion to reopen"),
        ("Ana Ruiz", "Waived the remedy: files anew", "Motion to reopen"),
    ]
    assert ("Ben Ode", "Amended a notice: postmark", f"uscis.denial of {MAILED}") in found
    moved = [words for who, words, _ in found if who == "Ben Ode" and words.startswith("Computed the dates anew")]
    assert any("became 2026-11-20 / 2026-11-30 (later), which waits for two people" in words for words in moved)
    assert found[-1][1].startswith("Opened the matter")
    assert not [row for row in history(session, matter, auditor) if row.entry not in (None, *_of(session, matter))]


def _of(session: Session, matter: Matter) -> list[str]:
    from sqlalchemy import select

    return list(session.scalars(select(Entry.id).where(Entry.matter_id == matter.id)))


def test_the_trail_and_the_history_tell_an_act_in_the_same_words(session: Session, people: People) -> None:
    ana, ben, _ = people
    entry = recorded(session)[RULE]
    matter = session.get_one(Matter, entry.matter_id)
    waive_entry(session, desk(actor="cli:ana"), entry, reason="files anew", by=ben, now=LATER)
    told = {row.id: row for row in trail(session, ana, Sought(matter=matter)).rows}
    assert told
    for item in history(session, matter, ana):
        row = told[item.row]
        assert item.words.lower().startswith(row.what.lower())
        assert item.words[len(row.what) :].removeprefix(": ") in row.more
    last = max(told.values(), key=lambda row: row.id)
    assert (last.who, last.what, last.more) == (
        "ana on the command line", "waived the remedy", "files anew; person: Ben Ode",
    )  # fmt: skip


def test_every_act_that_the_program_writes_has_its_words() -> None:
    root = Path(__file__).parents[2] / "deadlines"
    written = {
        name for path in root.rglob("*.py") for name in re.findall(r'action="([a-z]+\.[a-z-]+)"', path.read_text())
    }
    assert len(written) > 40
    assert sorted(written - set(ACTS)) == []
