"""What the docket said on an earlier day of decisions and of second looks: of then, and until they ended."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from msgspec import structs
from sqlalchemy.orm import Session

from deadlines.commands.believed import reasons_words
from deadlines.compute import Notice, Service
from deadlines.docket.amending import Amendment, amend_notice, amended
from deadlines.docket.believed import believed, kept_blind
from deadlines.docket.closing import file_entry, reopen_entry, waive_entry
from deadlines.docket.extensions import grant_extension, request_extension
from deadlines.docket.moves import Because, move
from deadlines.docket.proposals import accept, ignore
from deadlines.docket.records import Proof, Use
from deadlines.docket.verification import resolve_dispute
from deadlines.store import audit
from deadlines.store.tables import Entry, Matter, NoticeRow, Person
from tests.docket import desks
from tests.docket.test_believed import NOW, entry_on, law_of

RULE = "uscis.motion.reopen"
PRINTED = date(2026, 11, 13)


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 15, 0, tzinfo=UTC)


def printing(session: Session, by: Person) -> Entry:
    entry = desks.recorded(session, structs.replace(desks.DENIAL, printed_deadline=PRINTED))[RULE]
    desks.entered_by(entry, by)
    return entry


def decide(session: Session, entry: Entry, use: Use, by: Person, day: int) -> None:
    resolve_dispute(session, desks.desk(), entry, use=use, reason=f"asked on {day}", by=by, now=at(day))


def decided_on(session: Session, entry: Entry, day: int) -> tuple[str | None, bool, str]:
    """What was decided, whether it was in dispute, and what the law of then gives beside the stored dates."""
    found = entry_on(session, entry, date(2026, 11, day))
    return found.decided.use if found.decided else None, found.dispute is not None, found.recomputed.found


def test_a_decision_that_the_second_person_refused_holds_until_that_day(session: Session) -> None:
    ana, _, dora = desks.firm(session)
    entry = printing(session, ana)
    decide(session, entry, "computed", ana, 3)
    [waiting] = desks.proposals(session, entry)
    ignore(session, desks.desk(), waiting, dora, reason="the officer is strict", now=at(5))
    decide(session, entry, "printed", ana, 9)
    assert [decided_on(session, entry, day) for day in (2, 4, 6, 10)] == [
        (None, True, "same"),
        ("computed", False, "same"),
        (None, True, "same"),
        ("printed", False, "same"),
    ]


def amend(session: Session, entry: Entry, by: Person, day: int, **changes: Any) -> None:
    changed = Amendment(**changes)
    amend_notice(session, desks.desk(), entry.notice, changed, reason="the stamp", by=by, now=at(day))


def amend_as_before(session: Session, entry: Entry, by: Person, day: int, **changes: Any) -> None:
    """A correction that changes no date, as it was written before its row noted what it ended."""
    old = entry.notice
    facts = msgspec.to_builtins(amended(msgspec.convert(old.facts, Notice), Amendment(**changes)))
    same: dict[str, Any] = {name: getattr(old, name) for name in ("matter_id", "kind", "form", "decided_on")}
    new = NoticeRow(**same, facts=facts, entered_by=by.email, entered_at=at(day), amends_id=old.id)
    session.add(new)
    session.flush()
    entry.notice_id, entry.notice = new.id, new
    entry.verified_at = entry.verified_by = None
    detail = {"amended_by": new.id, "reason": "the stamp", "person": by.id, "door": ""}
    audit.record(session, at=at(day), actor="cli:test", action="notice.amend", subject=old.id, detail=detail)


@pytest.mark.parametrize("amends", [amend, amend_as_before])
@pytest.mark.parametrize(
    "changes, ends", [({"received_on": date(2026, 10, 30)}, True), ({"facts": {"asylum": "none"}}, False)]
)
def test_a_verification_ends_where_what_was_read_is_corrected(
    session: Session, amends: Callable[..., None], changes: dict[str, Any], ends: bool
) -> None:
    ana, ben, dora = desks.firm(session)
    entry = desks.recorded(session)[RULE]
    desks.entered_by(entry, ben)
    desks.verify(session, entry, dora, now=at(3))
    if changes.get("facts"):
        entry.verified_at, entry.verified_by = at(3), dora.id
    signed = (entry.verified_at, entry.verified_by)
    amends(session, entry, ben, 5, **changes)
    if amends is amend_as_before and not ends:
        entry.verified_at, entry.verified_by = signed

    def by(day: int) -> str | None:
        return entry_on(session, entry, date(2026, 11, day)).verified_by

    assert (by(2), by(4), by(6)) == (None, dora.email, None if ends else dora.email)
    if ends:
        desks.verify(session, entry, ana, now=at(9))
        assert (by(8), by(9)) == (None, ana.email)


@pytest.mark.parametrize("day, holds", [(PRINTED, True), (date(2026, 11, 16), False)])
def test_a_decision_outlives_every_correction_but_that_of_the_printed_day(
    session: Session, day: date, holds: bool
) -> None:
    ana, _, _ = desks.firm(session)
    entry = printing(session, ana)
    decide(session, entry, "printed", ana, 3)
    amend(session, entry, ana, 5, received_on=date(2026, 10, 30), printed_deadline=day)
    assert decided_on(session, entry, 4) == ("printed", False, "same")
    assert decided_on(session, entry, 6)[:2] == (("printed", False) if holds else (None, True))
    assert (entry.resolution is not None) is holds
    if not holds:
        amend(session, entry, ana, 9, printed_deadline=PRINTED)  # the same day again is not decided again
        assert decided_on(session, entry, 10)[:2] == (None, True)


def test_what_was_left_aside_stays_so_through_another_correction(session: Session) -> None:
    ana, _, dora = desks.firm(session)
    entry = printing(session, ana)
    decide(session, entry, "computed", ana, 3)
    accept(session, desks.desk(), desks.proposals(session, entry)[0], dora, now=at(4))
    amend(session, entry, ana, 5, received_on=date(2026, 10, 30))
    assert decided_on(session, entry, 6) == ("computed", False, "same")


@pytest.mark.parametrize(
    "declined, said",
    [
        (True, "granted until 2026-12-05, but the later date was decided against: the earlier one holds: letter 9"),
        (False, "granted until 2026-12-05; the later date waits for two people: letter 9"),
    ],
)
def test_a_grant_is_told_with_its_day_and_what_became_of_it(session: Session, declined: bool, said: str) -> None:
    ana, _, dora = desks.firm(session)
    entry, desk = desks.recorded(session)[RULE], desks.desk()
    asked: dict[str, Any] = {"to": date(2026, 12, 5), "by": ana, "now": at(3)}
    request_extension(session, desk, entry, **asked, asked_on=date(2026, 11, 2), proof="ECAS 1")
    grant_extension(session, desk, entry, **asked, granted_on=date(2026, 11, 3), proof="letter 9")
    if declined:
        ignore(session, desk, desks.proposals(session, entry)[0], dora, reason="another case", now=at(4))
    found = list(reasons_words(entry_on(session, entry, date(2026, 11, 5))))
    assert found[-1] == f"More time until 2026-12-05, asked for on 2026-11-02: {said}"
    assert ("Other dates waited for two people to agree." in found) is not declined


def test_later_dates_that_were_decided_against_are_told_as_such(session: Session) -> None:
    """Mailed, as a correction says: the last day is Wed 25 instead of Mon 23 November, and Dora decides against it."""
    ana, ben, dora = desks.firm(session)
    served = structs.replace(desks.DENIAL, service=Service("in-person"))
    entry = desks.recorded(session, served)[RULE]
    desks.entered_by(entry, ben)
    amend(session, entry, ben, 3, method="mail")
    [waiting] = desks.proposals(session, entry)
    ignore(session, desks.desk(), waiting, dora, reason="the envelope is lost", now=at(5))
    days = {day: entry_on(session, entry, date(2026, 11, day)) for day in (2, 4, 6)}
    assert [(one.recomputed.found, one.waited) for one in days.values()] == [
        ("same", False), ("other", True), ("other", False),
    ]  # fmt: skip
    assert [one.declined and (one.declined.by, one.declined.at) for one in days.values()] == [
        None, None, (dora.email, at(5)),
    ]  # fmt: skip
    said = "The dates that computing anew gives were decided against: "
    said += f"{dora.email}, 2026-11-05 15:00 UTC: the envelope is lost"
    assert [said in list(reasons_words(one)) for one in days.values()] == [False, False, True]
    # Who may still verify the notice is not told the reason, which may tell what the paper says.
    matter = session.get_one(Matter, entry.matter_id)
    told = believed(session, matter, law_of, on=date(2026, 11, 6), at=at(6), now=NOW)
    [unread] = [
        one.declined
        for each in kept_blind(session, told, ana).notices
        for one in each.entries
        if one.declined and one.entry == entry.id
    ]
    assert (unread.by, unread.reason) == (dora.email, "")


def test_other_dates_than_those_that_were_decided_against_are_not_told_so(session: Session) -> None:
    _, ben, dora = desks.firm(session)
    entry = desks.recorded(session, structs.replace(desks.DENIAL, service=Service("in-person")))[RULE]
    later = desks.changed(session, entry, safe_by=date(2026, 11, 27), last_day=date(2026, 11, 30))
    move(session, desks.desk(), entry, later, Because(entry.notice, "an order", ben), now=at(3))
    [waiting] = desks.proposals(session, entry)
    ignore(session, desks.desk(), waiting, dora, reason="of another case", now=at(4))
    desks.entered_by(entry, ben)
    amend(session, entry, ben, 5, method="mail")
    found = entry_on(session, entry, date(2026, 11, 6))
    assert (found.recomputed.found, found.waited, found.declined) == ("other", True, None)


def test_the_words_of_a_closed_date_say_by_whom_when_and_with_which_proof(session: Session) -> None:
    ana, _, dora = desks.firm(session)
    entry, desk = desks.recorded(session)[RULE], desks.desk()
    file_entry(session, desk, entry, on=date(2026, 11, 5), proof=Proof(text="receipt IOE77"), by=ana, now=at(5))
    reopen_entry(session, desk, entry, reason="a slip", by=ana, now=at(9))
    waive_entry(session, desk, entry, reason="decided against", by=dora, now=at(12))

    def told(day: int) -> list[str]:
        return list(reasons_words(entry_on(session, entry, date(2026, 11, day))))

    assert told(6) == [f"Closed 2026-11-05 15:00 UTC by {ana.email}: receipt IOE77"]
    assert told(10) == []
    assert told(13) == [f"Closed 2026-11-12 15:00 UTC by {dora.email}: decided against"]


@pytest.mark.parametrize("ends", ["read", "amended"])
def test_that_two_people_read_a_notice_differently_is_told_until_it_ends(session: Session, ends: str) -> None:
    ana, ben, dora = desks.firm(session)
    entries = desks.recorded(session)
    entry, other = entries[RULE], entries["uscis.motion.reconsider"]
    desks.entered_by(entry, ben)
    desks.verify(session, entry, dora, now=at(3), received_on=date(2026, 10, 30))
    if ends == "read":
        desks.verify(session, other, ana, now=at(5))  # who reads all of the notice ends the doubt of each date
    else:
        amend(session, entry, ben, 5, received_on=date(2026, 10, 30))
    days = {day: entry_on(session, entry, date(2026, 11, day)) for day in (2, 4, 6)}
    assert [[(look.by, look.fields) for look in one.discrepancy] for one in days.values()] == [
        [], [(dora.email, ["received_on"])], [],
    ]  # fmt: skip
    said = f"TWO ENTRIES DIFFERED then: {dora.email}, 2026-11-03 15:00 UTC, read the day of receipt otherwise."
    assert said in list(reasons_words(days[4]))
    assert "30" not in str(days[4].discrepancy)  # never what was read
    assert entry.discrepancy is None
