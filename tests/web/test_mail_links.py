"""Mail that asks for something leads to the page where it is done, and each who gets it finds that page there."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Service
from deadlines.docket.alarms import untold
from deadlines.docket.closing import waive_entry
from deadlines.docket.finishing import close_matter
from deadlines.docket.intake import Desk, open_matter, record_notice
from deadlines.docket.missed import miss_entry
from deadlines.docket.restricting import restrict_matter
from deadlines.docket.reviews import none_known, tell_reviews
from deadlines.docket.teams import join_matter
from deadlines.docket.verification import verify_notice
from deadlines.store.tables import Entry, Letter, Matter, NoticeRow, Person
from tests.docket.desks import DENIAL, LATER, desk, look
from tests.web.office import ROOM, Office

PAGES = "https://docket.test"
AFTER = LATER + timedelta(days=60)


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def known(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def notice_of(session: Session) -> tuple[Matter, NoticeRow, list[Entry]]:
    matter = session.scalars(select(Matter).where(Matter.reference == "A-1")).one()
    row = session.scalars(select(NoticeRow).where(NoticeRow.matter_id == matter.id)).one()
    return matter, row, list(session.scalars(select(Entry).where(Entry.notice_id == row.id, Entry.status == "open")))


def missed(session: Session, at: Desk) -> str:
    _, _, entries = notice_of(session)
    found_on = AFTER.date()
    miss_entry(session, at, entries[0], found_on=found_on, how="not sent", by=known(session, "Ana"), now=AFTER)
    return "MISSED: "


def read_otherwise(session: Session, at: Desk) -> str:
    _, row, entries = notice_of(session)
    seen = structs.replace(look(entries[0]), decided_on=date(2026, 10, 22))
    verify_notice(session, at, row, seen, by=known(session, "Dora"), now=LATER)
    return "TWO ENTRIES DIFFER"


def read_another_service(session: Session, at: Desk) -> str:
    _, row, entries = notice_of(session)
    seen = structs.replace(look(entries[0]), service=Service("fax"))
    verify_notice(session, at, row, seen, by=known(session, "Dora"), now=LATER)
    return "TWO ENTRIES DIFFER"


def open_again(session: Session, at: Desk) -> str:
    matter, row, entries = notice_of(session)
    ana = known(session, "Ana")
    verify_notice(session, at, row, look(entries[0]), by=ana, now=LATER)
    for entry in entries:
        waive_entry(session, at, entry, reason="client leaves", by=ana, now=LATER)
    close_matter(session, matter, reason="over", by=ana, now=LATER, actor="t")
    record_notice(session, at, matter, DENIAL, now=LATER, again=True)
    return "OPEN AGAIN"


def look_again(session: Session, at: Desk) -> str:
    ana, room = known(session, "Ana"), structs.replace(ROOM, pages=at.pages)
    matter = open_matter(session, "N-1", client=None, attorney=ana, actor="t", now=LATER)
    day = LATER.date() + timedelta(days=7)
    none_known(session, room, matter, again_on=day, by=ana, now=LATER, actor="t")
    tell_reviews(session, room, now=LATER + timedelta(days=7, hours=4))
    return "LOOK AGAIN"


def told(session: Session, begins: str) -> list[tuple[str, str]]:
    """Who is written to about it, and what."""
    query = select(Person.name, Letter.text).join(Letter, Letter.person_id == Person.id)
    letters = session.execute(query.where(Letter.subject.startswith(begins)))
    alarms = [(one.person.name, one.alarm.text) for one in untold(session) if one.alarm.subject.startswith(begins)]
    return [*((name, text) for name, text in letters), *alarms]


EVENTS = pytest.mark.parametrize("happens", [missed, read_otherwise, read_another_service, open_again, look_again])


@EVENTS
def test_it_leads_to_a_page_that_its_reader_finds(office: Office, happens: Callable[[Session, Desk], str]) -> None:
    with office.database.write() as session:
        found = told(session, happens(session, structs.replace(desk(), pages=PAGES)))
    assert found
    for name, text in found:
        assert "`deadlines" not in text
        # Alone on its line, so that no mail program takes a mark after it for a part of it.
        links = re.findall(rf"^{PAGES}(/\S*)$", text, re.MULTILINE)
        assert len(links) == text.count("://") > 0
        for link in links:
            assert (name, link, office.browser(name).get(link).status_code) == (name, link, 200)


@EVENTS
def test_where_there_are_no_pages_it_names_commands(office: Office, happens: Callable[[Session, Desk], str]) -> None:
    with office.database.write() as session:
        found = told(session, happens(session, desk()))
    assert found
    assert all("`deadlines" in text and "{" not in text and "://" not in text for _, text in found)


def test_what_no_amendment_reaches_leads_to_striking_for_who_may(office: Office) -> None:
    with office.database.write() as session:
        _, row, entries = notice_of(session)
        seen, at = structs.replace(look(entries[0]), form="I-129"), structs.replace(desk(), pages=PAGES)
        verify_notice(session, at, row, seen, by=known(session, "Ana"), now=LATER)
        found, strike = dict(told(session, "TWO ENTRIES DIFFER")), f"{PAGES}/notice/{row.id}/strike"
    assert set(found) == {"Ben", "Dora"}
    assert [strike in found[name] for name in ("Ben", "Dora")] == [False, True]
    assert "an attorney, somebody of the docket role or a partner strikes the notice" in found["Ben"]
    assert not any("/amend" in text for text in found.values())
    assert office.browser("Dora").get(strike.removeprefix(PAGES)).status_code == 200


@pytest.mark.parametrize("pages", [PAGES, ""])
def test_who_may_be_the_third_reader_is_led_to_the_paper_before_the_entry(office: Office, pages: str) -> None:
    with office.database.write() as session:
        _, row, entries = notice_of(session)
        seen, at = structs.replace(look(entries[0]), service=Service("fax")), structs.replace(desk(), pages=pages)
        verify_notice(session, at, row, seen, by=known(session, "Ana"), now=LATER)
        found = dict(told(session, "TWO ENTRIES DIFFER"))
    read, amend = (
        (f"{pages}/notice/{row.id}/verify", f"{pages}/notice/{row.id}/amend")
        if pages
        else (f"`deadlines verify --notice {row.id[:8]}`", f"correct it with `deadlines amend {row.id[:8]}`")
    )
    assert {name: (read in text, amend in text) for name, text in found.items()} == {
        "Dora": (True, False),
        "Ben": (True, True),
    }
    assert "You may be that third person" in found["Dora"]
    assert "Oct" not in found["Dora"]


def test_who_does_not_see_the_matter_is_led_nowhere(office: Office) -> None:
    with office.database.write() as session:
        matter, row, entries = notice_of(session)
        restrict_matter(session, matter, actor="t", now=LATER)
        join_matter(session, matter, known(session, "Pat"), actor="t", now=LATER)
        seen, at = structs.replace(look(entries[0]), form="I-129"), structs.replace(desk(), pages=PAGES)
        verify_notice(session, at, row, seen, by=known(session, "Pat"), now=LATER)
        found = dict(told(session, "TWO ENTRIES DIFFER"))
    assert "://" not in found["Dora"]
    assert "Ask its attorney" in found["Dora"]
