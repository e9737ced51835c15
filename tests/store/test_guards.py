"""The triggers that keep the audit trail and what was signed as they are: their absence is found, and mended."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.guards import GUARDED, guard, unguarded

CALLS = "EXECUTE FUNCTION audit_refuse()"
ANEW = "DROP TRIGGER audit_no_change ON audit; CREATE TRIGGER audit_no_change BEFORE"
REFUSES = "BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"
TAKEN_AWAY = {
    "sqlite": (
        "DROP TRIGGER audit_no_update",
        "DROP TRIGGER audit_no_replace",
        # Of the same name, and it does nothing.
        "DROP TRIGGER audit_no_delete; CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END",
        # Word for word but for a condition that never holds.
        f"DROP TRIGGER audit_no_update; CREATE TRIGGER audit_no_update BEFORE update ON audit WHEN 0 {REFUSES}",
    ),
    "postgresql": (
        "DROP TRIGGER audit_no_change ON audit",
        "ALTER TABLE audit DISABLE TRIGGER audit_no_change",
        "ALTER TABLE audit ENABLE REPLICA TRIGGER audit_no_change",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        f"{ANEW} UPDATE ON audit {CALLS}",
        # As made but for a condition that never holds, or for one column only.
        f"{ANEW} UPDATE OF id OR DELETE OR TRUNCATE ON audit {CALLS}",
        f"{ANEW} UPDATE OR DELETE OR TRUNCATE ON audit WHEN (false) {CALLS}",
    ),
}


def lying_open(database: Database) -> list[str]:
    with database.read() as session:
        return unguarded(session)


def run(database: Database, statements: str) -> None:
    with database.write() as session:
        for statement in statements.replace("; CREATE", ";;CREATE").split(";;"):
            session.execute(text(statement))


@pytest.mark.parametrize("number", range(7))
def test_a_trigger_that_is_missing_off_or_empty_is_found_and_put_back(
    database: Database, now: datetime, number: int
) -> None:
    ways = TAKEN_AWAY[database.engine.dialect.name]
    with database.write() as session:
        audit.record(session, at=now, actor="a", action="b", subject="c", detail={})
    assert lying_open(database) == []
    run(database, ways[number % len(ways)])
    assert lying_open(database) == ["audit"]
    with database.write() as session:
        guard(session, ["audit"])
    assert lying_open(database) == []
    for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(SQLAlchemyError, match="cannot be changed"):
            run(database, change)


def test_every_table_that_is_only_added_to_is_looked_at(database: Database) -> None:
    with database.write() as session:
        for table in GUARDED:
            names = ("update",) if database.engine.dialect.name == "sqlite" else ("change",)
            on = "" if database.engine.dialect.name == "sqlite" else f" ON {table}"
            session.execute(text(f"DROP TRIGGER {table}_no_{names[0]}{on}"))
    assert lying_open(database) == ["audit", "evening_check", "missed", "missed_note"]
