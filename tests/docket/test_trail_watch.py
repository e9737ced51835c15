"""The daemon goes round the audit trail: what was changed or cut is found, told, remembered, and signed for."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from deadlines.daemon import Sweeps
from deadlines.docket.health import check_docket
from deadlines.docket.trail import Sought, trail
from deadlines.docket.trail_watch import Watched, doubt, doubted_since, find_wrong, sign_trail, watch_trail
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Person
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, firm, recorded

MINUTE = timedelta(minutes=1)


@pytest.fixture
def docket(database: Database) -> Database:
    with database.write() as session:
        firm(session)
        recorded(session)
    return database


def look(database: Database, minutes: int = 0, rows: int = 4000) -> Watched:
    return watch_trail(database, now=LATER + minutes * MINUTE, rows=rows)


def behind_its_back(database: Database, *changes: str) -> None:
    """What somebody with the database's password can do."""
    with database.write() as session:
        if database.engine.dialect.name == "sqlite":
            for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for change in changes:
            session.execute(text(change))


def states(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {found.id: found.state for found in check_docket(session, LATER)}


def sign(database: Database) -> None:
    with database.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        sign_trail(session, by=ben, reason="compared with the backup", actor="t", now=LATER)


def test_what_was_changed_puts_every_date_in_doubt_until_somebody_signs(docket: Database) -> None:
    assert look(docket).since is None
    assert states(docket)["audit"] == states(docket)["audit-guarded"] == "well"
    behind_its_back(docket, "UPDATE audit SET actor = 'nobody' WHERE id = 1")
    found = look(docket, 1)
    assert (found.broken, found.since, found.unguarded[:1]) == (1, LATER + MINUTE, ["audit"])
    assert look(docket, 2).since == LATER + MINUTE
    with docket.read() as session:
        assert "Do not rely on any date" in (doubt(session) or "")
    assert states(docket)["audit"] == states(docket)["audit-guarded"] == "ill"
    sign(docket)
    assert look(docket, 3).since is None
    assert states(docket)["audit"] == states(docket)["audit-guarded"] == "well"
    with pytest.raises(Conflict, match="nothing to sign for"):
        sign(docket)
    # Signed for is what stood there, not whatever comes.
    behind_its_back(docket, "UPDATE audit SET actor = 'another' WHERE id = 1")
    assert look(docket, 4).broken == 1


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("detail", ["{x", "", "{}x", '"x"'])
def test_a_row_whose_details_are_no_json_is_a_row_that_does_not_fit(docket: Database, detail: str) -> None:
    look(docket)
    behind_its_back(docket, f"UPDATE audit SET detail = '{detail}' WHERE id = 2")
    found = look(docket, 1)
    assert (found.broken, found.since, found.failed) == (2, LATER + MINUTE, "")
    assert states(docket)["audit"] == states(docket)["unreadable-rows"] == "ill"
    with docket.read() as session:
        assert [row.id for row in find_wrong(session).rows] == [2]
        assert audit.verify(session) == 2
        ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
        assert {row.id for row in trail(session, ana, Sought(person=ana)).rows} <= {1, 2, 3}
        assert 2 in {row.id for row in trail(session, ana, Sought()).rows}
    sign(docket)
    assert look(docket, 2).since is None
    behind_its_back(docket, f"UPDATE audit SET detail = '{detail}y' WHERE id = 2")
    assert look(docket, 3).broken == 2


def test_a_row_that_had_no_details_does_not_fit_with_damaged_ones(database: Database) -> None:
    with database.write() as session:
        audit.record(session, at=LATER, actor="t", action="test", subject="", detail={})
    assert look(database).broken is None
    behind_its_back(database, "UPDATE audit SET detail = '[]' WHERE id = 1")
    assert look(database, 1).broken == 1


def test_a_trail_that_cannot_be_followed_vouches_for_no_date(docket: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: object) -> None:
        raise ZeroDivisionError

    look(docket)
    monkeypatch.setattr(audit, "look", fails)
    found = look(docket, 1)
    assert (found.since, found.failed) == (LATER + MINUTE, "ZeroDivisionError")
    assert look(docket, 2).since == LATER + MINUTE
    with docket.read() as session:
        assert doubt(session) is not None
    channel = Collector()
    sweeps(docket, channel).tell_alarms(LATER)
    [alarm] = channel.messages
    assert "tampered" in alarm.subject
    assert "cannot be followed (ZeroDivisionError)" in alarm.text
    monkeypatch.undo()
    assert look(docket, 3).since is None


def test_what_is_put_right_is_in_doubt_no_more(docket: Database) -> None:
    behind_its_back(docket, "UPDATE audit SET subject = subject || 'x' WHERE id = 2")
    assert look(docket).broken == 2
    behind_its_back(docket, "UPDATE audit SET subject = substr(subject, 1, length(subject) - 1) WHERE id = 2")
    assert look(docket, 1).since is None


def test_a_trail_that_is_cut_at_its_end_shows_at_the_next_look(docket: Database) -> None:
    with docket.read() as session:
        last = session.scalars(select(Audit.id).order_by(Audit.id.desc())).first()
    look(docket)
    behind_its_back(docket, f"DELETE FROM audit WHERE id = {last}")
    with docket.write() as session:  # a row comes after it, in its place
        audit.record(session, at=ENTERED, actor="a", action="b", subject="c", detail={})
    assert look(docket, 1).broken == last
    assert states(docket)["audit"] == "ill"
    with docket.read() as session:
        assert find_wrong(session).cut == last
    sign(docket)
    assert look(docket, 2).since is None


def test_a_round_takes_the_trail_piece_by_piece_and_begins_anew(docket: Database) -> None:
    with docket.read() as session:
        rows = len(session.scalars(select(Audit.id)).all())
    assert [look(docket, minute, rows=1).at for minute in range(rows)] == list(range(1, rows + 1))
    behind_its_back(docket, "UPDATE audit SET actor = 'nobody' WHERE id = 1")
    assert look(docket, rows, rows=1).since is None  # at the end of the round
    found = look(docket, rows + 1, rows=1)
    assert (found.at, found.broken) == (0, 1)


def test_the_people_of_the_docket_are_told_once_a_day(docket: Database) -> None:
    channel = Collector()
    daemon: Sweeps = sweeps(docket, channel)
    assert daemon.watch_trail(LATER)
    behind_its_back(docket)
    assert not daemon.watch_trail(LATER)
    assert not daemon.watch_trail(LATER + MINUTE)
    daemon.tell_alarms(LATER)
    [mail] = channel.messages
    assert mail.to_name == "Dora Dee"
    assert mail.subject.startswith("INTEGRITY ALARM")
    assert "triggers are missing on audit" in mail.text
    with docket.read() as session:
        assert doubted_since(session) is None  # nothing was changed yet


def test_what_got_worse_or_came_again_after_a_signature_is_told_the_same_day(docket: Database) -> None:
    channel = Collector()
    daemon: Sweeps = sweeps(docket, channel)
    told: list[str] = []
    for minute, change in enumerate(["", "UPDATE audit SET actor = 'x' WHERE id = 1", "", "sign", "cut"]):
        now = LATER + minute * MINUTE
        with docket.write() as session:
            if change == "sign":
                sign_trail(
                    session, by=session.scalars(select(Person)).first() or Person(), reason="r", actor="", now=now
                )
        if change == "cut":
            behind_its_back(docket, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
        elif change != "sign":
            behind_its_back(docket, *filter(None, [change]))
        daemon.watch_trail(now)
        daemon.tell_alarms(now)
        told.append(" | ".join(mail.subject.removeprefix("INTEGRITY ALARM: ") for mail in channel.messages))
        channel.messages.clear()
    guards = "the database no longer guards the audit trail"
    signed = "Ana Ruiz signed for the audit trail as it stands"
    assert told == [guards, "the audit trail of the docket was tampered with", "", signed, told[1]]
