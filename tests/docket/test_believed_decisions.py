"""What the docket said on an earlier day of decisions and of second looks: of then, and until they ended."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from msgspec import structs
from sqlalchemy.orm import Session

from deadlines.compute import Notice
from deadlines.docket.amending import Amendment, amend_notice, amended
from deadlines.docket.proposals import accept, ignore
from deadlines.docket.records import Use
from deadlines.docket.verification import resolve_dispute
from deadlines.store import audit
from deadlines.store.tables import Entry, NoticeRow, Person
from tests.docket import desks
from tests.docket.test_believed import entry_on

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
