"""The migrations make the very tables that the models describe: columns, keys, checks and partial indexes."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from deadlines.store import migrate
from deadlines.store.database import Database
from deadlines.store.engine import build_engine, parse_url
from deadlines.store.tables import Base

SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
POSTGRES = """
SELECT 'column', table_name || '.' || column_name, data_type,
       concat_ws(' ', character_maximum_length, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname, contype::text, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename || '.' || indexname, '', indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def parts(table: str) -> list[str]:
    """The columns and constraints of a CREATE TABLE, in no order: constraints may be written in any."""
    plain = re.sub(r"\s+", " ", table.replace('"', ""))
    return sorted(part.strip(" ()") for part in re.split(r",(?![^()]*\))", plain.partition("(")[2]))


def schema(connection: Connection) -> dict[str, Any]:
    if connection.dialect.name == "postgresql":
        return {f"{row[0]} {row[1]}": tuple(row) for row in connection.execute(text(POSTGRES))}
    found = connection.execute(text(SQLITE)).all()
    return {f"{row[0]} {row[1]}": parts(row[3]) if row[0] == "table" else row[3] for row in found}


def without_our_own(found: dict[str, Any]) -> dict[str, Any]:
    """What migrations alone make: the revision and the triggers; a test of their own holds those."""
    return {name: value for name, value in found.items() if "alembic_version" not in name and "trigger" not in name}


def test_no_difference_to_the_models(database: Database) -> None:
    assert migrate.differences(database.engine) == []


def test_a_difference_is_found(database: Database) -> None:
    with database.write() as session:
        session.execute(text("DROP INDEX ix_reminder_due"))
        session.execute(text("ALTER TABLE person ADD COLUMN nickname VARCHAR(20)"))
    kinds = {difference[0] for difference in migrate.differences(database.engine)}
    assert kinds == {"add_index", "remove_column"}


def test_every_statement_is_that_of_the_models(database: Database, empty_database_url: str) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    modelled = build_engine(parse_url(empty_database_url))
    with modelled.begin() as connection:
        Base.metadata.create_all(connection)
        wanted = schema(connection)
    modelled.dispose()
    with database.engine.connect() as connection:
        made = without_our_own(schema(connection))
    assert len(wanted) > 20
    assert made == wanted


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_the_parts_of_a_table_are_told_apart(database: Database) -> None:
    """The comparison above would be worth nothing if it saw nothing."""
    with database.engine.connect() as connection:
        reminder = schema(connection)["table reminder"]
    assert any("CHECK (state in" in part for part in reminder)
    assert "CONSTRAINT uq_reminder_deadline_id UNIQUE (deadline_id, rung, person_id, channel" in reminder
    assert "owner VARCHAR(80" in reminder
