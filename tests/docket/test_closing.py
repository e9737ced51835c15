"""Entries close with proof or a reason, stay visible, and a wrong closing is taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.closing import file_entry, reopen_entry, strike_notice, timeliness_of, waive_entry
from deadlines.docket.direction import dates_of
from deadlines.docket.moves import Because, move
from deadlines.docket.proof import proof_of
from deadlines.docket.records import Closing
from deadlines.docket.reminders import PENDING
from deadlines.docket.views import entry_view, matter_view, open_windows
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Person, Reminder
from tests.docket.desks import (
    DENIAL,
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
)  # fmt: skip
from tests.docket.samples import window

RULE = "uscis.motion.reopen"
DAY = date(2026, 11, 2)
AFTER = LATER + timedelta(days=60)


def filed(session: Session, entry: Entry, by: Person, **more: Any) -> Closing:
    given: dict[str, Any] = {"on": DAY, "proof": "IOE0912345678", "now": LATER, **more}
    proof = proof_of(text=given.pop("proof"))
    return file_entry(session, desk(), entry, by=by, proof=proof, **given)


def pending(session: Session, entry: Entry) -> list[Reminder]:
    return list(session.scalars(select(Reminder).where(Reminder.entry_id == entry.id, PENDING)))


@pytest.mark.parametrize(
    "on, by_both, answer",
    [
        (date(2026, 11, 20), None, "timely"),
        (date(2026, 11, 25), None, "timely"),
        (date(2026, 11, 26), None, "contested"),
        (date(2026, 11, 28), None, "contested"),
        (date(2026, 11, 29), None, "late"),
        (date(2026, 11, 20), date(2026, 11, 20), "timely"),
        (date(2026, 11, 21), date(2026, 11, 20), "contested"),
        (date(2026, 11, 29), date(2026, 11, 20), "late"),
    ],
)
def test_the_day_of_receipt_against_the_last_day_and_the_latest(on: date, by_both: date | None, answer: str) -> None:
    asked = window(last_day=date(2026, 11, 25), latest=date(2026, 11, 28))
    assert timeliness_of(asked, on, by_both=by_both) == answer


def test_what_has_no_limit_is_never_late() -> None:
    assert timeliness_of(window(state="no-limit", safe_by=None, last_day=None, latest=None), DAY) == "timely"


def test_filing_ends_the_reminders_cancels_the_calendar_and_keeps_the_proof(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        sequences = {slot: made.sequence for slot, made in renderings(session, entry).items()}
        closing = filed(session, entry, ana)
        assert (closing.timeliness, closing.last_day, closing.was) == ("timely", LAST, "open")
        assert (entry.status, entry.closed_on, entry.closed_by) == ("satisfied", DAY, ana.id)
        assert pending(session, entry) == []
        drawn = renderings(session, entry)
        assert {slot: made.sequence for slot, made in drawn.items()} == {s: old + 1 for s, old in sequences.items()}
        assert all(made.cancelled and b"Satisfied" in made.body for made in drawn.values())
        [noted] = session.scalars(select(Audit).where(Audit.action == "entry.filed"))
        assert (noted.subject, noted.detail["person"], noted.detail["closing"]["proof"]) == (
            entry.id, ana.id, "IOE0912345678",
        )  # fmt: skip
        # It is on no list of open windows any more, and still in its matter.
        assert entry.id not in {line.entry for line in open_windows(session, DAY)}
        [seen] = [view for view in matter_view(session, "2026-0143").entries if view.entry == entry.id]
        assert (seen.status, seen.closed_by) == ("satisfied", ana.email)
        assert seen.closing is not None
        assert seen.closing.proof == "IOE0912345678"


@pytest.mark.parametrize(
    "on, said", [(LAST + timedelta(days=1), "late"), (LAST, "timely"), (SAFE + timedelta(days=1), "timely")]
)
def test_a_late_filing_is_recorded_as_late(database: Database, on: date, said: str) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        assert filed(session, entry, ana, on=on, now=AFTER).timeliness == said
        assert entry.closing is not None
        assert entry.closing["timeliness"] == said


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"on": date(2026, 11, 3)}, "lies in the future"),
        ({"on": date(2026, 10, 22)}, "lies before the decision"),
        ({"proof": "  "}, "Give a proof"),
        ({"proof": "x\x1b[31m"}, "Give a proof"),
    ],
)
def test_what_cannot_be_is_refused_whole(database: Database, changes: dict[str, Any], part: str) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        with pytest.raises(InputError, match=part):
            filed(session, entry, ana, **changes)
        assert (entry.status, entry.closing, len(pending(session, entry)) > 0) == ("open", None, True)


def test_a_filing_before_the_window_opens_needs_to_be_meant(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        version = row(session, entry)
        version.window = {**version.window, "opens_on": "2026-11-03"}
        with pytest.raises(InputError, match=r"opens on 2026-11-03.*--anyway"):
            filed(session, entry, ana)
        assert entry.status == "open"
        closing = filed(session, entry, ana, anyway=True)
        assert (closing.early, closing.timeliness) == (True, "timely")


def test_an_alternative_beside_one_that_was_filed_needs_to_be_meant(database: Database) -> None:
    """8 CFR 103.2(a)(7)(iv): a motion and an appeal on one decision are a duplicate request."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        appeal, motion = entries["uscis.appeal.aao"], entries[RULE]
        filed(session, motion, ana)
        with pytest.raises(Conflict, match=r"was filed on 2026-11-02.*103\.2\(a\)\(7\)\(iv\).*--anyway") as refused:
            filed(session, appeal, ana)
        assert (refused.value.code, appeal.status) == ("alternative-filed", "open")
        closing = filed(session, appeal, ana, anyway=True)
        [sentence] = closing.beside
        assert motion.id[:8] in sentence
        assert "duplicate" in sentence


def test_an_alternative_that_was_not_filed_after_all_stands_in_no_way(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        filed(session, entries[RULE], ana)
        reopen_entry(session, desk(), entries[RULE], reason="rejected unread", by=ana, now=LATER)
        assert filed(session, entries["uscis.appeal.aao"], ana).beside == []
        other = recorded(session, reference="2026-0144")
        assert filed(session, other[RULE], ana).beside == []
        assert filed(session, other["uscis.motion.reconsider"], ana).beside == []


def test_waiving_needs_a_reason_and_says_so_in_the_calendar(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        with pytest.raises(InputError, match="reason"):
            waive_entry(session, desk(), entry, reason="", by=ana, now=LATER)
        waive_entry(session, desk(), entry, reason="a new petition instead", by=ana, now=LATER)
        assert (entry.status, entry.closed_on, pending(session, entry)) == ("waived", DAY, [])
        assert all(b"Waived" in made.body for made in renderings(session, entry).values())


def test_what_is_closed_cannot_be_closed_again(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        filed(session, entry, ana)
        with pytest.raises(Conflict, match="satisfied already"):
            filed(session, entry, ana)
        with pytest.raises(Conflict, match="satisfied already"):
            waive_entry(session, desk(), entry, reason="no", by=ana, now=LATER)


def test_what_is_kept_as_information_is_neither_filed_nor_waived(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        denial = Notice(kind="uscis.denial", form="I-485", decided_on=DENIAL.decided_on, service=Service("mail"))
        none = next(e for e in recorded(session, denial).values() if row(session, e).state == "not-available")
        with pytest.raises(Conflict, match="information"):
            filed(session, none, ana)


def test_closing_takes_back_what_waits_to_be_agreed_to(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        later = changed(session, entry, last_day=date(2026, 12, 4))
        move(session, desk(), entry, later, Because(entry.notice, "another edition"), now=LATER)
        filed(session, entry, ana)
        assert [(p.state, p.decision) for p in proposals(session, entry)] == [
            ("superseded", "the entry was closed: satisfied")
        ]


def test_striking_a_notice_strikes_what_is_not_closed_yet(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        filed(session, entries[RULE], ana)
        notice = entries[RULE].notice
        struck = strike_notice(session, desk(), notice, reason="of another case", by=ana, now=LATER)
        assert {entry.id for entry in struck} == {e.id for rule, e in entries.items() if rule != RULE}
        assert {entry.status for entry in struck} == {"struck"}
        assert entries[RULE].status == "satisfied"
        assert not any(pending(session, entry) for entry in struck)
        assert all(made.cancelled for entry in struck for made in renderings(session, entry).values())
        assert len(matter_view(session, "2026-0143").entries) == len(entries)
        with pytest.raises(Conflict, match="no entry left"):
            strike_notice(session, desk(), notice, reason="again", by=ana, now=LATER)
        assert audit.verify(session) is None


@pytest.mark.parametrize("how", ["filed", "waived", "struck"])
def test_a_wrong_closing_is_taken_back_with_reminders_and_calendar(database: Database, how: str) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        before = dates_of(row(session, entry))
        if how == "filed":
            filed(session, entry, ana)
        elif how == "waived":
            waive_entry(session, desk(), entry, reason="no", by=ana, now=LATER)
        else:
            strike_notice(session, desk(), entry.notice, reason="no", by=ana, now=LATER)
        closing = entry.closing
        again = LATER + timedelta(days=1)
        reopen_entry(session, desk(), entry, reason="the receipt is of another case", by=ben, now=again)
        assert [entry.status, entry.closing, entry.closed_on, entry.closed_by] == ["open", None, None, None]
        assert (dates_of(row(session, entry)), row(session, entry).edition) == (before, "2026.11")
        planned = reminders(session, entry)
        assert [r.rung for r in planned if r.due_at == again] == ["moved", "moved"]
        assert {r.rung for r in planned} >= {"safe-0", "safe-1", "last-0"}
        assert not any(made.cancelled for made in renderings(session, entry).values())
        # The wrong closing is not forgotten.
        [noted] = session.scalars(select(Audit).where(Audit.action == "entry.reopen"))
        assert (noted.detail["closing"], noted.detail["person"]) == (closing, ben.id)
        assert entry_view(session, entry).recorded_by == ben.email


def test_information_that_was_struck_is_information_again(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        denial = Notice(kind="uscis.denial", form="I-485", decided_on=DENIAL.decided_on, service=Service("mail"))
        entries = recorded(session, denial)
        none = next(entry for entry in entries.values() if entry.status == "information")
        strike_notice(session, desk(), none.notice, reason="no", by=ana, now=LATER)
        reopen_entry(session, desk(), none, reason="yes", by=ana, now=LATER)
        assert (none.status, none.version, pending(session, none)) == ("information", 1, [])


def test_what_is_open_cannot_be_reopened(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        with pytest.raises(Conflict, match="nothing to reopen"):
            reopen_entry(session, desk(), entry, reason="no", by=ana, now=ENTERED)
