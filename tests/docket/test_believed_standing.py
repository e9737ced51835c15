"""How a window stood on an earlier day, asked later: what came after that day changes nothing of the answer."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from deadlines.docket.closed import recheck_entry
from deadlines.docket.closing import close_missed, file_entry, reopen_entry, strike_notice, waive_entry
from deadlines.docket.records import Proof
from deadlines.store.tables import Entry, Person
from tests.docket import desks
from tests.docket.test_believed import entry_on

RULE = "uscis.motion.reopen"


def at(day: int) -> datetime:
    return datetime(2026, 12, day, 15, 0, tzinfo=UTC)


def close(session: Session, entry: Entry, how: str, by: Person, day: int) -> None:
    desk, now = desks.desk(), at(day)
    if how == "satisfied":
        file_entry(session, desk, entry, on=now.date(), proof=Proof(text="IOE77"), by=by, now=now)
    elif how == "waived":
        waive_entry(session, desk, entry, reason="client decided", by=by, now=now)
    elif how == "struck":
        strike_notice(session, desk, entry.notice, reason="another case", by=by, now=now)
    else:
        close_missed(session, desk, entry, found_on=now.date(), how="nobody looked", by=by, now=now)


def told(session: Session, entry: Entry, *days: int) -> list[tuple[str, str | None, datetime | None]]:
    found = [entry_on(session, entry, date(2026, 12, day)) for day in days]
    return [(one.status, one.closed_by, one.closed_at) for one in found]


@pytest.mark.parametrize("how", ["satisfied", "waived", "struck", "missed"])
def test_who_looks_at_a_closed_window_once_more_closes_nothing(session: Session, how: str) -> None:
    ana, _, dora = desks.firm(session)
    entry = desks.recorded(session)[RULE]
    close(session, entry, how, ana, 3)
    before = told(session, entry, 2, 3, 8)
    recheck_entry(session, desks.desk(), entry, by=dora, now=at(9))
    assert before == [("open", None, None), *[(how, ana.email, at(3))] * 2]
    assert told(session, entry, 2, 3, 8) == before
    assert told(session, entry, 9, 12) == [(how, ana.email, at(3))] * 2
    proof = {"satisfied": "IOE77", "waived": "client decided", "struck": "another case", "missed": "nobody looked"}
    assert {entry_on(session, entry, date(2026, 12, day)).proof for day in (4, 12)} == {proof[how]}


def test_a_closing_that_was_looked_at_and_taken_back_stood_until_then(session: Session) -> None:
    ana, _, dora = desks.firm(session)
    entry = desks.recorded(session)[RULE]
    close(session, entry, "waived", ana, 3)
    recheck_entry(session, desks.desk(), entry, by=dora, now=at(5))
    reopen_entry(session, desks.desk(), entry, reason="the client wants it", by=dora, now=at(7))
    waived = ("waived", ana.email, at(3))
    assert told(session, entry, 2, 4, 6, 8) == [("open", None, None), waived, waived, ("open", None, None)]
