"""What is closed while nobody works is gone through on the next working day: no evening check is asked for before."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.evening_sheet import Sheet
from deadlines.docket.evening_watch import evening_days
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person
from tests.docket.desks import desk, firm, recorded
from tests.docket.test_evening import (
    APPEAL,
    FRIDAY,
    MONDAY,
    RECONSIDER,
    REOPEN,
    SATURDAY,
    WEDNESDAY,
    at,
    sheet,
    sign,
)

SUNDAY = SATURDAY + timedelta(days=1)
TUESDAY = MONDAY + timedelta(days=1)
THANKSGIVING = date(2026, 11, 26)


def closed(found: Sheet) -> set[str]:
    return {item.entry for item in found.closed}


def waive(session: Session, entry: Entry, by: Person, day: date, hour: int = 12) -> None:
    waive_entry(session, desk(), entry, reason="not needed", by=by, now=at(day, hour))


def left(found: Sheet) -> dict[str, str]:
    return dict.fromkeys(found.needing, "goes by courier")


def unsigned_on(session: Session, day: date) -> int:
    days = {one.on: one.unsigned for one in evening_days(session, desk(), days=5, now=at(TUESDAY, 20))}
    return days[day]


def test_what_was_closed_on_a_weekend_stands_on_the_list_of_the_monday(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        waive(session, entries[APPEAL], ana, FRIDAY, 23)
        waive(session, entries[RECONSIDER], ana, SATURDAY, 0)
        waive(session, entries[REOPEN], ana, SUNDAY, 23)
        appeal, reconsider, reopen = (entries[rule].id for rule in (APPEAL, RECONSIDER, REOPEN))
        days = {day: closed(sheet(session, day)) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY)}
        assert days == {
            FRIDAY: {appeal}, SATURDAY: {reconsider}, SUNDAY: {reopen}, MONDAY: {reconsider, reopen}, TUESDAY: set(),
        }  # fmt: skip
        assert [sheet(session, day).closed_since for day in days] == [FRIDAY, SATURDAY, SUNDAY, SATURDAY, TUESDAY]


def test_what_was_closed_on_a_holiday_stands_on_the_list_of_the_day_after(database: Database) -> None:
    """Veterans Day, Wed 11 November 2026, and Thanksgiving, Thu 26 November (5 USC 6103(a))."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        for rule, day in ((APPEAL, date(2026, 11, 11)), (REOPEN, THANKSGIVING)):
            waive(session, entries[rule], ana, day)
            assert closed(sheet(session, day + timedelta(days=1))) == {entries[rule].id}
            assert closed(sheet(session, day - timedelta(days=1))) == set()


def test_who_signs_on_monday_signs_for_the_weekend(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entries = recorded(session)
        waive(session, entries[APPEAL], ana, SATURDAY)
        # Signed for before the weekend, Friday's list has nothing of it.
        sign(session, dora, FRIDAY, left=left(sheet(session, FRIDAY)), now=at(FRIDAY))
        check = sign(session, dora, MONDAY, left=left(sheet(session, MONDAY)))
        assert [item["entry"] for item in check.sheet["closed"]] == [entries[APPEAL].id]
        assert [day.unsigned for day in evening_days(session, desk(), days=4, now=at(MONDAY, 20))] == [0, 0]


def test_what_was_closed_once_more_after_the_signature_is_not_signed_for(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session)[APPEAL]
        waive(session, entry, ana, SUNDAY, 9)
        sign(session, dora, MONDAY, left=left(sheet(session, MONDAY)), now=at(MONDAY, 8))
        reopen_entry(session, desk(), entry, reason="a slip", by=ana, now=at(MONDAY, 20))
        waive(session, entry, ana, MONDAY, 21)
        assert (sheet(session, MONDAY).after, unsigned_on(session, MONDAY)) == ([entry.id], 1)


def test_a_signature_of_monday_that_has_nothing_of_the_weekend_does_not_cover_it(database: Database) -> None:
    """As those do that were made when the list was of the one day alone."""
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session)[APPEAL]
        sign(session, dora, MONDAY, left=left(sheet(session, MONDAY)), now=at(MONDAY, 8))
        waive(session, entry, ana, SUNDAY)
        assert (sheet(session, MONDAY).after, unsigned_on(session, MONDAY)) == ([entry.id], 1)
        sign(session, dora, MONDAY, now=at(TUESDAY, 9))
        assert (sheet(session, MONDAY).after, unsigned_on(session, MONDAY)) == ([], 0)


def test_the_list_says_that_a_last_day_had_passed(database: Database) -> None:
    """The last day is Wed 25 November: waived on the Wednesday before it, and on the Friday after it."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        waive(session, entries[APPEAL], ana, WEDNESDAY)
        waive(session, entries[REOPEN], ana, date(2026, 11, 27))
        assert [item.passed for item in sheet(session, WEDNESDAY).closed] == [None]
        assert [item.passed for item in sheet(session, date(2026, 11, 27)).closed] == [date(2026, 11, 25)]
