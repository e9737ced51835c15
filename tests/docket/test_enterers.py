"""Who entered a notice where nobody said so: the only one who can, and from two people on somebody must say."""

import pytest

from deadlines.docket.enterers import check_enterers, enterer
from deadlines.docket.health import check_docket
from deadlines.errors import InputError
from deadlines.store.database import Database
from deadlines.store.tables import Entry
from tests.docket.desks import LATER, recorded, verify
from tests.docket.samples import person

RULE = "uscis.motion.reopen"


def test_of_one_person_it_is_clear_and_of_two_it_is_asked(database: Database) -> None:
    with database.write() as session:
        assert enterer(session) is None
        person(session, "Adam", "administrator")
        person(session, "Audrey", "auditor")
        assert enterer(session) is None  # who signs for nothing enters nothing
        ana = person(session)
        assert enterer(session) is ana
        ben = person(session, "Ben Ode", "paralegal")
        with pytest.raises(InputError, match=r"2 people here.*--by ADDRESS"):
            enterer(session)
        ben.active = False
        session.flush()
        assert enterer(session) is ana


def test_the_doctor_tells_of_dates_that_nobody_in_particular_entered(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        entries = recorded(session)  # typed by the account cli:test
        assert check_enterers(session).state == "well"  # one person verifies nobody's entries
        person(session, "Ben Ode", "paralegal")
        found = check_enterers(session)
        assert (found.id, found.state) == ("entered-by", "warning")
        count = sum(entry.status == "open" for entry in entries.values())
        assert f"{count} open dates were entered under the name of an account" in found.sentence
        assert "may be verified" in found.sentence
        verify(session, entries[RULE], ana)
        told = {each.id: each for each in check_docket(session, LATER)}["entered-by"]
        assert "1 of them verified, perhaps by who typed them" in told.sentence
        assert "add --by" in (told.hint or "")
        session.get_one(Entry, entries[RULE].id).notice.entered_by = ana.email
        session.flush()
        assert check_enterers(session).state == "well"
