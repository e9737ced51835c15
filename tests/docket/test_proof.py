"""A filing needs a proof that fits what the law counts; what was sent is not received; what is closed is looked at."""

import hashlib
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.closed import closed_lines, day_begins, recheck_entry
from deadlines.docket.closing import file_entry, reopen_entry, strike_notice, waive_entry
from deadlines.docket.dispatching import dispatch_entry, record_filing
from deadlines.docket.proof import copy_of, is_dispatch_only, proof_of, receipt_number
from deadlines.docket.records import Closing, Copy, Dispatched, Proof
from deadlines.docket.reminders import PENDING
from deadlines.docket.views import entry_view, open_windows
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Person, Reminder
from tests.docket.desks import LATER, desk, firm, recorded, renderings
from tests.docket.samples import ZONE, window

RULE = "uscis.motion.reopen"
DAY = date(2026, 11, 2)
TRACKING = Proof(tracking="9400111899223817596312")
RECEIPT = Proof(receipt="IOE0912345678")


def file(session: Session, entry: Entry, by: Person, proof: Proof, **more: Any) -> Closing | Dispatched:
    return record_filing(session, desk(), entry, **{"on": DAY, "now": LATER, **more}, proof=proof, by=by)


def waiting(session: Session, entry: Entry) -> int:
    return len(session.scalars(select(Reminder.id).where(Reminder.entry_id == entry.id, PENDING)).all())


@pytest.mark.parametrize(
    "text, number",
    [
        ("IOE0912345678", "IOE0912345678"),
        ("ioe 0912345678", "IOE0912345678"),
        ("EAC-21-123-45678", "EAC2112345678"),
        ("IOE091234567", None),
        ("IOE09123456789", None),
        ("I0E0912345678", None),
        ("IOEO912345678", None),
        ("IOE٠912345678", None),
        ("", None),
    ],
)
def test_a_receipt_number_has_three_letters_and_ten_digits(text: str, number: str | None) -> None:
    if number is not None:
        assert receipt_number(text) == number
        return
    with pytest.raises(InputError, match="three letters and ten digits"):
        receipt_number(text)


def test_of_a_copy_its_hash_is_kept_and_not_the_file() -> None:
    content = b"file-stamped" * 1000
    assert copy_of("order.pdf", BytesIO(content)) == Copy("order.pdf", 12000, hashlib.sha256(content).hexdigest())
    with pytest.raises(InputError, match="empty"):
        copy_of("order.pdf", BytesIO(b""))


def test_a_proof_is_needed_and_said_in_one_line() -> None:
    with pytest.raises(InputError, match=r"--receipt.*--copy.*--tracking.*--proof"):
        proof_of()
    copy = copy_of("stamped.pdf", BytesIO(b"x"))
    found = proof_of(receipt="ioe0912345678", tracking="1Z 999", copy=copy, text="by the clerk")
    sha = hashlib.sha256(b"x").hexdigest()[:16]
    assert found.words == (
        f"by the clerk, receipt IOE0912345678, tracking number 1Z 999, copy stamped.pdf (1 bytes, SHA-256 {sha}…)"
    )


@pytest.mark.parametrize(
    "filed_when, only",
    [
        ("received", True),
        ("received with its fee", True),
        ("sent", False),
        ("received, or mailed with clear and convincing proof of the mailing date", False),
    ],
)
def test_a_tracking_number_proves_dispatch_where_the_law_counts_receipt(filed_when: str, only: bool) -> None:
    asked = window(filed_when=filed_when)
    assert is_dispatch_only(asked, TRACKING) is only
    assert not is_dispatch_only(asked, RECEIPT)
    assert not is_dispatch_only(asked, Proof(tracking="1", text="signed for by the lockbox"))


def test_what_was_only_sent_stays_open_and_a_receipt_closes_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        before, drawn = waiting(session, entry), {slot: r.sequence for slot, r in renderings(session, entry).items()}
        sent = file(session, entry, ana, TRACKING, on=date(2026, 10, 30))
        assert isinstance(sent, Dispatched)
        assert (entry.status, waiting(session, entry)) == ("open", before)
        assert {slot: r.sequence for slot, r in renderings(session, entry).items()} == drawn
        [line] = [line for line in open_windows(session, DAY) if line.entry == entry.id]
        assert line.dispatched_on == date(2026, 10, 30)
        shown = entry_view(session, entry).dispatched
        assert shown is not None
        assert (shown.on, shown.tracking, shown.by) == (date(2026, 10, 30), TRACKING.tracking, ana.email)
        with pytest.raises(InputError, match=r"proves that entry .* was sent"):
            file_entry(session, desk(), entry, on=DAY, proof=TRACKING, by=ana, now=LATER)
        with pytest.raises(InputError, match="dispatched on 2026-10-30"):
            file(session, entry, ben, RECEIPT, on=date(2026, 10, 29))
        closing = file(session, entry, ben, RECEIPT)
        assert isinstance(closing, Closing)
        assert (entry.status, closing.evidence, closing.proof) == ("satisfied", RECEIPT, "receipt IOE0912345678")
        assert waiting(session, entry) == 0
        actions = session.scalars(select(Audit.action).where(Audit.subject == entry.id).order_by(Audit.id)).all()
        assert actions == ["entry.dispatched", "entry.filed"]
        assert audit.verify(session) is None


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"on": date(2026, 11, 3)}, "future"),
        ({"on": date(2026, 10, 22)}, "before the decision"),
        ({"tracking": " "}, "tracking number"),
    ],
)
def test_a_dispatch_that_cannot_be(database: Database, changes: dict[str, Any], part: str) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        given = {"on": DAY, "tracking": "1Z", **changes}
        with pytest.raises(InputError, match=part):
            dispatch_entry(session, desk(), entry, by=ana, now=LATER, **given)
        assert entry.dispatched is None


def test_where_the_law_counts_sending_a_tracking_number_closes(database: Database) -> None:
    """8 CFR 1208.4(a)(2)(ii): an asylum application mailed with clear and convincing proof of the mailing date."""
    with database.write() as session:
        ana, _, _ = firm(session)
        arrival = Notice(kind="status.arrival", decided_on=date(2025, 12, 1), service=Service())
        entry = recorded(session, arrival)["status.asylum-one-year"]
        assert isinstance(file(session, entry, ana, TRACKING), Closing)
        assert entry.status == "satisfied"


def test_what_is_closed_is_looked_at_by_a_second_person(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        with pytest.raises(Conflict, match="only what is closed"):
            recheck_entry(session, desk(), entry, by=ben, now=LATER)
        file(session, entry, ana, RECEIPT)
        assert [line.rechecked_by for line in closed_lines(session)] == [None]
        with pytest.raises(Conflict, match="another person"):
            recheck_entry(session, desk(), entry, by=ana, now=LATER)
        recheck_entry(session, desk(), entry, by=ben, now=LATER + timedelta(hours=1))
        with pytest.raises(Conflict, match="re-checked already"):
            recheck_entry(session, desk(), entry, by=ben, now=LATER)
        [line] = closed_lines(session)
        assert (line.entry, line.closed_by, line.rechecked_by) == (entry.id, ana.email, ben.email)
        assert line.closing.evidence == RECEIPT
        view = entry_view(session, entry)
        assert (view.rechecked_by, view.rechecked_at, view.closed_at) == (ben.email, LATER + timedelta(hours=1), LATER)
        [noted] = session.scalars(select(Audit).where(Audit.action == "entry.recheck"))
        assert (noted.subject, noted.detail["person"]) == (entry.id, ben.id)
        # Another closing is another thing to look at.
        reopen_entry(session, desk(), entry, reason="another case", by=ana, now=LATER)
        file(session, entry, ben, RECEIPT)
        assert (entry.rechecked_at, entry.rechecked_by) == (None, None)
        recheck_entry(session, desk(), entry, by=ana, now=LATER)


def test_the_list_of_what_was_closed_goes_by_when_it_was_recorded(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        waive_entry(session, desk(), entries["uscis.appeal.aao"], reason="no", by=ana, now=LATER - timedelta(days=1))
        file(session, entries[RULE], ana, RECEIPT, on=date(2026, 10, 29))
        strike_notice(session, desk(), entries[RULE].notice, reason="no", by=ben, now=LATER + timedelta(minutes=1))
        rows = closed_lines(session, since=day_begins(DAY, ZONE))
        assert [line.status for line in rows][-1] == "satisfied"
        assert {line.status for line in rows} == {"struck", "satisfied"}
        assert "waived" in {line.status for line in closed_lines(session)}
        assert closed_lines(session, matter="2026-0999") == []
        assert len(closed_lines(session, attorney=ana.email)) == len(closed_lines(session))


def test_what_is_closed_in_a_restricted_matter_is_for_who_works_on_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session, restricted=True)[RULE]
        file(session, entry, dora, RECEIPT)
        assert [len(closed_lines(session, person=who)) for who in (ana, ben)] == [1, 0]
        with pytest.raises(NotFound, match="not yours to see"):
            recheck_entry(session, desk(), entry, by=ben, now=LATER)
        recheck_entry(session, desk(), entry, by=ana, now=LATER)
