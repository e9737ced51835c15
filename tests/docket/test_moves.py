"""A stored date changes only by a recorded change: earlier at once, later by two people."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import proposals as desk_proposals
from deadlines.docket.claiming import claim
from deadlines.docket.direction import Dates
from deadlines.docket.moves import Because, Move, enter_new, move
from deadlines.docket.parcels import prepare
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, DeadlineRow, Entry, Person
from tests.docket.desks import (
    ENTERED,
    LAST,
    LATER,
    SAFE,
    changed,
    desk,
    firm,
    proposals,
    recorded,
    reminders,
    renderings,
    row,
    stored,
)  # fmt: skip
from tests.docket.samples import ZONE, window

pytestmark = pytest.mark.usefixtures("law_as_put_forward")

RULE = "uscis.motion.reopen"
WHY = "the law data of edition 2026.12 gives other dates"
EARLY, SOON = date(2026, 11, 13), date(2026, 11, 18)
LATE, LATEST = date(2026, 12, 4), date(2026, 12, 7)


def bring(
    session: Session, entry: Entry, *, by: Person | None = None, now: datetime = LATER, **dates: Any
) -> Move | None:
    target = changed(session, entry, **dates) if dates else None
    return move(session, desk(), entry, target, Because(entry.notice, WHY, by), now=now)


def mails(session: Session, now: datetime) -> list[str]:
    taken = claim(session, now=now, owner="me", lease=timedelta(seconds=60), limit=50)
    texts = []
    for reminder in taken:
        parcel = prepare(session, [reminder.id], owner="me", now=now, lease=timedelta(seconds=60), zone=ZONE)
        if parcel is not None:
            texts.append(f"{parcel.message.subject}\n{parcel.message.text}")
    return texts


def test_the_same_dates_leave_no_trace(database: Database) -> None:
    with database.write() as session:
        entry = recorded(session)[RULE]
        before = session.scalars(select(Audit.id)).all()
        words = changed(session, entry, notes=["another note"])
        assert move(session, desk(), entry, words, Because(entry.notice, WHY), now=LATER) is None
        assert (entry.version, proposals(session, entry)) == (1, [])
        assert session.scalars(select(Audit.id)).all() == before


def test_earlier_dates_take_effect_at_once(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session)[RULE]
        uids = {slot: made.sequence for slot, made in renderings(session, entry).items()}
        planned = {reminder.id for reminder in reminders(session, entry)}
        found = bring(session, entry, safe_by=EARLY, last_day=SOON, latest=SOON)
        assert found is not None
        assert (found.kind, found.outcome, found.old.safe_by, found.new.safe_by) == ("earlier", "applied", SAFE, EARLY)
        version = row(session, entry)
        assert (version.version, version.safe_by, version.last_day) == (2, EARLY, SOON)
        assert (version.reason, version.created_by) == (WHY, "daemon")
        # The old version stays as it was; its reminders are withdrawn.
        first = session.scalars(select(DeadlineRow).where(DeadlineRow.version == 1, DeadlineRow.entry_id == entry.id))
        assert first.one().safe_by == SAFE
        assert {reminder.id for reminder in reminders(session, entry, "superseded")} == planned
        # The calendar has the same entries at the new days.
        drawn = renderings(session, entry)
        assert {slot: made.sequence for slot, made in drawn.items()} == {slot: old + 1 for slot, old in uids.items()}
        assert (drawn["safe"].on, drawn["last"].on) == (EARLY, SOON)
        # Everybody is told now, urgently.
        told = [r for r in reminders(session, entry) if r.rung == "moved"]
        assert {r.person_id for r in told} == {ana.id, dora.id}
        assert {(r.severity, r.due_at) for r in told} == {(2, LATER)}
        assert all(r.due_at > LATER for r in reminders(session, entry) if r.rung != "moved")
        [record] = proposals(session, entry)
        assert (record.state, record.kind, record.base_version, record.decided_by) == (
            "applied",
            "earlier",
            1,
            "daemon",
        )
        assert record.old["safe_by"] == SAFE.isoformat()
        assert record.authority
        [noted] = session.scalars(select(Audit).where(Audit.action == "deadline.move"))
        assert noted.subject == entry.id
        assert noted.detail["old"]["safe_by"] == SAFE.isoformat()
        assert audit.verify(session) is None


def test_the_message_says_what_it_was_what_it_is_and_why(database: Database) -> None:
    with database.write() as session:
        entry = recorded(session)[RULE]
        bring(session, entry, safe_by=EARLY, last_day=SOON, latest=SOON)
        [text] = mails(session, LATER)
    subject, _, body = text.partition("\n")
    assert subject.startswith("[MOVED EARLIER] [11 days] I-290B motion to reopen")
    assert "The safe date was Fri 20 Nov 2026, is now Fri 13 Nov 2026." in body
    assert "The last day was Wed 25 Nov 2026, is now Wed 18 Nov 2026." in body
    assert f"Why: {WHY}." in body
    assert "Canary" not in text


def test_the_message_of_a_restricted_matter_gives_no_reason_and_no_name_ever_leaves(database: Database) -> None:
    with database.write() as session:
        protected = recorded(session, restricted=True)[RULE]
        named = recorded(session, reference="2026-0144")[RULE]
        for entry, why in ((protected, "T visa"), (named, "Mrs Canary-Garcia called")):
            target = changed(session, entry, safe_by=EARLY)
            move(session, desk(), entry, target, Because(entry.notice, why), now=LATER)
        texts = "".join(mails(session, LATER))
    assert texts.count("is now Fri 13 Nov 2026") == 2
    assert "T visa" not in texts
    assert "Canary" not in texts
    assert "the docket says it" in texts


def test_a_message_of_a_change_is_not_covered_by_a_later_reminder(database: Database) -> None:
    with database.write() as session:
        entry = recorded(session)[RULE]
        bring(session, entry, safe_by=EARLY)
        assert any("MOVED EARLIER" in text for text in mails(session, LATER + timedelta(days=10)))


def test_dates_that_have_passed_already_are_told_as_late(database: Database) -> None:
    with database.write() as session:
        entry = recorded(session)[RULE]
        gone = date(2026, 10, 30)
        bring(session, entry, safe_by=gone, last_day=gone, latest=gone)
        [text] = mails(session, LATER)
    assert text.startswith("[MOVED EARLIER] [LATE: last day has passed]")


def test_later_dates_wait_for_two_different_people(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        waiting = {r.id for r in reminders(session, entry)}
        found = bring(session, entry, safe_by=LATE, last_day=LATEST, latest=LATEST)
        assert found is not None
        assert (found.kind, found.outcome) == ("later", "waiting")
        [proposal] = proposals(session, entry)

        def untouched() -> bool:
            same = (entry.version, row(session, entry).safe_by) == (1, SAFE)
            return same and {r.id for r in reminders(session, entry)} == waiting

        assert (proposal.state, untouched()) == ("pending", True)
        desk_proposals.accept(session, desk(), proposal, ana, now=LATER)
        assert (proposal.state, untouched()) == ("agreed", True)
        with pytest.raises(Conflict, match="second, other person"):
            desk_proposals.accept(session, desk(), proposal, ana, now=LATER)
        assert untouched()
        desk_proposals.accept(session, desk(), proposal, ben, now=LATER)
        assert (proposal.state, proposal.agreed_by, proposal.decided_by) == ("accepted", ana.id, ben.id)
        assert (entry.version, row(session, entry).safe_by, row(session, entry).last_day) == (2, LATE, LATEST)
        assert {r.id for r in reminders(session, entry, "superseded")} == waiting
        assert renderings(session, entry)["safe"].on == LATE
        assert "[MOVED LATER]" in "".join(mails(session, LATER))
        with pytest.raises(Conflict, match="it is accepted"):
            desk_proposals.accept(session, desk(), proposal, ana, now=LATER)


def test_a_corrected_address_makes_nobody_a_second_person(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        bring(session, entry, last_day=LATEST, latest=LATEST, by=ana)
        ana.email = "ana.ruiz@firm.test"
        session.flush()
        with pytest.raises(Conflict, match="second, other person"):
            desk_proposals.accept(session, desk(), proposals(session, entry)[0], ana, now=LATER)


def test_who_proposes_by_hand_is_the_first_of_the_two(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        bring(session, entry, last_day=LATEST, latest=LATEST, by=ana)
        [proposal] = proposals(session, entry)
        assert (proposal.state, proposal.proposed_by) == ("agreed", ana.id)
        desk_proposals.accept(session, desk(), proposal, ben, now=LATER)
        assert row(session, entry).last_day == LATEST
        assert row(session, entry).created_by == ben.email


def test_of_a_mixed_change_the_earlier_holds_and_the_rest_waits(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        target: dict[str, Any] = {"safe_by": EARLY, "last_day": LATEST, "latest": LATEST}
        found = bring(session, entry, **target)
        assert found is not None
        assert (found.kind, found.outcome) == ("mixed", "waiting")
        assert (row(session, entry).safe_by, row(session, entry).last_day) == (EARLY, LAST)
        assert "waits" in stored(session, entry).working[-1].text
        assert [r.rung for r in reminders(session, entry) if r.due_at == LATER] == ["moved", "moved"]
        again = changed(session, entry, **target)
        assert move(session, desk(), entry, again, Because(entry.notice, WHY), now=LATER).outcome == "known"  # type: ignore[union-attr]
        [proposal] = proposals(session, entry)
        desk_proposals.accept(session, desk(), proposal, ana, now=LATER)
        desk_proposals.accept(session, desk(), proposal, ben, now=LATER)
        assert (row(session, entry).safe_by, row(session, entry).last_day) == (EARLY, LATEST)


def test_what_was_ignored_does_not_come_back_until_something_else_is_found(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        dates: dict[str, Any] = {"last_day": LATEST, "latest": LATEST}
        bring(session, entry, **dates)
        [proposal] = proposals(session, entry)
        with pytest.raises(InputError, match="reason"):
            desk_proposals.ignore(session, desk(), proposal, ana, reason=" ", now=LATER)
        desk_proposals.ignore(session, desk(), proposal, ana, reason="the envelope shows another day", now=LATER)
        assert (proposal.state, proposal.decision) == ("ignored", "the envelope shows another day")
        found = bring(session, entry, **dates)
        assert found is not None
        assert (found.outcome, len(proposals(session, entry))) == ("known", 1)
        assert row(session, entry).last_day == LAST
        bring(session, entry, last_day=LATE, latest=LATE, now=LATER + timedelta(days=1))
        assert [p.state for p in proposals(session, entry)] == ["ignored", "pending"]


def test_the_same_is_proposed_once_and_a_newer_one_takes_its_place(database: Database) -> None:
    with database.write() as session:
        entry = recorded(session)[RULE]
        for at in range(3):
            bring(session, entry, last_day=LATE, latest=LATE, now=LATER + timedelta(days=at))
        assert [p.state for p in proposals(session, entry)] == ["pending"]
        bring(session, entry, last_day=LATEST, latest=LATEST, now=LATER + timedelta(days=3))
        assert [p.state for p in proposals(session, entry)] == ["superseded", "pending"]
        # An earlier date takes effect and makes what waits out of date; so does a return to the stored dates.
        bring(session, entry, safe_by=EARLY, now=LATER + timedelta(days=4))
        assert [p.state for p in proposals(session, entry)] == ["superseded", "superseded", "applied"]
        bring(session, entry, last_day=LATEST, now=LATER + timedelta(days=5))
        bring(session, entry, last_day=LAST, now=LATER + timedelta(days=6))
        assert proposals(session, entry)[-1].state == "superseded"


def test_dates_that_the_law_gives_no_more_stay_until_two_people_agree(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        found = bring(session, entry)
        assert found is not None
        assert (found.kind, entry.status, row(session, entry).safe_by) == ("gone", "open", SAFE)
        [proposal] = proposals(session, entry)
        desk_proposals.accept(session, desk(), proposal, ana, now=LATER)
        desk_proposals.accept(session, desk(), proposal, ben, now=LATER)
        assert (entry.status, row(session, entry).state, row(session, entry).safe_by) == (
            "information", "not-available", None,
        )  # fmt: skip
        assert reminders(session, entry) == []
        assert {made.cancelled for made in renderings(session, entry).values()} == {True}


def test_a_proposal_whose_entry_was_closed_is_refused(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        bring(session, entry, last_day=LATEST, by=ana)
        entry.status = "satisfied"
        session.flush()
        with pytest.raises(Conflict, match="satisfied"):
            desk_proposals.accept(session, desk(), proposals(session, entry)[0], ben, now=LATER)


def test_a_new_version_clears_the_verification(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        entry.verified_by, entry.verified_at = ana.id, ENTERED
        bring(session, entry, safe_by=EARLY)
        assert [entry.verified_by, entry.verified_at] == [None, None]


def test_a_new_window_is_entered_and_told_at_once(database: Database) -> None:
    with database.write() as session:
        notice = recorded(session)[RULE].notice
        fresh = window(rule="uscis.other", title="Another remedy", safe_by=SAFE, last_day=LAST)
        found = enter_new(session, desk(), fresh, Because(notice, WHY), now=LATER)
        entry = session.get_one(Entry, found.entry)
        assert (found.kind, found.outcome, entry.status, found.old) == ("new", "applied", "open", Dates())
        assert renderings(session, entry)["safe"].on == SAFE
        [text] = mails(session, LATER)
        assert text.startswith("[NEW WINDOW] [18 days] I-290B another remedy")
        [record] = proposals(session, entry)
        assert (record.kind, record.state) == ("new", "applied")


@pytest.mark.parametrize(
    "changes",
    [
        {"safe_by": date(2026, 10, 30), "last_day": date(2026, 10, 30)},
        {"state": "no-limit", "safe_by": None, "last_day": None, "latest": None},
        {"party": "government"},
    ],
    ids=["passed", "no dates", "the government's clock"],
)
def test_a_new_window_that_nobody_can_act_on_is_recorded_as_information(
    database: Database, changes: dict[str, Any]
) -> None:
    with database.write() as session:
        notice = recorded(session)[RULE].notice
        fresh = window(rule="uscis.other", **changes)
        found = enter_new(session, desk(), fresh, Because(notice, WHY), now=LATER)
        entry = session.get_one(Entry, found.entry)
        assert (entry.status, found.outcome) == ("information", "noted")
        assert (reminders(session, entry), renderings(session, entry)) == ([], {})


def test_information_that_becomes_a_window_is_followed_at_once(database: Database) -> None:
    with database.write() as session:
        notice = recorded(session)[RULE].notice
        none = window(rule="uscis.other", state="not-available", safe_by=None, last_day=None, latest=None)
        made = enter_new(session, desk(), none, Because(notice, WHY), now=ENTERED)
        entry = session.get_one(Entry, made.entry)
        found = move(session, desk(), entry, window(rule="uscis.other"), Because(notice, WHY), now=LATER)
        assert found is not None
        assert (found.kind, found.outcome, entry.status, entry.version) == ("new", "applied", "open", 2)
        assert "[NEW WINDOW]" in "".join(mails(session, LATER))


def test_a_dispute_that_appears_is_stored_though_the_dates_stay(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        bring(session, entry, dispute="The notice prints another day.")
        assert (entry.version, stored(session, entry).dispute) == (2, "The notice prints another day.")
        # A program does not take it away again; a person's amendment does.
        plain = changed(session, entry, dispute=None)
        assert move(session, desk(), entry, plain, Because(entry.notice, WHY), now=LATER) is None
        move(session, desk(), entry, plain, Because(entry.notice, WHY, ana), now=LATER)
        assert stored(session, entry).dispute is None


def test_a_change_of_a_matter_whose_people_have_left_is_stored_all_the_same(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session)[RULE]
        ana.active = dora.active = False
        session.flush()
        assert bring(session, entry, safe_by=EARLY) is not None
        assert (row(session, entry).safe_by, reminders(session, entry)) == (EARLY, [])


def killed(database: Database, name: str) -> None:
    with database.write() as session:
        bring(session, session.get_one(Entry, name), safe_by=EARLY)
        raise RuntimeError("killed")


def test_an_undone_transaction_leaves_nothing_of_a_move(database: Database) -> None:
    with database.write() as session:
        name = recorded(session)[RULE].id
    with pytest.raises(RuntimeError):
        killed(database, name)
    with database.read() as session:
        entry = session.get_one(Entry, name)
        assert (entry.version, row(session, entry).safe_by, proposals(session, entry)) == (1, SAFE, [])
        assert reminders(session, entry, "superseded") == []
