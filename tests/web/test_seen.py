"""Once a few minutes it is written down that a browser is used; no page waits long for that."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from deadlines.docket.subscriptions import hash_token
from deadlines.store.tables import Person, SignedIn
from tests.web.office import Office

LATER = timedelta(minutes=10)


@pytest.fixture
def kind_of_database() -> str:
    """The one on which only one program writes at a time."""
    return "sqlite"


def seen(office: Office) -> timedelta:
    with office.database.read() as session:
        return (
            office.now - session.scalars(select(SignedIn).where(SignedIn.token_hash == hash_token("Ana"))).one().seen_at
        )


def test_a_page_is_read_while_another_program_writes_for_long(office: Office) -> None:
    office.now += LATER
    browser = office.browser("Ana")
    with office.database.write() as session:
        session.execute(update(Person).values(agenda=Person.agenda))
        assert browser.get("/").status_code == 200
    assert seen(office) == LATER


def test_with_the_next_page_it_is_written_down(office: Office) -> None:
    office.now += LATER
    assert office.browser("Ana").get("/").status_code == 200
    assert seen(office) == timedelta()
