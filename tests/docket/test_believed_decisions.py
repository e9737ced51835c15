"""What the docket said on an earlier day of decisions and of second looks: of then, and until they ended."""

from datetime import UTC, date, datetime

from msgspec import structs
from sqlalchemy.orm import Session

from deadlines.docket.proposals import ignore
from deadlines.docket.records import Use
from deadlines.docket.verification import resolve_dispute
from deadlines.store.tables import Entry, Person
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
