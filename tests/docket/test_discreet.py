"""What only a protected person may file (8 USC 1229a(c)(7)(C)(iv)): followed in a restricted matter, nowhere else told.

A self-petition often comes after the order of removal: the matter is restricted when the order is long on the docket.
"""

import threading
import time
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from deadlines.compute import Notice
from deadlines.docket import feeds
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.export import matter_calendar
from deadlines.docket.intake import open_matter, record_notice
from deadlines.docket.restricting import follow_discreet, restrict_matter, unrestrict_matter
from deadlines.docket.versions import locked
from deadlines.errors import DeadlinesError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Matter, Person, Subscription
from tests.docket.desks import DENIAL, ENTERED, LATER, desk, firm, recorded, reminders, row
from tests.docket.samples import subscribe

ORDER = Notice(kind="ij.order", decided_on=date(2026, 10, 20), facts={"asylum": "none"})
PETITION = Notice(kind="uscis.denial", form="I-360", decided_on=date(2026, 10, 27), facts={"basis": "religious"})
VAWA = "eoir.motion.reopen.vawa"
YEAR = date(2027, 10, 20)
"""365 days: Wed 2027-10-20, hand-counted."""
SOON = LATER + timedelta(hours=1)


def restrict(session: Session, matter: Matter) -> list[Entry]:
    restrict_matter(session, matter, actor="t", now=LATER)
    return follow_discreet(session, desk(), matter, now=LATER)


def shown(session: Session, subscription: Subscription) -> set[date]:
    return {event["DTSTART"].dt for event in _events(feeds.feed_body(session, subscription, today=LATER.date()))}


def _events(body: bytes) -> list[Any]:
    return [one for one in Calendar.from_ical(body).walk("VEVENT") if str(one.get("STATUS")) != "CANCELLED"]


def matter_of(session: Session, entry: Entry) -> tuple[Matter, Person]:
    matter = session.get_one(Matter, entry.matter_id)
    return matter, matter.attorney


def test_it_is_followed_from_the_day_of_the_restriction_in_the_own_calendar_alone(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        matter, ana = matter_of(session, entry)
        own, plain = subscribe(session, ana, restricted=True), subscribe(session, ana)
        everybody = subscribe(session, dora, scope="firm")
        assert (entry.status, reminders(session, entry)) == ("information", [])
        assert YEAR not in shown(session, own) | shown(session, plain) | shown(session, everybody)
        assert restrict(session, matter) == [entry]
        assert (entry.status, row(session, entry).last_day) == ("open", YEAR)
        assert {one.person_id for one in reminders(session, entry)} >= {ana.id, dora.id}
        assert YEAR in shown(session, own)
        assert YEAR not in shown(session, plain) | shown(session, everybody)
        assert YEAR in {event["DTSTART"].dt for event in _events(matter_calendar(session, matter, day="2026-11-02"))}
        assert follow_discreet(session, desk(), matter, now=SOON) == []
        assert audit.verify(session) is None


def test_nobody_is_told_of_it_any_more_when_the_restriction_was_a_mistake(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        matter, ana = matter_of(session, entry)
        own, everybody = subscribe(session, ana, restricted=True), subscribe(session, dora, scope="firm")
        restrict(session, matter)
        unrestrict_matter(session, matter, ana, "a mistake", now=SOON)
        assert follow_discreet(session, desk(), matter, now=SOON) == [entry]
        assert (entry.status, reminders(session, entry)) == ("information", [])
        for calendar in (own, everybody):
            assert YEAR not in shown(session, calendar)
            assert b"Special motion" not in feeds.feed_body(session, calendar, today=LATER.date())
        assert YEAR not in {one["DTSTART"].dt for one in _events(matter_calendar(session, matter, day="2026-11-02"))}


def test_who_records_another_notice_as_restricted_has_the_earlier_order_followed_too(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = recorded(session, ORDER)[VAWA]
        _, ana = matter_of(session, entry)
        matter = open_matter(
            session, entry.matter.reference, client=None, attorney=ana, restricted=True, actor="t", now=LATER
        )
        assert matter.restricted
        record_notice(session, desk(), matter, DENIAL, now=LATER)
        assert (entry.status, row(session, entry).last_day) == ("open", YEAR)


@pytest.mark.parametrize("how", ["recorded", "amended"])
def test_a_notice_that_tells_of_a_protected_case_is_reason_enough(database: Database, how: str) -> None:
    with database.write() as session:
        firm(session)
        entry = recorded(session, ORDER)[VAWA]
        matter, ana = matter_of(session, entry)
        if how == "recorded":
            record_notice(session, desk(), matter, _vawa(PETITION), now=LATER)
        else:
            made = record_notice(session, desk(), matter, PETITION, now=ENTERED)
            assert entry.status == "information"
            notice = made.entries[0].notice
            notice.entered_by = ana.email
            amend_notice(session, desk(), notice, Amendment(facts={"basis": "vawa"}), reason="VAWA", by=ana, now=LATER)
        assert matter.restricted
        assert entry.status == "open"


def _vawa(notice: Notice) -> Notice:
    return Notice(kind=notice.kind, form=notice.form, decided_on=notice.decided_on, facts={"basis": "vawa"})


def test_what_has_passed_by_then_stays_as_it_was(database: Database) -> None:
    with database.write() as session:
        firm(session)
        old = Notice(kind="ij.order", decided_on=date(2025, 10, 20), facts={"asylum": "none"})
        entry = recorded(session, old)[VAWA]
        matter, _ = matter_of(session, entry)
        assert restrict(session, matter) == []
        assert entry.status == "information"


def test_a_notice_that_restricts_waits_for_a_change_of_the_matter_and_neither_is_broken_off(database: Database) -> None:
    """Whoever changes an entry writes to the trail after it: who held the trail first would wait for it for ever."""
    with database.write() as session:
        firm(session)
        entry = recorded(session, ORDER)[VAWA]
        ids = entry.id, entry.matter_id
    begun, faults = threading.Event(), []

    def record() -> None:
        begun.wait(60)
        try:
            with database.write() as other:
                record_notice(other, desk(), other.get_one(Matter, ids[1]), _vawa(PETITION), now=LATER)
        except DeadlinesError as fault:
            faults.append(fault)

    thread = threading.Thread(target=record)
    thread.start()
    with database.write() as session:
        locked(session, session.get_one(Entry, ids[0]))
        begun.set()
        time.sleep(0.5)  # the other comes to what it has to wait for
        audit.record(session, at=LATER, actor="t", action="test.change", subject=ids[0], detail={})
    thread.join(60)
    assert (thread.is_alive(), faults) == (False, [])
    with database.read() as session:
        assert session.get_one(Matter, ids[1]).restricted
        assert session.get_one(Entry, ids[0]).status == "open"
        assert audit.verify(session) is None
