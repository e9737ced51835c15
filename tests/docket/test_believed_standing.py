"""How a window stood on an earlier day, asked later: what came after that day changes nothing of the answer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.closed import recheck_entry
from deadlines.docket.closing import close_missed, file_entry, reopen_entry, strike_notice, waive_entry
from deadlines.docket.handing import hand_over
from deadlines.docket.records import Proof
from deadlines.docket.restricting import follow_discreet, restrict_matter, unrestrict_matter
from deadlines.store.tables import Entry, Person
from tests.docket import desks, samples
from tests.docket.test_believed import entry_on
from tests.docket.test_discreet import ORDER, VAWA, matter_of

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


def test_what_only_a_protected_person_may_file_was_followed_while_the_matter_was_restricted(session: Session) -> None:
    """Restricted on the 3rd, by mistake, until the 7th, and again from the 9th; waived on the 11th."""
    ana, _, _ = desks.firm(session)
    entry = desks.recorded(session, ORDER)[VAWA]
    matter, _ = matter_of(session, entry)
    was = {2: entry.status}
    for day in (3, 7, 9):
        if day == 7:
            unrestrict_matter(session, matter, ana, "a mistake", now=at(day))
        else:
            restrict_matter(session, matter, actor="t", now=at(day))
        follow_discreet(session, desks.desk(), matter, now=at(day))
        was[day], was[day + 1] = entry.status, entry.status
    close(session, entry, "waived", ana, 11)
    was |= {11: "waived", 12: "waived"}
    assert [was[day] for day in (2, 4, 8, 10)] == ["information", "open", "information", "open"]
    assert {day: told(session, entry, day)[0][0] for day in was} == was


def test_what_every_person_may_file_stands_as_it_did_when_the_matter_was_restricted(session: Session) -> None:
    desks.firm(session)
    entries = desks.recorded(session, ORDER)
    matter, _ = matter_of(session, entries[VAWA])
    was = {entry.id: entry.status for entry in entries.values() if entry.rule != VAWA}
    restrict_matter(session, matter, actor="t", now=at(3))
    assert follow_discreet(session, desks.desk(), matter, now=at(3)) == [entries[VAWA]]
    for day in (2, 4):
        assert {name: told(session, session.get_one(Entry, name), day)[0][0] for name in was} == was


def test_until_when_a_date_was_taken_on_is_told_as_it_was_known_that_day(session: Session) -> None:
    """Taken on for five days on 30 October, and again on 9 November; on the 10th the matter is handed over."""
    ana, _, _ = desks.firm(session)
    entry = desks.recorded(session)[RULE]
    days = [datetime(2026, *day, 15, 0, tzinfo=UTC) for day in ((10, 30), (11, 9), (11, 10))]
    for now in days[:2]:
        acknowledge(session, entry, ana, now=now, lasts=timedelta(days=5), zone=samples.ZONE)
    other = samples.person(session, "Cy Wu", "attorney")
    hand_over(session, entry.matter, other, actor="t", now=days[2])

    def taken(on: date) -> list[tuple[datetime, bool]]:
        return [(one.until, one.stood) for one in entry_on(session, entry, on).taken]

    first, second = (now + timedelta(days=5) for now in days[:2])
    assert taken(date(2026, 11, 2)) == [(first, True)]
    assert taken(date(2026, 11, 6)) == [(first, False)]
    assert taken(date(2026, 11, 9)) == [(first, False), (second, True)]
    assert taken(date(2026, 11, 10)) == [(first, False), (days[2], False)]
