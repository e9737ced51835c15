"""The triggers by which the database itself refuses to change what is only ever added to: whether they stand.

Somebody who takes them away changes no row, so nothing else would tell it. The migrations make them; here stands what
they must be, so that one of another content under the same name does not pass.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect
from sqlalchemy.orm import Session

TRAIL, SIGNED = "the audit trail cannot be changed", "what was signed cannot be changed"
GUARDED = {"audit": TRAIL, "evening_check": SIGNED, "missed": SIGNED, "missed_note": SIGNED}
"""The tables, and with which words the database refuses."""
FUNCTIONS = {TRAIL: "audit_refuse", SIGNED: "signed_refuse"}
"""What the triggers of a server call."""
STANDING = """
SELECT c.relname, p.prosrc FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid AND pg_table_is_visible(c.oid)
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgname = c.relname || '_no_change' AND t.tgenabled IN ('O', 'A') AND t.tgtype = 58
AND t.tgqual IS NULL AND t.tgattr = ''::int2vector
"""
"""Enabled, before UPDATE, DELETE or TRUNCATE, for each statement (58 is the sum of these), whatever the columns and
without a condition."""


def unguarded(session: Session) -> list[str]:
    """The tables whose rows the database would let be changed or deleted; empty where every trigger stands."""
    connection = session.connection()
    there = [name for name in GUARDED if name in inspect(connection).get_table_names()]
    if connection.dialect.name == "sqlite":
        found = {
            _plain(sql) for (sql,) in connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql NOTNULL")
        }
        return [name for name in there if not found.issuperset(map(_plain, _on_file(name).values()))]
    standing = {(row[0], _plain(row[1])) for row in connection.exec_driver_sql(STANDING)}
    return [name for name in there if (name, _plain(_body(name))) not in standing]


def guard(session: Session, tables: list[str]) -> None:
    """Put the triggers of these tables back. Raises what the database raises where that is not allowed."""
    connection = session.connection()
    for name in tables:
        for statement in _on_server(name) if connection.dialect.name != "sqlite" else _anew(connection, name):
            connection.exec_driver_sql(statement)


def _anew(connection: Connection, table: str) -> Iterator[str]:
    for name, statement in _on_file(table).items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield statement


def _on_file(table: str) -> dict[str, str]:
    """The triggers of a SQLite file by name: INSERT OR REPLACE deletes without the one for DELETE."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{GUARDED[table]}'); END"
    made = {
        f"{table}_no_{verb}": f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {refuse}"
        for verb in ("update", "delete")
    }
    there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608  (a name of ours)
    replace = f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {there} {refuse}"
    return made | {f"{table}_no_replace": replace}


def _on_server(table: str) -> Iterator[str]:
    function = FUNCTIONS[GUARDED[table]]
    yield f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $${_body(table)}$$"
    yield f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}"
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _body(table: str) -> str:
    return f" BEGIN RAISE EXCEPTION '{GUARDED[table]}'; END "


def _plain(sql: str) -> str:
    return " ".join(sql.split())
