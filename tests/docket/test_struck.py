"""A notice that one person strikes: whoever acted by its dates, or signed for them, hears of it at once."""

import msgspec
import pytest
from sqlalchemy import select

from deadlines.docket.closing import file_entry, strike_notice
from deadlines.docket.records import Proof
from deadlines.docket.restricting import restrict_matter
from deadlines.docket.verification import verify_notice
from deadlines.store.database import Database
from deadlines.store.tables import Letter, Person
from tests.docket.desks import LATER, desk, firm, look, recorded

PAGES = "https://docket.firm.example"


def told(database: Database) -> dict[str, tuple[str, str]]:
    with database.read() as session:
        query = select(Person.role, Letter.subject, Letter.text).join(Letter, Letter.person_id == Person.id)
        return {role: (subject, text) for role, subject, text in session.execute(query)}


@pytest.mark.parametrize("striker", ["paralegal", "docket"])
def test_who_acted_by_its_dates_hears_of_it_and_who_struck_it_does_not(database: Database, striker: str) -> None:
    with database.write() as session:
        people = {person.role: person for person in firm(session)}
        entries = recorded(session)
        notice = next(iter(entries.values())).notice
        verify_notice(session, desk(), notice, look(next(iter(entries.values()))), by=people["paralegal"], now=LATER)
        how = msgspec.structs.replace(desk(), pages=PAGES)
        struck = strike_notice(session, how, notice, reason="Canary", by=people[striker], now=LATER)
        number, page = notice.id[:8], f"{PAGES}/matter/{notice.matter_id}"
        names = [entry.id[:8] for entry in struck if (entry.closing or {})["was"] == "open"]
    found = told(database)
    assert set(found) == {"attorney", "paralegal", "docket"} - {striker}
    assert {subject for subject, _ in found.values()} == {f"STRUCK: notice {number} of matter 2026-0143"}
    for _, text in found.values():
        assert text.count("file by Fri 20 Nov 2026, last day Wed 25 Nov 2026, verified") == len(names) == 3
        assert all(f"[{name}]" in text for name in names)
        assert page in text
        assert "Canary" not in text


def test_of_a_restricted_matter_only_who_works_on_it_hears_and_nothing_of_the_case(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        notice = next(iter(entries.values())).notice
        verify_notice(session, desk(), notice, look(next(iter(entries.values()))), by=ben, now=LATER)
        restrict_matter(session, notice.matter, actor="test", now=LATER)
        strike_notice(session, desk(), notice, reason="wrong", by=ana, now=LATER)
    assert told(database) == {}
    with database.write() as session:
        ben = session.scalars(select(Person).where(Person.role == "paralegal")).one()
        other = next(iter(recorded(session, reference="2026-0144").values())).notice
        restrict_matter(session, other.matter, actor="test", now=LATER)
        strike_notice(session, desk(), other, reason="wrong", by=ben, now=LATER)
    found = told(database)
    assert set(found) == {"attorney"}
    assert "  deadline: file by Fri 20 Nov 2026" in found["attorney"][1]
    assert "I-290B" not in found["attorney"][1]


def test_where_nobody_was_reminded_of_anything_nobody_hears(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = list(recorded(session).values())
        for entry in entries[:-1]:
            proof = Proof(receipt="IOE0912345678")
            file_entry(session, desk(), entry, on=LATER.date(), proof=proof, by=ana, now=LATER, anyway=True)
        entries[-1].status = "information"
        strike_notice(session, desk(), entries[-1].notice, reason="wrong", by=ben, now=LATER)
    assert told(database) == {}
