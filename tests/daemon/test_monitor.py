"""The monitor outside, by real https: it hears that all is well only while all is."""

import json
import logging
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from deadlines.daemon.auditing import Auditor
from deadlines.daemon.monitor import Monitor
from deadlines.docket.dangling import watch_missing
from deadlines.docket.monitor import check_monitor
from deadlines.docket.outages import Outage
from deadlines.docket.rounds import FRESH, Round, write_round
from deadlines.docket.sealing import seal_stored
from deadlines.docket.trail_watch import watch_trail
from deadlines.errors import ConfigError
from deadlines.notify.outbound import Outbound
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Heartbeat, Reminder
from tests.daemon.parts import sweeps
from tests.daemon.test_auditing import FOURTEEN_DAYS_BEFORE, docket, run, statement
from tests.docket.test_dangling import from_outside
from tests.docket.test_trail_watch import behind_its_back
from tests.notify.receivers import Receiver, answers, receiver, resets
from tests.notify.servers import certificate

__all__ = ["docket"]
NOW = FOURTEEN_DAYS_BEFORE + timedelta(minutes=5)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path)


@pytest.fixture
def outside(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Receiver]:
    with receiver(tls[0], answers(200)) as running:
        yield running


@pytest.fixture
def ping(docket: Database, outside: Receiver, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Callable[[], str]:
    """A docket on which everything went well until now."""
    run(docket, FOURTEEN_DAYS_BEFORE, NOW)
    sweeps(docket).beat(NOW)
    Auditor(docket, statement()).audit(NOW)
    monitor = Monitor(docket, Outbound(allowed=[outside.host], context=tls[1], longest=60), lambda: outside.url)
    return lambda: monitor.ping(NOW)


def state(database: Database, after: timedelta = timedelta()) -> tuple[str, str]:
    with database.read() as session:
        found = check_monitor(session, NOW + after, configured=True)
    return found.state, found.sentence


def test_it_hears_numbers_and_the_head_of_the_audit_trail(
    docket: Database, ping: Callable[[], str], outside: Receiver
) -> None:
    assert ping() == ""
    [request] = outside.requests
    body = json.loads(request.body)
    with docket.read() as session:
        head = session.scalars(select(Audit.digest).order_by(Audit.id.desc())).first()
    assert body == {
        "at": "2026-11-06T14:05:00Z",
        "audited_at": "2026-11-06T14:05:00Z",
        "entries": 3,
        "head": head,
    }
    assert state(docket)[0] == "well"
    assert state(docket, timedelta(minutes=29))[0] == "well"
    assert state(docket, timedelta(minutes=31))[0] == "warning"


def test_an_address_that_cannot_be_read_is_said_and_tells_nobody(
    docket: Database, ping: Callable[[], str], outside: Receiver
) -> None:
    def gone() -> str:
        raise ConfigError("/etc/monitor.address: the monitor address file cannot be read")

    ping()
    assert "cannot be read" in Monitor(docket, Outbound(), gone).ping(NOW)
    assert len(outside.requests) == 1
    assert "monitor address file cannot be read" in state(docket, timedelta(hours=1))[1]


def _lose(database: Database) -> None:
    with database.write() as session:
        session.execute(delete(Reminder).where(Reminder.rung == "safe-1"))
    Auditor(database, statement()).audit(NOW + timedelta(minutes=20))


def _beat(sweep: str, age: timedelta) -> Callable[[Database], None]:
    def set_back(database: Database) -> None:
        with database.write() as session:
            session.get_one(Heartbeat, sweep).at = NOW - age

    return set_back


def _mail_is_down(database: Database) -> None:
    with database.write() as session:
        detail = json.dumps({"since": (NOW - timedelta(hours=1)).isoformat(), "why": Outage().why})
        session.merge(Heartbeat(sweep="channel-smtp", at=NOW, detail=detail))


def _never_audited(database: Database) -> None:
    with database.write() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.sweep == "auditor"))


def _audited_long_ago(database: Database) -> None:
    with database.write() as session:
        row = session.get_one(Heartbeat, "auditor")
        old = (NOW - FRESH - timedelta(minutes=1)).isoformat()
        row.detail = json.dumps({**json.loads(row.detail), "passed_at": old})


def _change_the_trail(database: Database) -> None:
    behind_its_back(database, "UPDATE audit SET actor = 'nobody' WHERE id = 1")
    watch_trail(database, now=NOW)


def _take_triggers_away(database: Database) -> None:
    behind_its_back(database)
    watch_trail(database, now=NOW)


def _alter_a_date(database: Database) -> None:
    with database.write() as session:
        seal_stored(session, actor="test", now=NOW)
        session.execute(text("UPDATE deadline SET safe_by = '2026-12-20' WHERE id = (SELECT min(id) FROM deadline)"))
    assert sweeps(database).watch_dates(NOW) == 1


def _name_a_version_that_is_not_there(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE entry SET version = 2 WHERE id = (SELECT min(id) FROM entry)"))


def _fail_to_back_up(database: Database) -> None:
    with database.write() as session:
        session.merge(Heartbeat(sweep="backup", at=NOW - timedelta(hours=27), detail="{}"))
        session.merge(Heartbeat(sweep="backup-failed", at=NOW, detail="{}"))


@pytest.mark.parametrize(
    "spoil, why",
    [
        (_lose, "the auditor"),
        (_never_audited, "the auditor"),
        (_audited_long_ago, "the auditor"),
        (_beat("send", timedelta(minutes=11)), "`send`"),
        (_beat("daemon", timedelta(minutes=11)), "`daemon`"),
        (_mail_is_down, "no mail"),
        (_change_the_trail, "the audit trail was altered"),
        (_take_triggers_away, "no longer guards"),
        (_alter_a_date, "dates were altered"),
        (_name_a_version_that_is_not_there, "dates are missing"),
        (_fail_to_back_up, "no backup"),
    ],
)
def test_it_hears_nothing_while_anything_is_wrong(
    docket: Database, ping: Callable[[], str], outside: Receiver, spoil: Callable[[Database], None], why: str
) -> None:
    spoil(docket)
    assert why in ping()
    assert outside.requests == []
    found = state(docket)
    assert found[0] == "warning"
    assert why in found[1]


@pytest.mark.parametrize("standing, level", [(0, "INFO"), (2, "ERROR")])
@pytest.mark.parametrize("before", [None, NOW - timedelta(days=3)], ids=["first", "after a weekend"])
def test_before_the_auditor_had_its_chance_it_hears_nothing_and_that_is_no_error(
    docket: Database,
    ping: Callable[[], str],
    outside: Receiver,
    caplog: pytest.LogCaptureFixture,
    before: datetime | None,
    standing: int,
    level: str,
) -> None:
    with docket.write() as session:
        begun = Round(
            NOW - timedelta(minutes=4), finished_at=before, passed_at=None if standing else before, standing=standing
        )
        write_round(session, begun, NOW)
    caplog.set_level(logging.INFO)
    assert "the auditor" in ping()
    assert outside.requests == []
    assert {record.levelname for record in caplog.records} == {level}


@pytest.mark.parametrize("play", [answers(404), answers(500), answers(302, Location="https://other.test/"), resets])
def test_a_monitor_that_does_not_take_it_is_told_of_without_its_address(
    docket: Database,
    ping: Callable[[], str],
    outside: Receiver,
    play: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    outside.becomes(play)
    with caplog.at_level(logging.DEBUG):
        assert ping() != ""
    assert "the monitor outside is not told" in caplog.text
    assert state(docket)[0] == "warning"
    with docket.read() as session:
        kept = "".join(row.detail for row in session.scalars(select(Heartbeat)))
    assert "S3CRET" not in caplog.text + kept + state(docket)[1]
    outside.becomes(answers(200))
    assert ping() == ""
    assert state(docket)[0] == "well"


def test_nobody_outside_is_a_warning(database: Database) -> None:
    with database.read() as session:
        assert check_monitor(session, NOW, configured=False).state == "warning"


def test_the_sweep_pings(docket: Database, ping: Callable[[], str], outside: Receiver) -> None:
    class Once:
        def ping(self, _now: object) -> str:
            return ping()

    daemon = sweeps(docket, monitor=Once())
    assert daemon.ping(NOW) == ""
    assert len(outside.requests) == 1
    assert sweeps(docket).ping(NOW) == ""


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_it_hears_nothing_while_rows_belong_to_nothing(
    docket: Database, ping: Callable[[], str], outside: Receiver
) -> None:
    assert ping() == ""
    from_outside(docket, "UPDATE entry SET notice_id = 'x' || rowid")
    watch_missing(docket, now=NOW)
    assert ping() == "rows of the database belong to nothing"
    assert len(outside.requests) == 1


def test_it_hears_nothing_while_a_sweep_fails_every_time(
    docket: Database, ping: Callable[[], str], outside: Receiver
) -> None:
    daemon = sweeps(docket)
    daemon.turns.begin("recompute", 900, NOW)
    for minutes in (30, 15, 0):
        daemon.turns.failed("recompute", ZeroDivisionError(), NOW - timedelta(minutes=minutes))
    daemon.beat(NOW)
    assert "`recompute` has failed 3 times in a row" in ping()
    assert outside.requests == []
    daemon.turns.worked("recompute", NOW)
    daemon.beat(NOW)
    assert ping() == ""
