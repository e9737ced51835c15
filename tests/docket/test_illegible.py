"""Stored JSON that is damaged, or is not what the program writes, stops nothing but its row, is marked and named."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from deadlines.compute import compute
from deadlines.daemon.keeper import Keeper, Keeping
from deadlines.daemon.recomputing import recompute
from deadlines.docket.copies import check_copies
from deadlines.docket.legible import notice_of
from deadlines.docket.unreadable import check_unreadable
from deadlines.docket.views import entry_view, open_windows
from deadlines.errors import DamagedRow
from deadlines.store.database import Database
from deadlines.store.tables import Entry, NoticeRow
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import LATER, desk, firm, recorded
from tests.docket.samples import ZONE

BROKEN = ("[1]", "{x", "", '"x"', "7")
"""No JSON object. PostgreSQL takes only what is JSON at all."""
ODD = ('{"on": 7}', '{"x": 1}')
COLUMNS = ("resolution", "dispatched", "discrepancy", "closing")


def two_matters(database: Database) -> None:
    with database.write() as session:
        firm(session)
        recorded(session, reference="m-1")
        recorded(session, reference="m-2")


def damage(database: Database, table: str, column: str, value: str) -> str:
    """Write that into the row of the first open entry, or of its notice or dates; the entry's id."""
    if database.engine.dialect.name == "postgresql" and value in ("{x", ""):
        pytest.skip("PostgreSQL takes nothing else than JSON")
    with database.read() as session:
        entry = session.scalars(select(Entry).where(Entry.status == "open").order_by(Entry.id)).first()
        assert entry is not None
        names = {"entry": ("id", entry.id), "notice": ("id", entry.notice_id), "deadline": ("entry_id", entry.id)}
    key, of = names[table]
    statement = text(f'update {table} set "{column}" = :value where {key} = :of')
    with database.engine.begin() as connection:
        connection.execute(statement, {"value": value, "of": of})
    return entry.id


def named(database: Database) -> str:
    with database.read() as session:
        finding = check_unreadable(session)
    return finding.sentence if finding.state == "ill" else ""


@pytest.mark.parametrize("value", [*BROKEN, *ODD])
@pytest.mark.parametrize("column", COLUMNS)
def test_an_entry_that_cannot_be_read_is_shown_marked_and_holds_up_no_other(
    database: Database, column: str, value: str
) -> None:
    two_matters(database)
    assert named(database) == ""
    damaged = damage(database, "entry", column, value)
    assert f"entry {damaged} ({column})" in named(database)
    with database.read() as session:
        shown = {line.entry: line.altered for line in open_windows(session, today=LATER.date())}
        assert len(shown) == 6
        assert [entry for entry, altered in shown.items() if altered] == [damaged]
        assert entry_view(session, session.get_one(Entry, damaged)).altered
    assert recompute(database, desk(), compute, now=LATER).failures == []


@pytest.mark.parametrize("value", [*BROKEN, *ODD])
def test_a_notice_that_cannot_be_read_is_shown_marked_and_never_computed_by(database: Database, value: str) -> None:
    two_matters(database)
    damaged = damage(database, "notice", "facts", value)
    with database.read() as session:
        notice = session.get_one(Entry, damaged).notice_id
        shown = [line.altered for line in open_windows(session, today=LATER.date())]
        assert (shown.count(True), shown.count(False)) == (3, 3)
        entered = entry_view(session, session.get_one(Entry, damaged)).entered
        assert entered is not None
        assert entered.kind == "uscis.denial"
        with pytest.raises(DamagedRow, match=notice[:8]):
            notice_of(session.get_one(NoticeRow, notice))
    assert f"notice {notice} (facts)" in named(database)
    found = recompute(database, desk(), compute, now=LATER)
    assert [failure.notice for failure in found.failures] == [notice]
    assert found.checked == 6


@pytest.mark.parametrize("value", BROKEN)
def test_dates_that_cannot_be_read_hold_up_neither_lists_nor_keeping(
    database: Database, value: str, tmp_path: Path
) -> None:
    two_matters(database)
    damaged = damage(database, "deadline", "window", value)
    keeping = Keeping(zone=ZONE, hour=3, folder=tmp_path, days=30, key=None, program="1")
    assert "checked" in Keeper(database, keeping).keep(LATER)
    assert list(tmp_path.glob("*.json"))
    with database.read() as session:
        assert [line.entry for line in open_windows(session, today=LATER.date()) if line.altered] == [damaged]
        assert check_copies(session).state == "well"
    assert "(window)" in named(database)


def test_the_people_who_keep_the_docket_hear_of_it(database: Database) -> None:
    two_matters(database)
    damaged = damage(database, "entry", "resolution", "[1]")
    channel = Collector()
    daemon = sweeps(database, channel)
    assert daemon.watch_rows(LATER) == 1
    daemon.tell_alarms(LATER)
    [alarm] = [message for message in channel.messages if "cannot be read" in message.subject]
    assert damaged in alarm.text
    daemon.tell_alarms(LATER + timedelta(minutes=1))
    assert len(channel.messages) == 1


def test_a_part_of_keeping_that_fails_holds_up_no_other(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_matters(database)

    def fails(_keeper: Keeper, _now: datetime) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(Keeper, "check_seals", fails)
    keeping = Keeping(zone=ZONE, hour=3, folder=tmp_path, days=30, key=None, program="1")
    with pytest.raises(ZeroDivisionError):
        Keeper(database, keeping).keep(LATER)
    assert list(tmp_path.glob("*.json"))
