"""The audit trail can only grow, and a change behind its back is found."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit


def fill(database: Database, now: datetime, rows: int = 5) -> None:
    for number in range(rows):
        with database.write() as session:
            detail = {"n": number, "when": now}
            audit.record(session, at=now, actor="a", action="b", subject=str(number), detail=detail)


def verified(database: Database) -> int | None:
    with database.read() as session:
        return audit.verify(session)


def unprotect(database: Database) -> None:
    with database.write() as session:
        if database.engine.dialect.name == "sqlite":
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))


def test_the_chain_verifies(database: Database, now: datetime) -> None:
    assert verified(database) is None
    fill(database, now)
    assert verified(database) is None


def test_the_hash_can_be_made_by_anybody(database: Database, now: datetime) -> None:
    """SHA-256 over a JSON list without spaces, keys sorted, beginning with the hash of the row before."""
    fill(database, now, 2)
    with database.read() as session:
        first, second = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert (first.previous, second.previous) == ("0" * 64, first.digest)
    content = [
        first.digest,
        "2026-11-23T15:00:00+00:00",
        "a",
        "b",
        "1",
        {"when": "2026-11-23T15:00:00Z", "n": 1},
    ]
    plain = json.dumps(content, separators=(",", ":"), sort_keys=True)
    assert second.digest == hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"z": 1, "a": [1, 2.5, None, True], "m": {"y": "ü €\u2028\"'\\", "b": ""}},
        {"tuple": (1, 2), "day": datetime(2026, 1, 1).date(), "sum": Decimal("1.10")},
        {"big": 2**53 + 1, "small": 1e-12, "whole": 1.0},
    ],
)
def test_every_detail_reads_back_as_it_was_hashed(database: Database, detail: dict[str, object]) -> None:
    at = datetime(2026, 11, 1, 1, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=-4)))
    with database.write() as session:
        audit.record(session, at=at, actor="ä", action="b", subject="c", detail=detail)
    assert verified(database) is None
    with database.read() as session:
        assert session.scalars(select(Audit.at)).one() == at.astimezone(UTC)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 'x' WHERE id = 3",
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit WHERE id = 3",
        "DELETE FROM audit",
    ],
)
def test_the_trail_cannot_be_changed(database: Database, now: datetime, change: str) -> None:
    fill(database, now)
    with pytest.raises(SQLAlchemyError, match="cannot be changed"), database.write() as session:
        session.execute(text(change))
    with database.read() as session:
        assert len(session.scalars(select(Audit)).all()) == 5


def test_nor_by_the_back_doors(database: Database, now: datetime) -> None:
    fill(database, now)
    back_door = (
        "INSERT OR REPLACE INTO audit SELECT id, at, 'x', action, subject, detail, previous, digest FROM audit"
        if database.engine.dialect.name == "sqlite"
        else "TRUNCATE audit CASCADE"
    )
    with pytest.raises(SQLAlchemyError, match="cannot be changed"), database.write() as session:
        session.execute(text(back_door))
    assert verified(database) is None
    with database.read() as session:
        assert set(session.scalars(select(Audit.actor))) == {"a"}


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 3", 3),
        ("UPDATE audit SET action = 'x' WHERE id = 1", 1),
        ("UPDATE audit SET subject = 'x' WHERE id = 5", 5),
        ("UPDATE audit SET at = '2026-11-23 15:00:01.000000+00:00' WHERE id = 2", 2),
        ("UPDATE audit SET detail = '{\"n\": 7}' WHERE id = 4", 4),
        ("UPDATE audit SET previous = digest WHERE id = 4", 4),
        ("UPDATE audit SET digest = previous WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 3", 4),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("UPDATE audit SET id = 9 WHERE id = 2", 3),
    ],
)
def test_a_change_behind_the_triggers_is_found(database: Database, now: datetime, change: str, broken: int) -> None:
    fill(database, now)
    unprotect(database)
    if database.engine.dialect.name == "sqlite":
        change = change.replace("01.000000+00:00", "01.000000")
    with database.write() as session:
        session.execute(text(change))
    assert verified(database) == broken


def test_the_chain_is_followed_over_many_pages(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    for _ in range(2):
        fill(database, now, 2)
        assert verified(database) is None
    unprotect(database)
    with database.write() as session:
        session.execute(text("UPDATE audit SET actor = 'x' WHERE id = 4"))
    assert verified(database) == 4


def test_verifying_leaves_the_rest_of_the_session_alone(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.read() as session:
        row = session.scalars(select(Audit).limit(1)).one()
        assert audit.verify(session) is None
        assert row in session


def test_two_writers_append_to_one_chain(database: Database, now: datetime) -> None:
    workers = [threading.Thread(target=fill, args=(database, now, 10)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert verified(database) is None
    with database.read() as session:
        assert len(session.scalars(select(Audit)).all()) == 30


def test_what_is_undone_leaves_no_row(database: Database, now: datetime) -> None:
    def half() -> None:
        with database.write() as session:
            audit.record(session, at=now, actor="a", action="b", subject="c", detail={})
            raise RuntimeError("stop")

    fill(database, now, 2)
    with pytest.raises(RuntimeError):
        half()
    fill(database, now, 2)
    assert verified(database) is None
