"""Blind verification: a second person reads the notice off the paper, and both entries are compared."""

import re
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.board import board
from deadlines.docket.closing import waive_entry
from deadlines.docket.health import check_docket
from deadlines.docket.intake import Desk
from deadlines.docket.looks import refusal, seen, to_be_read
from deadlines.docket.moves import Because, move
from deadlines.docket.people import amend_address, deactivate_person
from deadlines.docket.teams import join_matter
from deadlines.docket.verification import Checked, verify_notice
from deadlines.docket.views import entry_view, open_windows
from deadlines.docket.wanted import Wanted
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Letter, Person
from tests.docket.desks import DENIAL, LATER, MAILED, changed, desk, firm, look, recorded, row, verify
from tests.docket.samples import person

RULE = "uscis.motion.reopen"
TODAY = date(2026, 11, 2)
ORDER = Notice(kind="ij.order", decided_on=date(2026, 10, 30), service=Service("oral"))
"""Its windows are contested: a shorter text is in litigation."""


def entered(session: Session, notice: Notice = DENIAL, by: Person | None = None, **more: Any) -> dict[str, Entry]:
    """The entries of a notice that a person of the firm entered."""
    found = recorded(session, notice, **more)
    for entry in found.values():
        if by is not None:
            entry.notice.entered_by = by.email
    session.flush()
    return {rule: entry for rule, entry in found.items() if entry.status == "open"}


def verify_all(session: Session, entries: dict[str, Entry], by: Person, **changes: Any) -> Checked:
    entry = next(iter(entries.values()))
    return verify_notice(session, desk(), entry.notice, look(entry, **changes), by=by, now=LATER)


def told(session: Session) -> dict[str, Letter]:
    found = session.execute(select(Person.email, Letter).join(Letter, Letter.person_id == Person.id))
    return {row.email: row.Letter for row in found}


def test_a_slip_of_the_year_is_no_reading(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = entered(session, by=ana)
        with pytest.raises(InputError, match="lies in the future"):
            verify_all(session, entries, ben, decided_on=date(2027, 10, 23))
        checked = verify_all(session, entries, ben)
        assert (len(checked.verified), checked.differs) == (len(entries), [])


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"kind": "uscis.revocation"}, "kind"),
        ({"form": "I-130"}, "form"),
        ({"form": None}, "form"),
        ({"decided_on": date(2026, 10, 22), "service": Service("mail", MAILED)}, "decided_on"),
        ({"service": Service("certified-mail")}, "service"),
        ({"service": Service("mail", date(2026, 10, 26))}, "served_on"),
        ({"received_on": date(2026, 10, 28)}, "received_on"),
        ({"printed_deadline": date(2026, 11, 25)}, "printed_deadline"),
    ],
)
def test_a_look_that_differs_verifies_nothing_and_tells_only_the_field(
    database: Database, changes: dict[str, Any], field: str
) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = entered(session, by=ana)
        checked = verify(session, entries[RULE], ben, **changes)
        assert (checked.verified, checked.differs) == ([], [field])
        assert {entry.verified_at for entry in entries.values()} == {None}
        said = refusal(entries[RULE].notice, checked.differs)
        assert not re.search("October|2026|mail|I-140|denial", said)
        # The docket role and who entered it are told, and neither which value is which.
        letters = told(session)
        assert set(letters) == {"ana@firm.test", "dora@firm.test"}
        for letter in letters.values():
            assert not re.search("2026-1|October|certified|I-1[34]0|Canary", letter.text + letter.subject)
        # Only what an amendment reaches is amended; of anything else it is said who strikes the notice.
        struck, able = field in ("kind", "form", "decided_on"), "an attorney, somebody of the docket role or a partner"
        for text in (said, *(letter.text for letter in letters.values())):
            assert (f"{able} strikes the notice" in text, "`deadlines strike " in text) == (struck, struck)
            assert ("`deadlines amend " in text or "`deadlines amend`" in text) != struck
        [noted] = session.scalars(select(Audit).where(Audit.action == "notice.discrepancy"))
        assert noted.detail["entered"] == seen(look(entries[RULE], **changes))
        assert (noted.detail["person"], noted.detail["differs"]) == (ben.id, [field])
        assert audit.verify(session) is None


def test_a_day_of_service_that_is_the_date_of_the_notice_is_the_same(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = entered(session, by=ana)
        assert verify(session, entries[RULE], ben, service=Service("mail", MAILED)).differs == []


def test_a_difference_is_in_dispute_on_every_entry_until_a_third_person_agrees(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = entered(session, by=ana)
        verify(session, entries[RULE], ben, service=Service("in-person"))
        lines = open_windows(session, TODAY)
        assert {line.entry for line in lines if line.discrepant} == {entry.id for entry in entries.values()}
        [shown] = entry_view(session, entries[RULE]).discrepancy
        assert (shown.by, shown.at, shown.fields) == (ben.email, LATER, ["service"])
        assert board(session, ben, Wanted(), today=TODAY, now=LATER).counts.discrepant == 3
        finding = next(f for f in check_docket(session, LATER) if f.id == "second-looks")
        assert (finding.state, "3 open entries" in finding.sentence) == ("warning", True)
        # Who differed knows by now what to change.
        with pytest.raises(Conflict, match="a third person"):
            verify(session, entries[RULE], ben)
        checked = verify_all(session, entries, dora)
        assert {entry.id for entry in checked.verified} == {entry.id for entry in entries.values()}
        assert not any(line.discrepant for line in open_windows(session, TODAY))
        assert {entry.verified_by for entry in entries.values()} == {dora.id}


def test_two_looks_that_agree_against_the_entry_are_told_as_such(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = entered(session, by=ana)
        verify(session, entries[RULE], ben, service=Service("in-person"))
        verify(session, entries[RULE], dora, service=Service("in-person"))
        assert [item.by for item in entry_view(session, entries[RULE]).discrepancy] == [ben.email, dora.email]
        texts = session.scalars(select(Letter.text).order_by(Letter.id)).all()
        assert ["two people read the paper otherwise" in text for text in texts] == [False, False, True]
        assert "3 of 3 open dates would be others" in texts[0]


def test_where_nobody_else_can_look_the_same_person_looks_again(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = entered(session, by=ana)
        verify(session, entries[RULE], ben, service=Service("in-person"))
        deactivate_person(session, dora, successor=ana, actor="test", today=LATER.date(), now=LATER)
        assert verify(session, entries[RULE], ben).verified == [entries[RULE]]


def test_an_amendment_ends_the_dispute_and_whoever_amends_does_not_verify(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = entered(session, by=ana)[RULE]
        verify(session, entry, ben, service=Service("in-person"))
        amend_notice(
            session, desk(), entry.notice, Amendment(method="in-person"), reason="handed over", by=ben, now=LATER
        )
        assert entry.discrepancy is None
        with pytest.raises(Conflict, match="another person"):
            verify(session, entry, ben)
        # Only one field was read by two people: the rest is still as the first one entered it.
        with pytest.raises(Conflict, match="before it was amended"):
            verify(session, entry, ana)
        assert verify(session, entry, dora).verified == [entry]


def test_in_a_firm_of_two_who_entered_a_notice_looks_again_once_it_is_amended(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = entered(session, by=ana)[RULE]
        verify(session, entry, ben, service=Service("in-person"))
        amend_notice(session, desk(), entry.notice, Amendment(method="in-person"), reason="seen", by=ben, now=LATER)
        deactivate_person(session, dora, successor=ana, actor="test", today=LATER.date(), now=LATER)
        assert verify(session, entry, ana).verified == [entry]


def test_a_corrected_mail_address_makes_nobody_a_second_person(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = entered(session, by=ana)[RULE]
        amend_address(session, ana, "ruiz@firm.test", actor="test", now=LATER)
        with pytest.raises(Conflict, match="entered this notice"):
            verify(session, entry, ana)


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_a_third_person_who_may_not_verify_is_not_waited_for(database: Database, role: str) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = entered(session, by=ana)[RULE]
        dora.role = role
        verify(session, entry, ben, service=Service("in-person"))
        assert verify(session, entry, ben).verified == [entry]


def test_a_third_person_who_may_not_see_the_matter_is_not_waited_for(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = entered(session, by=ana, restricted=True)[RULE]
        join_matter(session, entry.matter, ben, actor="test", now=LATER)
        verify(session, entry, ben, service=Service("in-person"))
        assert verify(session, entry, ben).verified == [entry]


def test_an_amendment_of_what_was_read_must_be_verified_anew_even_where_the_date_stays(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = entered(session, by=ana)[RULE]
        verify(session, entry, ben)
        before = row(session, entry).last_day
        for changes, stays in ((Amendment(facts={"filing": "paper"}), True), (Amendment(received_on=TODAY), False)):
            amend_notice(session, desk(), entry.notice, changes, reason="seen again", by=ana, now=LATER)
            assert (row(session, entry).last_day, entry.verified_at is not None) == (before, stays)


def test_one_look_at_the_notice_verifies_every_open_entry(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = entered(session, by=ana)
        waive_entry(session, desk(), entries["uscis.appeal.aao"], reason="no", by=ana, now=LATER)
        verify(session, entries["uscis.motion.reconsider"], ben)
        checked = verify_all(session, entries, ben)
        assert checked.verified == [entries[RULE]]
        assert [(left.entry.rule, "verified already" in left.why) for left in checked.left] == [
            ("uscis.motion.reconsider", True)
        ]
        with pytest.raises(Conflict, match="verified already"):
            verify_all(session, entries, ben)


@pytest.mark.parametrize("role, may", [("paralegal", False), ("docket", False), ("attorney", True), ("partner", True)])
def test_what_is_contested_is_for_an_attorney_or_partner(database: Database, role: str, may: bool) -> None:
    with database.write() as session:
        ana = person(session)
        other = person(session, "Pat Poe", role)
        entry = entered(session, ORDER, by=ana)["eoir.appeal.bia"]
        if may:
            assert verify(session, entry, other).verified == [entry]
            return
        with pytest.raises(Conflict, match="an attorney must verify it"):
            verify(session, entry, other)


def test_what_rests_on_lesser_sources_is_for_an_attorney(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        gus = person(session, "Gus Hale", "attorney")
        notice = msgspec.structs.replace(DENIAL, form="I-485")
        entries = entered(session, notice, by=ana)
        low = entries["court.apa.no-appeal"]
        checked = verify_all(session, entries, ben)
        assert low in [left.entry for left in checked.left]
        assert low not in checked.verified
        assert entries[RULE] in checked.verified
        assert verify_all(session, entries, gus).verified == [low]


def test_who_may_not_see_a_restricted_matter_verifies_nothing_of_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = entered(session, restricted=True)[RULE]
        with pytest.raises(NotFound, match="not yours to see"):
            verify(session, entry, ben)
        assert verify(session, entry, ana).verified == [entry]


def test_dates_that_the_law_now_gives_earlier_are_not_signed_for(database: Database) -> None:
    """The dates that the look gives are held against those in force: a stored date may be earlier, never later."""
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = entered(session, by=ana)[RULE]
        late = changed(session, entry, last_day=date(2026, 12, 4), latest=date(2026, 12, 4), safe_by=date(2026, 12, 4))
        version = row(session, entry)
        version.window, version.last_day = msgspec.to_builtins(late), late.last_day
        from deadlines.store.seal import seal_of

        version.digest = seal_of(version).of(version, entry.rule)
        session.flush()
        with pytest.raises(Conflict, match="deadlines recompute"):
            verify(session, entry, ben)
        early = changed(session, entry, last_day=date(2026, 11, 6), safe_by=date(2026, 11, 6))
        move(session, desk(), entry, early, Because(entry.notice, "another edition"), now=LATER + timedelta(1))
        assert verify(session, entry, ben).verified == [entry]


@pytest.mark.parametrize(
    "notice, fields",
    [
        (DENIAL, ["kind", "form", "decided_on", "service"]),
        (msgspec.structs.replace(DENIAL, form=None), ["kind", "form", "decided_on", "service"]),
        (ORDER, ["kind", "decided_on", "service"]),
        (Notice(kind="status.arrival", decided_on=MAILED), ["decided_on"]),
    ],
)
def test_what_a_second_person_has_to_read(notice: Notice, fields: list[str]) -> None:
    made: Desk = desk()
    assert to_be_read(made, notice) == fields
