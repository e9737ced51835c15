"""Who signs for the audit trail or for dates needs the key, and is named to the docket and the partners."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from deadlines.docket.health import check_docket
from deadlines.docket.sealing import seal_anew, seal_stored
from deadlines.docket.trail_watch import doubt, sign_trail, watch_trail
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.guards import GUARDED, guard, unguarded
from deadlines.store.tables import Audit, Entry, Person
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, firm, recorded
from tests.docket.samples import person
from tests.docket.test_trail_watch import behind_its_back

KEY = bytes(range(32))
FORGE = "UPDATE audit SET actor = 'nobody' WHERE id = 1"


@pytest.fixture
def keyed(database_url: str) -> Iterator[Database]:
    """A docket with a key, an attorney, a paralegal, somebody of the docket, and a partner."""
    opened = Database.open(database_url, key=KEY)
    with opened.write() as session:
        firm(session)
        person(session, "Pia Part", "partner")
        recorded(session)
        seal_stored(session, actor="test", now=ENTERED)
    yield opened
    opened.dispose()


def change_and_cover(database: Database) -> list[audit.Misfit]:
    """Change a row of the trail behind its back, and put every trigger back word for word."""
    behind_its_back(database, FORGE)
    with database.write() as session:
        if database.engine.dialect.name != "sqlite":
            session.execute(text("ALTER TABLE audit ENABLE TRIGGER ALL"))
        guard(session, list(GUARDED))
        return audit.misfits(session, 10)


def add_signature(database: Database, wrong: list[audit.Misfit], more: dict[str, str]) -> None:
    """What somebody can write who knows this program: a signature for just these rows."""
    rows = [{"id": row.id, "stands": row.stands} for row in wrong]
    detail = {"person": "x", "reason": "y", "rows": rows, **more}
    with database.write() as session:
        audit.record(session, at=LATER, actor="cli", action=audit.SIGNED, subject=audit.TRAIL, detail=detail)


def in_doubt(database: Database) -> bool:
    watch_trail(database, now=LATER)
    with database.read() as session:
        health = {finding.id: finding.state for finding in check_docket(session, LATER)}
        found = doubt(session) is not None
    assert found == (health["audit"] == "ill")
    return found


def sign(database: Database) -> None:
    with database.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        sign_trail(session, by=ben, reason="of Canary-Garcia", actor="t", now=LATER)


def told(database: Database) -> dict[str, list[str]]:
    """The subjects of the alarms, with whom they are for."""
    channel = Collector()
    sweeps(database, channel).tell_alarms(LATER + timedelta(minutes=1))
    assert not any("Canary" in mail.text + mail.subject for mail in channel.messages)
    found: dict[str, list[str]] = {}
    for mail in channel.messages:
        found.setdefault(mail.subject, []).append(mail.to_name)
    return found


@pytest.mark.parametrize("more", [{}, {"seal": ""}, {"seal": "0" * 64}])
def test_a_signature_without_the_key_is_none(keyed: Database, more: dict[str, str]) -> None:
    wrong = change_and_cover(keyed)
    add_signature(keyed, wrong, more)
    assert in_doubt(keyed)
    sign(keyed)
    assert not in_doubt(keyed)


def test_the_seal_of_one_signature_is_of_no_use_for_another(keyed: Database) -> None:
    change_and_cover(keyed)
    sign(keyed)
    with keyed.read() as session:
        detail = session.scalars(select(Audit.detail).where(Audit.action == audit.SIGNED)).one()
    behind_its_back(keyed, FORGE.replace("nobody", "another"))
    with keyed.write() as session:
        wrong = audit.misfits(session, 10)
    add_signature(keyed, wrong, {"seal": detail["seal"]})
    assert in_doubt(keyed)


def test_a_docket_without_a_key_takes_it_as_it_stands(database: Database) -> None:
    with database.write() as session:
        firm(session)
        recorded(session)
    add_signature(database, change_and_cover(database), {})
    assert not in_doubt(database)


def test_who_signs_for_the_trail_is_named_to_the_docket_and_the_partners(keyed: Database) -> None:
    behind_its_back(keyed, FORGE)
    sign(keyed)
    assert told(keyed) == {"Ben Ode signed for the audit trail as it stands": ["Dora Dee", "Pia Part"]}
    assert told(keyed) == {}


def test_who_signs_for_dates_is_named_to_the_docket_and_the_partners(keyed: Database) -> None:
    with keyed.write() as session:
        session.execute(text("UPDATE deadline SET safe_by = '2026-12-20'"))
    with keyed.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        entries = session.scalars(select(Entry)).all()
        seal_anew(session, entries, by=ben, reason="of Canary-Garcia", actor="t", now=LATER)
    assert told(keyed) == {"Ben Ode signed for stored dates as they stand": ["Dora Dee", "Pia Part"]}


def test_that_the_program_seals_what_was_there_before_is_told(database_url: str) -> None:
    plain = Database.open(database_url)
    with plain.write() as session:
        firm(session)
        recorded(session)
        seal_stored(session, actor="test", now=ENTERED)
    assert told(plain) == {}
    plain.dispose()
    keyed = Database.open(database_url, key=KEY)
    with keyed.write() as session:
        done = seal_stored(session, actor="daemon", now=LATER)
        assert done is not None
    assert told(keyed) == {f"The program sealed {done.sealed} stored dates": ["Dora Dee"]}
    keyed.dispose()


def test_who_signs_puts_every_trigger_back(keyed: Database) -> None:
    """Also one that stands where its like was another when it was looked at."""
    change_and_cover(keyed)
    with keyed.write() as session:
        assert unguarded(session) == []
        if keyed.engine.dialect.name == "sqlite":
            before = session.execute(text("SELECT rowid FROM sqlite_master WHERE type = 'trigger'")).all()
        else:
            before = session.execute(text("SELECT oid FROM pg_trigger WHERE tgname LIKE '%_no_change'")).all()
    sign(keyed)
    with keyed.read() as session:
        if keyed.engine.dialect.name == "sqlite":
            after = session.execute(text("SELECT rowid FROM sqlite_master WHERE type = 'trigger'")).all()
        else:
            after = session.execute(text("SELECT oid FROM pg_trigger WHERE tgname LIKE '%_no_change'")).all()
    assert len(before) == len(after)
    assert set(before) != set(after)
