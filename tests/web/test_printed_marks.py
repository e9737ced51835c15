"""Where a notice prints another deadline than the law gives, every list says whether that is decided, and how.

The notice of P-1 prints Fri 13 November 2026; the law's last day of an I-140 denial mailed on 23 October is the 25th.
"""

import re
from datetime import date

import pytest
from msgspec import structs
from sqlalchemy import select

from deadlines.docket.verification import resolve_dispute
from deadlines.store.tables import Entry, Matter, Person
from tests.docket.desks import DENIAL, LATER, desk
from tests.web.office import SECRET, Office, Page
from tests.web.test_in_doubt import rows
from tests.web.test_month import cells

PRINTED = date(2026, 11, 13)
PATHS = ("/", "/month?month=2026-11", "/print", "/matter/P-1")
DISPUTED, HOLDS = "DISPUTED", ("printed deadline holds", "Printed date holds")


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(office: Office) -> Office:
    office.record("P-1", structs.replace(DENIAL, printed_deadline=PRINTED))
    return office


def decide(office: Office, reference: str) -> None:
    with office.database.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        query = select(Entry).join(Matter).where(Matter.reference == reference, Entry.disputed)
        for entry in session.scalars(query):
            resolve_dispute(session, desk(), entry, use="printed", reason="the officer said so", by=ana, now=LATER)


def lines(office: Office, path: str, name: str = "Ana") -> tuple[list[str], list[str]]:
    """The lines of P-1, and the others, of one page."""
    text = office.browser(name).get(path.replace("P-1", office.matter("P-1"))).text
    assert Page(text).problems() == [], path
    if path.startswith("/matter"):
        return rows(text), []
    found = re.findall(r"<li>.*?</li>", cells(text)["2026-11-13"], re.DOTALL) if "month" in path else rows(text)
    return [line for line in found if "P-1" in line], [line for line in found if "P-1" not in line]


@pytest.mark.parametrize("path", PATHS)
def test_every_list_says_which_printed_deadline_is_open_and_which_holds(office: Office, path: str) -> None:
    ours, others = lines(office, path)
    assert len(ours) == 3
    assert all(DISPUTED in line for line in ours)
    decide(office, "P-1")
    ours, others = lines(office, path)
    assert all(any(mark in line for mark in HOLDS) and DISPUTED not in line for line in ours)
    assert not any(mark in line for line in others for mark in (DISPUTED, *HOLDS))


def test_of_a_restricted_matter_the_mark_stands_with_nobody_else(office: Office) -> None:
    office.record("S-2", structs.replace(SECRET, printed_deadline=PRINTED))
    for path in ("/", "/month?month=2026-11", "/print"):
        veiled = [line for line in lines(office, path, "Dora")[1] if "estricted" in line]
        assert veiled
        assert not any(DISPUTED in line for line in veiled), path
